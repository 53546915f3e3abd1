//! Managers by name (3.9): what a text means is kept beside it, and is forgotten with it.

use std::collections::BTreeMap;

use domain::ObjectId;
use domain::directory::AttributeValue;
use store::managers;
use store::snapshot::NewUser;
use test_support::{TestDb, on_both};

use crate::{customer, now, raw};

type Attributes = BTreeMap<String, AttributeValue>;

fn user<'a>(
    row_no: i64,
    object_id: &'a str,
    manager: Option<&'a str>,
    attributes: &'a Attributes,
) -> NewUser<'a> {
    NewUser {
        row_no,
        object_id,
        principal_name: object_id,
        username: None,
        username_key: None,
        mail: None,
        display_name: None,
        status: "active",
        guest: false,
        manager,
        attributes,
        hash: "00".to_owned(),
    }
}

async fn meanings(test: &TestDb) -> String {
    let dump = test.dump(&["snapshot_users"]).await;
    let rows = dump.lines().skip(1);
    rows.map(|row| if row.contains("the-boss") { 'b' } else { '-' })
        .collect()
}

on_both!(
    what_a_text_means_is_kept_and_forgotten_with_it,
    async |test: TestDb| {
        let mut tx = test.db.begin().await.expect("a transaction");
        let (c, d) = customer(&mut tx, 1, "contoso").await;
        let number = Attributes::from([("employeeNumber".to_owned(), AttributeValue::Integer(1001))]);
        let none = Attributes::new();
        let people = [
            user(1, "u1", None, &number),
            user(2, "u2", Some("u1"), &none),
            user(3, "u3", Some("boss"), &none),
            user(4, "u4", Some("boss"), &none),
            user(5, "u5", Some("nobody"), &none),
        ];
        store::snapshot::upsert(&mut tx, c, d, &people, now())
            .await
            .expect("written");
        tx.commit().await.expect("committed");
        let all = "UPDATE snapshot_users SET in_scope = true";
        assert_eq!(raw(&test.db, all).await.expect("everybody is in scope"), 5);
        let mut tx = test.db.begin().await.expect("a transaction");
        let mut named = managers::named(&mut tx, c, d).await.expect("read");
        named.sort();
        assert_eq!(named, ["boss", "nobody"]);
        let names = managers::names(&mut tx, c, d, 0, 2).await.expect("read");
        assert_eq!(names.len(), 2);
        assert_eq!(
            names.first().and_then(|n| n.employee_number.as_deref()),
            Some("1001")
        );
        let boss = [("boss".to_owned(), Some(ObjectId::new("the-boss")))];
        managers::resolve(&mut tx, c, d, &boss).await.expect("kept");
        tx.commit().await.expect("committed");
        assert_eq!(meanings(&test).await, "--bb-");

        let mut tx = test.db.begin().await.expect("a transaction");
        managers::resolve(&mut tx, c, d, &[("boss".to_owned(), None)])
            .await
            .expect("kept");
        tx.commit().await.expect("committed");
        assert_eq!(meanings(&test).await, "-----");
        let mut tx = test.db.begin().await.expect("a transaction");
        managers::resolve(&mut tx, c, d, &boss).await.expect("kept");
        managers::resolve(&mut tx, c, d, &[]).await.expect("forgotten");
        tx.commit().await.expect("committed");
        assert_eq!(meanings(&test).await, "-----");
    }
);
