//! The lines of a version, and what was found about them.

use domain::directory::DirectoryStatus;
use domain::ids::Id;
use domain::people::{AccountState, Profile};
use domain::user_mapping::{Column, Finding, FindingCode, RenameKind, Severity};
use domain::{AccountId, CustomerId, DirectoryId, ObjectId, Timestamp, UsernameKey};
use serde::Serialize;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::code;
use crate::people_list::any_case;
use crate::sql::{execute, fetch_all, fetch_optional, statements};
use crate::{StoreError, Tx};

statements! {
    // Until facts say otherwise: a line that cannot be read, or is about nobody, does nothing.
    INSERT_LINES = {
        sqlite: "INSERT INTO mapping_rows (customer_id, version, line, existing, new, target, kind, nth)
            SELECT $1, $2, r.value->>'line', r.value->>'existing', r.value->>'new', r.value->>'target', 'blocked',
                r.value->>'nth'
            FROM json_each($3) AS r",
        postgres: "INSERT INTO mapping_rows (customer_id, version, line, existing, new, target, kind, nth)
            SELECT $1, $2, r.line, r.existing, r.new, r.target, 'blocked', r.nth
            FROM jsonb_to_recordset($3) AS r(line bigint, existing text, new text, target text, nth bigint)",
    };
    // An update that never inserts: the lines are there. SQLite would look through all lines for each that is to be
    // updated; the conflict leads it to the right one.
    SET_FACTS = {
        sqlite: "INSERT INTO mapping_rows (customer_id, version, line, existing, new, target, kind, takes_from, account_id,
                other_account_id, person)
            SELECT $1, $2, r.value->>'line', '', '', '', r.value->>'kind', r.value->>'takes_from',
                unhex(r.value->>'account'), unhex(r.value->>'other_account'), r.value->>'person'
            FROM json_each($3) AS r WHERE true
            ON CONFLICT (customer_id, version, line) DO UPDATE SET kind = excluded.kind,
                takes_from = excluded.takes_from, account_id = excluded.account_id,
                other_account_id = excluded.other_account_id, person = excluded.person",
        postgres: "INSERT INTO mapping_rows (customer_id, version, line, existing, new, target, kind, takes_from, account_id,
                other_account_id, person)
            SELECT $1, $2, r.line, '', '', '', r.kind, r.takes_from, r.account, r.other_account, r.person
            FROM jsonb_to_recordset($3) AS r(line bigint, kind text, takes_from bigint, account uuid, other_account uuid,
                person bigint)
            ON CONFLICT (customer_id, version, line) DO UPDATE SET kind = excluded.kind,
                takes_from = excluded.takes_from, account_id = excluded.account_id,
                other_account_id = excluded.other_account_id, person = excluded.person",
    };
    // A line may be told the same by two comparisons: once is enough.
    INSERT_FINDINGS = {
        sqlite: "INSERT INTO mapping_findings (customer_id, version, code, about, line, place, severity, other, text)
            SELECT $1, $2, r.value->>'code', r.value->>'about', r.value->>'line', r.value->>'place',
                r.value->>'severity', r.value->>'other', r.value->>'text'
            FROM json_each($3) AS r WHERE true ON CONFLICT DO NOTHING",
        postgres: "INSERT INTO mapping_findings (customer_id, version, code, about, line, place, severity, other, text)
            SELECT $1, $2, r.code, r.about, r.line, r.place, r.severity, r.other, r.text
            FROM jsonb_to_recordset($3) AS r(code text, about text, line bigint, place text, severity text,
                other bigint, text text) ON CONFLICT DO NOTHING",
    };
    FORGET_FINDINGS = "DELETE FROM mapping_findings WHERE customer_id = $1 AND version = $2";
    FORGET_LINES = "DELETE FROM mapping_rows WHERE customer_id = $1 AND version = $2";
    FINDINGS = "SELECT f.line, f.place, f.severity, f.code, f.other, f.text, COALESCE(r.existing, '') AS existing,
            COALESCE(r.new, '') AS new, COALESCE(r.target, '') AS target, r.account_id, a.username AS account,
            r.other_account_id, o.username AS other_account, a.profile AS account_profile, u.username AS person,
            u.display_name AS person_name, q.username AS proposed
        FROM mapping_findings f
        LEFT JOIN mapping_rows r ON r.customer_id = $1 AND r.version = $2 AND r.line = f.line
        LEFT JOIN accounts a ON a.customer_id = $1 AND a.id = r.account_id
        LEFT JOIN accounts o ON o.customer_id = $1 AND o.id = r.other_account_id
        LEFT JOIN snapshot_users u ON u.customer_id = $1 AND u.directory_id = $9 AND u.row_no = r.person
        LEFT JOIN mapping_proposals p ON p.customer_id = $1 AND p.account_id = r.account_id
        LEFT JOIN snapshot_users q ON q.customer_id = $1 AND q.directory_id = $9 AND q.row_no = p.person
        WHERE f.customer_id = $1 AND f.version = $2 AND f.code = $3 AND f.about = $4
        AND f.severity = $5 AND (f.line, f.place) > ($6, $7)
        ORDER BY f.line, f.place LIMIT $8";
    // A search, or a kind that is rare, walks through the lines of the version, in their order.
    // One that repeats another ($5 never names its kind, which no reader knows) is shown with what is known of that one (X-01).
    ROWS = ["SELECT r.line, r.existing, r.new, r.target, COALESCE(NULLIF(k.kind, 'repeated'), NULLIF(r.kind, 'repeated'), 'blocked') AS kind,
            CASE WHEN r.kind <> 'repeated' THEN r.takes_from END AS takes_from,
            CASE WHEN r.kind = 'repeated' THEN r.takes_from END AS same_as, a.id AS account_id, a.profile AS account_profile,
            a.state AS account_state, a.created_at AS account_created_at, a.last_sign_in_at, d.name AS directory,
            u.display_name AS person_name, u.mail AS person_mail, u.status AS person_status, u.in_scope AS person_in_scope,
            u.object_id AS person_object,
            (SELECT COUNT(*) FROM mapping_findings AS f" (index "mapping_findings_by_line") " WHERE f.customer_id = $1 AND f.version = $2 AND f.line = r.line
                AND f.severity = 'error') AS problems,
            (SELECT COUNT(*) FROM mapping_findings AS f" (index "mapping_findings_by_line") " WHERE f.customer_id = $1 AND f.version = $2 AND f.line = r.line
                AND f.severity = 'warning') AS warnings
        FROM mapping_rows r
        LEFT JOIN mapping_rows k ON k.customer_id = $1 AND k.version = $2
            AND k.line = CASE WHEN r.kind = 'repeated' THEN r.takes_from END
        LEFT JOIN accounts a ON a.customer_id = $1 AND a.id = COALESCE(k.account_id, r.account_id)
        LEFT JOIN directories d ON d.customer_id = $1 AND d.id = a.directory_id
        LEFT JOIN snapshot_users u ON u.customer_id = $1 AND u.directory_id = $3 AND u.row_no = COALESCE(k.person, r.person)
        WHERE r.customer_id = $1 AND r.version = $2 AND r.line > $4
        AND ($5 = '' OR r.kind = $5)
        AND ($6 = '' OR EXISTS (SELECT 1 FROM mapping_findings AS f" (index "mapping_findings_by_line") " WHERE f.customer_id = $1 AND f.version = $2
            AND f.line = r.line AND f.severity = $6))
        AND EXISTS (SELECT 1 FROM " (list "$7") " AS form
            WHERE LOWER(r.existing) LIKE form.value ESCAPE '!' OR LOWER(r.new) LIKE form.value ESCAPE '!')
        AND NOT ($9 AND (a.id IS NULL OR (a.state <> 'blocked' AND a.last_sign_in_at IS NOT NULL)))
        ORDER BY r.line LIMIT $8"];
    ACCOUNT = "SELECT a.id, a.profile, a.state, a.created_at, a.last_sign_in_at, d.name AS directory
        FROM accounts a LEFT JOIN directories d ON d.customer_id = $1 AND d.id = a.directory_id
        WHERE a.customer_id = $1 AND a.username_key = $2";
    // A range of the unique index.
    NEAREST = "SELECT username FROM accounts WHERE customer_id = $1 AND username_key >= $2 AND username_key < $3
        ORDER BY username_key LIMIT $4";
    LINE = "SELECT line, existing, new, target FROM mapping_rows WHERE customer_id = $1 AND version = $2 AND line = $3";
    // A version that a correction made has the lines of the one before in their order, one beneath the other.
    SAME_PLACE = "SELECT line FROM mapping_rows WHERE customer_id = $1 AND version = $4 ORDER BY line LIMIT 1
        OFFSET (SELECT COUNT(*) FROM mapping_rows WHERE customer_id = $1 AND version = $2 AND line < $3)";
    FINDINGS_OF_LINE = ["SELECT f.line, f.place, f.severity, f.code, f.other, f.text, COALESCE(r.existing, '') AS existing,
            COALESCE(r.new, '') AS new, COALESCE(r.target, '') AS target, r.account_id, a.username AS account,
            r.other_account_id, o.username AS other_account, a.profile AS account_profile, u.username AS person,
            u.display_name AS person_name, q.username AS proposed
        FROM mapping_findings AS f" (index "mapping_findings_by_line") "
        LEFT JOIN mapping_rows r ON r.customer_id = $1 AND r.version = $2 AND r.line = f.line
        LEFT JOIN accounts a ON a.customer_id = $1 AND a.id = r.account_id
        LEFT JOIN accounts o ON o.customer_id = $1 AND o.id = r.other_account_id
        LEFT JOIN snapshot_users u ON u.customer_id = $1 AND u.directory_id = $4 AND u.row_no = r.person
        LEFT JOIN mapping_proposals p ON p.customer_id = $1 AND p.account_id = r.account_id
        LEFT JOIN snapshot_users q ON q.customer_id = $1 AND q.directory_id = $4 AND q.row_no = p.person
        WHERE f.customer_id = $1 AND f.version = $2 AND f.line = $3
        ORDER BY CASE f.severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, f.code, f.place"];
}

/// A line of a version, as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct MappingLine {
    pub line: i64,
    pub existing: String,
    pub new: String,
    pub target: String,
}

