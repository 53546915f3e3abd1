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

fn said(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    lines.join("\n")
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
        let text = said(&findings);
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
            "write sqlite:FILE",
        ),
        (
            Flags {
                database: Some("sqlite:/no/such/folder/x.db".into()),
                ..good.clone()
            },
            "the folder /no/such/folder does not exist; make it",
        ),
        (
            Flags {
                database: Some("postgres://u@127.0.0.1:1/x".into()),
                ..good.clone()
            },
            "Connection refused",
        ),
        (
            Flags {
                public_url: Some("http://usersync.example.org".parse().expect("a URL")),
                ..good.clone()
            },
            "Put a reverse proxy with TLS in front and use https here",
        ),
        (
            Flags {
                listen: Some("0.0.0.0:3000".parse().expect("an address")),
                ..good.clone()
            },
            "Listen on 127.0.0.1; or put a reverse proxy",
        ),
        (
            Flags {
                database: Some(format!("sqlite:{}", dir.path().display())),
                ..good.clone()
            },
            "is a folder; name a file in it",
        ),
        (
            Flags {
                database: Some(format!("sqlite:{}", short.display())),
                ..good.clone()
            },
            "file is not a database",
        ),
        (
            Flags {
                database: Some("postgres://nobody@no-such-host.invalid/x".into()),
                ..good.clone()
            },
            "cannot be reached",
        ),
        (
            Flags {
                key_file: vec!["a".into()],
                ..good.clone()
            },
            "write it as ID=FILE",
        ),
        (
            Flags {
                key_file: vec![good.key_file.concat(), good.key_file.concat()],
                ..good.clone()
            },
            "used twice",
        ),
        (
            Flags {
                log: Some("nonsense==".into()),
                ..good.clone()
            },
            "Write error, warn, info, debug or trace",
        ),
        (
            Flags {
                site_dir: Some("/no/such".into()),
                ..good.clone()
            },
            "leave site_dir out",
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
        assert!(
            wrong.iter().all(|text| !text.contains('\n')),
            "one line each: {wrong:?}"
        );
    }
}

#[tokio::test]
async fn looking_makes_no_database_and_says_who_can_sign_in() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("new.db");
    let new = flags(dir.path(), &format!("sqlite:{}", file.display()));
    let text = said(&findings(&new).await);
    assert!(text.contains("is not there yet; the server makes it"), "{text}");
    assert!(!file.exists());
    let db = TestDb::open(Backend::Sqlite).await;
    let text = said(&findings(&flags(dir.path(), &db.url)).await);
    assert!(
        text.contains("nobody can sign in yet: run `usersync create-admin`"),
        "{text}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_that_others_can_read_is_noted() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a folder");
    let flags = flags(dir.path(), "sqlite:no.db");
    for (mode, noted) in [(0o600, false), (0o640, true), (0o604, true)] {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(dir.path().join("key"), permissions).expect("set");
        let text = said(&findings(&flags).await);
        assert_eq!(
            text.contains("can be read by others: chmod 600"),
            noted,
            "{mode:o}: {text}"
        );
    }
}
