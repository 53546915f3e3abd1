//! Asking the directory for a page: with a short patience, and with the answer kept, so that the page neither waits for
//! a slow provider each time nor is empty while it cannot be reached.

use std::time::Duration;

use chrono::TimeDelta;
use domain::live::{FoundGroup, LiveGroup, LiveGroups};
use domain::settings::SyncSettings;
use domain::{Actor, CustomerId, ObjectId};
use futures::StreamExt;
use providers::{DirectoryReader, ProviderError, RunBudget};
use store::live::{Kept, Question};

use super::{current, needs_provider};
use crate::provider::{Connection, what_to_do};
use crate::{ServiceError, Services};

/// How long a page waits for the directory.
const PATIENCE: Duration = Duration::from_secs(5);
/// Groups asked for at a time: more would only be throttled.
const AT_ONCE: usize = 6;
/// How long what the directory said of a group is shown without asking again.
const FRESH: TimeDelta = TimeDelta::minutes(15);
/// How long a directory that did not answer is left alone.
pub(super) const PAUSE: TimeDelta = TimeDelta::minutes(1);

/// What is known of the groups, and why it is not all of it.
pub(super) type Known = Option<Kept<LiveGroups>>;

impl Services {
    /// Asks for every chosen and mapped group again, at once.
    pub async fn count_groups_again(&self, actor: &Actor, slug: &str) -> Result<(), ServiceError> {
        let (mut tx, customer) = self.before_edit(actor, slug).await?;
        let (_, settings) = current(&mut tx, customer).await?;
        drop(tx);
        self.live_groups(customer, &settings, true).await.map(drop)
    }

    /// What the directory says of the chosen and mapped groups: as it was kept while that is fresh, else asked now.
    pub(super) async fn live_groups(
        &self,
        customer: CustomerId,
        settings: &SyncSettings,
        at_once: bool,
    ) -> Result<Known, ServiceError> {
        let mut tx = self.db().read().await?;
        let Some(connection) = self.connection(&mut tx, customer).await? else {
            return Ok(None);
        };
        let directory = connection.directory.id;
        let known: Known = store::live::find(&mut tx, customer, directory, Question::Groups).await?;
        drop(tx);
        let now = self.now();
        let rests = known
            .as_ref()
            .is_some_and(|known| known.problem.is_some() && now - known.asked_at < PAUSE);
        let mut answer = known
            .as_ref()
            .map(|known| known.answer.clone())
            .unwrap_or_default();
        let wanted = wanted(settings);
        answer.retain(|id, _| wanted.iter().any(|wanted| wanted.as_str() == id));
        let is_fresh = |group: &LiveGroup| now - group.at < FRESH && group.at >= connection.saved_at;
        let ask: Vec<ObjectId> = wanted
            .into_iter()
            .filter(|id| at_once || !answer.get(id.as_str()).is_some_and(is_fresh))
            .collect();
        if ask.is_empty() || (rests && !at_once) {
            return Ok(known);
        }
        let problem = self.ask(&connection, ask, &mut answer).await;
        let kept = Kept {
            asked_at: now,
            problem: problem.map(|failed| what_to_do(&failed)),
            answer,
        };
        let mut tx = self.db().begin().await?;
        store::live::keep(&mut tx, customer, directory, Question::Groups, &kept).await?;
        tx.commit().await?;
        Ok(Some(kept))
    }

    /// Asks for these groups. What was answered stands, also when the rest was not.
    async fn ask(
        &self,
        connection: &Connection,
        groups: Vec<ObjectId>,
        answer: &mut LiveGroups,
    ) -> Option<ProviderError> {
        let reader = match self.connect_for_page(connection) {
            Ok(reader) => reader,
            Err(failed) => return Some(failed),
        };
        let reader = &*reader;
        let mut asked = futures::stream::iter(groups)
            .map(|id| async move { (describe(reader, &id).await, id) })
            .buffer_unordered(AT_ONCE);
        let mut problem = None;
        while let Some((described, id)) = asked.next().await {
            match described {
                Ok(found) => {
                    let at = self.now();
                    answer.insert(id.0, LiveGroup { at, found });
                }
                Err(failed) => {
                    tracing::info!(
                        error = domain::text::chain(&failed),
                        "a group could not be counted"
                    );
                    problem.get_or_insert(failed);
                }
            }
        }
        problem
    }

    /// A connection for a page, which gives up soon.
    pub(super) fn connect_for_page(
        &self,
        connection: &Connection,
    ) -> Result<Box<dyn DirectoryReader>, ProviderError> {
        let budget = RunBudget {
            time: Some(PATIENCE),
            ..RunBudget::default()
        };
        self.providers()
            .connect_for_run(&connection.values, &connection.secrets, &budget)
    }

    /// The connection, for what cannot be said without the directory.
    pub(super) async fn needed_connection(&self, customer: CustomerId) -> Result<Connection, ServiceError> {
        let mut tx = self.db().read().await?;
        self.connection(&mut tx, customer)
            .await?
            .ok_or_else(needs_provider)
    }
}

/// Every group that is chosen or mapped, each once.
fn wanted(settings: &SyncSettings) -> Vec<ObjectId> {
    let chosen = settings.scope.groups.iter().map(|group| &group.object_id);
    let mapped = settings.groups.iter().map(|row| &row.object_id);
    let mut all: Vec<ObjectId> = chosen.chain(mapped).cloned().collect();
    all.sort();
    all.dedup();
    all
}

async fn describe(reader: &dyn DirectoryReader, id: &ObjectId) -> Result<Option<FoundGroup>, ProviderError> {
    let Some(group) = reader.group(id).await? else {
        return Ok(None);
    };
    Ok(Some(FoundGroup {
        name: group.name,
        mail: group.mail,
        kind: group.kind,
        hidden_membership: group.hidden_membership,
        members: reader.member_counts(id).await?,
    }))
}
