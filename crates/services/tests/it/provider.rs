//! The provider configuration: entered, tested, saved, and never shown again.

use domain::connection::{ConnectionStage, Verdict};
use domain::provider::SecretKind;
use domain::views::ProviderForm;
use domain::{Actor, Role, UserError};
use services::ServiceError;
use test_support::{TestDb, on_both};

use crate::world::{SLUG, World};

const PROVIDER_TABLES: &[&str] = &[
    "audit_log",
    "provider_configs",
    "provider_secrets",
    "connection_reports",
    "sync_settings",
    "directories",
];

fn without_secret(world: &World) -> ProviderForm {
    ProviderForm {
        client_secret: String::new(),
        private_key: String::new(),
        ..world.form()
    }
}

pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T, ServiceError>) -> UserError {
    match result {
        Err(ServiceError::User(error)) => error,
        other => panic!("a refusal was expected, not {other:?}"),
    }
}

fn message_of(error: &UserError, field: &str) -> String {
    error
        .of_field(field)
        .next()
        .unwrap_or_else(|| panic!("nothing about {field}: {error:?}"))
        .to_owned()
}

async fn viewer(world: &World) -> Actor {
    let customer = world.customer().await;
    Actor {
        user: None,
        name: "Vera".into(),
        role: Role::Viewer,
        customer: Some(customer),
    }
}

on_both!(
    c_21_no_secret_leaves_the_server_or_lies_in_a_table,
    |test: TestDb| async move {
        for world in [
            World::entra(test).await,
            World::okta(TestDb::open(test_support::Backend::Sqlite).await).await,
        ] {
            let form = world.form();
            let view = world
                .services
                .provider(&world.actor, SLUG)
                .await
                .expect("the page");
            let tables = world.test.dump(PROVIDER_TABLES).await;
            let page = format!("{view:?}");
            for secret in [&form.client_secret, &form.private_key] {
                // Of a key in PEM form a line in the middle is the secret.
                for line in secret
                    .lines()
                    .filter(|line| line.len() > 20 && !line.starts_with("-----"))
                {
                    assert!(
                        !tables.contains(line) && !page.contains(line),
                        "a secret is to be seen"
                    );
                }
            }
            let saved = view.saved.expect("saved");
            let end = form
                .client_secret
                .get(form.client_secret.len().saturating_sub(4)..)
                .unwrap_or_default();
            assert_eq!(saved.secrets[0].ends_in, end);
        }
    }
);

on_both!(a_test_counts_for_the_save_after_it, |test: TestDb| async move {
    let world = World::entra(test).await;
    let view = world
        .services
        .provider(&world.actor, SLUG)
        .await
        .expect("the page");
    let tested = view.report.expect("tested before it was saved");
    assert!(tested.report.passed() && !tested.stale);
    assert_eq!(tested.report.stages.len(), ConnectionStage::ALL.len());
    assert!(tested.report.sample.is_some());
    assert!(view.can_edit);
    let saved = view.saved.expect("saved");
    assert_eq!(
        (saved.people, saved.secrets[0].kind),
        (0, SecretKind::ClientSecret)
    );
    assert_eq!(saved.secrets[0].expires, None);
});

on_both!(the_same_values_again_are_no_change, |test: TestDb| async move {
    let world = World::entra(test).await;
    let before = world.test.dump(PROVIDER_TABLES).await;
    world
        .services
        .save_provider(&world.actor, SLUG, &without_secret(&world))
        .await
        .expect("saved");
    assert_eq!(world.test.dump(PROVIDER_TABLES).await, before);
});

on_both!(
    the_same_secret_entered_once_more_leaves_the_values_tested,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        for _ in 0..2 {
            let report = world
                .services
                .test_provider(&world.actor, SLUG, &world.form())
                .await
                .expect("a report");
            assert!(report.report.passed());
            world
                .services
                .save_provider(&world.actor, SLUG, &world.form())
                .await
                .expect("saved");
            let view = world
                .services
                .provider(&world.actor, SLUG)
                .await
                .expect("the page");
            assert!(!view.report.expect("tested").stale);
        }
    }
);

on_both!(
    c_20_a_corrected_day_is_kept_and_makes_the_test_stale,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let form = ProviderForm {
            secret_expires: "2026-03-22".into(),
            ..without_secret(&world)
        };
        world
            .services
            .save_provider(&world.actor, SLUG, &form)
            .await
            .expect("saved");
        let view = world
            .services
            .provider(&world.actor, SLUG)
            .await
            .expect("the page");
        let saved = view.saved.expect("saved");
        assert_eq!(saved.secrets[0].expires.as_deref(), Some("in 10 days"));
        assert_eq!(saved.secrets[0].expires_on.as_deref(), Some("2026-03-22"));
        assert!(saved.secrets[0].expires_soon);
        // The values are the same, so testing them again is a test of what is saved.
        let report = world
            .services
            .test_provider(&world.actor, SLUG, &without_secret(&world))
            .await
            .expect("a report");
        assert!(report.report.passed());
        let view = world
            .services
            .provider(&world.actor, SLUG)
            .await
            .expect("the page");
        assert!(!view.report.expect("tested").stale);
    }
);

