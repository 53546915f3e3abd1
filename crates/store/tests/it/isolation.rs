//! Tenant isolation is structural: no statement touches a customer's rows without naming the customer (invariant 15).

use std::collections::BTreeSet;

/// Statements that touch rows of every customer on purpose, and why. The list may only shrink.
const ALLOWED: &[(&str, &str)] = &[
    (
        "customers::FACTS",
        "the staff's list of customers; one customer is named by its own row",
    ),
    (
        "deployments::LATEST",
        "the staff's board; one customer is named by its own row",
    ),
    (
        "appointments::LATEST",
        "the staff's board; one customer is named by its own row",
    ),
    ("sealed::FIRST_PAGE", "rotation of keys: the operator's command"),
    ("sealed::NEXT_PAGE", "rotation of keys: the operator's command"),
    (
        "providers::FORGET_REPORTS",
        "the worker's housekeeping: connection tests that are old",
    ),
    (
        "providers::EXPIRING",
        "the worker's housekeeping: secrets that end soon",
    ),
    (
        "providers::TOKENS",
        "the worker's housekeeping: tokens nobody uses; one customer is named by its own row",
    ),
    ("notices::INBOX", "somebody's own inbox, by its owner"),
    ("notices::UNREAD", "somebody's own inbox, by its owner"),
    ("notices::READ", "somebody's own inbox, by its owner"),
    ("notices::READ_ALL", "somebody's own inbox, by its owner"),
    ("schedules::DUE", "the worker's housekeeping: whose run is due"),
    (
        "runs::ABANDONED",
        "the worker's housekeeping: runs of a process that died",
    ),
    (
        "migration::runs::OPEN_OF_ALL",
        "the worker's housekeeping: migrations whose job was given up",
    ),
];

/// Tables whose every row belongs to a customer: those whose primary key leads with `customer_id`.
fn customer_tables() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/sqlite");
    let mut tables = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("the migrations") {
        let text = std::fs::read_to_string(entry.expect("a file").path()).expect("readable");
        for definition in text.split("CREATE TABLE ").skip(1) {
            let definition = definition.split(") STRICT").next().expect("a definition");
            if definition.contains("PRIMARY KEY (customer_id") {
                let name = definition.split_whitespace().next().expect("a name");
                tables.insert(name.to_owned());
            }
        }
    }
    tables
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .collect()
}

/// How often a statement reads or writes a customer's table.
fn mentions(text: &str, tables: &BTreeSet<String>) -> usize {
    words(text)
        .windows(2)
        .filter(|pair| match pair {
            [verb, table] => {
                ["FROM", "JOIN", "UPDATE", "INTO", "USING"].contains(verb) && tables.contains(*table)
            }
            _ => false,
        })
        .count()
}

/// How often it says whose rows: the first parameter, a row that is bound to it already, or the first column of an
/// insert.
fn bound(text: &str) -> usize {
    let by_parameter = text.matches("customer_id = $1").count();
    let by_row = text
        .match_indices("customer_id = ")
        .filter(|(at, found)| {
            let rest = text.get(at + found.len()..).unwrap_or_default();
            let word: String = rest
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '.')
                .collect();
            word.ends_with(".customer_id")
        })
        .count();
    let by_insert = text.split("INSERT INTO ").skip(1).filter(|rest| {
        rest.split_once('(')
            .is_some_and(|(_, columns)| columns.trim_start().starts_with("customer_id,"))
    });
    by_parameter + by_row + by_insert.count()
}

#[test]
fn invariant_15_every_statement_on_a_customers_rows_names_the_customer() {
    let tables = customer_tables();
    assert!(
        tables.contains("accounts") && tables.contains("sync_changes"),
        "{tables:?}"
    );
    let mut open = Vec::new();
    for sql in store::statements() {
        if ALLOWED.iter().any(|(name, _)| sql.name.ends_with(name)) {
            continue;
        }
        for text in [sql.sqlite, sql.postgres] {
            let (touched, named) = (mentions(text, &tables), bound(text));
            if named < touched {
                open.push(format!("{}: {touched} tables, {named} bound: {text}", sql.name));
            }
        }
    }
    assert!(open.is_empty(), "{}", open.join("\n"));
}

#[test]
fn what_is_allowed_exists() {
    let names: Vec<&str> = store::statements().iter().map(|sql| sql.name).collect();
    for (allowed, _) in ALLOWED {
        assert!(
            names.iter().any(|name| name.ends_with(allowed)),
            "{allowed} is gone: take it off the list"
        );
    }
}

#[test]
fn the_check_can_fail() {
    let tables = customer_tables();
    for text in [
        "SELECT id FROM accounts WHERE id = $1",
        "UPDATE accounts SET state = $2 WHERE id = $1",
        "SELECT a.id FROM accounts a JOIN memberships m ON m.account_id = a.id WHERE a.customer_id = $1",
        "INSERT INTO accounts (id, customer_id) VALUES ($1, $2)",
    ] {
        assert!(bound(text) < mentions(text, &tables), "{text}");
    }
    let joined = "SELECT a.id FROM accounts a JOIN memberships m ON m.customer_id = a.customer_id WHERE a.customer_id = $1";
    assert_eq!((bound(joined), mentions(joined, &tables)), (2, 2));
}
