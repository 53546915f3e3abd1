//! What was said about lines of a user mapping, where thousands of lines have the same username (F-30).

use domain::CustomerId;
use domain::deployment::Responsibility;
use store::Tx;
use store::user_mapping::{MappingLine, NewLine, NewRemark, OpenRemarks, Rewritten};
use test_support::{TestDb, on_both};

use crate::migration::version;
use crate::{customer, id, now};

const EXISTING: &str = "#N/A";

/// A version of lines with the same existing username and these new ones, from line 2.
async fn alike(tx: &mut Tx, customer: CustomerId, new: impl Iterator<Item = i64>) -> i64 {
    let number = version(tx, customer).await;
    let line = |(nth, new): (i64, i64)| NewLine {
        line: nth + 2,
        existing: EXISTING.to_owned(),
        new: format!("new{new}"),
        target: String::new(),
        nth,
    };
    let lines: Vec<NewLine> = (0..).zip(new).map(line).collect();
    store::user_mapping::insert_lines(tx, customer, number, &lines)
        .await
        .expect("lines");
    number
}

/// Says something about a line of a version, which has the new username of this number.
async fn say(tx: &mut Tx, customer: CustomerId, n: u8, (version, line, new): (i64, i64, i64)) {
    let row = MappingLine {
        line,
        existing: EXISTING.to_owned(),
        new: format!("new{new}"),
        target: String::new(),
    };
    let rewritten: Rewritten = [row.existing.clone(), row.new.clone(), row.target.clone()];
    let remark = NewRemark {
        id: id(n),
        version,
        row: &row,
        rewritten: &rewritten,
        by_name: "Sam",
        side: Responsibility::Staff,
        text: "Is this right?",
        asks: false,
        answers: None,
        at: now(),
    };
    store::user_mapping::insert_remark(tx, customer, &remark)
        .await
        .expect("said");
}

on_both!(
    f_30_a_remark_is_found_near_its_place_among_equal_usernames,
    |test: TestDb| async move {
        let mut tx = test.db.begin().await.expect("a transaction");
        let (customer, _) = customer(&mut tx, 1, "contoso").await;
        let older = alike(&mut tx, customer, 0..3_000).await;
        // The first, one in the middle, the last; and one about all of it.
        for (n, new) in [(1, 0), (2, 1_500), (3, 2_999)] {
            say(&mut tx, customer, n, (older, new + 2, new)).await;
        }
        say(&mut tx, customer, 4, (older, 0, 0)).await;
        // A hundred lines went, those with the new usernames 10 to 109.
        let newer = alike(&mut tx, customer, (0..10).chain(110..3_000)).await;
        // The first two thousand stand behind the rest now: too far to be looked for.
        let other = alike(&mut tx, customer, (2_000..3_000).chain(0..2_000)).await;
        for (number, expected, open) in [
            (older, [Some(0), Some(3_001), Some(1_502), Some(2)], 4),
            (newer, [Some(0), Some(2_901), Some(1_402), Some(2)], 4),
            (other, [Some(0), None, None, None], 1),
        ] {
            let said = store::user_mapping::remarks(&mut tx, customer, number, (0, 10)).await;
            let said = said.expect("remarks");
            // The newest first of those that are about this version, then the others.
            let lines: Vec<Option<i64>> = said.iter().map(|remark| remark.line).collect();
            assert_eq!(lines, expected, "version {number}");
            let found = store::user_mapping::open_remarks(&mut tx, customer, number).await;
            let expected = OpenRemarks {
                remarks: open,
                ..OpenRemarks::default()
            };
            assert_eq!(found.expect("counted"), expected, "version {number}");
        }
    }
);