/// A line to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewLine {
    pub line: i64,
    pub existing: String,
    pub new: String,
    pub target: String,
    /// How many lines before it have the same existing username: versions are compared by both (F-30).
    pub nth: i64,
}

/// A finding to write, with what it is grouped by.
#[derive(Clone, Debug)]
pub struct NewFinding {
    pub about: String,
    pub finding: Finding,
}

#[derive(Serialize)]
struct FindingRecord<'a> {
    code: &'static str,
    about: &'a str,
    line: u64,
    place: &'static str,
    severity: &'static str,
    other: Option<u64>,
    text: Option<&'a str>,
}

/// What a line does to a username, and whom it is about.
#[derive(Clone, Copy, Debug)]
pub struct LineFacts {
    pub line: u64,
    pub kind: RenameKind,
    /// The line whose username it takes.
    pub takes_from: Option<u64>,
    /// It only repeats that line (X-01): all else is known of that one.
    pub same_as: Option<u64>,
    pub account: Option<AccountId>,
    pub other_account: Option<AccountId>,
    /// Its `row_no` in the snapshot.
    pub person: Option<i64>,
}

/// The kind of a line that repeats the one in `takes_from`; no [`RenameKind`], so that it is counted and listed under none.
const REPEATED: &str = "repeated";

