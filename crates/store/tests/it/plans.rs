//! No statement walks through a table that grows with a customer's people, unless it says why.
//!
//! SQLite has no statistics here, as in a fresh installation, and then takes a walk over everything with the same first
//! columns of a primary key for as good as a look-up. So does a reader of its plans: every key leads with the customer,
//! so a search by the customer alone is a walk.

use std::collections::BTreeMap;

use sqlx::Row;
use store::Db;
use test_support::{Backend, TestDb};

/// Tables that grow with people, with the history, or with both.
const BIG: &[&str] = &[
    "accounts",
    "memberships",
    "identity_links",
    "snapshot_users",
    "snapshot_members",
    "sync_member_pages",
    "sync_changes",
    "mapping_rows",
    "mapping_findings",
    "migration_entries",
    "migration_lookups",
    "migration_rehearsed",
    "released_usernames",
    "people_file_lines",
    "audit_log",
];

/// Columns that say whose rows, not which: a search by these alone walks through all of them.
const PREFIX: &[&str] = &[
    "customer_id",
    "directory_id",
    "run_id",
    "version",
    "plan",
    "what",
    "file",
];

/// Statements that walk on purpose, and why. The list may only shrink.
const ALLOWED: &[(&str, &str)] = &[
    ("plans::FORGET_LOOKUPS", "all of a plan that is begun again"),
    ("plans::LOOKUPS_BY_PERSON", "all entries of a plan, once"),
    ("plans::LOOKUPS_BY_NAME", "all entries of a plan, once"),
    ("plans::LOOKUPS_OF_FREED", "all entries of a plan, once"),
    (
        "changes::LEAVING_MANAGERS",
        "the highest number of the run: one step from the end of the key",
    ),
    (
        "accounts::INSERT",
        "the search for children of a foreign key, left out while no key is violated",
    ),
    ("audit::HEAD", "the last row: one step from the end"),
    ("managers::LAST_CHANGE", "the last row: one step from the end"),
    ("snapshot::LAST_ROW", "the last row: one step from the end"),
    (
        "accounts::ACTIVE_OF_DIRECTORY",
        "a count, once a run, in an index",
    ),
    (
        "accounts::UNBLOCKED_ADMINISTRATORS",
        "a count, in runs that would block administrators",
    ),
    (
        "accounts::COUNTS",
        "the make-up of a whole directory, in an index",
    ),
    (
        "directories::OLD",
        "the make-up of a whole directory, in an index",
    ),
    (
        "customers::FACTS",
        "the make-up of a whole directory, in an index",
    ),
    (
        "accounts::LOCAL_ADMINISTRATORS",
        "the few of an index that holds nobody else",
    ),
    (
        "migration::duplicates::BY_NAME",
        "every account once, when somebody looks for duplicates",
    ),
    (
        "migration::duplicates::BY_MAIL",
        "every account twice, when somebody looks for duplicates",
    ),
    ("links::COUNT", "a count, for one page"),
    ("people_list::OWNED", "a count, in an index"),
    ("changes::COUNTS", "every change of one run, once"),
    ("changes::DROP_REST", "every change of one run, when it ends"),
    (
        "user_mapping::lines::SAME_PLACE",
        "the lines before one, after a correction that wrote every line anew",
    ),
    (
        "user_mapping::lines::FORGET_LINES",
        "every line of one version, when its check begins again",
    ),
    (
        "user_mapping::lines::FORGET_FINDINGS",
        "every finding of one version, when its check begins again",
    ),
    (
        "user_mapping::beside::UNDECIDED_ADMINISTRATORS",
        "the few of an index that holds nobody else",
    ),
    (
        "user_mapping::beside::PROPOSED",
        "everybody, once for each check of a mapping",
    ),
    (
        "user_mapping::beside::CHANGED_ACCOUNTS",
        "everybody, where something changed since a mapping was checked",
    ),
    (
        "user_mapping::beside::CHANGED_PEOPLE",
        "everybody, where something changed since a mapping was checked",
    ),
    (
        "people_file::DROP_LINES",
        "every line of one file, once it is of no use any more",
    ),
    (
        "people_file::DROP_UPLOADED",
        "every line of one file that never became whole",
    ),
    (
        "people_file::DROP_FILE",
        "the search for children of a foreign key, which are gone by then",
    ),
    (
        "migration::carry_out::CHANGED",
        "everybody, where something changed since a plan was made",
    ),
    (
        "migration::carry_out::UNLINK",
        "every entry of one plan, once for each run",
    ),
    (
        "migration::carry_out::LINK",
        "every entry of one plan, once for each run",
    ),
    (
        "migration::carry_out::MISMATCHES",
        "every entry of one plan, once for each run",
    ),
    (
        "migration::plans::FORGET_ENTRIES",
        "every entry of one plan, when it is made again",
    ),
    (
        "migration::rehearsed::FORGET",
        "everybody of one rehearsal, when it is made again",
    ),
    ("changes::FORGET", "every change of one run, when it begins again"),
    (
        "snapshot::FORGET_ALL_MEMBERS",
        "what one run has set aside, when it ends",
    ),
    ("snapshot::RESCOPE", "everybody, once a run"),
    ("snapshot::TOTALS", "everybody, once a run"),
    ("managers::NAMED", "everybody, once a run, for Okta"),
    ("managers::UNRESOLVE", "everybody, once a run, for Okta"),
    (
        "managers::RESOLVE",
        "everybody, once a run, for Okta; the list is looked up",
    ),
    (
        "found_list::MAKE_UP",
        "what a test sync found in a whole directory",
    ),
    (
        "found_list::FILLED",
        "what a test sync found in a whole directory",
    ),
    (
        "found_list::DOMAINS",
        "the domains of a whole directory, once for each mapping file",
    ),
    ("found_list::SEARCH", "a search by a part of a name"),
    ("found_list::VALUES", "the first few of a whole directory"),
    ("found_list::NO_MAIL", "the first few of a whole directory"),
    ("found_list::NO_USERNAME", "the first few of a whole directory"),
    ("found_list::GUESTS", "the first few of a whole directory"),
    ("found_list::DISABLED", "the first few of a whole directory"),
    ("found_list::PENDING", "the first few of a whole directory"),
    ("found_list::UNKNOWN_STATUS", "the first few of a whole directory"),
    ("found_list::WITHOUT", "the first few of a whole directory"),
    (
        "found_list::SAME_NAME",
        "what a test sync found in a whole directory",
    ),
    (
        "found_list::SAME_MAIL",
        "what a test sync found in a whole directory",
    ),
    (
        "found_list::COUNT_SAME_NAME",
        "what a test sync found in a whole directory",
    ),
    (
        "found_list::COUNT_SAME_MAIL",
        "what a test sync found in a whole directory",
    ),
];

