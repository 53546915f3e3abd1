//! What a read found: values come back as what they are.

use std::collections::BTreeMap;

use domain::directory::AttributeValue as Value;
use store::found_list::{Among, values};
use store::snapshot::NewUser;
use test_support::{TestDb, on_both};

use crate::{customer, now};

on_both!(b_09_values_of_every_kind_are_read_back, async |test: TestDb| {
    let mut tx = test.db.begin().await.expect("a transaction");
    let (customer, directory) = customer(&mut tx, 1, "contoso").await;
    let kinds = [
        ("number", Value::Integer(7)),
        ("flag", Value::Bool(true)),
        ("list", Value::List(vec!["a".to_owned(), "b".to_owned()])),
        ("text", Value::Text("Space travel".to_owned())),
    ];
    let mut attributes: BTreeMap<_, _> = kinds
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    attributes.insert("nothing".to_owned(), Value::Null);
    attributes.insert("empty".to_owned(), Value::List(Vec::new()));
    let user = NewUser {
        row_no: 1,
        object_id: "u1",
        principal_name: "u1",
        username: None,
        username_key: None,
        mail: None,
        display_name: None,
        status: "active",
        guest: false,
        manager: None,
        attributes: &attributes,
        hash: "00".to_owned(),
    };
    store::snapshot::upsert(&mut tx, customer, directory, &[user], now())
        .await
        .expect("written");
    let among = Among {
        customer,
        directory,
        everybody: true,
    };
    for (name, value) in kinds {
        let found = values(&mut tx, among, name, 3).await.expect("read");
        assert_eq!(found, [value], "{name}");
    }
    for name in ["nothing", "empty", "missing"] {
        let found = values(&mut tx, among, name, 3).await.expect("read");
        assert_eq!(found, [], "{name}");
    }
});
