//! Provider configurations, their encrypted secrets, and the connection tests kept as evidence.

use domain::connection::ConnectionReport;
use domain::ids::{Id, ReportId};
use domain::provider::{ProviderValues, SecretKind};
use domain::{CustomerId, DirectoryId, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::{code, one_row};
use crate::sql::{execute, fetch_all, fetch_optional, statements};
use crate::{StoreError, Tx};

statements! {
    INSERT = "INSERT INTO provider_configs (customer_id, directory_id, config, version, saved_by, saved_at) VALUES ($1, $2, $3, $4, $5, $6)";
    FIND = "SELECT config, version, saved_by, saved_at FROM provider_configs WHERE customer_id = $1 AND directory_id = $2";
    SAVE = "UPDATE provider_configs SET config = $4, version = $5, saved_by = $6, saved_at = $7 WHERE customer_id = $1 AND directory_id = $2 AND version = $3";
    SECRETS = "SELECT kind, key_id, nonce, ciphertext, ends_in, entered_at, expires_at FROM provider_secrets WHERE customer_id = $1 AND directory_id = $2 ORDER BY kind";
    PUT_SECRET = "INSERT INTO provider_secrets (customer_id, directory_id, kind, key_id, nonce, ciphertext, ends_in, entered_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (customer_id, directory_id, kind) DO UPDATE SET key_id = excluded.key_id, nonce = excluded.nonce, ciphertext = excluded.ciphertext, ends_in = excluded.ends_in, entered_at = excluded.entered_at, expires_at = excluded.expires_at";
    DROP_SECRET = "DELETE FROM provider_secrets WHERE customer_id = $1 AND directory_id = $2 AND kind = $3";
    SET_EXPIRY = "UPDATE provider_secrets SET expires_at = $4 WHERE customer_id = $1 AND directory_id = $2 AND kind = $3";
    EXPIRING = "SELECT x.customer_id, x.directory_id, MIN(x.kind) AS kind, x.expires_at FROM provider_secrets x
        WHERE x.expires_at < $1 GROUP BY x.customer_id, x.directory_id, x.expires_at
        ORDER BY x.customer_id, x.directory_id, x.expires_at";
    // What uses a token: the runs of its directory, and the tests of what is saved. Of one customer ($2) or of all ($1).
    TOKENS = "SELECT x.customer_id, x.directory_id, x.entered_at,
            (SELECT MAX(t.at) FROM connection_reports t
                WHERE t.customer_id = x.customer_id AND t.config_version IS NOT NULL) AS tested_at,
            (SELECT MAX(r.started_at) FROM sync_runs r
                WHERE r.customer_id = x.customer_id AND r.directory_id = x.directory_id) AS run_at
        FROM provider_secrets x WHERE ($1 OR x.customer_id = $2) AND x.kind = 'api_token' ORDER BY x.customer_id";
    INSERT_REPORT = "INSERT INTO connection_reports (customer_id, id, config_version, passed, report, at) VALUES ($1, $2, $3, $4, $5, $6)";
    LATEST_OF_SAVED = "SELECT id, config_version, passed, report, at FROM connection_reports WHERE customer_id = $1 AND config_version IS NOT NULL ORDER BY at DESC, id DESC LIMIT 1";
    LATEST = "SELECT id, config_version, passed, report, at FROM connection_reports WHERE customer_id = $1 ORDER BY at DESC, id DESC LIMIT 1";
    // Tests of saved values and of others are kept apart: many tries must not push out the evidence for what is saved.
    FORGET_REPORTS = "DELETE FROM connection_reports WHERE at < $1 AND (customer_id, id) IN (
            SELECT customer_id, id FROM (
                SELECT customer_id, id, ROW_NUMBER() OVER (PARTITION BY customer_id, config_version IS NULL
                    ORDER BY at DESC, id DESC) AS place
                FROM connection_reports) AS ranked
            WHERE place > $2)";
    ADOPT_REPORT = "UPDATE connection_reports SET config_version = $3 WHERE customer_id = $1 AND id = $2";
}

/// A stored configuration, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigRow {
    pub values: ProviderValues,
    /// Raised by every save; never used twice for a customer.
    pub version: i64,
    /// The name of whoever saved it.
    pub saved_by: String,
    pub saved_at: Timestamp,
}

/// An encrypted secret and what may be shown of it (C-21).
#[derive(Clone, PartialEq, Eq)]
pub struct SecretRow {
    pub kind: SecretKind,
    /// Which key of the key ring it is sealed with.
    pub key_id: String,
    pub nonce: Vec<u8>,
    pub ciphertext: Vec<u8>,
    /// The last four characters; empty for keys and certificates.
    pub ends_in: String,
    pub entered_at: Timestamp,
    /// `None` when unknown (C-20).
    pub expires_at: Option<Timestamp>,
}

