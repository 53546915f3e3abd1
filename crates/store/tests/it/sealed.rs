//! Sealed values, walked through for the rotation of keys.

use domain::provider::SecretKind;
use store::StoreError;
use store::sealed::{page, replace};
use test_support::{TestDb, on_both};

use crate::{customer, raw};

on_both!(
    every_secret_is_met_once_and_replaced_once,
    async |test: TestDb| {
        let mut tx = test.db.begin().await.expect("a transaction");
        customer(&mut tx, 1, "contoso").await;
        customer(&mut tx, 2, "fabrikam").await;
        tx.commit().await.expect("committed");
        for kind in ["api_token", "certificate", "private_key"] {
            let bytes = if matches!(test.db, store::Db::Postgres(_)) {
                "'\\x01'::bytea"
            } else {
                "x'01'"
            };
            let statement = format!(
                "INSERT INTO provider_secrets (customer_id, directory_id, kind, key_id, nonce, ciphertext, ends_in, entered_at) \
             SELECT customer_id, id, '{kind}', 'old', {bytes}, {bytes}, '', created_at FROM directories"
            );
            assert_eq!(raw(&test.db, &statement).await.expect("inserted"), 2);
        }
        let mut tx = test.db.begin().await.expect("a transaction");
        let (mut met, mut after) = (Vec::new(), None);
        loop {
            let batch = page(&mut tx, after.as_ref(), 4).await.expect("read");
            let Some(last) = batch.last() else { break };
            after = Some(last.key.clone());
            met.extend(batch);
        }
        assert_eq!(met.len(), 6);
        let first = met.first().expect("six of them");
        assert_eq!(
            (first.key.kind, first.key_id.as_str()),
            (SecretKind::ApiToken, "old")
        );
        replace(&mut tx, &first.key, "old", &first.nonce, "new", &[2], &[3])
            .await
            .expect("replaced");
        let twice = replace(&mut tx, &first.key, "old", &first.nonce, "new", &[2], &[3]).await;
        assert!(matches!(twice, Err(StoreError::Stale { .. })), "{twice:?}");
    }
);
