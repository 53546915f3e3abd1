//! The lines of a version, and what was found about them.

use domain::CustomerId;
use domain::ids::Id;
use domain::user_mapping::{Column, Finding, FindingCode, RenameKind, Severity};
use serde::Serialize;
use sqlx::types::Json;

use crate::error::code;
use crate::sql::{execute, fetch_all, statements};
use crate::{StoreError, Tx};

statements! {
    INSERT_LINES = {
        sqlite: "INSERT INTO mapping_rows (customer_id, version, line, existing, new, target, kind)
            SELECT $1, $2, r.value->>'line', r.value->>'existing', r.value->>'new', r.value->>'target', 'free'
            FROM json_each($3) AS r",
        postgres: "INSERT INTO mapping_rows (customer_id, version, line, existing, new, target, kind)
            SELECT $1, $2, r.line, r.existing, r.new, r.target, 'free'
            FROM jsonb_to_recordset($3) AS r(line bigint, existing text, new text, target text)",
    };
    // An update that never inserts: the lines are there. SQLite would look through all lines for each that is to be
    // updated; the conflict leads it to the right one.
    SET_KINDS = {
        sqlite: "INSERT INTO mapping_rows (customer_id, version, line, existing, new, target, kind, takes_from)
            SELECT $1, $2, r.value->>'line', '', '', '', r.value->>'kind', r.value->>'takes_from'
            FROM json_each($3) AS r WHERE true
            ON CONFLICT (customer_id, version, line) DO UPDATE SET kind = excluded.kind, takes_from = excluded.takes_from",
        postgres: "INSERT INTO mapping_rows (customer_id, version, line, existing, new, target, kind, takes_from)
            SELECT $1, $2, r.line, '', '', '', r.kind, r.takes_from
            FROM jsonb_to_recordset($3) AS r(line bigint, kind text, takes_from bigint)
            ON CONFLICT (customer_id, version, line) DO UPDATE SET kind = excluded.kind, takes_from = excluded.takes_from",
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
            COALESCE(r.new, '') AS new, COALESCE(r.target, '') AS target
        FROM mapping_findings f
        LEFT JOIN mapping_rows r ON r.customer_id = $1 AND r.version = $2 AND r.line = f.line
        WHERE f.customer_id = $1 AND f.version = $2 AND f.code = $3 AND f.about = $4
        AND f.severity = $5 AND (f.line, f.place) > ($6, $7)
        ORDER BY f.line, f.place LIMIT $8";
}

/// A line of a version, as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MappingLine {
    pub line: i64,
    pub existing: String,
    pub new: String,
    pub target: String,
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

#[derive(Serialize)]
struct KindRecord {
    line: u64,
    kind: &'static str,
    takes_from: Option<u64>,
}

/// A finding, with the line it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRow {
    pub finding: Finding,
    pub existing: String,
    pub new: String,
    pub target: String,
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
}

/// Writes lines of a version that is being checked.
pub async fn insert_lines(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    lines: &[MappingLine],
) -> Result<(), StoreError> {
    if !lines.is_empty() {
        execute!(tx, INSERT_LINES, customer.uuid(), version, Json(lines))?;
    }
    Ok(())
}

/// Notes what lines do to usernames: line, kind, and the line whose username it takes.
pub async fn set_kinds(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    kinds: &[(u64, RenameKind, Option<u64>)],
) -> Result<(), StoreError> {
    if !kinds.is_empty() {
        let records: Vec<_> = kinds
            .iter()
            .map(|(line, kind, takes_from)| KindRecord {
                line: *line,
                kind: kind.code(),
                takes_from: *takes_from,
            })
            .collect();
        execute!(tx, SET_KINDS, customer.uuid(), version, Json(records))?;
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
    (line, place): (i64, &str),
    limit: i64,
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
        limit
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
        })
    }
}
