//! The lines of a version as a correction needs them: to make the next version, and to see whether it would change any.

use domain::ids::Id;
use domain::user_mapping::{FindingCode, Severity};
use domain::{AccountId, CustomerId, DirectoryId};

use super::lines::MappingLine;
use crate::sql::{fetch_all, fetch_optional, statements};
use crate::{StoreError, Tx};

/// Statements that read lines with what a fix of one group of findings needs to know about each, and differ in which lines they
/// read: where from (`r`: the line, `f`: the finding), and which. A proposal is used for many at once only where it may be
/// accepted without a look (P-07, T-02).
macro_rules! of_lines {
    ($($name:ident: $from:tt, $which:tt;)+) => {
        statements! {
            $($name = ["SELECT r.line, r.existing, r.new, r.target, f.line IS NOT NULL AS affected, f.text, f.place,
                    CASE WHEN r.kind = 'repeated' THEN r.takes_from END AS same_as, a.username AS account,
                    r.new = '' AND r.target = '' AND (SELECT COUNT(*) FROM mapping_findings AS w" (index "mapping_findings_by_line") "
                        WHERE w.customer_id = $1 AND w.version = $2 AND w.line = r.line
                        AND w.code IN ('stray_quote', 'comment_line', 'too_few_cells', 'too_many_cells')) > 0 AS unreadable,
                    (SELECT d.name FROM directories d WHERE d.customer_id = $1 AND d.id = a.directory_id AND d.id <> $6) AS old,
                    o.username AS other_account, u.username AS person, q.username AS proposed " $from "
                LEFT JOIN accounts a ON a.customer_id = $1 AND a.id = r.account_id
                LEFT JOIN accounts o ON o.customer_id = $1 AND o.id = r.other_account_id
                LEFT JOIN snapshot_users u ON u.customer_id = $1 AND u.directory_id = $6 AND u.row_no = r.person
                LEFT JOIN mapping_proposals p ON p.customer_id = $1 AND p.account_id = r.account_id
                    AND NOT p.by_hand AND NOT a.is_administrator AND p.class <> 'doubtful'
                LEFT JOIN snapshot_users q ON q.customer_id = $1 AND q.directory_id = $6 AND q.row_no = p.person
                WHERE r.customer_id = $1 AND r.version = $2 AND " $which " LIMIT $8"];)+
            OF_ACCOUNT = ["SELECT r.line, r.existing, r.new, r.target FROM mapping_rows AS r" (index "mapping_rows_by_account") "
                WHERE r.customer_id = $1 AND r.version = $2 AND r.account_id = $3 ORDER BY r.line LIMIT 1"];
        }
    };
}

of_lines! {
    // For making the next version: every line.
    LINES_OF: "FROM mapping_rows r
        LEFT JOIN mapping_findings f ON f.customer_id = $1 AND f.version = $2 AND f.code = $3 AND f.about = $4
            AND f.line = r.line AND f.severity = $5
            AND f.place = (SELECT MIN(g.place) FROM mapping_findings g WHERE g.customer_id = $1 AND g.version = $2
                AND g.code = $3 AND g.about = $4 AND g.line = r.line)",
        "r.line > $7 ORDER BY r.line";
    // The lines of the group alone: from its findings to their lines, not the other way round.
    AFFECTED: "FROM mapping_findings f CROSS JOIN mapping_rows r",
        "f.customer_id = $1 AND f.version = $2 AND f.code = $3 AND f.about = $4 AND f.severity = $5 AND f.line > $7
        AND f.place = (SELECT MIN(g.place) FROM mapping_findings g WHERE g.customer_id = $1 AND g.version = $2
            AND g.code = $3 AND g.about = $4 AND g.line = f.line)
        AND r.line = f.line ORDER BY f.line";
}

/// A line, with what a fix of one group of findings needs to know about it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct FixableLine {
    pub line: i64,
    pub existing: String,
    pub new: String,
    pub target: String,
    /// Its cells could not be told apart (F-17, F-22 to F-24): `existing` is all of it.
    pub unreadable: bool,
    /// The group has a finding about it, with this text.
    pub affected: bool,
    pub text: Option<String>,
    /// The column of the finding, by its code.
    pub place: Option<String>,
    /// The line before it that it repeats (X-01).
    pub same_as: Option<i64>,
    /// The old directory of its account; `None`: it is local, or in the connected one.
    pub old: Option<String>,
    /// Usernames: of its account, of the other account, of the person with the new username, of the person proposed.
    pub account: Option<String>,
    pub other_account: Option<String>,
    pub person: Option<String>,
    pub proposed: Option<String>,
}

/// Lines behind `after`, at most `limit`, in their order; `group`: whose findings are to be mended.
pub async fn lines_of(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    version: i64,
    group: Option<(FindingCode, Severity, &str)>,
    (after, limit): (i64, i64),
) -> Result<Vec<FixableLine>, StoreError> {
    let (of, severity, about) = group.map_or(("", "", ""), |(of, severity, about)| {
        (of.code(), severity.code(), about)
    });
    let (id, directory) = (customer.uuid(), directory.uuid());
    fetch_all!(
        tx,
        FixableLine,
        LINES_OF,
        id,
        version,
        of,
        about,
        severity,
        directory,
        after,
        limit
    )
}

/// The lines of a group of findings behind `after`, at most `limit`, in their order.
pub async fn affected_lines(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    version: i64,
    (of, severity, about): (FindingCode, Severity, &str),
    (after, limit): (i64, i64),
) -> Result<Vec<FixableLine>, StoreError> {
    let (id, directory) = (customer.uuid(), directory.uuid());
    let (of, severity) = (of.code(), severity.code());
    fetch_all!(
        tx,
        FixableLine,
        AFFECTED,
        id,
        version,
        of,
        about,
        severity,
        directory,
        after,
        limit
    )
}

/// The first line about this account, as it stands.
pub async fn line_of_account(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    account: AccountId,
) -> Result<Option<MappingLine>, StoreError> {
    fetch_optional!(
        tx,
        MappingLine,
        OF_ACCOUNT,
        customer.uuid(),
        version,
        account.uuid()
    )
}
