//! Customers: the organisations whose intranets follow a directory.

use domain::ids::Id;
use domain::schedule::Schedule;
use domain::settings::SyncSettings;
use domain::sync::{RunCounts, RunKind, RunState};
use domain::user_mapping::ReviewState;
use domain::{CustomerId, DirectoryId, Provider, Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::code;
use crate::people_list::any_case;
use crate::sql::{execute, fetch_all, fetch_optional, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    INSERT = "INSERT INTO customers (id, slug, name, created_at) VALUES ($1, $2, $3, $4)";
    BY_SLUG = "SELECT id, slug, name FROM customers WHERE slug = $1";
    BY_ID = "SELECT id, slug, name FROM customers WHERE id = $1";
    LOCK = {
        // Whoever writes is alone already.
        sqlite: "SELECT id, slug, name FROM customers WHERE id = $1",
        postgres: "SELECT id, slug, name FROM customers WHERE id = $1 FOR UPDATE",
    };
    TURN = {
        sqlite: "SELECT id, slug, name FROM customers WHERE id = $1",
        postgres: "SELECT id, slug, name FROM customers WHERE id = $1 FOR NO KEY UPDATE",
    };
    // One ($2 is the only id) or, for staff, every customer whose name or address holds the text ($1 is true). The
    // latest run is the one with the highest number; numbers are taken in the unit of work that inserts the run.
    // Accounts beside those of the connected directory are counted in three ranges of an index, so that the many people
    // of that directory are not walked through; $4 is the id that no directory has.
    FACTS = ["SELECT c.id, c.slug, c.name, c.created_at, d.id AS directory_id, d.provider,
            p.version AS config_version, p.saved_at AS config_saved_at,
            (SELECT t.passed FROM connection_reports t WHERE t.customer_id = c.id AND t.config_version = p.version
                ORDER BY t.at DESC, t.id DESC LIMIT 1) AS tested,
            (SELECT t.at FROM connection_reports t WHERE t.customer_id = c.id AND t.config_version = p.version
                ORDER BY t.at DESC, t.id DESC LIMIT 1) AS tested_at,
            EXISTS (SELECT 1 FROM connection_reports t WHERE t.customer_id = c.id AND t.config_version < p.version
                AND t.passed) AS worked_before,
            (SELECT MIN(x.expires_at) FROM provider_secrets x WHERE x.customer_id = c.id AND x.directory_id = d.id)
                AS secret_expires_at,
            s.settings, s.accepted_version,
            (SELECT COUNT(*) FROM accounts a WHERE a.customer_id = c.id) AS people,
            (SELECT COUNT(*) FROM accounts a" (index "accounts_local_administrators") "
                WHERE a.customer_id = c.id AND a.directory_id IS NULL
                AND a.is_administrator) AS all_local_admins,
            (SELECT COUNT(*) FROM accounts a" (index "accounts_local_administrators") "
                WHERE a.customer_id = c.id AND a.directory_id IS NULL
                AND a.is_administrator AND a.state = 'active') AS local_admins,
            (SELECT MAX(a.last_sign_in_at) FROM accounts a" (index "accounts_local_administrators") "
                WHERE a.customer_id = c.id AND a.directory_id IS NULL
                AND a.is_administrator AND a.state = 'active') AS local_admin_signed_in_at,
            (SELECT COUNT(*) FROM accounts a WHERE a.customer_id = c.id AND a.directory_id IS NULL)
                + (SELECT COUNT(*) FROM accounts a WHERE a.customer_id = c.id AND a.directory_id < COALESCE(d.id, $4))
                + (SELECT COUNT(*) FROM accounts a WHERE a.customer_id = c.id AND a.directory_id > COALESCE(d.id, $4))
                AS of_others,
            (SELECT MAX(k.finished_at) FROM sync_runs k WHERE k.customer_id = c.id AND k.directory_id = d.id
                AND k.kind = 'test_sync' AND k.state IN ('completed', 'completed_with_problems')) AS test_synced_at,
            EXISTS (SELECT 1 FROM sync_runs k WHERE k.customer_id = c.id AND k.directory_id <> d.id
                AND k.kind = 'test_sync' AND k.state IN ('completed', 'completed_with_problems')) AS test_of_another,
            (SELECT MAX(k.finished_at) FROM sync_runs k WHERE k.customer_id = c.id AND k.directory_id = d.id
                AND k.kind IN ('manual', 'scheduled') AND k.state IN ('completed', 'completed_with_problems'))
                AS synced_at,
            CASE WHEN y.enabled THEN y.enabled_at END AS scheduled_since, y.schedule,
            r.number AS run_number, r.kind AS run_kind, r.state AS run_state, r.queued_at AS run_queued_at,
            r.counts AS run_counts, w.number AS sync_number, w.kind AS sync_kind, w.state AS sync_state,
            w.queued_at AS sync_queued_at, w.counts AS sync_counts,
            (SELECT MAX(v.number) FROM mapping_versions v WHERE v.customer_id = c.id) AS mapping_version,
            m.version AS review_version, m.state AS review_state, m.submitted_at AS review_submitted_at,
            m.decided_at AS review_decided_at, m.seconded_at AS review_seconded_at,
            (SELECT COUNT(*) FROM mapping_remarks q" (index "mapping_remarks_unanswered") " WHERE q.customer_id = c.id
                AND q.side = 'staff' AND q.asks AND q.settled_at IS NULL) AS asked_by_staff,
            (SELECT COUNT(*) FROM mapping_remarks q" (index "mapping_remarks_unanswered") " WHERE q.customer_id = c.id
                AND q.side = 'customer' AND q.asks AND q.settled_at IS NULL) AS asked_by_customer,
            g.finished_at AS migrated_at,
            (mv.directory_id <> d.id OR mv.people_number <> c.people_number
                OR mv.snapshot_number <> d.snapshot_number) AS review_drifted
        FROM customers c
        LEFT JOIN directories d ON d.customer_id = c.id AND d.id = (SELECT n.id FROM directories n
            WHERE n.customer_id = c.id AND n.provider IN ('entra', 'okta') ORDER BY n.created_at DESC LIMIT 1)
        LEFT JOIN provider_configs p ON p.customer_id = c.id AND p.directory_id = d.id
        LEFT JOIN sync_settings s ON s.customer_id = c.id AND s.directory_id = d.id
        LEFT JOIN sync_schedules y ON y.customer_id = c.id AND y.directory_id = d.id
        LEFT JOIN sync_runs r ON r.customer_id = c.id AND r.number = c.next_run_number - 1
        LEFT JOIN sync_runs w ON w.customer_id = c.id AND w.number = (SELECT MAX(k.number) FROM sync_runs k
            WHERE k.customer_id = c.id AND k.kind IN ('manual', 'scheduled'))
        LEFT JOIN mapping_reviews m ON m.customer_id = c.id AND m.version = (SELECT MAX(x.version)
            FROM mapping_reviews x WHERE x.customer_id = c.id)
        LEFT JOIN migration_runs g ON g.customer_id = c.id AND g.number = (SELECT MAX(x.number) FROM migration_runs x
            WHERE x.customer_id = c.id AND x.purpose = 'run' AND x.state = 'done')
        LEFT JOIN mapping_versions mv ON mv.customer_id = c.id AND mv.number = m.version
        WHERE ($1 OR c.id = $2) AND EXISTS (SELECT 1 FROM " (list "$3") " AS form
            WHERE LOWER(c.name) LIKE form.value ESCAPE '!' OR LOWER(c.slug) LIKE form.value ESCAPE '!')
        ORDER BY c.name, c.slug"];
    NEXT_RUN_NUMBER = "UPDATE customers SET next_run_number = next_run_number + 1 WHERE id = $1 RETURNING next_run_number - 1";
}

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerRow {
    pub id: CustomerId,
    /// The name in addresses.
    pub slug: String,
    pub name: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    slug: String,
    name: String,
}

impl From<Row> for CustomerRow {
    fn from(row: Row) -> Self {
        Self {
            id: CustomerId::from_uuid(row.id),
            slug: row.slug,
            name: row.name,
        }
    }
}

/// Adds a customer; a slug that is taken is [`StoreError::Conflict`].
pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    slug: &str,
    name: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(tx, INSERT, customer.uuid(), slug, name, now)?;
    Ok(())
}

/// The customer with this name in addresses.
pub async fn by_slug(tx: &mut Tx, slug: &str) -> Result<Option<CustomerRow>, StoreError> {
    Ok(fetch_optional!(tx, Row, BY_SLUG, slug)?.map(Into::into))
}

/// The customer with this id.
pub async fn by_id(tx: &mut Tx, customer: CustomerId) -> Result<Option<CustomerRow>, StoreError> {
    Ok(fetch_optional!(tx, Row, BY_ID, customer.uuid())?.map(Into::into))
}

/// Makes everybody else who wants this customer's lock, or a run number of theirs, wait until this unit of work ends:
/// for decisions that rest on more than the rows they write.
pub async fn lock(tx: &mut Tx, customer: CustomerId) -> Result<(), StoreError> {
    fetch_optional!(tx, Row, LOCK, customer.uuid())?;
    Ok(())
}

/// Makes units of work of this customer that ask for a turn wait for one another, and for a run number; whoever only
/// writes rows of this customer goes on. That matters: [`lock`] holds up the audit log's entries of others, and waits
/// for their lock on the log in turn.
pub async fn take_turn(tx: &mut Tx, customer: CustomerId) -> Result<(), StoreError> {
    fetch_optional!(tx, Row, TURN, customer.uuid())?;
    Ok(())
}

/// Takes the number of the customer's next run: 1, 2, 3, ...
pub async fn next_run_number(tx: &mut Tx, customer: CustomerId) -> Result<i64, StoreError> {
    fetch_value!(tx, i64, NEXT_RUN_NUMBER, customer.uuid())
}

/// What is known of a customer: everything the staff's board and the customer's own pages are made from.
#[derive(Clone, Debug)]
pub struct CustomerFacts {
    pub customer: CustomerRow,
    pub created_at: Timestamp,
    /// The directory that is connected now.
    pub directory: Option<DirectoryId>,
    pub provider: Option<Provider>,
    /// When the values in force were saved.
    pub config_saved_at: Option<Timestamp>,
    /// The latest connection test of exactly those values, and whether it passed.
    pub tested: Option<(Timestamp, bool)>,
    /// Values that were saved earlier passed their test.
    pub worked_before: bool,
    /// The first of its secrets to expire.
    pub secret_expires_at: Option<Timestamp>,
    pub settings: Option<SyncSettings>,
    /// The settings under which a writing run was last accepted.
    pub accepted_version: Option<i64>,
    pub people: u64,
    /// Active local administrators.
    pub local_admins: u64,
    /// The latest sign-in of one of them to the intranet.
    pub local_admin_signed_in_at: Option<Timestamp>,
    /// Accounts that are neither local administrators nor of the connected directory.
    pub others: u64,
    /// The latest complete test sync of the connected directory.
    pub test_synced_at: Option<Timestamp>,
    /// There is one of another directory.
    pub test_of_another: bool,
    /// The latest run of the connected directory that wrote to People and completed.
    pub synced_at: Option<Timestamp>,
    /// Since when it runs by itself.
    pub scheduled_since: Option<Timestamp>,
    /// The zone of its schedule, if one was ever saved.
    pub time_zone: Option<String>,
    pub last_run: Option<LastRunFacts>,
    /// The latest run of everybody that could write.
    pub last_sync: Option<LastRunFacts>,
    /// The newest version of the user mapping.
    pub mapping_version: Option<i64>,
    /// The newest of its versions that was submitted.
    pub review: Option<ReviewFacts>,
    /// Questions of staff about it that wait for an answer.
    pub asked_by_staff: u64,
    /// And those of the customer.
    pub asked_by_customer: u64,
    /// When the directory migration was verified; an undone one is none.
    pub migrated_at: Option<Timestamp>,
}

/// How a version of the user mapping fares that was submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewFacts {
    pub version: i64,
    pub state: ReviewState,
    /// When it came to be so.
    pub at: Timestamp,
    /// People or the directory changed since it was checked (P-17).
    pub drifted: bool,
}

