//! What a read found: values come back as what they are.

use std::collections::BTreeMap;

use domain::directory::AttributeValue as Value;
use store::found_list::{Among, values};
use store::snapshot::NewUser;
use test_support::{TestDb, on_both};

use crate::{customer, now};

pub(crate) fn person<'a>(
    row_no: i64,
    object_id: &'a str,
    display_name: Option<&'a str>,
    attributes: &'a BTreeMap<String, Value>,
) -> NewUser<'a> {
    NewUser {
        row_no,
        object_id,
        principal_name: object_id,
        username: None,
        username_key: None,
        mail: None,
        display_name,
        status: "active",
        guest: false,
        manager: None,
        attributes,
        hash: "00".to_owned(),
    }
}

on_both!(
    people_are_found_whatever_the_capitals_of_their_names,
    async |test: TestDb| {
        let mut tx = test.db.begin().await.expect("a transaction");
        let (customer, directory) = customer(&mut tx, 1, "contoso").await;
        let none = BTreeMap::new();
        let people = [
            person(1, "u1", Some("Öykü Şahin"), &none),
            person(2, "u2", Some("ÉLODIE 100%"), &none),
            person(3, "u3", Some("Anna Berg"), &none),
        ];
        store::snapshot::upsert(&mut tx, customer, directory, &people, now())
            .await
            .expect("written");
        for (typed, found) in [
            ("öykü", vec![1]),
            ("ÖYKÜ ş", vec![1]),
            ("élodie", vec![2]),
            ("Élodie", vec![2]),
            ("0%", vec![2]),
            ("BERG", vec![3]),
            ("u", vec![1, 2, 3]),
            ("nobody", vec![]),
        ] {
            let rows = store::found_list::search(&mut tx, customer, directory, typed, 9).await;
            let rows: Vec<i64> = rows.expect("read").iter().map(|row| row.row_no).collect();
            assert_eq!(rows, found, "{typed}");
        }
    }
);

on_both!(
    r_15_domains_are_those_of_usernames_as_the_data_mapping_makes_them,
    async |test: TestDb| {
        let mut tx = test.db.begin().await.expect("a transaction");
        let (customer, directory) = customer(&mut tx, 1, "contoso").await;
        let none = BTreeMap::new();
        let people = [
            NewUser {
                principal_name: "anna@tenant.example",
                username: Some("Anna@Mail.example"),
                ..person(1, "u1", None, &none)
            },
            NewUser {
                principal_name: "ben@tenant.example",
                username: Some("ben@mail.example"),
                ..person(2, "u2", None, &none)
            },
            NewUser {
                principal_name: "without@tenant.example",
                ..person(3, "u3", None, &none)
            },
        ];
        store::snapshot::upsert(&mut tx, customer, directory, &people, now())
            .await
            .expect("written");
        let domains = store::found_list::domains(&mut tx, customer, directory, 9).await;
        assert_eq!(domains.expect("read"), ["mail.example"]);
    }
);

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
    let user = person(1, "u1", None, &attributes);
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
