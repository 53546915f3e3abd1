//! The data mapping: what is known of attributes, what is refused, and what a change does to people with accounts.

use domain::settings::{DataMapping, WhenEmpty};
use domain::sync::{RunKind, RunState};
use domain::views::MappingEffect;
use services::ServiceError;
use simulator::{Fault, FaultAction, Kind};
use test_support::{TestDb, on_both};

use crate::provider::refusal;
use crate::world::{SCOPE, SLUG, World};

/// Tries to save what `change` makes of the stored mapping.
async fn save(
    world: &World,
    confirmed: &str,
    change: impl FnOnce(&mut DataMapping),
) -> Result<Option<MappingEffect>, ServiceError> {
    let seen = world
        .services
        .settings(&world.actor, SLUG)
        .await
        .expect("settings");
    let mut mapping = seen.mapping;
    change(&mut mapping);
    world
        .services
        .save_mapping(&world.actor, SLUG, seen.version, mapping, confirmed)
        .await
}

on_both!(
    b_09_an_attribute_that_does_not_exist_is_refused_by_row,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.run(RunKind::TestSync).await;
        let error = refusal(
            save(&world, "", |mapping| {
                mapping.fields[4].attribute = "jobtitle".into();
            })
            .await,
        );
        let said = error
            .of_field("fields.4.attribute")
            .next()
            .expect("beside the row");
        assert!(said.contains("Did you mean “jobTitle”?"), "{said}");
        let known = save(&world, "", |mapping| {
            mapping.fields[4].attribute = "companyName".into();
        })
        .await;
        assert_eq!(known.expect("saved"), None);
    }
);

on_both!(
    b_09_without_the_whole_list_an_unknown_attribute_may_exist,
    |test: TestDb| async move {
        let world = World::okta(test).await;
        world
            .simulator
            .control()
            .revoke_permission(Kind::Okta, "okta.schemas.read");
        world.simulator.control().forget_tokens(Kind::Okta);
        let form = world.form();
        let services = &world.services;
        services
            .test_provider(&world.actor, SLUG, &form)
            .await
            .expect("a report");
        world.run(RunKind::TestSync).await;
        let page = services
            .data_mapping(&world.actor, SLUG, None, "", "")
            .await
            .expect("the page");
        assert!(!page.names_complete);
        let own = save(&world, "", |mapping| {
            mapping.fields[4].attribute = "badgeNumber".into();
        })
        .await;
        assert_eq!(own.expect("saved"), None);
    }
);

on_both!(
    b_08_a_username_attribute_must_be_filled_and_different,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.run(RunKind::TestSync).await;
        // Read already: everybody in scope is looked at.
        let error = refusal(
            save(&world, "", |mapping| {
                mapping.username_attribute = "department".into();
            })
            .await,
        );
        let said = error.of_field("username_attribute").next().expect("beside it");
        assert!(said.contains("with the value of somebody else"), "{said}");
        // Not read yet: the directory is asked.
        let error = refusal(
            save(&world, "", |mapping| {
                mapping.username_attribute = "country".into();
            })
            .await,
        );
        let said = error.of_field("username_attribute").next().expect("beside it");
        assert!(said.contains("cannot give usernames"), "{said}");
        // Before it is saved, the page says the same.
        let settings = world
            .services
            .settings(&world.actor, SLUG)
            .await
            .expect("settings");
        let draft = DataMapping {
            username_attribute: "department".into(),
            ..settings.mapping
        };
        let page = world
            .services
            .data_mapping(&world.actor, SLUG, Some(draft), "", "")
            .await
            .expect("the page");
        assert!(page.username.warnings[0].contains("cannot give usernames"));
    }
);

on_both!(
    the_page_shows_a_real_person_and_how_attributes_are_filled,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let (services, actor) = (&world.services, &world.actor);
        let early = services
            .data_mapping(actor, SLUG, None, "", "")
            .await
            .expect("page");
        assert!(early.person.is_none() && early.looked.is_none());
        assert!(
            early.rows[0].filled.contains("not known yet"),
            "{:?}",
            early.rows[0]
        );
        world.run(RunKind::TestSync).await;
        let page = services
            .data_mapping(actor, SLUG, None, "", "")
            .await
            .expect("page");
        let person = page.person.expect("somebody with most attributes filled");
        assert_eq!(page.rows.len(), page.settings.mapping.fields.len());
        let first = &page.rows[0];
        assert!(first.filled.starts_with("Filled for"), "{first:?}");
        let value = first.value.as_deref().expect("a first name");
        assert_eq!(first.becomes, format!("becomes {value}"));
        assert!(page.username.becomes.starts_with("becomes "));
        // Attributes nobody has mapped were looked at live.
        let (people, _) = page.looked.expect("a look");
        let city = page
            .attributes
            .iter()
            .find(|row| row.name == "city")
            .expect("city");
        assert_eq!(city.filled.map(|(_, of)| of), Some(people));
        assert!(city.example.is_some() && city.feeds.is_empty());
        assert_eq!(page.attributes[0].feeds.len(), 1, "mapped ones come first");
        // Another person, found by a part of the name, or chosen by id.
        let (id, name) = world.somebody_else(&person.object_id);
        let found = services
            .data_mapping(actor, SLUG, None, "", &name.to_uppercase())
            .await
            .expect("page");
        let all: Vec<_> = found.found.into_iter().chain(found.person).collect();
        assert!(all.iter().any(|person| person.object_id == id), "{name}: {all:?}");
        let chosen = services.data_mapping(actor, SLUG, None, &id, "").await;
        assert_eq!(chosen.expect("page").person.expect("one").object_id, id);
        // A draft shows what it would do, and what no read has asked for yet says so.
        let mut draft = page.settings.mapping.clone();
        draft.fields[0].attribute = "department".into();
        draft.fields[1].attribute = "city".into();
        draft.fields[2].attribute = "displayName".into();
        let page = services
            .data_mapping(actor, SLUG, Some(draft), &id, "")
            .await
            .expect("page");
        assert!(
            page.rows[1].becomes.contains("not read yet"),
            "{:?}",
            page.rows[1]
        );
        assert_ne!(page.rows[0].value.as_deref(), Some(value));
    }
);

