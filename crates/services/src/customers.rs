//! The staff's list of customers, and a customer's own page: where each stands, and what comes next.

use domain::numbers::plural;
use domain::sync::RunState;
use domain::views::{CustomerOverview, CustomerRow, LastRun, Task, TaskState};
use domain::{Actor, CustomerId, FieldError, Permission, Timestamp, UserError};
use serde_json::json;
use store::StoreError;
use store::accounts::AccountCounts;
use store::customers::CustomerFacts;

use crate::paging::SEARCH_CHARS;
use crate::{ServiceError, Services, when};

impl Services {
    /// Every customer whose name or address holds `search`: staff only.
    pub async fn customers(&self, actor: &Actor, search: &str) -> Result<Vec<CustomerRow>, ServiceError> {
        actor.require(Permission::ListCustomers)?;
        let mut tx = self.db().read().await?;
        let search: String = search.chars().take(SEARCH_CHARS).collect();
        let facts = store::customers::facts_of_all(&mut tx, &search).await?;
        Ok(facts.iter().map(|facts| row(facts, self.now())).collect())
    }

    /// Creates a customer and gives its name in addresses.
    pub async fn create_customer(
        &self,
        actor: &Actor,
        name: &str,
        slug: &str,
    ) -> Result<String, ServiceError> {
        actor.require(Permission::CreateCustomer)?;
        let (name, slug) = (name.trim(), slug.trim());
        let errors = customer_errors(name, slug);
        if !errors.is_empty() {
            return Err(UserError::Invalid { errors }.into());
        }
        let id: CustomerId = self.new_id();
        let mut tx = self.db().begin().await?;
        match store::customers::insert(&mut tx, id, slug, name, self.now()).await {
            Err(StoreError::Conflict { .. }) => Err(UserError::field(
                "slug",
                format!("The address {slug} is taken. Choose another."),
            ))?,
            other => other?,
        }
        let details = json!({ "name": name });
        self.record(&mut tx, actor, Some(id), "customer.create", slug, &details)
            .await?;
        tx.commit().await?;
        Ok(slug.to_owned())
    }

    /// One customer's page.
    pub async fn overview(&self, actor: &Actor, slug: &str) -> Result<CustomerOverview, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadCustomer)
            .await?;
        let facts = store::customers::facts(&mut tx, customer.id)
            .await?
            .ok_or(UserError::NotFound)?;
        let people = store::accounts::counts(&mut tx, customer.id).await?;
        Ok(overview(&facts, people, self.now()))
    }
}

fn customer_errors(name: &str, slug: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: &str| {
        errors.push(FieldError {
            field: field.to_owned(),
            message: message.to_owned(),
        });
    };
    match name.chars().count() {
        0 => wrong("name", "Enter the organisation's name."),
        1..=200 if name.chars().any(char::is_control) => {
            wrong("name", "A name holds no line breaks or other control characters.");
        }
        1..=200 => {}
        _ => wrong("name", "A name has at most 200 characters."),
    }
    let shaped = slug
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !slug.starts_with('-')
        && !slug.ends_with('-');
    if !(2..=63).contains(&slug.len()) || !shaped {
        wrong(
            "slug",
            "An address has 2 to 63 lower-case letters, digits and hyphens, such as contoso-ltd.",
        );
    }
    errors
}

fn row(facts: &CustomerFacts, now: Timestamp) -> CustomerRow {
    CustomerRow {
        slug: facts.customer.slug.clone(),
        name: facts.customer.name.clone(),
        provider: facts.provider,
        people: facts.people,
        last_run: last_run(facts, now),
        next: next(facts),
        attention: attention(facts),
    }
}

fn overview(facts: &CustomerFacts, people: AccountCounts, now: Timestamp) -> CustomerOverview {
    let last_run = last_run(facts, now);
    CustomerOverview {
        slug: facts.customer.slug.clone(),
        name: facts.customer.name.clone(),
        headline: next(facts),
        tasks: tasks(facts),
        people_active: number(people.active),
        people_blocked: number(people.blocked),
        people_local: number(people.local),
        open_run: last_run.clone().filter(|run| !run.state.is_final()),
        last_run,
    }
}

fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

fn last_run(facts: &CustomerFacts, now: Timestamp) -> Option<LastRun> {
    facts.last_run.map(|run| LastRun {
        number: run.number,
        kind: run.kind,
        state: run.state,
        when: when::when(run.queued_at, now),
    })
}

/// Something is wrong and waits for a person.
fn attention(facts: &CustomerFacts) -> bool {
    let run = facts.last_run.is_some_and(|run| {
        matches!(
            run.state,
            RunState::Held | RunState::Failed | RunState::CompletedWithProblems
        )
    });
    run || facts.tested == Some(false) || undecided(facts) > 0
}

/// People whom the latest sync left alone because somebody has to decide about them (I-02 to I-04).
fn undecided(facts: &CustomerFacts) -> u64 {
    facts
        .last_run
        .filter(|run| run.kind.applies() && run.state.is_final())
        .map_or(0, |run| run.disputed)
}

/// What is so, and what comes next, worst first.
fn next(facts: &CustomerFacts) -> String {
    if let Some(run) = facts.last_run {
        let label = run.kind.label();
        let number = run.number;
        let sentence = match run.state {
            RunState::Held => Some(format!(
                "Run {number} is held: it would change more than the safety limits allow. Look at its list and decide."
            )),
            RunState::Queued | RunState::Running => Some(format!("{label} under way: run {number}.")),
            RunState::Failed => Some(format!("Run {number} failed. Open it to see what to do.")),
            _ => None,
        };
        if let Some(sentence) = sentence {
            return sentence;
        }
    }
    let open = tasks(facts)
        .into_iter()
        .find(|task| task.state != TaskState::Done);
    match open {
        Some(task) => format!("Next: {}. {}", lower_first(&task.title), task.detail),
        None if facts
            .last_run
            .is_some_and(|run| run.state == RunState::CompletedWithProblems) =>
        {
            "People follows the directory; the last run completed with problems. Open it to see them."
                .to_owned()
        }
        None if undecided(facts) > 0 => {
            let people = plural(undecided(facts), "person needs", "people need");
            let number = facts.last_run.map_or(0, |run| run.number);
            format!(
                "People follows the directory; {people} a decision. Run {number} says whom and what to do."
            )
        }
        None => "People follows the directory. Nothing waits for you.".to_owned(),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// The steps to the first sync, in order. Each is decided from facts, never ticked by hand.
fn tasks(facts: &CustomerFacts) -> Vec<Task> {
    vec![
        connect(facts),
        security_groups(facts),
        data_mapping(facts),
        test_sync(facts),
        preview(facts),
        first_sync(facts),
    ]
}

fn task(title: &str, path: &str, state: TaskState, detail: impl Into<String>) -> Task {
    Task {
        title: title.to_owned(),
        path: path.to_owned(),
        state,
        detail: detail.into(),
    }
}

fn connected(facts: &CustomerFacts) -> bool {
    facts.config_version.is_some() && facts.tested == Some(true)
}

fn scoped(facts: &CustomerFacts) -> bool {
    facts
        .settings
        .as_ref()
        .is_some_and(|settings| !settings.scope.groups.is_empty())
}

fn connect(facts: &CustomerFacts) -> Task {
    let provider = facts.provider.map_or("the directory", domain::Provider::label);
    let (state, detail) = match (facts.config_version, facts.tested) {
        (None, _) => (
            TaskState::Yours,
            "Choose Microsoft Entra ID or Okta and enter the values.".to_owned(),
        ),
        (Some(_), None) => (
            TaskState::Yours,
            "The values are saved. Run the connection test on them.".to_owned(),
        ),
        (Some(_), Some(false)) => (
            TaskState::Attention,
            "The last connection test failed. Open it to see what to correct.".to_owned(),
        ),
        (Some(_), Some(true)) => (
            TaskState::Done,
            format!("Connected to {provider}; the test passed."),
        ),
    };
    task("Connect the provider", "provider", state, detail)
}

fn security_groups(facts: &CustomerFacts) -> Task {
    let (state, detail) = match facts
        .settings
        .as_ref()
        .map(|settings| settings.scope.groups.len())
    {
        Some(1) => (
            TaskState::Done,
            "Members of one security group are synchronised.".to_owned(),
        ),
        Some(n) if n > 1 => (
            TaskState::Done,
            format!("Members of {n} security groups are synchronised."),
        ),
        _ if connected(facts) => (
            TaskState::Yours,
            "Choose the security groups whose members are synchronised.".to_owned(),
        ),
        _ => (TaskState::CannotStart, "Connect the provider first.".to_owned()),
    };
    task("Choose security groups", "groups", state, detail)
}

fn data_mapping(facts: &CustomerFacts) -> Task {
    let (state, detail) = match &facts.settings {
        Some(settings) => (
            TaskState::Done,
            format!("{} attributes are mapped.", settings.mapping.attributes().len()),
        ),
        None => (TaskState::CannotStart, "Connect the provider first.".to_owned()),
    };
    task("Check the data mapping", "data-mapping", state, detail)
}

fn current(version: Option<i64>, facts: &CustomerFacts) -> Option<bool> {
    let wanted = facts.settings.as_ref().map(|settings| settings.version);
    version.map(|version| Some(version) == wanted)
}

fn test_sync(facts: &CustomerFacts) -> Task {
    let (state, detail) = match current(facts.test_version, facts) {
        Some(true) => (
            TaskState::Done,
            "Everything was read; nothing was written to People.",
        ),
        Some(false) if facts.synced_run.is_some() => (
            TaskState::Done,
            "Run with earlier settings; run it again if in doubt.",
        ),
        Some(false) => (
            TaskState::Yours,
            "The settings changed since the last test sync. Run it again.",
        ),
        None if !connected(facts) => (TaskState::CannotStart, "Connect the provider first."),
        None if !scoped(facts) => (TaskState::CannotStart, "Choose security groups first."),
        None => (
            TaskState::Yours,
            "Reads everybody and shows what it found. Writes nothing to People.",
        ),
    };
    task("Run a test sync", "test-sync", state, detail)
}

fn preview(facts: &CustomerFacts) -> Task {
    let (state, detail) = match current(facts.preview_version, facts) {
        Some(true) => (TaskState::Done, "The changes of the next sync were listed."),
        Some(false) | None if facts.synced_run.is_some() => (
            TaskState::Done,
            "Syncs have run; preview again before you change the settings.",
        ),
        Some(false) => (
            TaskState::Yours,
            "The settings changed since the last preview. Make it again.",
        ),
        None if facts.test_version.is_none() => (TaskState::CannotStart, "Run a test sync first."),
        None => (
            TaskState::Yours,
            "Lists who would be created, linked, updated or blocked, and why.",
        ),
    };
    task("Preview the changes", "runs", state, detail)
}

fn first_sync(facts: &CustomerFacts) -> Task {
    let (state, detail) = match facts.synced_run {
        Some(number) => (
            TaskState::Done,
            format!("Run {number} is the latest that completed."),
        ),
        None if facts.preview_version.is_none() => {
            (TaskState::CannotStart, "Preview the changes first.".to_owned())
        }
        None => (
            TaskState::Yours,
            "Writes to People: the first run waits for your decision.".to_owned(),
        ),
    };
    task("Run the first sync", "runs", state, detail)
}

#[cfg(test)]
mod tests {
    use domain::ids::Id;
    use domain::settings::{ScopeGroup, SyncSettings};
    use domain::sync::RunKind;
    use domain::{ObjectId, Provider};
    use store::customers::LastRunFacts;

    use super::*;

    fn nothing() -> CustomerFacts {
        CustomerFacts {
            customer: store::customers::CustomerRow {
                id: CustomerId::at(Timestamp::UNIX_EPOCH, [0; 10]),
                slug: "contoso".into(),
                name: "Contoso".into(),
            },
            provider: None,
            config_version: None,
            tested: None,
            settings: None,
            accepted_version: None,
            people: 0,
            test_version: None,
            preview_version: None,
            synced_run: None,
            last_run: None,
        }
    }

    fn states(facts: &CustomerFacts) -> Vec<&'static str> {
        tasks(facts).iter().map(|task| task.state.code()).collect()
    }

    #[test]
    fn tasks_open_one_after_the_other_from_facts() {
        let mut facts = nothing();
        assert_eq!(
            states(&facts),
            [
                "yours",
                "cannot_start",
                "cannot_start",
                "cannot_start",
                "cannot_start",
                "cannot_start"
            ]
        );
        assert_eq!(
            next(&facts),
            "Next: connect the provider. Choose Microsoft Entra ID or Okta and enter the values."
        );
        facts.provider = Some(Provider::Entra);
        facts.config_version = Some(1);
        facts.settings = Some(SyncSettings::initial(Provider::Entra));
        facts.tested = Some(false);
        assert_eq!(states(&facts)[..2], ["attention", "cannot_start"]);
        assert!(attention(&facts));
        facts.tested = Some(true);
        assert_eq!(
            states(&facts),
            [
                "done",
                "yours",
                "done",
                "cannot_start",
                "cannot_start",
                "cannot_start"
            ]
        );
        let group = ScopeGroup {
            object_id: ObjectId::new("g"),
            name: "Intranet users".into(),
        };
        if let Some(settings) = &mut facts.settings {
            settings.scope.groups.push(group);
            settings.version = 2;
        }
        assert_eq!(states(&facts)[1..4], ["done", "done", "yours"]);
        facts.test_version = Some(1);
        assert_eq!(states(&facts)[3..], ["yours", "yours", "cannot_start"]);
        facts.test_version = Some(2);
        facts.preview_version = Some(2);
        assert_eq!(states(&facts)[3..], ["done", "done", "yours"]);
        facts.synced_run = Some(3);
        assert_eq!(states(&facts), ["done"; 6]);
        assert_eq!(
            next(&facts),
            "People follows the directory. Nothing waits for you."
        );
    }

    #[test]
    fn s_01_a_held_run_comes_first() {
        let mut facts = nothing();
        facts.last_run = Some(LastRunFacts {
            number: 7,
            kind: RunKind::Manual,
            state: RunState::Held,
            queued_at: Timestamp::UNIX_EPOCH,
            disputed: 0,
        });
        assert!(next(&facts).starts_with("Run 7 is held"));
        assert!(attention(&facts));
    }

    #[test]
    fn i_02_people_to_decide_about_are_not_called_nothing() {
        let mut facts = nothing();
        let sync = |kind, disputed| LastRunFacts {
            number: 7,
            kind,
            state: RunState::Completed,
            queued_at: Timestamp::UNIX_EPOCH,
            disputed,
        };
        facts.last_run = Some(sync(RunKind::Scheduled, 9));
        assert!(attention(&facts));
        assert_eq!(undecided(&facts), 9);
        facts.last_run = Some(sync(RunKind::Simulation, 9));
        assert_eq!(undecided(&facts), 0, "a preview decides nothing");
    }

    #[test]
    fn a_customer_needs_a_name_and_a_plain_address() {
        assert!(customer_errors("Contoso Ltd", "contoso-ltd").is_empty());
        for slug in ["", "a", "-a", "a-", "A", "a b", "ü1", &"a".repeat(64)] {
            assert_eq!(customer_errors("x", slug).len(), 1, "{slug:?}");
        }
        assert_eq!(customer_errors("", "").len(), 2);
    }
}
