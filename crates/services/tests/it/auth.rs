//! Signing in to the console, on both databases.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::{Actor, Clock, Role, UserError};
use jobs::Wake;
use providers::{Limits, Providers};
use services::auth::NewUser;
use services::mail::Mail;
use services::{KeyRing, Parts, ServiceError, Services};
use test_support::{FakeClock, TestDb, on_both};

const EMAIL: &str = "anna@contoso.example";
pub(crate) const PASSWORD: &str = "correct horse battery";

fn services(test: &TestDb) -> (Services, Arc<FakeClock>) {
    services_with(test, crate::postbox::no_mail())
}

pub(crate) fn services_with(test: &TestDb, mail: Mail) -> (Services, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::default());
    let key = ("test".to_owned(), vec![7_u8; 32].into());
    let services = Services::new(Parts {
        db: test.db.clone(),
        providers: Providers::with_limits(vec![], vec![], clock.clone(), Limits::default()),
        clock: clock.clone(),
        keys: KeyRing::new(vec![key]).expect("a key ring"),
        mail,
        wake: Wake::default(),
    });
    (services, clock)
}

pub(crate) fn user(email: &str, role: Role, customer: Option<&str>) -> NewUser {
    NewUser {
        name: "Anna Berg".to_owned(),
        email: email.to_owned(),
        password: PASSWORD.into(),
        role,
        customer: customer.map(ToOwned::to_owned),
    }
}

async fn with_anna(test: &TestDb) -> (Services, Arc<FakeClock>) {
    let (services, clock) = services(test);
    let actor = Actor::system("Test");
    services
        .create_customer(&actor, "Contoso Ltd", "contoso")
        .await
        .expect("a customer");
    services
        .create_user(&actor, &user(EMAIL, Role::CustomerAdmin, Some("contoso")))
        .await
        .expect("a user");
    (services, clock)
}

pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T, ServiceError>) -> UserError {
    match result.expect_err("refused") {
        ServiceError::User(error) => error,
        other => panic!("not a refusal: {other:?}"),
    }
}

on_both!(a_user_signs_in_and_is_who_they_are, async |test: TestDb| {
    let (services, _) = with_anna(&test).await;
    assert!(!services.first_run().await.expect("asked"));
    let id = services
        .sign_in(" Anna@Contoso.EXAMPLE", PASSWORD)
        .await
        .expect("signed in");
    let (actor, me) = services.identify(id).await.expect("asked").expect("found");
    assert_eq!((actor.user, actor.role), (Some(id), Role::CustomerAdmin));
    assert_eq!(
        (me.email.as_str(), me.customer.as_deref()),
        (EMAIL, Some("contoso"))
    );
    for (email, password) in [
        (EMAIL, "correct horse batterz"),
        ("nobody@contoso.example", PASSWORD),
    ] {
        let refused = refusal(services.sign_in(email, password).await);
        assert_eq!(refused, UserError::WrongCredentials, "{email}");
    }
});

on_both!(
    users_belong_where_their_role_says_and_an_address_is_taken_once,
    async |test: TestDb| {
        let (services, _) = with_anna(&test).await;
        let actor = Actor::system("Test");
        for wrong in [
            user("sam@vendor.example", Role::Staff, Some("contoso")),
            user("bob@contoso.example", Role::Viewer, None),
            user(" ANNA@contoso.example ", Role::Viewer, Some("contoso")),
        ] {
            let refused = refusal(services.create_user(&actor, &wrong).await);
            assert!(matches!(refused, UserError::Invalid { .. }), "{refused:?}");
        }
        let nowhere = user("bob@contoso.example", Role::Viewer, Some("nowhere"));
        assert_eq!(
            refusal(services.create_user(&actor, &nowhere).await),
            UserError::NotFound
        );
        let viewer = Actor {
            role: Role::Viewer,
            ..actor
        };
        let more = user("bob@contoso.example", Role::Viewer, Some("contoso"));
        assert_eq!(
            refusal(services.create_user(&viewer, &more).await),
            UserError::Forbidden
        );
    }
);

on_both!(
    guessing_is_held_back_for_known_and_unknown_addresses_alike,
    async |test: TestDb| {
        let (services, clock) = with_anna(&test).await;
        for email in [EMAIL, "nobody@contoso.example"] {
            for _ in 0..5 {
                let refused = refusal(services.sign_in(email, "a wrong password").await);
                assert_eq!(refused, UserError::WrongCredentials, "{email}");
            }
            // The right password does not help before the wait is over.
            let refused = refusal(services.sign_in(email, PASSWORD).await);
            assert_eq!(refused, UserError::TooManyAttempts { seconds: 15 }, "{email}");
        }
        clock.advance(TimeDelta::seconds(15));
        services.sign_in(EMAIL, PASSWORD).await.expect("the wait is over");
        // A success forgives what was before it.
        let refused = refusal(services.sign_in(EMAIL, "a wrong password").await);
        assert_eq!(refused, UserError::WrongCredentials);
        services.sign_in(EMAIL, PASSWORD).await.expect("signed in");

        // Failures are forgotten after a day, not before.
        let idle_since = clock.now() - TimeDelta::hours(1);
        services.tidy_sign_ins(idle_since).await.expect("tidied");
        assert_ne!(
            test.dump(&["sign_in_attempts"]).await.trim(),
            "sign_in_attempts: 0"
        );
        clock.advance(TimeDelta::hours(25));
        services.tidy_sign_ins(idle_since).await.expect("tidied");
        assert_eq!(
            test.dump(&["sign_in_attempts"]).await.trim(),
            "sign_in_attempts: 0"
        );
    }
);

on_both!(
    guesses_at_the_same_moment_are_counted_one_by_one,
    async |test: TestDb| {
        let (services, _) = with_anna(&test).await;
        let guesses = (0..12).map(|_| services.sign_in(EMAIL, "a wrong password"));
        let refused = futures::future::join_all(guesses).await.into_iter().map(refusal);
        let looked_at = refused
            .filter(|error| *error == UserError::WrongCredentials)
            .count();
        assert!(
            (1..=5).contains(&looked_at),
            "{looked_at} passwords were looked at"
        );
    }
);
