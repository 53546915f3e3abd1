//! Rules of docs/CONTRIBUTING.md that no linter knows. They read the files git knows, and new ones not yet added.

use std::path::{Path, PathBuf};

use super::report::Report;
use crate::failure::Failure;
use crate::process;
use crate::workspace::Workspace;

/// The longest file of source, in lines.
const LONGEST_FILE: usize = 600;
/// Where SQL belongs: the store, its migrations, and the test support that creates databases.
const SQL_FOLDERS: [&str; 4] = ["crates/store/", "crates/test-support/", "migrations/", "xtask/"];
/// The folders a path in a document may start with, to be taken for one.
const OUR_FOLDERS: [&str; 12] = [
    "app/",
    "server/",
    "crates/",
    "migrations/",
    "style/",
    "public/",
    "end2end/",
    "docs/",
    "xtask/",
    ".ci/",
    ".cargo/",
    "src/",
];

/// The area that docs/adding-a-page.md adds as its example: it does not exist.
const EXAMPLE_AREA: &str = "widgets";

/// One file, with its path from the root.
struct Source {
    path: String,
    text: String,
}

pub(super) fn run(workspace: &Workspace, report: &mut Report) {
    let sources = match read(workspace) {
        Ok(sources) => sources,
        Err(failure) => return report.check("house rules", || Err(failure)),
    };
    let each = |rule: fn(&Source) -> Vec<String>| sources.iter().flat_map(rule).collect::<Vec<_>>();
    report.check(&format!("files of at most {LONGEST_FILE} lines"), || {
        verdict(&each(too_long))
    });
    report.check("SQL only in the store", || verdict(&each(misplaced_sql)));
    report.check("no registry hosts and no paths of one machine", || {
        verdict(&each(foreign_places))
    });
    report.check("paths in documents exist", || {
        let faults: Vec<String> = sources
            .iter()
            .flat_map(|source| dead_paths(source, |path| workspace.root.join(path).exists()))
            .collect();
        verdict(&faults)
    });
}

fn verdict(faults: &[String]) -> Result<(), Failure> {
    for fault in faults {
        eprintln!("  {fault}");
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Failure::Check(format!("{} breaches", faults.len())))
    }
}

fn read(workspace: &Workspace) -> Result<Vec<Source>, Failure> {
    let list = process::capture(
        "listing the files git knows",
        std::process::Command::new("git")
            .current_dir(&workspace.root)
            .args(["ls-files", "--cached", "--others", "--exclude-standard"]),
    )?;
    let mut sources = Vec::new();
    for path in list.lines().filter(|path| is_text(Path::new(path))) {
        let file: PathBuf = workspace.root.join(path);
        // Deleted but not yet committed.
        if !file.is_file() {
            continue;
        }
        let bytes = std::fs::read(&file).map_err(Failure::file("read", &file))?;
        sources.push(Source {
            path: path.to_owned(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
        });
    }
    Ok(sources)
}

fn is_text(path: &Path) -> bool {
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    !matches!(
        extension,
        "png" | "jpg" | "ico" | "woff2" | "gz" | "br" | "wasm" | "lock" | "pem" | "der" | "zip"
    ) && path.file_name().is_some_and(|name| name != "package-lock.json")
}

fn has_extension(path: &str, wanted: &[&str]) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|extension| wanted.iter().any(|one| extension == *one))
}

fn too_long(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    let is_code = has_extension(&source.path, &["rs", "ts", "css"]);
    if is_code && lines > LONGEST_FILE {
        return vec![format!("{}: {lines} lines", source.path)];
    }
    Vec::new()
}

/// A line that is not a comment and holds a statement in capitals.
fn misplaced_sql(source: &Source) -> Vec<String> {
    let is_elsewhere = !SQL_FOLDERS.iter().any(|folder| source.path.starts_with(folder));
    if !has_extension(&source.path, &["rs"]) || !is_elsewhere {
        return Vec::new();
    }
    let lines = source.text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim_start().starts_with("//") && holds_sql(line))
        .map(|(index, line)| format!("{}:{}: {}", source.path, index + 1, line.trim()))
        .collect()
}

fn holds_sql(line: &str) -> bool {
    let both = |first: &str, second: &str| {
        line.split_once(first)
            .is_some_and(|(_, rest)| rest.contains(second) || rest.trim().is_empty())
    };
    line.contains("INSERT INTO ")
        || line.contains("DELETE FROM ")
        || line.contains("CREATE TABLE ")
        || line.contains("PRAGMA ")
        || both("\"SELECT ", "FROM ")
        || both("UPDATE ", " SET ") && line.contains(" SET ")
        || line.trim_end().ends_with("\"SELECT")
}

