//! Lines of a user mapping: narrowed to accounts nobody uses (P-14), and as a correction needs them.

use domain::user_mapping::{Finding, FindingCode, RenameKind, Severity};
use domain::{CustomerId, DirectoryId};
use store::user_mapping::{FixableLine, LineFacts, MappingLine, NewFinding, RowFilter};
use test_support::{TestDb, on_both};

use crate::migration::{accounts, version};
use crate::{customer, id, raw};

/// Accounts `old1` to `old3`, and a version with a line for each of them, from line 2, and one more for nobody.
async fn scene(test: &TestDb) -> ((CustomerId, DirectoryId), i64) {
    let mut tx = test.db.begin().await.expect("a transaction");
    let whose = customer(&mut tx, 1, "contoso").await;
    accounts(&mut tx, whose.0, 1..=3).await;
    let number = version(&mut tx, whose.0).await;
    let line = |line: i64| MappingLine {
        line,
        existing: format!("old{}", line - 1),
        new: String::new(),
        target: String::new(),
    };
    let lines: Vec<MappingLine> = (2..=5).map(line).collect();
    store::user_mapping::insert_lines(&mut tx, whose.0, number, &lines)
        .await
        .expect("lines");
    let facts = |n: u8| LineFacts {
        line: u64::from(n) + 1,
        kind: RenameKind::Free,
        takes_from: None,
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
