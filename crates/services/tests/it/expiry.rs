//! Secrets and tokens that end, and a new one beside the old one, on both databases.

use chrono::TimeDelta;
use domain::notices::Topic;
use domain::views::{NewSecret, ProviderForm, Swapped};
use domain::{Actor, Role, UserError};
use test_support::{TestDb, on_both};

use crate::notices::{inbox, user};
use crate::provider::refusal;
use crate::world::{SLUG, World};

/// What was told of secrets, the oldest first.
async fn told(world: &World, of: &Actor) -> Vec<String> {
    world.services.watch_expiry().await.expect("looked");
    let mut all = inbox(world, of).await;
    all.retain(|notice| notice.topic == Topic::Expiry);
    all.into_iter().rev().map(|notice| notice.title).collect()
}

async fn save(world: &World, form: &ProviderForm) {
    let saved = world.services.save_provider(&world.actor, SLUG, form).await;
    saved.expect("saved");
}

on_both!(
    c_20_people_are_told_30_14_and_3_days_ahead_and_once_each_time,
    |test: TestDb| async move {
        let mut world = World::entra(test).await;
        let anna = user(&world, "Anna Admin", Role::CustomerAdmin).await;
        let form = ProviderForm {
            // 31 days after the start.
            secret_expires: "2026-04-12".into(),
            ..world.form()
        };
        save(&world, &form).await;
        assert!(told(&world, &anna).await.is_empty());
        let mut expected = Vec::new();
        for (days, title) in [
            (1, Some("The client secret expires on 12 April 2026")),
            (10, None),
            (6, Some("The client secret expires on 12 April 2026")),
            (11, Some("The client secret expires on 12 April 2026")),
            (3, Some("The client secret expires on 12 April 2026")),
            (1, Some("The client secret has expired")),
            (5, None),
        ] {
            world.turn_clock(TimeDelta::days(days)).await;
            expected.extend(title.map(ToOwned::to_owned));
            for _ in 0..2 {
                assert_eq!(told(&world, &anna).await, expected, "after {days} more days");
            }
        }
        // A new one is a new story.
        let form = ProviderForm {
            secret_expires: "2026-04-25".into(),
            ..world.form()
        };
        save(&world, &form).await;
        expected.push("The client secret expires on 25 April 2026".to_owned());
        assert_eq!(told(&world, &anna).await, expected);
    }
);

on_both!(
    c_12_a_token_that_nobody_uses_is_told_of_before_okta_ends_it,
    |test: TestDb| async move {
        let mut world = World::okta(test).await;
        let anna = user(&world, "Anna Admin", Role::CustomerAdmin).await;
        let form = ProviderForm {
            auth: "api_token".into(),
            client_id: String::new(),
            private_key: String::new(),
            api_token: world.simulator.okta().api_token.clone(),
            ..world.form()
        };
        save(&world, &form).await;
        let idle = async |world: &World| {
            let view = world
                .services
                .provider(&world.actor, SLUG)
                .await
                .expect("the page");
            view.saved.expect("saved").idle
        };
        world.turn_clock(TimeDelta::days(24)).await;
        assert!(told(&world, &anna).await.is_empty());
        assert_eq!(idle(&world).await, None);
        world.turn_clock(TimeDelta::days(1)).await;
        assert_eq!(
            told(&world, &anna).await,
            ["The API token was not used for 25 days"]
        );
        let words = idle(&world).await.expect("words");
        assert!(words.contains("Okta ends it on 11 April 2026"), "{words}");
        // A test of what is saved uses it: the story is over, and begins anew 25 days later.
        let tested = world.services.test_provider(&world.actor, SLUG, &form).await;
        assert!(tested.expect("a report").saved);
        assert_eq!(idle(&world).await, None);
        world.turn_clock(TimeDelta::days(24)).await;
        assert_eq!(told(&world, &anna).await.len(), 1);
        world.turn_clock(TimeDelta::days(1)).await;
        assert_eq!(told(&world, &anna).await.len(), 2);
    }
);

on_both!(
    c_20_a_new_secret_takes_the_place_of_the_old_one_only_when_it_works,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let services = &world.services;
        let swap = async |secret: &str, day: &str| {
            let new = NewSecret {
                client_secret: secret.to_owned(),
                secret_expires: day.to_owned(),
                ..NewSecret::default()
            };
            services.swap_secret(&world.actor, SLUG, &new).await
        };
        let stored = async || {
            let view = services.provider(&world.actor, SLUG).await.expect("the page");
            let hint = view.saved.expect("saved").secrets.remove(0);
            (hint.ends_in, hint.expires_on)
        };
        let before = stored().await;
        let refused = refusal(swap(" ", "").await);
        assert!(refused.of_field("new_client_secret").next().is_some());
        let refused = refusal(swap("x8Q~thisIsNotTheRightSecretAtAll.0123456", "31 March").await);
        assert!(
            refused.of_field("new_secret_expires").next().is_some(),
            "{refused:?}"
        );
        // One that does not work changes nothing: the old one goes on reading.
        let wrong = swap("x8Q~thisIsNotTheRightSecretAtAll.0123456", "2027-01-31").await;
        match wrong.expect("an answer") {
            Swapped::Refused(Some(advice)) => assert_eq!(advice.field.as_deref(), Some("client_secret")),
            other => panic!("{other:?}"),
        }
        assert_eq!(stored().await, before);
        let view = services.provider(&world.actor, SLUG).await.expect("the page");
        assert!(view.report.expect("a report").report.passed());
        // The provider has a new one: it is tried, and in use at once, tested.
        let fresh = world.simulator.control().rotate_secret(world.kind);
        assert_eq!(
            swap(&fresh, "2027-01-31").await.expect("an answer"),
            Swapped::InUse
        );
        assert_eq!(stored().await.1.as_deref(), Some("2027-01-31"));
        // The one in use is no new one: whoever is told to delete "the old one" would delete it.
        let same = refusal(swap(&format!(" {fresh} "), "2027-02-28").await);
        let said = same
            .of_field("new_client_secret")
            .next()
            .expect("beside the field");
        assert!(said.contains("is the one in use"), "{said}");
        let report = services
            .provider(&world.actor, SLUG)
            .await
            .expect("the page")
            .report;
        assert!(report.is_some_and(|report| !report.stale && report.report.passed()));
        let viewer = world.somebody_with(Role::Viewer).await;
        let new = NewSecret::default();
        assert_eq!(
            refusal(services.swap_secret(&viewer, SLUG, &new).await),
            UserError::Forbidden
        );
    }
);