#[derive(Serialize)]
struct FactsRecord {
    line: u64,
    kind: &'static str,
    takes_from: Option<u64>,
    account: Option<String>,
    other_account: Option<String>,
    person: Option<i64>,
}

/// A finding, with the line it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRow {
    pub finding: Finding,
    pub existing: String,
    pub new: String,
    pub target: String,
    /// The account the line is about.
    pub account: Option<AccountId>,
    pub account_username: Option<String>,
    pub account_profile: Option<Profile>,
    /// The other account that a finding about the line speaks of, not necessarily this one, and its username; `None` beside an
    /// id: it is gone.
    pub other_account_id: Option<AccountId>,
    pub other_account: Option<String>,
    /// Username and name of the person with the new username.
    pub person: Option<String>,
    pub person_name: Option<String>,
    /// The username of the person who is proposed for the account.
    pub proposed: Option<String>,
}

#[derive(sqlx::FromRow)]
struct FindingColumns {
    line: i64,
    place: String,
    severity: String,
    code: String,
    other: Option<i64>,
    text: Option<String>,
    existing: String,
    new: String,
    target: String,
    account_id: Option<Uuid>,
    account: Option<String>,
    account_profile: Option<Json<Profile>>,
    other_account_id: Option<Uuid>,
    other_account: Option<String>,
    person: Option<String>,
    person_name: Option<String>,
    proposed: Option<String>,
}