fn foreign_places(source: &Source) -> Vec<String> {
    // In pieces, or this file would be its own first fault.
    let places = [
        concat!("registry.", "npmjs"),
        concat!("npmjs", ".org"),
        concat!("static.", "crates.io"),
        concat!("index.", "crates.io"),
        concat!("files.", "pythonhosted"),
        concat!("pypi", ".org"),
        concat!("deb.", "debian.org"),
        concat!("static.", "rust-lang.org"),
        concat!("../", "shared"),
        concat!("/root", "/"),
        concat!("/home", "/"),
        // Where this very checkout lives.
        env!("CARGO_MANIFEST_DIR"),
    ];
    let lines = source.text.lines().enumerate();
    lines
        .filter_map(|(index, line)| {
            let place = places.iter().find(|place| line.contains(*place))?;
            Some(format!("{}:{}: names {place}", source.path, index + 1))
        })
        .collect()
}

/// Code spans and links of a document that look like paths of ours. Those with placeholders (`<area>`, `*`, `{a,b}`) are not checked.
fn dead_paths(source: &Source, exists: impl Fn(&str) -> bool) -> Vec<String> {
    if !has_extension(&source.path, &["md"]) {
        return Vec::new();
    }
    let folder = Path::new(&source.path).parent().unwrap_or(Path::new(""));
    let mut faults = Vec::new();
    for (index, line) in source.text.lines().enumerate() {
        let mut report =
            |path: &str| faults.push(format!("{}:{}: {path} does not exist", source.path, index + 1));
        for span in line.split('`').skip(1).step_by(2) {
            // `file.rs:12` and `src/lib.rs::name` name a place inside the file.
            let path = span.split(':').next().unwrap_or_default();
            let is_path = OUR_FOLDERS.iter().any(|start| path.starts_with(start));
            let is_plain = !path.contains(['<', '*', '{', ' ', '…'])
                && !path.contains("NNNN")
                && !path.contains(EXAMPLE_AREA);
            // `src/…` is said of the crate whose README it is.
            let here = folder.join(path);
            if is_path && is_plain && !exists(path) && !exists(&here.to_string_lossy()) {
                report(path);
            }
        }
        for link in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            let is_local = !path.is_empty() && !path.contains("://") && !path.starts_with("mailto:");
            if is_local && !exists(&folder.join(path).to_string_lossy()) {
                report(path);
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn sql_outside_the_store_is_found() {
        let line = r#"let rows = query("SELECT id FROM people").await;"#;
        assert_eq!(
            misplaced_sql(&source("crates/services/src/people.rs", line)).len(),
            1
        );
        assert_eq!(
            misplaced_sql(&source(
                "server/src/main.rs",
                "const A: &str = \"UPDATE people SET a = 1\";"
            ))
            .len(),
            1
        );
        assert_eq!(
            misplaced_sql(&source(
                "server/src/main.rs",
                "const A: &str = \"DELETE FROM people\";"
            ))
            .len(),
            1
        );
        assert!(misplaced_sql(&source("crates/store/src/people.rs", line)).is_empty());
        assert!(misplaced_sql(&source("server/src/main.rs", "// \"SELECT id FROM people\"")).is_empty());
        assert!(misplaced_sql(&source("app/src/lib.rs", "\"Select the groups to read from\"")).is_empty());
    }

    #[test]
    fn long_files_are_found() {
        assert!(too_long(&source("a.rs", &"x\n".repeat(LONGEST_FILE))).is_empty());
        assert_eq!(
            too_long(&source("a.rs", &"x\n".repeat(LONGEST_FILE + 1))).len(),
            1
        );
    }

    #[test]
    fn places_of_one_machine_are_found() {
        assert_eq!(
            foreign_places(&source("a.md", concat!("see ../", "shared/design"))).len(),
            1
        );
        assert!(foreign_places(&source("a.md", "see docs/ARCHITECTURE.md")).is_empty());
    }

    #[test]
    fn dead_paths_in_documents_are_found() {
        let text = "`app/src/lib.rs` `app/gone.rs` `app/src/<area>/` [a](CONTRIBUTING.md) [b](gone.md) [c](https://example.com)";
        let exists = |path: &str| ["app/src/lib.rs", "docs/CONTRIBUTING.md"].contains(&path);
        let faults = dead_paths(&source("docs/a.md", text), exists);
        assert_eq!(faults.len(), 2, "{faults:?}");
    }
}