on_both!(
    c_03_a_wrong_secret_is_reported_and_nothing_is_saved,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let form = ProviderForm {
            client_secret: "this-is-not-the-right-secret".into(),
            ..world.form()
        };
        let report = world
            .services
            .test_provider(&world.actor, SLUG, &form)
            .await
            .expect("a report")
            .report;
        let token = report
            .stages
            .iter()
            .find(|stage| stage.stage == ConnectionStage::Token)
            .expect("the stage");
        assert_eq!(token.verdict, Verdict::Failed);
        let advice = token.advice.as_ref().expect("advice");
        assert_eq!(advice.field.as_deref(), Some("client_secret"));
        // The saved values keep their own test.
        let view = world
            .services
            .provider(&world.actor, SLUG)
            .await
            .expect("the page");
        assert!(view.report.expect("tested").report.passed());
        let again = world
            .services
            .test_provider(&world.actor, SLUG, &without_secret(&world))
            .await
            .expect("a report");
        assert!(again.report.passed(), "the stored secret is still the right one");
    }
);

on_both!(
    c_21_another_application_needs_its_own_secret,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let form = ProviderForm {
            client_id: "11111111-2222-3333-4444-555555555555".into(),
            ..without_secret(&world)
        };
        for result in [
            world
                .services
                .test_provider(&world.actor, SLUG, &form)
                .await
                .map(|_| ()),
            world.services.save_provider(&world.actor, SLUG, &form).await,
        ] {
            assert!(message_of(&refusal(result), "client_secret").starts_with("The stored one belongs"));
        }
    }
);

on_both!(
    c_22_linked_people_keep_their_organisation,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.sync().await;
        // The tenant's domain leads to the same organisation.
        let domain = ProviderForm {
            tenant: world.simulator.entra().tenant_domain.clone(),
            ..world.form()
        };
        world
            .services
            .save_provider(&world.actor, SLUG, &domain)
            .await
            .expect("the same organisation");
        // Another tenant does not, or cannot be shown to.
        let other = ProviderForm {
            tenant: "0f0e0d0c-1111-2222-3333-444455556666".into(),
            ..world.form()
        };
        let error = refusal(world.services.save_provider(&world.actor, SLUG, &other).await);
        assert!(
            message_of(&error, "tenant").contains("linked to the organisation saved before"),
            "{error:?}"
        );
        let saved = world
            .services
            .provider(&world.actor, SLUG)
            .await
            .expect("the page")
            .saved
            .expect("saved");
        assert_eq!(saved.tenant, domain.tenant);
        assert!(saved.people > 0);
    }
);

on_both!(
    another_provider_is_refused_once_people_belong_to_the_first,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let okta = ProviderForm {
            provider: "okta".into(),
            auth: "api_token".into(),
            tenant: world.simulator.okta().domain.clone(),
            api_token: world.simulator.okta().api_token.clone(),
            ..ProviderForm::default()
        };
        world.sync().await;
        let error = refusal(world.services.save_provider(&world.actor, SLUG, &okta).await);
        assert!(
            message_of(&error, "provider").contains("Microsoft Entra ID"),
            "{error:?}"
        );
    }
);

on_both!(
    another_provider_starts_afresh_while_nobody_belongs_to_the_first,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let okta = ProviderForm {
            provider: "okta".into(),
            auth: "api_token".into(),
            tenant: format!("https://{}/admin", world.simulator.okta().domain),
            api_token: world.simulator.okta().api_token.clone(),
            ..ProviderForm::default()
        };
        let report = world
            .services
            .test_provider(&world.actor, SLUG, &okta)
            .await
            .expect("a report")
            .report;
        assert!(report.passed(), "{report:?}");
        world
            .services
            .save_provider(&world.actor, SLUG, &okta)
            .await
            .expect("saved");
        let view = world
            .services
            .provider(&world.actor, SLUG)
            .await
            .expect("the page");
        let saved = view.saved.expect("saved");
        assert_eq!(saved.tenant, world.simulator.okta().domain);
        assert!(!view.report.expect("tested").stale);
        let settings = world
            .services
            .settings(&world.actor, SLUG)
            .await
            .expect("settings");
        assert_eq!(settings.mapping.username_attribute, "login");
        assert!(settings.scope.groups.is_empty());
        // Entra's secret is gone.
        let secrets = world.test.dump(&["provider_secrets"]).await;
        assert!(
            secrets.starts_with("provider_secrets: 1\n") && !secrets.contains("client_secret"),
            "{secrets}"
        );
    }
);

