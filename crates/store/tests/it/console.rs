//! Console users, the back-off of their sign-ins, and sessions.

use chrono::TimeDelta;
use domain::{ConsoleUserId, CustomerId, Role};
use store::console_users::{self, Attempts, NewConsoleUser};
use store::sessions::SessionData;
use store::{StoreError, Tx, sessions};
use test_support::{TestDb, on_both};

use crate::{customer, id, now};

async fn insert(tx: &mut Tx, n: u8, email: &str, customer: Option<CustomerId>) -> Result<(), StoreError> {
    let role = if customer.is_some() {
        Role::Viewer
    } else {
        Role::Staff
    };
    let user = NewConsoleUser {
        id: id(n),
        customer,
        email,
        name: " Anna Berg ",
        role,
        password_hash: "$argon2id$...",
    };
    console_users::insert(tx, &user, now()).await
}

fn of(user: Option<ConsoleUserId>, data: &str) -> SessionData<'_> {
    SessionData {
        user,
        browser: "Firefox on Windows",
        data,
    }
}

on_both!(
    users_are_found_by_address_whatever_its_case,
    async |test: TestDb| {
        let mut tx = test.db.begin().await.expect("a transaction");
        let (contoso, _) = customer(&mut tx, 1, "contoso").await;
        assert_eq!(console_users::count(&mut tx).await.expect("counted"), 0);
        insert(&mut tx, 5, "Anna@Example.org", Some(contoso))
            .await
            .expect("inserted");
        let found = console_users::credentials(&mut tx, " anna@example.ORG")
            .await
            .expect("read")
            .expect("found");
        assert_eq!(found.id, id::<ConsoleUserId>(5));
        let user = console_users::find(&mut tx, found.id)
            .await
            .expect("read")
            .expect("found");
        assert_eq!(
            (user.slug.as_deref(), user.role, user.name.as_str()),
            (Some("contoso"), Role::Viewer, "Anna Berg")
        );
        assert!(
            console_users::credentials(&mut tx, "nobody@example.org")
                .await
                .expect("read")
                .is_none()
        );
    }
);

on_both!(an_address_is_taken_once, async |test: TestDb| {
    let mut tx = test.db.begin().await.expect("a transaction");
    insert(&mut tx, 1, "anna@example.org", None)
        .await
        .expect("inserted");
    tx.commit().await.expect("committed");
    let mut tx = test.db.begin().await.expect("a transaction");
    let again = insert(&mut tx, 2, "ANNA@example.org", None).await;
    assert!(matches!(again, Err(StoreError::Conflict { .. })), "{again:?}");
});

on_both!(an_attempt_is_charged_once, async |test: TestDb| {
    let mut tx = test.db.begin().await.expect("a transaction");
    let email = "anna@example.org";
    assert_eq!(
        console_users::attempts(&mut tx, email).await.expect("read"),
        Attempts::default()
    );
    assert!(
        console_users::charge(&mut tx, email, 1, None, now())
            .await
            .expect("charged")
    );
    let until = now() + TimeDelta::seconds(15);
    assert!(
        console_users::charge(&mut tx, email, 2, Some(until), now())
            .await
            .expect("charged")
    );
    // Another attempt that had read the same count comes too late.
    assert!(
        !console_users::charge(&mut tx, email, 2, None, now())
            .await
            .expect("refused")
    );
    let attempts = console_users::attempts(&mut tx, "ANNA@example.org")
        .await
        .expect("read");
    assert_eq!(
        attempts,
        Attempts {
            failed: 2,
            locked_until: Some(until)
        }
    );
    console_users::forgive(&mut tx, email).await.expect("forgiven");
    assert_eq!(
        console_users::attempts(&mut tx, email).await.expect("read"),
        Attempts::default()
    );
    console_users::charge(&mut tx, email, 1, None, now())
        .await
        .expect("charged");
    assert_eq!(
        console_users::forget_attempts(&mut tx, now() + TimeDelta::days(1))
            .await
            .expect("forgotten"),
        1
    );
});

on_both!(
    a_session_ends_by_idleness_by_age_and_by_hand,
    async |test: TestDb| {
        let mut tx = test.db.begin().await.expect("a transaction");
        insert(&mut tx, 1, "anna@example.org", None)
            .await
            .expect("inserted");
        let user = Some(id::<ConsoleUserId>(1));
        let (hash, day) = ([7_u8; 32], TimeDelta::days(1));
        assert!(
            sessions::create(&mut tx, &hash, of(user, "{}"), now(), now() + day)
                .await
                .expect("made")
        );
        assert!(
            !sessions::create(&mut tx, &hash, of(user, "{}"), now(), now() + day)
                .await
                .expect("taken")
        );
        assert!(
            sessions::save(&mut tx, &hash, of(user, "{\"a\":1}"), now())
                .await
                .expect("saved")
        );
        let hour = TimeDelta::hours(1);
        let row = sessions::load(&mut tx, &hash, now(), now() - hour)
            .await
            .expect("read")
            .expect("there");
        assert_eq!(
            (row.user(), row.data.as_str(), row.expires_at),
            (user, "{\"a\":1}", now() + day)
        );
        // Not used for an hour, or older than a day.
        assert!(
            sessions::load(&mut tx, &hash, now(), now())
                .await
                .expect("read")
                .is_none()
        );
        assert!(
            sessions::load(&mut tx, &hash, now() + day, now() - hour)
                .await
                .expect("read")
                .is_none()
        );
        sessions::touch(&mut tx, &hash, now() + hour)
            .await
            .expect("touched");
        assert!(
            sessions::load(&mut tx, &hash, now(), now())
                .await
                .expect("read")
                .is_some()
        );
        sessions::delete(&mut tx, &hash).await.expect("deleted");
        assert!(
            !sessions::save(&mut tx, &hash, of(user, "{}"), now())
                .await
                .expect("stays ended")
        );
        assert!(
            sessions::load(&mut tx, &hash, now(), now() - hour)
                .await
                .expect("read")
                .is_none()
        );
    }
);

on_both!(ended_sessions_are_removed, async |test: TestDb| {
    let mut tx = test.db.begin().await.expect("a transaction");
    insert(&mut tx, 1, "anna@example.org", None)
        .await
        .expect("inserted");
    for n in 1..=3_u8 {
        let end = now() + TimeDelta::hours(i64::from(n));
        let user = (n == 3).then(|| id::<ConsoleUserId>(1));
        sessions::create(&mut tx, &[n; 32], of(user, "{}"), now(), end)
            .await
            .expect("made");
    }
    let later = now() + TimeDelta::hours(1);
    assert_eq!(
        sessions::delete_ended(&mut tx, later, now() - TimeDelta::hours(1))
            .await
            .expect("removed"),
        1
    );
    assert_eq!(
        sessions::delete_of_user(&mut tx, id(1)).await.expect("removed"),
        1
    );
    assert_eq!(
        sessions::delete_ended(&mut tx, now(), now())
            .await
            .expect("removed"),
        1
    );
});