/// The latest run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastRunFacts {
    pub number: i64,
    pub kind: RunKind,
    pub state: RunState,
    pub queued_at: Timestamp,
    /// People about whom somebody has to decide.
    pub disputed: u64,
}

#[derive(sqlx::FromRow)]
struct FactsRow {
    #[sqlx(flatten)]
    customer: Row,
    created_at: Timestamp,
    directory_id: Option<Uuid>,
    provider: Option<String>,
    config_saved_at: Option<Timestamp>,
    tested: Option<bool>,
    tested_at: Option<Timestamp>,
    worked_before: bool,
    secret_expires_at: Option<Timestamp>,
    settings: Option<Json<SyncSettings>>,
    accepted_version: Option<i64>,
    people: i64,
    all_local_admins: i64,
    local_admins: i64,
    local_admin_signed_in_at: Option<Timestamp>,
    of_others: i64,
    test_synced_at: Option<Timestamp>,
    test_of_another: bool,
    synced_at: Option<Timestamp>,
    scheduled_since: Option<Timestamp>,
    schedule: Option<Json<Schedule>>,
    run_number: Option<i64>,
    run_kind: Option<String>,
    run_state: Option<String>,
    run_queued_at: Option<Timestamp>,
    run_counts: Option<Json<RunCounts>>,
    sync_number: Option<i64>,
    sync_kind: Option<String>,
    sync_state: Option<String>,
    sync_queued_at: Option<Timestamp>,
    sync_counts: Option<Json<RunCounts>>,
    mapping_version: Option<i64>,
    review_version: Option<i64>,
    review_state: Option<String>,
    review_submitted_at: Option<Timestamp>,
    review_decided_at: Option<Timestamp>,
    review_seconded_at: Option<Timestamp>,
    review_drifted: Option<bool>,
    asked_by_staff: i64,
    asked_by_customer: i64,
    migrated_at: Option<Timestamp>,
}