/// A step of a plan that walks: `SCAN table` or `SEARCH table USING ... (columns of the prefix only)`.
fn walks(step: &str) -> Option<&str> {
    let (scan, rest) = match step.strip_prefix("SCAN ") {
        Some(rest) => (true, rest),
        None => (false, step.strip_prefix("SEARCH ")?),
    };
    let table = rest.split_whitespace().next()?;
    let columns = rest.rsplit_once('(').map_or("", |(_, columns)| columns);
    let narrow = columns
        .split(" AND ")
        .map(|column| column.trim_end_matches(')'))
        .any(|column| !column.is_empty() && !PREFIX.contains(&column.trim_end_matches("=?")));
    (scan || !narrow || rest.contains("AUTOMATIC")).then_some(table)
}

/// One step of a plan, and the step it belongs to.
type Step = (i64, String);

/// A step that walks through something once for every row of another: a `SCAN` that is not the outermost loop of its
/// query. A list that lies in the row itself is no such thing.
fn walks_again(steps: &[Step]) -> Option<&str> {
    let is_loop = |step: &str| step.starts_with("SCAN ") || step.starts_with("SEARCH ");
    let inner = steps.iter().enumerate().find(|(at, (parent, step))| {
        let before = steps.iter().take(*at);
        step.starts_with("SCAN ")
            && !step.contains("VIRTUAL TABLE")
            && before
                .rev()
                .any(|(other, outer)| other == parent && is_loop(outer))
    });
    inner.map(|(_, (_, step))| step.as_str())
}

/// What an alias in a statement stands for.
fn aliases(sql: &str) -> BTreeMap<&str, &str> {
    let words: Vec<&str> = sql
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .collect();
    let mut aliases: BTreeMap<&str, &str> = BIG.iter().map(|table| (*table, *table)).collect();
    for pair in words.windows(2) {
        if let [table, alias] = pair
            && BIG.contains(table)
        {
            aliases.insert(alias, table);
        }
    }
    aliases
}