on_both!(roles_are_checked_in_the_services, |test: TestDb| async move {
    let world = World::entra(test).await;
    let viewer = viewer(&world).await;
    let view = world
        .services
        .provider(&viewer, SLUG)
        .await
        .expect("a viewer may look");
    assert!(!view.can_edit);
    let form = world.form();
    assert_eq!(
        refusal(world.services.save_provider(&viewer, SLUG, &form).await),
        UserError::Forbidden
    );
    assert_eq!(
        refusal(world.services.test_provider(&viewer, SLUG, &form).await),
        UserError::Forbidden
    );
    world
        .services
        .create_customer(&world.actor, "Fabrikam", "fabrikam")
        .await
        .expect("a customer");
    // Invariant 15: somebody else's customer does not exist for them.
    assert_eq!(
        refusal(world.services.provider(&viewer, "fabrikam").await),
        UserError::NotFound
    );
    assert_eq!(
        refusal(world.services.settings(&viewer, "fabrikam").await),
        UserError::NotFound
    );
});

on_both!(
    two_first_saves_at_once_make_one_directory,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let (services, actor) = (&world.services, &world.actor);
        services
            .create_customer(actor, "Fabrikam", "fabrikam")
            .await
            .expect("a customer");
        let form = world.form();
        let saves = tokio::join!(
            services.save_provider(actor, "fabrikam", &form),
            services.save_provider(actor, "fabrikam", &form)
        );
        let refused: Vec<_> = [saves.0, saves.1].into_iter().filter_map(Result::err).collect();
        // The second one either came after the first and had nothing to change, or is told that the page is old.
        assert!(
            refused
                .iter()
                .all(|error| matches!(error, ServiceError::User(UserError::Changed))),
            "{refused:?}"
        );
        let directories = world.test.dump(&["directories"]).await;
        assert!(
            directories.starts_with("directories: 2\n"),
            "one for each customer: {directories}"
        );
    }
);

on_both!(
    c_22_without_links_other_values_are_learnt_anew,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.run(domain::sync::RunKind::TestSync).await;
        let tenant = world.simulator.entra().tenant_id.clone();
        assert!(
            world.test.dump(&["directories"]).await.contains(&tenant),
            "a read learns the tenant"
        );
        let domain = ProviderForm {
            tenant: world.simulator.entra().tenant_domain.clone(),
            ..world.form()
        };
        world
            .services
            .save_provider(&world.actor, SLUG, &domain)
            .await
            .expect("nobody is linked");
        assert!(
            !world.test.dump(&["directories"]).await.contains(&tenant),
            "and a save of other values forgets it"
        );
        world.run(domain::sync::RunKind::TestSync).await;
        assert!(world.test.dump(&["directories"]).await.contains(&tenant));
    }
);

on_both!(
    old_connection_tests_are_forgotten_but_not_the_latest,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let customer = world.customer().await;
        let latest = async || {
            let mut tx = world.test.db.read().await.expect("a transaction");
            let latest = store::providers::latest_report_of_saved(&mut tx, customer).await;
            latest.expect("a query").expect("the test of the saved values")
        };
        let sample = latest().await;
        let count = async || {
            let dump = world.test.dump(&["connection_reports"]).await;
            dump.lines().count() - 1
        };
        let before = count().await;
        // A good year of tests of other values, one every ten days; and a few of the saved ones, all long ago.
        let mut tx = world.test.db.begin().await.expect("a transaction");
        for n in 1..=40_u8 {
            let at = sample.at - chrono::TimeDelta::days(10 * i64::from(n));
            let row = store::providers::ReportRow {
                id: domain::ids::Id::at(at, [n; 10]),
                config_version: (n > 36).then_some(1),
                at,
                ..sample.clone()
            };
            store::providers::insert_report(&mut tx, customer, &row)
                .await
                .expect("kept");
        }
        tx.commit().await.expect("a commit");
        assert_eq!(count().await, before + 40);
        // Of the 36 the 20 latest stay; those of the saved values are fewer than that.
        assert_eq!(world.services.forget_old_tests().await.expect("forgotten"), 16);
        assert_eq!(count().await, before + 24);
        assert_eq!(latest().await.id, sample.id);
        assert_eq!(world.services.forget_old_tests().await.expect("forgotten"), 0);
    }
);