on_both!(
    b_14_a_change_that_touches_people_is_asked_for_first,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.run(RunKind::TestSync).await;
        // Nobody has an account: nothing to ask.
        let clear = |mapping: &mut DataMapping| mapping.fields[3].when_empty = WhenEmpty::Clear;
        assert_eq!(save(&world, "", clear).await.expect("saved"), None);
        assert_eq!(world.sync().await.row.state, RunState::Completed);
        let version = world
            .services
            .settings(&world.actor, SLUG)
            .await
            .expect("s")
            .version;
        let swap = |mapping: &mut DataMapping| mapping.fields[4].attribute = "department".into();
        let effect = save(&world, "", swap)
            .await
            .expect("a question")
            .expect("an effect");
        assert!(effect.changes > 10 && effect.renamed == 0, "{effect:?}");
        assert!(effect.unread.is_empty() && effect.emptied == 0, "{effect:?}");
        let now = world.services.settings(&world.actor, SLUG).await.expect("s");
        assert_eq!(now.version, version, "nothing was saved");
        // What is confirmed is this mapping, not whatever is typed then.
        let other = |mapping: &mut DataMapping| mapping.fields[4].attribute = "companyName".into();
        let asked = save(&world, &effect.stamp, other).await.expect("a question");
        assert_eq!(asked.expect("an effect").unread, ["companyName"]);
        assert_eq!(save(&world, &effect.stamp, swap).await.expect("saved"), None);
        // The run that follows does exactly that.
        let held = world.run(RunKind::Manual).await;
        assert_eq!(held.row.state, RunState::Held);
        assert_eq!(held.row.counts.updated, effect.changes);
    }
);

on_both!(
    b_14_switching_managers_on_says_how_many_people_get_one,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.run(RunKind::TestSync).await;
        assert_eq!(
            save(&world, "", |mapping| mapping.manager = false)
                .await
                .expect("saved"),
            None
        );
        assert_eq!(world.sync().await.row.state, RunState::Completed);
        let on = |mapping: &mut DataMapping| mapping.manager = true;
        let effect = save(&world, "", on).await.expect("a question");
        let effect = effect.expect("an effect");
        assert!(effect.managers > 10 && effect.changes == 0, "{effect:?}");
        assert_eq!(save(&world, &effect.stamp, on).await.expect("saved"), None);
        let held = world.run(RunKind::Manual).await;
        assert_eq!(held.row.counts.updated, effect.managers);
        // They have one now: off and on again is nothing to ask about.
        world.accept(held.row.number).await;
        let off = save(&world, "", |mapping| mapping.manager = false).await;
        assert_eq!(off.expect("saved"), None);
        assert_eq!(save(&world, "", on).await.expect("saved"), None);
    }
);

on_both!(
    b_08_an_attribute_nobody_has_shown_yet_is_not_taken_for_right,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let refused = async || {
            let saved = save(&world, "", |mapping| {
                mapping.username_attribute = "country".into();
            })
            .await;
            let error = refusal(saved);
            let said = error.of_field("username_attribute").next();
            said.expect("beside it").to_owned()
        };
        // A test sync of everybody, before any security group is chosen.
        world.scope_to(&[]).await;
        world.run(RunKind::TestSync).await;
        let said = refused().await;
        assert!(
            said.contains("Choose the security groups, run a test sync"),
            "{said}"
        );
        // The first pages may hold nobody in scope: the next ones are looked at, but not all of a directory.
        world.scope_to(&[SCOPE]).await;
        world.run(RunKind::TestSync).await;
        for (pages, says) in [(3, "cannot give usernames"), (1_000, "Map it to a profile field")] {
            world.simulator.control().fault(Fault {
                kind: world.kind,
                path_prefix: "/v1.0/users".into(),
                after: 0,
                times: pages,
                action: FaultAction::EmptyPageWithNext,
            });
            let said = refused().await;
            assert!(said.contains(says), "{said}");
        }
    }
);

on_both!(
    b_14_whom_oktas_managers_mean_is_not_known_before_a_run,
    |test: TestDb| async move {
        let world = World::okta(test).await;
        world.run(RunKind::TestSync).await;
        let off = save(&world, "", |mapping| mapping.manager = false).await;
        assert_eq!(off.expect("saved"), None);
        assert_eq!(world.sync().await.row.state, RunState::Completed);
        let asked = save(&world, "", |mapping| mapping.manager = true).await;
        let effect = asked.expect("a question").expect("an effect");
        assert_eq!(
            (effect.managers, effect.unread),
            (0, vec!["managerId".to_owned()])
        );
    }
);
