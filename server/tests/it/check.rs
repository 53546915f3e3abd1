//! `usersync check` says what is wrong.

use std::path::Path;

use server::commands::check::{Finding, findings};
use server::config::Flags;
use test_support::{Backend, TestDb};

fn flags(dir: &Path, database: &str) -> Flags {
    let key = dir.join("key");
    std::fs::write(&key, [7_u8; 32]).expect("written");
    Flags {
        database: Some(database.to_owned()),
        key_file: vec![format!("a={}", key.display())],
        ..Flags::default()
    }
}

fn wrong(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .filter(|finding| finding.is_wrong())
        .map(ToString::to_string)
        .collect()
}

#[tokio::test]
async fn a_right_configuration_has_nothing_wrong() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let (dir, db) = (
            tempfile::tempdir().expect("a folder"),
            TestDb::open(backend).await,
        );
        let findings = findings(&flags(dir.path(), &db.url)).await;
        assert_eq!(wrong(&findings), Vec::<String>::new());
        let text = findings
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n");
        assert!(text.contains("its schema is up to date"), "{text}");
        assert!(text.contains("the audit log is whole"), "{text}");
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table of faults")]
async fn each_fault_is_named_with_its_cure() {
    let dir = tempfile::tempdir().expect("a folder");
    let db = TestDb::open(Backend::Sqlite).await;
    let good = flags(dir.path(), &db.url);
    let short = dir.path().join("short");
    std::fs::write(&short, "abc").expect("written");
    let config = dir.path().join("bad.toml");
    std::fs::write(&config, "listn = \"127.0.0.1:1\"").expect("written");
    let cases = [
        (
            Flags {
                key_file: vec![],
                ..good.clone()
            },
            "no key is configured",
        ),
        (
            Flags {
                key_file: vec![format!("a={}", short.display())],
                ..good.clone()
            },
            "holds 3 bytes",
        ),
        (
            Flags {
                key_file: vec!["a=/no/such/file".into()],
                ..good.clone()
            },
            "cannot be read",
        ),
        (
            Flags {
                database: Some("mysql:x".into()),
                ..good.clone()
            },
            "neither sqlite: nor postgres:",
        ),
        (
            Flags {
                database: Some("sqlite:/no/such/folder/x.db".into()),
                ..good.clone()
            },
            "could not be opened",
        ),
        (
            Flags {
                database: Some("postgres://u@127.0.0.1:1/x".into()),
                ..good.clone()
            },
            "does not answer",
        ),
        (
            Flags {
                public_url: Some("http://usersync.example.org".parse().expect("a URL")),
                ..good.clone()
            },
            "use https",
        ),
        (
            Flags {
                config: Some(config),
                ..good.clone()
            },
            "listn",
        ),
        (
            Flags {
                config: Some("/no/such/file".into()),
                ..good.clone()
            },
            "/no/such/file",
        ),
    ];
    for (flags, said) in cases {
        let wrong = wrong(&findings(&flags).await);
        assert_eq!(wrong.len(), 1, "{said}: {wrong:?}");
        assert!(wrong.iter().any(|text| text.contains(said)), "{said}: {wrong:?}");
    }
}