/// Writes lines of a version that is being checked.
pub async fn insert_lines(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    lines: &[NewLine],
) -> Result<(), StoreError> {
    if !lines.is_empty() {
        execute!(tx, INSERT_LINES, customer.uuid(), version, Json(lines))?;
    }
    Ok(())
}

/// Notes what lines do to usernames, and whom they are about.
pub async fn set_facts(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    facts: &[LineFacts],
) -> Result<(), StoreError> {
    if !facts.is_empty() {
        let id = |account: AccountId| account.uuid().simple().to_string();
        let records: Vec<_> = facts
            .iter()
            .map(|facts| FactsRecord {
                line: facts.line,
                kind: facts.same_as.map_or(facts.kind.code(), |_| REPEATED),
                takes_from: facts.same_as.or(facts.takes_from),
                account: facts.account.map(id),
                other_account: facts.other_account.map(id),
                person: facts.person,
            })
            .collect();
        execute!(tx, SET_FACTS, customer.uuid(), version, Json(records))?;
    }
    Ok(())
}

/// Writes findings about a version that is being checked.
pub async fn insert_findings(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    findings: &[NewFinding],
) -> Result<(), StoreError> {
    if !findings.is_empty() {
        let records: Vec<_> = findings
            .iter()
            .map(|new| FindingRecord {
                code: new.finding.code.code(),
                about: &new.about,
                line: new.finding.line,
                place: new.finding.column.map_or("", Column::code),
                severity: new.finding.severity.code(),
                other: new.finding.other,
                text: new.finding.text.as_deref(),
            })
            .collect();
        execute!(tx, INSERT_FINDINGS, customer.uuid(), version, Json(records))?;
    }
    Ok(())
}

/// Forgets what a check that broke off has written.
pub async fn forget_lines(tx: &mut Tx, customer: CustomerId, version: i64) -> Result<(), StoreError> {
    execute!(tx, FORGET_FINDINGS, customer.uuid(), version)?;
    execute!(tx, FORGET_LINES, customer.uuid(), version)?;
    Ok(())
}

/// Findings of one code about one thing, by line and column, behind `after`.
pub async fn findings(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    (of, severity, about): (FindingCode, Severity, &str),
    (line, place, limit): (i64, &str, i64),
    directory: DirectoryId,
) -> Result<Vec<FindingRow>, StoreError> {
    let (id, of, severity) = (customer.uuid(), of.code(), severity.code());
    fetch_all!(
        tx,
        FindingColumns,
        FINDINGS,
        id,
        version,
        of,
        about,
        severity,
        line,
        place,
        limit,
        directory.uuid()
    )?
    .into_iter()
    .map(FindingColumns::read)
    .collect()
}

