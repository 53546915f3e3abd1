//! The table "What may depend on what" of docs/ARCHITECTURE.md, held against what cargo resolves. The table itself is
//! `xtask/dependencies.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde::Deserialize;

use crate::failure::Failure;
use crate::process;
use crate::workspace::Workspace;

const TABLE: &str = "xtask/dependencies.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// Crates that no build may contain.
    nowhere: Vec<String>,
    /// Our crates that the table leaves alone, each with its reason.
    exempt: BTreeMap<String, String>,
    row: Vec<Row>,
}

/// One crate, in one combination of features.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(rename = "crate")]
    name: String,
    #[serde(default)]
    features: Vec<String>,
    /// The platform, when it is not this machine's.
    target: Option<String>,
    /// Our crates it may name in its manifest.
    ours: BTreeSet<String>,
    /// Crates it must not name.
    never_direct: Vec<String>,
    /// Crates that must not be in its tree at all.
    #[serde(default)]
    never: Vec<String>,
}

/// Prints every fault and fails if there is one.
pub(super) fn check(workspace: &Workspace) -> Result<(), Failure> {
    let path = workspace.root.join(TABLE);
    let text = std::fs::read_to_string(&path).map_err(Failure::file("read", &path))?;
    let table: Table = toml::from_str(&text).map_err(|error| Failure::Unreadable {
        what: TABLE.to_owned(),
        detail: error.to_string(),
    })?;
    let members = members(workspace)?;
    let mut faults = unlisted(&table, &members);
    for row in &table.row {
        let direct = tree(workspace, Some(row), true)?;
        let whole = tree(workspace, Some(row), false)?;
        faults.extend(faults_of(row, &members, &direct, &whole));
    }
    let everything = tree(workspace, None, false)?;
    faults.extend(
        table
            .nowhere
            .iter()
            .filter(|name| everything.contains(*name))
            .map(|name| format!("{name} is in the build")),
    );
    for fault in &faults {
        eprintln!("  {fault}");
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(Failure::Check(format!("{} breaches of {TABLE}", faults.len())))
}

/// A new crate must say what it may depend on.
fn unlisted(table: &Table, members: &BTreeSet<String>) -> Vec<String> {
    let known =
        |name: &&String| table.exempt.contains_key(*name) || table.row.iter().any(|row| row.name == **name);
    let new = members
        .iter()
        .filter(|name| !known(name))
        .map(|name| format!("{name} has no row"));
    let gone = table.row.iter().filter(|row| !members.contains(&row.name));
    new.chain(gone.map(|row| format!("{} has a row but is no crate of ours", row.name)))
        .collect()
}

fn faults_of(
    row: &Row,
    members: &BTreeSet<String>,
    direct: &BTreeSet<String>,
    whole: &BTreeSet<String>,
) -> Vec<String> {
    let Row { name, features, .. } = row;
    let label = if features.is_empty() {
        name.clone()
    } else {
        format!("{name}[{}]", features.join(","))
    };
    let ours = direct
        .iter()
        .filter(|other| *other != name && members.contains(*other) && !row.ours.contains(*other));
    let direct = row.never_direct.iter().filter(|other| direct.contains(*other));
    let whole = row.never.iter().filter(|other| whole.contains(*other));
    ours.map(|other| format!("{label} may not depend on {other}"))
        .chain(direct.map(|other| format!("{label} may not name {other} in its manifest")))
        .chain(whole.map(|other| format!("{label} may not contain {other}, not even through others")))
        .collect()
}

fn members(workspace: &Workspace) -> Result<BTreeSet<String>, Failure> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
    }
    let text = process::capture(
        "asking cargo for our crates",
        workspace
            .cargo()
            .args(["metadata", "--no-deps", "--format-version", "1"]),
    )?;
    let metadata: Metadata = serde_json::from_str(&text).map_err(|error| Failure::Unreadable {
        what: "cargo metadata".to_owned(),
        detail: error.to_string(),
    })?;
    Ok(metadata
        .packages
        .into_iter()
        .map(|package| package.name)
        .collect())
}

/// The names in the tree of normal dependencies: of one row, or of the shipped server where there is none.
fn tree(workspace: &Workspace, row: Option<&Row>, direct: bool) -> Result<BTreeSet<String>, Failure> {
    let mut command: Command = workspace.cargo();
    command.args([
        "tree",
        "--quiet",
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    match row {
        None => {
            command.args(["--workspace", "--target", "all", "--exclude", "xtask-web"]);
        }
        Some(row) => {
            command.args(["--package", &row.name]);
            if !row.features.is_empty() {
                command.args(["--features", &row.features.join(",")]);
            }
            if let Some(target) = &row.target {
                command.args(["--target", target]);
            }
        }
    }
    if direct {
        command.args(["--depth", "1"]);
    }
    let text = process::capture("cargo tree", &mut command)?;
    Ok(text
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> BTreeSet<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn an_arrow_upwards_and_a_forbidden_crate_are_faults() {
        let row = Row {
            name: "rules".to_owned(),
            features: Vec::new(),
            target: None,
            ours: names(&["domain"]),
            never_direct: vec!["rand".to_owned()],
            never: vec!["tokio".to_owned()],
        };
        let members = names(&["domain", "rules", "store"]);
        let good = names(&["rules", "domain", "serde"]);
        assert_eq!(faults_of(&row, &members, &good, &good), Vec::<String>::new());
        let direct = names(&["rules", "domain", "store", "rand"]);
        let whole = names(&["rules", "domain", "store", "rand", "tokio"]);
        assert_eq!(faults_of(&row, &members, &direct, &whole).len(), 3);
    }

    #[test]
    fn a_crate_without_a_row_is_a_fault() {
        let table = Table {
            nowhere: Vec::new(),
            exempt: BTreeMap::new(),
            row: Vec::new(),
        };
        assert_eq!(unlisted(&table, &names(&["new"])), ["new has no row"]);
    }
}
