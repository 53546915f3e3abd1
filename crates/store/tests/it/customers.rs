//! Customers and where they stand.

use domain::Provider;
use store::{StoreError, customers};
use test_support::{TestDb, on_both};

use crate::{customer, id, now};

on_both!(an_address_belongs_to_one_customer, async |test: TestDb| {
    let mut tx = test.db.begin().await.expect("a transaction");
    let (contoso, _) = customer(&mut tx, 1, "contoso").await;
    let found = customers::by_slug(&mut tx, "contoso")
        .await
        .expect("read")
        .expect("found");
    assert_eq!((found.id, found.name.as_str()), (contoso, "The contoso"));
    assert!(
        customers::by_slug(&mut tx, "fabrikam")
            .await
            .expect("read")
            .is_none()
    );
    assert_eq!(
        customers::next_run_number(&mut tx, contoso).await.expect("taken"),
        1
    );
    assert_eq!(
        customers::next_run_number(&mut tx, contoso).await.expect("taken"),
        2
    );
    tx.commit().await.expect("committed");
    let mut tx = test.db.begin().await.expect("a transaction");
    let again = customers::insert(&mut tx, id(2), "contoso", "Another", now()).await;
    assert!(matches!(again, Err(StoreError::Conflict { .. })), "{again:?}");
});

on_both!(facts_of_a_new_customer_are_few, async |test: TestDb| {
    let mut tx = test.db.begin().await.expect("a transaction");
    let (contoso, _) = customer(&mut tx, 1, "contoso").await;
    customers::insert(&mut tx, id(2), "bare", "50% of_bare", now())
        .await
        .expect("inserted");
    let facts = customers::facts(&mut tx, contoso)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(
        (facts.provider, facts.people, facts.tested),
        (Some(Provider::Entra), 0, None)
    );
    assert!(facts.last_run.is_none() && facts.settings.is_none() && facts.synced_at.is_none());
    assert!(customers::facts(&mut tx, id(3)).await.expect("read").is_none());
    for (search, found) in [
        ("", 2),
        ("CONTO", 1),
        ("50%", 1),
        ("f_b", 1),
        ("%", 1),
        ("zzz", 0),
    ] {
        let all = customers::facts_of_all(&mut tx, search).await.expect("read");
        assert_eq!(all.len(), found, "{search:?}");
    }
});
