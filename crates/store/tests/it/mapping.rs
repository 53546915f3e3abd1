//! Lines of a user mapping: narrowed to accounts nobody uses (P-14), as a correction needs them, and beside those of another
//! version (F-30).

use domain::user_mapping::{Finding, FindingCode, RenameKind, Severity};
use domain::{CustomerId, DirectoryId};
use store::user_mapping::{ChangedLine, FixableLine, LineFacts, NewFinding, NewLine, RowFilter};
use store::{Db, Tx};
use test_support::{TestDb, on_both};

use crate::migration::{accounts, version};
use crate::{customer, id, raw};

/// Accounts `old1` to `old3`, and a version with a line for each of them, from line 2, and one more for nobody.
async fn scene(test: &TestDb) -> ((CustomerId, DirectoryId), i64) {
    let mut tx = test.db.begin().await.expect("a transaction");
    let whose = customer(&mut tx, 1, "contoso").await;
    accounts(&mut tx, whose.0, 1..=3).await;
    let number = version(&mut tx, whose.0).await;
    let line = |line: i64| NewLine {
        line,
        existing: format!("old{}", line - 1),
        new: String::new(),
        target: String::new(),
        nth: 0,
    };
    let lines: Vec<NewLine> = (2..=5).map(line).collect();
    store::user_mapping::insert_lines(&mut tx, whose.0, number, &lines)
        .await
        .expect("lines");
    let facts = |n: u8| LineFacts {
        line: u64::from(n) + 1,
        kind: RenameKind::Free,
        takes_from: None,
        same_as: None,
        account: Some(id(n)),
        other_account: None,
        person: None,
    };
    let facts: Vec<LineFacts> = (1..=3).map(facts).collect();
    store::user_mapping::set_facts(&mut tx, whose.0, number, &facts)
        .await
        .expect("facts");
    tx.commit().await.expect("a commit");
    (whose, number)
}

on_both!(
    p_14_lines_are_narrowed_to_accounts_nobody_uses,
    |test: TestDb| async move {
        let (whose, number) = scene(&test).await;
        for statement in [
            "UPDATE accounts SET last_sign_in_at = created_at WHERE username <> 'old1'",
            "UPDATE accounts SET state = 'blocked', blocked_by = 'administrator', block_reason = 'by_administrator'
                WHERE username = 'old2'",
        ] {
            raw(&test.db, statement).await.expect("changed");
        }
        let mut tx = test.db.read().await.expect("a transaction");
        for (unused, expected) in [(false, &[2, 3, 4, 5][..]), (true, &[2, 3][..])] {
            let filter = RowFilter {
                unused,
                ..RowFilter::default()
            };
            let rows = store::user_mapping::rows(&mut tx, whose, number, &filter, (0, 10))
                .await
                .expect("rows");
            let lines: Vec<u64> = rows.iter().map(|row| row.line).collect();
            assert_eq!(lines, expected, "blocked, or never signed in: {unused}");
        }
    }
);

on_both!(
    x_01_a_line_that_repeats_another_is_shown_as_that_one,
    |test: TestDb| async move {
        let (whose, number) = scene(&test).await;
        let mut tx = test.db.begin().await.expect("a transaction");
        let of_kind = |kind| RowFilter {
            kind: Some(kind),
            ..RowFilter::default()
        };
        let (free, blocked) = (of_kind(RenameKind::Free), of_kind(RenameKind::Blocked));
        let rows = store::user_mapping::rows(&mut tx, whose, number, &blocked, (0, 10)).await;
        let lines: Vec<u64> = rows.expect("rows").iter().map(|row| row.line).collect();
        assert_eq!(lines, [5], "nothing is known of it");
        let repeats = LineFacts {
            line: 5,
            kind: RenameKind::Unchanged,
            takes_from: None,
            same_as: Some(2),
            account: None,
            other_account: None,
            person: None,
        };
        store::user_mapping::set_facts(&mut tx, whose.0, number, &[repeats])
            .await
            .expect("facts");
        for (filter, expected) in [(&free, &[2, 3, 4][..]), (&blocked, &[][..])] {
            let rows = store::user_mapping::rows(&mut tx, whose, number, filter, (0, 10)).await;
            let lines: Vec<u64> = rows.expect("rows").iter().map(|row| row.line).collect();
            assert_eq!(lines, expected, "{filter:?}");
        }
        let all = RowFilter::default();
        let rows = store::user_mapping::rows(&mut tx, whose, number, &all, (4, 1)).await;
        let row = rows.expect("rows").into_iter().next().expect("a row");
        assert_eq!((row.line, row.same_as, row.takes_from), (5, Some(2), None));
        assert_eq!(row.kind, RenameKind::Free);
        assert_eq!(row.account.map(|account| account.id), Some(id(1)));
    }
);

on_both!(
    a_group_is_mended_by_what_all_lines_are_mended_by,
    |test: TestDb| async move {
        let ((customer, directory), number) = scene(&test).await;
        let mut tx = test.db.begin().await.expect("a transaction");
        let finding = |line: u64, code: FindingCode| NewFinding {
            about: String::new(),
            finding: Finding {
                line,
                column: None,
                severity: Severity::Error,
                code,
                other: None,
                text: None,
            },
        };
        let findings = [
            finding(3, FindingCode::TooManyCells),
            finding(4, FindingCode::NewEmpty),
            finding(5, FindingCode::TooManyCells),
        ];
        store::user_mapping::insert_findings(&mut tx, customer, number, &findings)
            .await
            .expect("findings");
        let whose = (customer, directory);
        let group = (FindingCode::TooManyCells, Severity::Error, "");
        let all = store::user_mapping::lines_of(&mut tx, whose, number, Some(group), (0, 10)).await;
        let of_group: Vec<FixableLine> = all
            .expect("lines")
            .into_iter()
            .filter(|line| line.affected)
            .collect();
        let affected = store::user_mapping::affected_lines(&mut tx, whose, number, group, (0, 10)).await;
        assert_eq!(affected.expect("lines"), of_group);
        let told: Vec<(i64, bool, Option<&str>)> = of_group
            .iter()
            .map(|line| (line.line, line.unreadable, line.account.as_deref()))
            .collect();
        assert_eq!(told, [(3, true, Some("old2")), (5, true, None)]);
    }
);