#[tokio::test]
async fn no_statement_walks_through_a_big_table_on_sqlite() {
    let test = TestDb::open(Backend::Sqlite).await;
    let Db::Sqlite { write, .. } = &test.db else {
        panic!("SQLite was asked for")
    };
    let (mut walking, mut again) = (Vec::new(), Vec::new());
    for sql in store::statements() {
        let aliases = aliases(sql.sqlite);
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", sql.sqlite));
        let steps = sqlx::query(explain).fetch_all(write).await.expect("a plan");
        let steps: Vec<Step> = steps
            .iter()
            .map(|step| (step.get("parent"), step.get("detail")))
            .collect();
        if let Some(step) = walks_again(&steps) {
            again.push(format!("{}: {step}", sql.name));
        }
        for (_, step) in steps {
            if walks(&step).is_some_and(|table| aliases.contains_key(table)) {
                walking.push((sql.name, step));
            }
        }
    }
    assert!(again.is_empty(), "{}", again.join("\n"));
    report(&walking);
}

/// PostgreSQL has statistics and chooses by them; here only that an index is there for every big table: told to avoid
/// walking through tables, it does.
#[tokio::test]
async fn no_statement_lacks_an_index_on_postgres() {
    let test = TestDb::open(Backend::Postgres).await;
    let Db::Postgres(pool) = &test.db else {
        panic!("PostgreSQL was asked for")
    };
    let mut connection = pool.acquire().await.expect("a connection");
    sqlx::query("SET enable_seqscan = off")
        .execute(&mut *connection)
        .await
        .expect("set");
    let mut walking = Vec::new();
    for sql in store::statements() {
        let parameters = (1..100)
            .take_while(|n| sql.postgres.contains(&format!("${n}")))
            .count();
        let nulls = if parameters == 0 {
            String::new()
        } else {
            format!("({})", vec!["NULL"; parameters].join(", "))
        };
        let prepare = sqlx::AssertSqlSafe(format!("PREPARE asked AS {}", sql.postgres));
        sqlx::raw_sql(prepare)
            .execute(&mut *connection)
            .await
            .expect("prepared");
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN EXECUTE asked{nulls}"));
        let steps = sqlx::raw_sql(explain)
            .fetch_all(&mut *connection)
            .await
            .expect("a plan");
        sqlx::raw_sql("DEALLOCATE asked")
            .execute(&mut *connection)
            .await
            .expect("forgotten");
        for step in &steps {
            let step: String = step.get(0);
            let table = step
                .split("Seq Scan on ")
                .nth(1)
                .and_then(|rest| rest.split_whitespace().next());
            if table.is_some_and(|table| BIG.contains(&table)) {
                walking.push(format!("{}: {step}", sql.name));
            }
        }
    }
    assert!(walking.is_empty(), "{}", walking.join("\n"));
}

fn report(walking: &[(&str, String)]) {
    let allowed = |name: &str| ALLOWED.iter().any(|(allowed, _)| name.ends_with(allowed));
    let open: Vec<String> = walking
        .iter()
        .filter(|(name, _)| !allowed(name))
        .map(|(name, step)| format!("{name}: {step}"))
        .collect();
    assert!(open.is_empty(), "{}", open.join("\n"));
    for (name, _) in ALLOWED {
        assert!(
            walking.iter().any(|(walks, _)| walks.ends_with(name)),
            "{name} walks no more: take it off the list"
        );
    }
}

#[test]
fn the_check_can_fail() {
    for (step, walked) in [
        ("SCAN accounts", Some("accounts")),
        ("SCAN a USING INDEX accounts_by_name", Some("a")),
        (
            "SEARCH accounts USING PRIMARY KEY (customer_id=?)",
            Some("accounts"),
        ),
        (
            "SEARCH s USING PRIMARY KEY (customer_id=? AND directory_id=?)",
            Some("s"),
        ),
        (
            "SEARCH c USING AUTOMATIC COVERING INDEX (account_id=?)",
            Some("c"),
        ),
        ("SEARCH accounts USING PRIMARY KEY (customer_id=? AND id=?)", None),
        (
            "SEARCH s USING PRIMARY KEY (customer_id=? AND directory_id=? AND row_no>?)",
            None,
        ),
        (
            "SEARCH a USING INDEX accounts_by_directory (customer_id=? AND directory_id=? AND state=?)",
            None,
        ),
        ("LIST SUBQUERY 1", None),
    ] {
        assert_eq!(walks(step), walked, "{step}");
    }
    let steps = |steps: &[(i64, &str)]| -> Vec<Step> {
        steps
            .iter()
            .map(|(parent, step)| (*parent, (*step).to_owned()))
            .collect()
    };
    let again = steps(&[(0, "SEARCH s USING PRIMARY KEY (customer_id=?)"), (0, "SCAN r")]);
    assert_eq!(walks_again(&again), Some("SCAN r"));
    let once = steps(&[
        (0, "MATERIALIZE r"),
        (2, "SCAN j"),
        (0, "SCAN r"),
        (0, "SEARCH s USING x (id=?)"),
    ]);
    assert_eq!(walks_again(&once), None);
}