impl FindingColumns {
    fn read(self) -> Result<FindingRow, StoreError> {
        let column: Option<Column> = (!self.place.is_empty())
            .then(|| code("mapping_findings", "place", &self.place))
            .transpose()?;
        let severity: Severity = code("mapping_findings", "severity", &self.severity)?;
        Ok(FindingRow {
            finding: Finding {
                line: self.line.unsigned_abs(),
                column,
                severity,
                code: code("mapping_findings", "code", &self.code)?,
                other: self.other.map(i64::unsigned_abs),
                text: self.text,
            },
            existing: self.existing,
            new: self.new,
            target: self.target,
            account: self.account_id.map(AccountId::from_uuid),
            account_username: self.account,
            account_profile: self.account_profile.map(|profile| profile.0),
            other_account_id: self.other_account_id.map(AccountId::from_uuid),
            other_account: self.other_account,
            person: self.person,
            person_name: self.person_name,
            proposed: self.proposed,
        })
    }
}

/// What the list of lines is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct RowFilter {
    pub kind: Option<RenameKind>,
    /// Only lines with a finding of this severity.
    pub severity: Option<Severity>,
    /// Only lines whose account is blocked or has never signed in (P-14).
    pub unused: bool,
    /// Part of a username; empty for all.
    pub search: String,
}

/// A line as the list shows it, with what is known on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownRow {
    pub line: u64,
    pub existing: String,
    pub new: String,
    pub target: String,
    /// What it does, or the line that it repeats.
    pub kind: RenameKind,
    pub takes_from: Option<u64>,
    /// The line that it repeats (X-01).
    pub same_as: Option<u64>,
    pub problems: i64,
    pub warnings: i64,
    pub account: Option<ShownAccount>,
    pub person: Option<ShownPerson>,
}

/// The account of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownAccount {
    pub id: AccountId,
    pub profile: Profile,
    pub state: AccountState,
    pub created_at: Timestamp,
    pub last_sign_in_at: Option<Timestamp>,
    /// The directory it belongs to; `None`: local.
    pub directory: Option<String>,
}

/// The person with the new username.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownPerson {
    pub object: ObjectId,
    pub name: Option<String>,
    pub mail: Option<String>,
    pub status: DirectoryStatus,
    pub in_scope: bool,
}

#[derive(sqlx::FromRow)]
struct RowColumns {
    line: i64,
    existing: String,
    new: String,
    target: String,
    kind: String,
    takes_from: Option<i64>,
    same_as: Option<i64>,
    account_id: Option<Uuid>,
    account_profile: Option<Json<Profile>>,
    account_state: Option<String>,
    account_created_at: Option<Timestamp>,
    last_sign_in_at: Option<Timestamp>,
    directory: Option<String>,
    person_name: Option<String>,
    person_mail: Option<String>,
    person_status: Option<String>,
    person_in_scope: Option<bool>,
    person_object: Option<String>,
    problems: i64,
    warnings: i64,
}

