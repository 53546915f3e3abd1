//! The audit log: append-only, written in the same unit of work as the change it tells of, one hash chain for the
//! whole console. Each row carries the SHA-256 of the row before it, so that nobody can change, drop or insert one
//! without breaking every row after it. UPDATE and DELETE are refused by the database itself.

use domain::ids::Id;
use domain::{ConsoleUserId, CustomerId, Timestamp};
use sha2::{Digest, Sha256};
use sqlx::types::Json;
use uuid::Uuid;

use crate::people_list::{any_case, begins};
use crate::sql::{execute, fetch_all, fetch_optional, statements};
use crate::{StoreError, Tx};

/// The advisory lock under which the chain grows on PostgreSQL.
const CHAIN_LOCK: i64 = 0x0075_7365_7273_796e;

statements! {
    // Of two writers the second waits for the first to commit. SQLite has one writer anyway.
    LOCK = { sqlite: "SELECT $1", postgres: "SELECT pg_advisory_xact_lock($1)" };
    HEAD = "SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1";
    APPEND = "INSERT INTO audit_log (seq, customer_id, at, actor_id, actor_name, action, object, details, previous_hash, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    CHAIN = "SELECT seq, customer_id, at, actor_id, actor_name, action, object, details, previous_hash, hash FROM audit_log WHERE seq > $1 ORDER BY seq LIMIT $2";
    OF_CUSTOMER = ["SELECT seq, customer_id, at, actor_id, actor_name, action, object, details, previous_hash, hash
        FROM audit_log WHERE customer_id = $1 AND seq < $2 AND at >= $4 AND at < $5
        AND EXISTS (SELECT 1 FROM " (list "$6") " AS form WHERE LOWER(actor_name) LIKE form.value ESCAPE '!')
        AND ($7 = '' OR action LIKE $7 ESCAPE '!')
        AND (object IN " (list "$9") "
            OR EXISTS (SELECT 1 FROM " (list "$8") " AS form WHERE LOWER(object) LIKE form.value ESCAPE '!'))
        ORDER BY seq DESC LIMIT $3"];
}

/// What happened: by whom, to what.
#[derive(Clone, Copy, Debug)]
pub struct AuditEntry<'a> {
    pub at: Timestamp,
    /// `None` for what concerns no customer.
    pub customer: Option<CustomerId>,
    /// `None` for the system itself.
    pub actor: Option<ConsoleUserId>,
    pub actor_name: &'a str,
    /// A verb phrase with dots: `provider.save`, `run.start`.
    pub action: &'a str,
    /// What it was done to: an id or a number, never a secret.
    pub object: &'a str,
    /// What was before and after, as JSON, without secrets.
    pub details: &'a str,
}

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditRow {
    pub seq: i64,
    customer_id: Option<Uuid>,
    pub at: Timestamp,
    actor_id: Option<Uuid>,
    pub actor_name: String,
    pub action: String,
    pub object: String,
    pub details: String,
    previous_hash: Vec<u8>,
    hash: Vec<u8>,
}

/// What a list of the log is narrowed to. Empty texts narrow nothing.
#[derive(Clone, Copy, Debug)]
pub struct NarrowedAudit<'a> {
    /// Part of the actor's name.
    pub actor: &'a str,
    /// What the action begins with: `provider.`, `run.start`.
    pub action: &'a str,
    /// Part of the object.
    pub object: &'a str,
    /// Objects that are wanted, too: those whose name holds what is looked for.
    pub named: &'a [String],
    pub from: Timestamp,
    /// The first moment that is too late.
    pub until: Timestamp,
}

impl AuditRow {
    pub fn customer(&self) -> Option<CustomerId> {
        self.customer_id.map(CustomerId::from_uuid)
    }

    pub fn actor(&self) -> Option<ConsoleUserId> {
        self.actor_id.map(ConsoleUserId::from_uuid)
    }

    fn entry(&self) -> AuditEntry<'_> {
        AuditEntry {
            at: self.at,
            customer: self.customer(),
            actor: self.actor(),
            actor_name: &self.actor_name,
            action: &self.action,
            object: &self.object,
            details: &self.details,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Head {
    seq: i64,
    hash: Vec<u8>,
}

/// The state of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chain {
    /// So many rows, every one as it was written, and the hash of the last. That none is missing after it only shows
    /// beside an earlier note of both.
    Whole { rows: u64, last: Vec<u8> },
    /// The first row that does not follow from the ones before it.
    Broken { seq: i64 },
}

/// Appends a row in the caller's unit of work.
pub async fn append(tx: &mut Tx, entry: &AuditEntry<'_>) -> Result<i64, StoreError> {
    execute!(tx, LOCK, CHAIN_LOCK)?;
    let head = fetch_optional!(tx, Head, HEAD)?;
    let (seq, previous) = head.map_or((1, vec![0; 32]), |head| (head.seq + 1, head.hash));
    let hash = link(seq, entry, &previous);
    execute!(
        tx,
        APPEND,
        seq,
        entry.customer.map(Id::uuid),
        entry.at,
        entry.actor.map(Id::uuid),
        entry.actor_name,
        entry.action,
        entry.object,
        entry.details,
        previous,
        hash
    )?;
    Ok(seq)
}

/// Rows about one customer, newest first, older than `before` (`i64::MAX` for the first page).
pub async fn of_customer(
    tx: &mut Tx,
    customer: CustomerId,
    narrowed: NarrowedAudit<'_>,
    before: i64,
    limit: i64,
) -> Result<Vec<AuditRow>, StoreError> {
    fetch_all!(
        tx,
        AuditRow,
        OF_CUSTOMER,
        customer.uuid(),
        before,
        limit,
        narrowed.from,
        narrowed.until,
        Json(any_case(narrowed.actor)),
        begins(narrowed.action),
        Json(any_case(narrowed.object)),
        Json(narrowed.named)
    )
}

/// Reads the whole chain and says whether it is as it was written. Rows that were cut off at its end do not show.
pub async fn verify(tx: &mut Tx) -> Result<Chain, StoreError> {
    let mut previous = vec![0; 32];
    let mut seq = 0;
    let mut rows = 0;
    loop {
        let page = fetch_all!(tx, AuditRow, CHAIN, seq, 1000_i64)?;
        if page.is_empty() {
            return Ok(Chain::Whole { rows, last: previous });
        }
        for row in page {
            let follows = row.seq == seq + 1
                && row.previous_hash == previous
                && row.hash == link(row.seq, &row.entry(), &previous);
            if !follows {
                return Ok(Chain::Broken { seq: row.seq });
            }
            seq = row.seq;
            rows += 1;
            previous = row.hash;
        }
    }
}

/// SHA-256 over every field in order, each with its length in front, and the hash of the row before.
fn link(seq: i64, entry: &AuditEntry<'_>, previous: &[u8]) -> Vec<u8> {
    let customer = entry.customer.map(|id| id.to_string()).unwrap_or_default();
    let actor = entry.actor.map(|id| id.to_string()).unwrap_or_default();
    let mut hash = Sha256::new();
    let fields: [&[u8]; 9] = [
        &seq.to_be_bytes(),
        customer.as_bytes(),
        &entry.at.timestamp_micros().to_be_bytes(),
        actor.as_bytes(),
        entry.actor_name.as_bytes(),
        entry.action.as_bytes(),
        entry.object.as_bytes(),
        entry.details.as_bytes(),
        previous,
    ];
    for field in fields {
        hash.update(u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(field);
    }
    hash.finalize().to_vec()
}