/// A version whose lines, from line 2, all have the same existing username, and these new ones.
async fn alike(tx: &mut Tx, customer: CustomerId, new: impl Iterator<Item = String>) -> i64 {
    let number = version(tx, customer).await;
    let line = |(nth, new): (i64, String)| NewLine {
        line: nth + 2,
        existing: "#N/A".to_owned(),
        new,
        target: String::new(),
        nth,
    };
    let lines: Vec<NewLine> = (0..).zip(new).map(line).collect();
    store::user_mapping::insert_lines(tx, customer, number, &lines)
        .await
        .expect("lines");
    number
}

/// What a line said before and says now, by its number.
fn told(lines: &[ChangedLine]) -> Vec<(i64, Option<&str>, Option<&str>)> {
    let each = lines.iter();
    each.map(|line| (line.line, line.old_new.as_deref(), line.new.as_deref()))
        .collect()
}

on_both!(
    f_30_thousands_of_equal_cells_are_compared_at_once,
    |test: TestDb| async move {
        let mut tx = test.db.begin().await.expect("a transaction");
        let (customer, _) = customer(&mut tx, 1, "contoso").await;
        let older = alike(&mut tx, customer, (0..2_000).map(|n| format!("new{n}"))).await;
        let news = (0..2_001).map(|n| {
            if n == 1_234 {
                "else".to_owned()
            } else {
                format!("new{n}")
            }
        });
        let newer = alike(&mut tx, customer, news).await;
        let changed = store::user_mapping::changed_lines(&mut tx, customer, (older, newer), (0, 10)).await;
        assert_eq!(
            told(&changed.expect("lines")),
            [
                (1_236, Some("new1234"), Some("else")),
                (2_002, None, Some("new2000"))
            ]
        );
        let gone = store::user_mapping::gone_lines(&mut tx, customer, (older, newer), (0, 10)).await;
        assert!(gone.expect("lines").is_empty());
        let gone = store::user_mapping::gone_lines(&mut tx, customer, (newer, older), (0, 10)).await;
        assert_eq!(told(&gone.expect("lines")), [(2_002, Some("new2000"), None)]);
    }
);

on_both!(
    f_30_equal_cells_are_compared_across_pages,
    |test: TestDb| async move {
        let mut tx = test.db.begin().await.expect("a transaction");
        let (customer, _) = customer(&mut tx, 1, "contoso").await;
        let older = alike(&mut tx, customer, (0..60).map(|n| format!("a{n}"))).await;
        let newer = alike(&mut tx, customer, (0..50).map(|n| format!("b{n}"))).await;
        let (mut after, mut read) = (0, 0);
        loop {
            let place = (after, 20);
            let page = store::user_mapping::changed_lines(&mut tx, customer, (older, newer), place).await;
            let page = page.expect("lines");
            let Some(last) = page.last() else { break };
            after = last.line;
            for line in &page {
                let (old, new) = (format!("a{}", line.line - 2), format!("b{}", line.line - 2));
                assert_eq!(
                    (line.old_new.as_deref(), line.new.as_deref()),
                    (Some(&*old), Some(&*new))
                );
            }
            read += page.len();
        }
        let gone = store::user_mapping::gone_lines(&mut tx, customer, (older, newer), (0, 20)).await;
        let gone: Vec<i64> = gone.expect("lines").iter().map(|line| line.line).collect();
        let expected: Vec<i64> = (52..62).collect();
        assert_eq!((read, gone), (50, expected));
    }
);

on_both!(
    f_30_lines_of_before_are_numbered_by_the_migration,
    |test: TestDb| async move {
        let mut tx = test.db.begin().await.expect("a transaction");
        let (customer, _) = customer(&mut tx, 1, "contoso").await;
        let older = alike(&mut tx, customer, (0..5).map(|n| format!("new{n}"))).await;
        let newer = alike(&mut tx, customer, (0..5).map(|n| format!("new{n}"))).await;
        tx.commit().await.expect("a commit");
        raw(&test.db, "UPDATE mapping_rows SET nth = 0")
            .await
            .expect("as before");
        let folder = match &test.db {
            Db::Sqlite { .. } => "sqlite",
            Db::Postgres(_) => "postgres",
        };
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
        let text = std::fs::read_to_string(format!("{root}/{folder}/0023_mapping_questions.sql"));
        let text = text.expect("readable");
        let mut statements = text.split(';').map(str::trim);
        let fill = statements.find(|statement| statement.starts_with("UPDATE mapping_rows"));
        let filled = raw(&test.db, fill.expect("the statement")).await;
        assert_eq!(filled.expect("numbered"), 8, "but the first of each version");
        let mut tx = test.db.read().await.expect("a transaction");
        let changed = store::user_mapping::changed_lines(&mut tx, customer, (older, newer), (0, 10)).await;
        assert!(changed.expect("lines").is_empty());
    }
);