impl FactsRow {
    fn read(self) -> Result<CustomerFacts, StoreError> {
        let last_run = (self.run_number, self.run_kind, self.run_state, self.run_queued_at);
        let last_sync = (
            self.sync_number,
            self.sync_kind,
            self.sync_state,
            self.sync_queued_at,
        );
        let provider = self
            .provider
            .as_deref()
            .map(|text| code("directories", "provider", text));
        let count = |n: i64| u64::try_from(n).unwrap_or(0);
        // One that was submitted again keeps the decision before.
        let is_submitted = self.review_state.as_deref() == Some(ReviewState::Submitted.code());
        let review_at = self
            .review_seconded_at
            .or(self.review_decided_at)
            .filter(|_| !is_submitted)
            .or(self.review_submitted_at);
        let review = match (self.review_version, self.review_state, review_at) {
            (Some(version), Some(state), Some(at)) => Some(ReviewFacts {
                version,
                state: code("mapping_reviews", "state", &state)?,
                at,
                drifted: self.review_drifted.unwrap_or(true),
            }),
            _ => None,
        };
        Ok(CustomerFacts {
            customer: self.customer.into(),
            created_at: self.created_at,
            directory: self.directory_id.map(DirectoryId::from_uuid),
            provider: provider.transpose()?,
            config_saved_at: self.config_saved_at,
            tested: self.tested_at.zip(self.tested),
            worked_before: self.worked_before,
            secret_expires_at: self.secret_expires_at,
            settings: self.settings.map(|Json(settings)| settings),
            accepted_version: self.accepted_version,
            people: count(self.people),
            local_admins: count(self.local_admins),
            local_admin_signed_in_at: self.local_admin_signed_in_at,
            others: count(self.of_others - self.all_local_admins),
            test_synced_at: self.test_synced_at,
            test_of_another: self.test_of_another,
            synced_at: self.synced_at,
            scheduled_since: self.scheduled_since,
            time_zone: self.schedule.map(|schedule| schedule.0.time_zone),
            last_run: run_facts(last_run, self.run_counts)?,
            last_sync: run_facts(last_sync, self.sync_counts)?,
            mapping_version: self.mapping_version,
            review,
            asked_by_staff: count(self.asked_by_staff),
            asked_by_customer: count(self.asked_by_customer),
            migrated_at: self.migrated_at,
        })
    }
}

