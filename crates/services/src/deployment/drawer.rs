//! What staff see of one deployment without leaving the board: the facts behind its row.

use domain::deployment::standing;
use domain::numbers::thousands;
use domain::sync::RunState;
use domain::views::{BoardFacts, FactLine, StepComment};
use domain::{Actor, Permission, Timestamp};
use store::Tx;
use store::customers::CustomerFacts;

use super::facts::known;
use super::words::Viewer;
use super::{comment_view, number};
use crate::when::{distance, is_over, when};
use crate::{ServiceError, Services};

/// The latest comments that are shown.
const COMMENTS: i64 = 3;

impl Services {
    /// The facts of one deployment, for the staff's board.
    pub async fn board_facts(&self, actor: &Actor, slug: &str) -> Result<BoardFacts, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ListCustomers)
            .await?
            .id;
        let now = self.now();
        let known = known(&mut tx, customer, now).await?;
        let all = standing::of(&known.facts);
        let name = known.customer.customer.name.clone();
        let reader = self.reader(&mut tx, actor, &known).await?;
        let viewer = Viewer::of(actor, &name, reader, now);
        let appointments = store::appointments::latest(&mut tx, customer).await?;
        let comments = store::deployments::latest_comments(&mut tx, customer, COMMENTS).await?;
        Ok(BoardFacts {
            slug: known.customer.customer.slug.clone(),
            facts: lines(&mut tx, &known.customer, now).await?,
            tasks: all.iter().map(|standing| viewer.task(&known, standing)).collect(),
            appointments: viewer.lines(&appointments, &all),
            comments: comments
                .into_iter()
                .map(|(step, comment)| StepComment {
                    step,
                    comment: comment_view(comment, now),
                })
                .collect(),
            name,
        })
    }
}

/// What is so, a line each, with the page that says more.
async fn lines(tx: &mut Tx, customer: &CustomerFacts, now: Timestamp) -> Result<Vec<FactLine>, ServiceError> {
    let mut lines = Vec::new();
    let mut say = |label: &str, words: String, path: &str| {
        lines.push(FactLine {
            label: label.to_owned(),
            words,
            path: path.to_owned(),
        });
    };
    let provider = customer.provider.map_or("None yet", domain::Provider::label);
    say("Provider", provider.to_owned(), "provider");
    let test = match customer.tested {
        Some((at, true)) => format!("Passed {}", when(at, now).words),
        Some((at, false)) => format!("Failed {}", when(at, now).words),
        None if customer.config_saved_at.is_some() => "The values are saved and not tested".to_owned(),
        None => "None yet".to_owned(),
    };
    say("Connection test", test, "provider");
    if let Some(at) = customer.secret_expires_at {
        let verb = if is_over(at, now) { "Expired" } else { "Expires" };
        say("Secret", format!("{verb} {}", distance(at, now)), "provider");
    }
    let test = customer.test_synced_at.map(|at| when(at, now).words);
    say(
        "Test sync",
        test.unwrap_or_else(|| "None yet".to_owned()),
        "test-sync",
    );
    let counts = store::accounts::counts(tx, customer.customer.id).await?;
    let people = [
        (counts.active, "active"),
        (counts.blocked, "blocked"),
        (counts.local, "local"),
    ]
    .map(|(count, word)| format!("{} {word}", thousands(number(count))));
    say("People", people.join(", "), "people");
    say("Schedule", schedule(tx, customer, now).await?, "schedule");
    if let Some(run) = customer.last_run {
        let label = if run.state == RunState::Held {
            "Held run"
        } else {
            "Last run"
        };
        let words = format!(
            "{} {}: {}, {}",
            run.kind.label(),
            run.number,
            run.state.label().to_lowercase(),
            when(run.queued_at, now).words
        );
        say(label, words, &format!("runs/{}", run.number));
    }
    Ok(lines)
}

async fn schedule(tx: &mut Tx, customer: &CustomerFacts, now: Timestamp) -> Result<String, ServiceError> {
    let row = match customer.directory {
        Some(directory) => store::schedules::find(tx, customer.customer.id, directory).await?,
        None => None,
    };
    let Some(row) = row.filter(|row| row.enabled) else {
        return Ok("Off".to_owned());
    };
    let next = row
        .next_run_at
        .map(|at| format!("; next run {}", when(at, now).words));
    let words = rules::schedule::words(&row.schedule.timing);
    Ok(format!("{words}{}", next.unwrap_or_default()))
}