impl RowColumns {
    fn read(self) -> Result<ShownRow, StoreError> {
        let account = match (self.account_id, self.account_state, self.account_created_at) {
            (Some(id), Some(state), Some(created_at)) => Some(ShownAccount {
                id: AccountId::from_uuid(id),
                profile: self.account_profile.map(|profile| profile.0).unwrap_or_default(),
                state: code("accounts", "state", &state)?,
                created_at,
                last_sign_in_at: self.last_sign_in_at,
                directory: self.directory,
            }),
            _ => None,
        };
        let person = match (self.person_object, self.person_status) {
            (Some(object), Some(status)) => Some(ShownPerson {
                object: ObjectId(object),
                name: self.person_name,
                mail: self.person_mail,
                status: code("snapshot_users", "status", &status)?,
                in_scope: self.person_in_scope.unwrap_or_default(),
            }),
            _ => None,
        };
        Ok(ShownRow {
            line: self.line.unsigned_abs(),
            existing: self.existing,
            new: self.new,
            target: self.target,
            kind: code("mapping_rows", "kind", &self.kind)?,
            takes_from: self.takes_from.map(i64::unsigned_abs),
            same_as: self.same_as.map(i64::unsigned_abs),
            problems: self.problems,
            warnings: self.warnings,
            account,
            person,
        })
    }
}

/// Lines behind `after`, at most `limit`, in their order.
pub async fn rows(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    version: i64,
    filter: &RowFilter,
    (after, limit): (i64, i64),
) -> Result<Vec<ShownRow>, StoreError> {
    let kind = filter.kind.map_or("", RenameKind::code);
    let severity = filter.severity.map_or("", Severity::code);
    let forms = Json(any_case(&filter.search));
    let (id, directory) = (customer.uuid(), directory.uuid());
    fetch_all!(
        tx,
        RowColumns,
        ROWS,
        id,
        version,
        directory,
        after,
        kind,
        severity,
        forms,
        limit,
        filter.unused
    )?
    .into_iter()
    .map(RowColumns::read)
    .collect()
}

#[derive(sqlx::FromRow)]
struct ShownColumns {
    id: Uuid,
    profile: Json<Profile>,
    state: String,
    created_at: Timestamp,
    last_sign_in_at: Option<Timestamp>,
    directory: Option<String>,
}

/// The account with this username, as a line shows its own.
pub async fn shown_account(
    tx: &mut Tx,
    customer: CustomerId,
    key: &UsernameKey,
) -> Result<Option<ShownAccount>, StoreError> {
    let row = fetch_optional!(tx, ShownColumns, ACCOUNT, customer.uuid(), key.as_str())?;
    row.map(|row| {
        Ok(ShownAccount {
            id: AccountId::from_uuid(row.id),
            profile: row.profile.0,
            state: code("accounts", "state", &row.state)?,
            created_at: row.created_at,
            last_sign_in_at: row.last_sign_in_at,
            directory: row.directory,
        })
    })
    .transpose()
}

/// Everything found about one line, the gravest first.
pub async fn findings_of_line(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    version: i64,
    line: i64,
) -> Result<Vec<FindingRow>, StoreError> {
    let (id, directory) = (customer.uuid(), directory.uuid());
    let rows = fetch_all!(tx, FindingColumns, FINDINGS_OF_LINE, id, version, line, directory)?;
    rows.into_iter().map(FindingColumns::read).collect()
}

/// One line as it stands.
pub async fn line(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    line: i64,
) -> Result<Option<MappingLine>, StoreError> {
    fetch_optional!(tx, MappingLine, LINE, customer.uuid(), version, line)
}

/// Where the line `line` of version `before` stands in `version`, which a correction made of it. `None` while `version` is not
/// read yet.
pub async fn same_place(
    tx: &mut Tx,
    customer: CustomerId,
    (before, line): (i64, i64),
    version: i64,
) -> Result<Option<i64>, StoreError> {
    let place = fetch_optional!(tx, (i64,), SAME_PLACE, customer.uuid(), before, line, version)?;
    Ok(place.map(|(line,)| line))
}

/// Usernames whose keys begin like this, at most `limit`: among them may be the one that was meant (P-01).
pub async fn nearest_accounts(
    tx: &mut Tx,
    customer: CustomerId,
    beginning: &str,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let end = [beginning, "\u{10FFFF}"].concat();
    let rows = fetch_all!(tx, (String,), NEAREST, customer.uuid(), beginning, &end, limit)?;
    Ok(rows.into_iter().map(|(username,)| username).collect())
}
