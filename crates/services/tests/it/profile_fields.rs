//! The fields a customer adds to profiles: kinds and options (B-03, B-04), and what the data mapping makes of them.

use std::collections::BTreeSet;

use domain::people::field;
use domain::settings::{FieldMapping, WhenEmpty};
use domain::sync::{ChangeKind, RunKind};
use services::TypedProfileField;
use test_support::{TestDb, on_both};

use crate::provider::refusal;
use crate::world::{SLUG, World};

fn team(options: &str) -> TypedProfileField {
    TypedProfileField {
        title: "Team".into(),
        kind: "select".into(),
        options: options.into(),
        ..TypedProfileField::default()
    }
}

async fn version(world: &World) -> i64 {
    let settings = world.services.settings(&world.actor, SLUG).await;
    settings.expect("settings").version
}

/// The departments of those in scope, in some order that stays the same.
async fn departments(world: &World) -> Vec<String> {
    world.run(RunKind::TestSync).await;
    let control = world.simulator.control();
    let people = control.people(world.kind, 0..control.count(world.kind));
    let in_scope = people.into_iter().filter(|person| world.is_in_scope(&person.id));
    let all: BTreeSet<String> = in_scope
        .filter_map(|person| person.attributes.get("department").cloned())
        .collect();
    all.into_iter().collect()
}

async fn map_team(world: &World) {
    let row = FieldMapping {
        attribute: "department".into(),
        field: "team".into(),
        when_empty: WhenEmpty::Clear,
    };
    world.change_mapping(|mapping| mapping.fields.push(row)).await;
}

on_both!(
    b_03_b_04_values_are_fitted_to_the_options_or_reported,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let (services, actor) = (&world.services, &world.actor);
        let departments = departments(&world).await;
        let (left_out, options) = departments.split_first().expect("departments");
        assert!(!options.is_empty(), "{departments:?}");
        // The options are spelled otherwise than in the directory.
        let typed = team(&options.join("\n").to_uppercase());
        services
            .save_profile_field(actor, SLUG, &typed)
            .await
            .expect("saved");
        map_team(&world).await;

        let page = services.data_mapping(actor, SLUG, None, "", "").await;
        let page = page.expect("the page");
        let warning = page.rows.last().expect("the row").warnings.join(" ");
        assert!(warning.contains("Team takes one of its options."), "{warning}");
        assert!(warning.contains(&format!("“{left_out}”")), "{warning}");

        world.nobody_to_migrate().await;
        let run = world.sync().await;
        let mut fitted = 0;
        for (_, account) in world.everybody().await {
            let Some(account) = account else { continue };
            let department = account.profile.get(field::DEPARTMENT);
            let expected = department.filter(|name| options.contains(name));
            assert_eq!(
                account.profile.get("team"),
                expected.map(|name| name.to_uppercase()).as_ref(),
                "{department:?}"
            );
            fitted += u64::from(expected.is_some());
        }
        assert!(fitted > 0);
        let flagged = world.changes(run.row.number, ChangeKind::Flag).await;
        let said = format!("Team takes one of its options, and “{left_out}” is not.");
        assert!(
            flagged.iter().any(|row| row.reason.contains(&said)),
            "{flagged:?}"
        );
        // On somebody's page the field has its title.
        let created = world.changes(run.row.number, ChangeKind::Create).await;
        let filled = created
            .iter()
            .flat_map(|row| &row.fields)
            .any(|change| change.field == "Team");
        assert!(filled, "{created:?}");
    }
);

on_both!(
    a_field_is_kept_while_something_fills_it,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let (services, actor) = (&world.services, &world.actor);
        world.run(RunKind::TestSync).await;
        let before = version(&world).await;
        services
            .save_profile_field(actor, SLUG, &team("A\nB"))
            .await
            .expect("saved");
        // S-06: a run under the old fields counts for nothing.
        assert!(version(&world).await > before);
        map_team(&world).await;
        let error = refusal(services.remove_profile_field(actor, SLUG, "team").await);
        let said: Vec<&str> = error.of_field("key").collect();
        assert!(said[0].contains("Team is filled from department"), "{said:?}");

        let changed = TypedProfileField {
            edited: "team".into(),
            title: "Squad".into(),
            ..team("A\nB\nC")
        };
        services
            .save_profile_field(actor, SLUG, &changed)
            .await
            .expect("saved");
        let page = services.profile_fields(actor, SLUG).await.expect("the fields");
        let row = page.fields.last().expect("the field");
        assert_eq!(
            (
                row.field.key.as_str(),
                row.field.title.as_str(),
                row.field.options.len()
            ),
            ("team", "Squad", 3)
        );
        assert_eq!(row.attribute.as_deref(), Some("department"));

        world
            .change_mapping(|mapping| mapping.fields.retain(|row| row.field != "team"))
            .await;
        services
            .remove_profile_field(actor, SLUG, "team")
            .await
            .expect("removed");
        let page = services.profile_fields(actor, SLUG).await.expect("the fields");
        assert!(page.fields.iter().all(|row| !row.is_own));
    }
);

on_both!(
    a_field_that_cannot_be_is_refused_beside_its_inputs,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let (services, actor) = (&world.services, &world.actor);
        for (typed, place) in [
            (team(""), "options"),
            (
                TypedProfileField {
                    title: "Job title".into(),
                    ..team("A")
                },
                "title",
            ),
            (
                TypedProfileField {
                    title: "部門".into(),
                    ..team("A")
                },
                "key",
            ),
            (
                TypedProfileField {
                    kind: "person".into(),
                    ..team("A")
                },
                "kind",
            ),
        ] {
            let error = refusal(services.save_profile_field(actor, SLUG, &typed).await);
            assert!(error.of_field(place).next().is_some(), "{place}: {error:?}");
        }
        let gone = TypedProfileField {
            edited: "nothing".into(),
            ..team("A")
        };
        refusal(services.save_profile_field(actor, SLUG, &gone).await);
        assert!(
            services
                .profile_fields(actor, SLUG)
                .await
                .expect("fields")
                .fields
                .len()
                == 6
        );
    }
);
