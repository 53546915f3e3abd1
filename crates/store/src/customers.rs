//! Customers: the organisations whose intranets follow a directory.

use domain::ids::Id;
use domain::settings::SyncSettings;
use domain::sync::{RunCounts, RunKind, RunState};
use domain::{CustomerId, Provider, Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::code;
use crate::sql::{execute, fetch_all, fetch_optional, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    INSERT = "INSERT INTO customers (id, slug, name, created_at) VALUES ($1, $2, $3, $4)";
    BY_SLUG = "SELECT id, slug, name FROM customers WHERE slug = $1";
    LOCK = {
        // Whoever writes is alone already.
        sqlite: "SELECT id, slug, name FROM customers WHERE id = $1",
        postgres: "SELECT id, slug, name FROM customers WHERE id = $1 FOR UPDATE",
    };
    // One ($2 is the only id) or, for staff, every customer whose name or address holds the text ($1 is true). The
    // latest run is the one with the highest number; numbers are taken in the unit of work that inserts the run.
    FACTS = "SELECT c.id, c.slug, c.name, d.provider, p.version AS config_version, (SELECT t.passed FROM connection_reports t WHERE t.customer_id = c.id AND t.config_version = p.version ORDER BY t.at DESC LIMIT 1) AS tested, s.settings, s.accepted_version, (SELECT COUNT(*) FROM accounts a WHERE a.customer_id = c.id) AS people, (SELECT MAX(k.settings_version) FROM sync_runs k WHERE k.customer_id = c.id AND k.kind = 'test_sync' AND k.state IN ('completed', 'completed_with_problems')) AS test_version, (SELECT MAX(k.settings_version) FROM sync_runs k WHERE k.customer_id = c.id AND k.kind = 'simulation' AND k.state IN ('completed', 'completed_with_problems', 'held')) AS preview_version, (SELECT MAX(k.number) FROM sync_runs k WHERE k.customer_id = c.id AND k.kind IN ('manual', 'scheduled') AND k.state IN ('completed', 'completed_with_problems')) AS synced_run, r.number AS run_number, r.kind AS run_kind, r.state AS run_state, r.queued_at AS run_queued_at, r.counts AS run_counts FROM customers c LEFT JOIN directories d ON d.customer_id = c.id AND d.id = (SELECT n.id FROM directories n WHERE n.customer_id = c.id ORDER BY n.created_at DESC LIMIT 1) LEFT JOIN provider_configs p ON p.customer_id = c.id AND p.directory_id = d.id LEFT JOIN sync_settings s ON s.customer_id = c.id AND s.directory_id = d.id LEFT JOIN sync_runs r ON r.customer_id = c.id AND r.number = c.next_run_number - 1 WHERE ($1 OR c.id = $2) AND (LOWER(c.name) LIKE $3 ESCAPE '\\' OR LOWER(c.slug) LIKE $3 ESCAPE '\\') ORDER BY c.name, c.slug";
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

/// Makes everybody else who wants this customer's lock, or a run number of theirs, wait until this unit of work ends:
/// for decisions that rest on more than the rows they write.
pub async fn lock(tx: &mut Tx, customer: CustomerId) -> Result<(), StoreError> {
    fetch_optional!(tx, Row, LOCK, customer.uuid())?;
    Ok(())
}

/// Takes the number of the customer's next run: 1, 2, 3, ...
pub async fn next_run_number(tx: &mut Tx, customer: CustomerId) -> Result<i64, StoreError> {
    fetch_value!(tx, i64, NEXT_RUN_NUMBER, customer.uuid())
}

/// Where a customer stands: everything the staff's list and the customer's own page are made from.
#[derive(Clone, Debug)]
pub struct CustomerFacts {
    pub customer: CustomerRow,
    pub provider: Option<Provider>,
    /// The version of the saved provider configuration.
    pub config_version: Option<i64>,
    /// Whether the latest connection test of those saved values passed; `None` when they were never tested.
    pub tested: Option<bool>,
    pub settings: Option<SyncSettings>,
    /// The settings under which a writing run was last accepted.
    pub accepted_version: Option<i64>,
    pub people: u64,
    /// The newest settings under which a test sync completed.
    pub test_version: Option<i64>,
    /// The newest settings under which a preview was made.
    pub preview_version: Option<i64>,
    /// The number of the latest sync that wrote to People and completed.
    pub synced_run: Option<i64>,
    pub last_run: Option<LastRunFacts>,
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
    id: Uuid,
    slug: String,
    name: String,
    provider: Option<String>,
    config_version: Option<i64>,
    tested: Option<bool>,
    settings: Option<Json<SyncSettings>>,
    accepted_version: Option<i64>,
    people: i64,
    test_version: Option<i64>,
    preview_version: Option<i64>,
    synced_run: Option<i64>,
    run_number: Option<i64>,
    run_kind: Option<String>,
    run_state: Option<String>,
    run_queued_at: Option<Timestamp>,
    run_counts: Option<Json<RunCounts>>,
}

impl FactsRow {
    fn read(self) -> Result<CustomerFacts, StoreError> {
        let last_run = match (self.run_number, self.run_kind, self.run_state, self.run_queued_at) {
            (Some(number), Some(kind), Some(state), Some(queued_at)) => Some(LastRunFacts {
                number,
                kind: code("sync_runs", "kind", &kind)?,
                state: code("sync_runs", "state", &state)?,
                queued_at,
                disputed: self.run_counts.map_or(0, |counts| counts.0.disputed),
            }),
            _ => None,
        };
        Ok(CustomerFacts {
            customer: Row {
                id: self.id,
                slug: self.slug,
                name: self.name,
            }
            .into(),
            provider: self
                .provider
                .as_deref()
                .map(|text| code("directories", "provider", text))
                .transpose()?,
            config_version: self.config_version,
            tested: self.tested,
            settings: self.settings.map(|Json(settings)| settings),
            accepted_version: self.accepted_version,
            people: u64::try_from(self.people).unwrap_or(0),
            test_version: self.test_version,
            preview_version: self.preview_version,
            synced_run: self.synced_run,
            last_run,
        })
    }
}

/// Where every customer stands whose name or address holds `search`, by name. For staff only.
pub async fn facts_of_all(tx: &mut Tx, search: &str) -> Result<Vec<CustomerFacts>, StoreError> {
    let escaped = search
        .trim()
        .to_lowercase()
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    let rows = fetch_all!(tx, FactsRow, FACTS, true, Uuid::nil(), format!("%{escaped}%"))?;
    rows.into_iter().map(FactsRow::read).collect()
}

/// Where one customer stands.
pub async fn facts(tx: &mut Tx, customer: CustomerId) -> Result<Option<CustomerFacts>, StoreError> {
    fetch_optional!(tx, FactsRow, FACTS, false, customer.uuid(), "%")?
        .map(FactsRow::read)
        .transpose()
}