type RunColumns = (Option<i64>, Option<String>, Option<String>, Option<Timestamp>);

fn run_facts(
    columns: RunColumns,
    counts: Option<Json<RunCounts>>,
) -> Result<Option<LastRunFacts>, StoreError> {
    let (Some(number), Some(kind), Some(state), Some(queued_at)) = columns else {
        return Ok(None);
    };
    Ok(Some(LastRunFacts {
        number,
        kind: code("sync_runs", "kind", &kind)?,
        state: code("sync_runs", "state", &state)?,
        queued_at,
        disputed: counts.map_or(0, |counts| counts.0.disputed),
    }))
}

/// What is known of every customer whose name or address holds `search`, by name. For staff only.
pub async fn facts_of_all(tx: &mut Tx, search: &str) -> Result<Vec<CustomerFacts>, StoreError> {
    let forms = Json(any_case(search.trim()));
    let rows = fetch_all!(tx, FactsRow, FACTS, true, Uuid::nil(), forms, Uuid::nil())?;
    rows.into_iter().map(FactsRow::read).collect()
}

/// What is known of one customer.
pub async fn facts(tx: &mut Tx, customer: CustomerId) -> Result<Option<CustomerFacts>, StoreError> {
    fetch_optional!(
        tx,
        FactsRow,
        FACTS,
        false,
        customer.uuid(),
        Json(any_case("")),
        Uuid::nil()
    )?
    .map(FactsRow::read)
    .transpose()
}