impl std::fmt::Debug for SecretRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretRow")
            .field("kind", &self.kind)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

/// A connection test as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptReport {
    pub report: ConnectionReport,
    /// Of the tested values, secrets included; only of a test that passed. Lets a save recognise that exactly these
    /// values were tested a moment ago.
    #[serde(default)]
    pub fingerprint: Option<String>,
    /// The attributes the directory has, as learnt with this test.
    #[serde(default)]
    pub attributes: Vec<String>,
    /// Names that begin with this may exist although they are not among those (B-09): empty for any, `None` when those
    /// are all.
    #[serde(default = "any_name")]
    pub attributes_unlisted: Option<String>,
}

/// Before this was kept nobody knew.
#[expect(clippy::unnecessary_wraps, reason = "serde asks for the type of the field")]
fn any_name() -> Option<String> {
    Some(String::new())
}

/// One row of the tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRow {
    pub id: ReportId,
    /// The version of the configuration that was tested; `None` for values that were never saved.
    pub config_version: Option<i64>,
    pub passed: bool,
    pub kept: KeptReport,
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct ConfigColumns {
    config: Json<ProviderValues>,
    version: i64,
    saved_by: String,
    saved_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Secret {
    kind: String,
    key_id: String,
    nonce: Vec<u8>,
    ciphertext: Vec<u8>,
    ends_in: String,
    entered_at: Timestamp,
    expires_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct ReportColumns {
    id: Uuid,
    config_version: Option<i64>,
    passed: bool,
    report: Json<KeptReport>,
    at: Timestamp,
}

impl Secret {
    fn read(self) -> Result<SecretRow, StoreError> {
        Ok(SecretRow {
            kind: code("provider_secrets", "kind", &self.kind)?,
            key_id: self.key_id,
            nonce: self.nonce,
            ciphertext: self.ciphertext,
            ends_in: self.ends_in,
            entered_at: self.entered_at,
            expires_at: self.expires_at,
        })
    }
}

impl From<ReportColumns> for ReportRow {
    fn from(row: ReportColumns) -> Self {
        Self {
            id: ReportId::from_uuid(row.id),
            config_version: row.config_version,
            passed: row.passed,
            kept: row.report.0,
            at: row.at,
        }
    }
}

/// The configuration of a directory.
pub async fn find(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
) -> Result<Option<ConfigRow>, StoreError> {
    let row = fetch_optional!(tx, ConfigColumns, FIND, customer.uuid(), directory.uuid())?;
    Ok(row.map(|row| ConfigRow {
        values: row.config.0,
        version: row.version,
        saved_by: row.saved_by,
        saved_at: row.saved_at,
    }))
}

/// Adds the first configuration of a directory.
pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    config: &ConfigRow,
) -> Result<(), StoreError> {
    execute!(
        tx,
        INSERT,
        customer.uuid(),
        directory.uuid(),
        Json(&config.values),
        config.version,
        config.saved_by.as_str(),
        config.saved_at
    )?;
    Ok(())
}

/// Replaces the configuration whose version is `expected`. Somebody else was quicker: [`StoreError::Stale`].
pub async fn save(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    expected: i64,
    config: &ConfigRow,
) -> Result<(), StoreError> {
    let touched = execute!(
        tx,
        SAVE,
        customer.uuid(),
        directory.uuid(),
        expected,
        Json(&config.values),
        config.version,
        config.saved_by.as_str(),
        config.saved_at
    )?;
    one_row(touched, "the provider configuration")
}

/// The secrets of a directory's configuration, encrypted.
pub async fn secrets(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
) -> Result<Vec<SecretRow>, StoreError> {
    let rows = fetch_all!(tx, Secret, SECRETS, customer.uuid(), directory.uuid())?;
    rows.into_iter().map(Secret::read).collect()
}

/// Adds or replaces one secret.
pub async fn put_secret(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    secret: &SecretRow,
) -> Result<(), StoreError> {
    execute!(
        tx,
        PUT_SECRET,
        customer.uuid(),
        directory.uuid(),
        secret.kind.code(),
        secret.key_id.as_str(),
        secret.nonce.as_slice(),
        secret.ciphertext.as_slice(),
        secret.ends_in.as_str(),
        secret.entered_at,
        secret.expires_at
    )?;
    Ok(())
}

/// Forgets a secret that the way of signing in does not need any more. One that is not there is no error.
pub async fn drop_secret(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    kind: SecretKind,
) -> Result<(), StoreError> {
    execute!(tx, DROP_SECRET, customer.uuid(), directory.uuid(), kind.code())?;
    Ok(())
}

/// Corrects the date on which a stored secret expires.
pub async fn set_expiry(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    kind: SecretKind,
    expires_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let touched = execute!(
        tx,
        SET_EXPIRY,
        customer.uuid(),
        directory.uuid(),
        kind.code(),
        expires_at
    )?;
    one_row(touched, "the provider secret")
}

/// A secret that ends soon, or has ended. A certificate and its key are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpiringSecret {
    pub customer: CustomerId,
    pub directory: DirectoryId,
    pub kind: SecretKind,
    pub expires_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Expiring {
    customer_id: Uuid,
    directory_id: Uuid,
    kind: String,
    expires_at: Timestamp,
}

/// The secrets of every customer that end before `before`.
pub async fn expiring(tx: &mut Tx, before: Timestamp) -> Result<Vec<ExpiringSecret>, StoreError> {
    fetch_all!(tx, Expiring, EXPIRING, before)?
        .into_iter()
        .map(|row| {
            Ok(ExpiringSecret {
                customer: CustomerId::from_uuid(row.customer_id),
                directory: DirectoryId::from_uuid(row.directory_id),
                kind: code("provider_secrets", "kind", &row.kind)?,
                expires_at: row.expires_at,
            })
        })
        .collect()
}

/// An API token, and when it was used last as far as we know: entered, tested, or by a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdleToken {
    pub customer: CustomerId,
    pub directory: DirectoryId,
    pub used_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Token {
    customer_id: Uuid,
    directory_id: Uuid,
    entered_at: Timestamp,
    tested_at: Option<Timestamp>,
    run_at: Option<Timestamp>,
}

impl From<Token> for IdleToken {
    fn from(row: Token) -> Self {
        let used = [row.tested_at, row.run_at].into_iter().flatten();
        Self {
            customer: CustomerId::from_uuid(row.customer_id),
            directory: DirectoryId::from_uuid(row.directory_id),
            used_at: used.fold(row.entered_at, std::cmp::max),
        }
    }
}

/// The API tokens of every customer that nobody has used since `since` (C-12).
pub async fn idle_tokens(tx: &mut Tx, since: Timestamp) -> Result<Vec<IdleToken>, StoreError> {
    let rows = fetch_all!(tx, Token, TOKENS, true, Uuid::nil())?;
    Ok(rows
        .into_iter()
        .map(IdleToken::from)
        .filter(|token| token.used_at <= since)
        .collect())
}

/// When a customer's API token was used last, if they have one.
pub async fn token_used(tx: &mut Tx, customer: CustomerId) -> Result<Option<Timestamp>, StoreError> {
    let rows = fetch_all!(tx, Token, TOKENS, false, customer.uuid())?;
    Ok(rows.into_iter().map(|row| IdleToken::from(row).used_at).max())
}

/// Keeps a connection test.
pub async fn insert_report(tx: &mut Tx, customer: CustomerId, report: &ReportRow) -> Result<(), StoreError> {
    execute!(
        tx,
        INSERT_REPORT,
        customer.uuid(),
        report.id.uuid(),
        report.config_version,
        report.passed,
        Json(&report.kept),
        report.at
    )?;
    Ok(())
}

/// The latest test of values that were saved, whatever their version.
pub async fn latest_report_of_saved(
    tx: &mut Tx,
    customer: CustomerId,
) -> Result<Option<ReportRow>, StoreError> {
    Ok(fetch_optional!(tx, ReportColumns, LATEST_OF_SAVED, customer.uuid())?.map(Into::into))
}

/// The latest test, of saved values or not.
pub async fn latest_report(tx: &mut Tx, customer: CustomerId) -> Result<Option<ReportRow>, StoreError> {
    Ok(fetch_optional!(tx, ReportColumns, LATEST, customer.uuid())?.map(Into::into))
}

/// Notes that the values of a test are now saved as `version`.
pub async fn adopt_report(
    tx: &mut Tx,
    customer: CustomerId,
    report: ReportId,
    version: i64,
) -> Result<(), StoreError> {
    let touched = execute!(tx, ADOPT_REPORT, customer.uuid(), report.uuid(), version)?;
    one_row(touched, "the connection test")
}

/// Forgets connection tests from before `before`, of every customer; the latest `keep` of the saved values and of
/// others stay, however old. Gives how many were forgotten.
pub async fn forget_reports(tx: &mut Tx, before: Timestamp, keep: i64) -> Result<u64, StoreError> {
    execute!(tx, FORGET_REPORTS, before, keep)
}
