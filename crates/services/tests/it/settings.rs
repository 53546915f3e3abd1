//! The settings: versions, checks, and groups found live.

use domain::deployment::Step;
use domain::settings::{GroupMapping, GroupMode, SafetyLimits, Scope, ScopeGroup};
use domain::sync::RunKind;
use domain::{GroupId, ObjectId, UserError};
use simulator::Kind;
use test_support::{TestDb, on_both};

use crate::provider::refusal;
use crate::world::{SCOPE, SLUG, World};

/// So many accounts may be active.
pub(crate) async fn licensed(world: &World, licences: Option<u32>) {
    let (services, actor) = (&world.services, &world.actor);
    let seen = services.settings(actor, SLUG).await.expect("settings");
    let limits = SafetyLimits {
        licences,
        ..seen.limits
    };
    let saved = services.save_limits(actor, SLUG, seen.version, limits).await;
    saved.expect("saved");
}

on_both!(a_save_from_an_old_page_is_refused, |test: TestDb| async move {
    let world = World::entra(test).await;
    let (services, actor) = (&world.services, &world.actor);
    let seen = services.settings(actor, SLUG).await.expect("settings");
    let limits = SafetyLimits {
        count: 7,
        percent: 3,
        licences: None,
    };
    services
        .save_limits(actor, SLUG, seen.version, limits)
        .await
        .expect("saved");
    let now = services.settings(actor, SLUG).await.expect("settings");
    assert_eq!((now.version, now.limits), (seen.version + 1, limits));
    let late = services
        .save_limits(actor, SLUG, seen.version, SafetyLimits::default())
        .await;
    assert_eq!(refusal(late), UserError::Changed);
    // Another part of the settings has not changed since that page was drawn.
    let scope = Scope {
        nested: true,
        ..seen.scope
    };
    services
        .save_scope(actor, SLUG, seen.version, scope.clone())
        .await
        .expect("saved");
    let late = services.save_scope(actor, SLUG, seen.version, scope).await;
    assert_eq!(refusal(late), UserError::Changed);
    let now = services.settings(actor, SLUG).await.expect("settings");
    assert_eq!((now.version, now.limits), (seen.version + 2, limits));
    // The same values again make no new version, so no run is held for them (S-06).
    services
        .save_limits(actor, SLUG, now.version, limits)
        .await
        .expect("nothing to save");
    assert_eq!(
        services.settings(actor, SLUG).await.expect("settings").version,
        now.version
    );
    let audit = world.test.dump(&["audit_log"]).await;
    assert_eq!(audit.matches("settings.limits").count(), 1);
    let wrong = services
        .save_limits(
            actor,
            SLUG,
            now.version,
            SafetyLimits {
                count: 0,
                percent: 101,
                licences: None,
            },
        )
        .await;
    assert_eq!(refusal(wrong).of_field("percent").count(), 1);
});

on_both!(
    b_07_b_13_a_mapping_is_checked_before_it_is_saved,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let (services, actor) = (&world.services, &world.actor);
        let seen = services.settings(actor, SLUG).await.expect("settings");
        // Before a test sync there is nothing to map.
        let early = services
            .save_mapping(actor, SLUG, seen.version, seen.mapping.clone(), "")
            .await;
        let until = Step::TestSync;
        assert_eq!(refusal(early), UserError::NotYet { until });
        assert_eq!(seen.shut, [(Step::DataMapping, until)]);
        world.run(RunKind::TestSync).await;
        let mut mapping = seen.mapping.clone();
        mapping.fields.retain(|row| row.field != "email");
        let error = refusal(
            services
                .save_mapping(actor, SLUG, seen.version, mapping.clone(), "")
                .await,
        );
        assert_eq!(error.of_field("fields").count(), 1, "{error:?}");
        // Blanks around a name are a slip, not an error.
        let mut mapping = seen.mapping.clone();
        mapping.fields[0].attribute = " displayName ".into();
        services
            .save_mapping(actor, SLUG, seen.version, mapping, "")
            .await
            .expect("saved");
        let now = services.settings(actor, SLUG).await.expect("settings");
        assert_eq!(now.mapping.fields[0].attribute, "displayName");
        assert!(
            now.attributes.contains(&"department".to_owned()),
            "{:?}",
            now.attributes
        );
    }
);

on_both!(
    u_02_u_07_u_08_groups_are_found_by_name_and_kept_by_id,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let (services, actor) = (&world.services, &world.actor);
        let found = services.find_groups(actor, SLUG, "Intra").await.expect("groups");
        let group = found.iter().find(|group| group.name == SCOPE).expect("the group");
        assert_eq!(ObjectId::new(group.object_id.clone()), world.group(SCOPE));
        // C-10
        let id = world.group(SCOPE);
        world
            .simulator
            .control()
            .hide_members(id.as_str(), true)
            .expect("hidden");
        let found = services.find_groups(actor, SLUG, SCOPE).await.expect("groups");
        let group = found.iter().find(|group| group.name == SCOPE).expect("the group");
        assert!(
            group
                .warning
                .as_deref()
                .is_some_and(|warning| warning.contains("Member.Read.Hidden")),
            "{group:?}"
        );
    }
);

on_both!(
    c_04_a_search_that_fails_says_what_to_do,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.simulator.control().expire_secret(Kind::Entra);
        world.simulator.control().forget_tokens(Kind::Entra);
        let error = refusal(world.services.find_groups(&world.actor, SLUG, "x").await);
        let message = error
            .of_field("search")
            .next()
            .expect("beside the search")
            .to_owned();
        assert!(message.contains("expired"), "{message}");
    }
);

on_both!(
    u_01_a_scope_is_checked_and_keeps_each_group_once,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let (services, actor) = (&world.services, &world.actor);
        let seen = services.settings(actor, SLUG).await.expect("settings");
        let group = seen.scope.groups[0].clone();
        let twice = Scope {
            groups: vec![group.clone(), group.clone()],
            nested: true,
            ..seen.scope.clone()
        };
        services
            .save_scope(actor, SLUG, seen.version, twice)
            .await
            .expect("saved");
        let now = services.settings(actor, SLUG).await.expect("settings");
        assert_eq!(
            (now.scope.groups.as_slice(), now.scope.nested),
            (&[group][..], true)
        );
        let foreign = ScopeGroup {
            object_id: ObjectId::new("../users"),
            name: "x".into(),
        };
        let scope = Scope {
            groups: vec![foreign],
            ..now.scope
        };
        let error = refusal(services.save_scope(actor, SLUG, now.version, scope).await);
        assert_eq!(error.of_field("groups.0").count(), 1, "{error:?}");
        // U-02: a made-up id is refused, and the name is the directory's, whatever was sent.
        let with = |id: &str| Scope {
            groups: vec![ScopeGroup {
                object_id: ObjectId::new(id),
                name: "Whatever".into(),
            }],
            nested: true,
            include_guests: false,
        };
        let made_up = with("00000000-0000-4000-8000-000000000000");
        let error = refusal(services.save_scope(actor, SLUG, now.version, made_up).await);
        assert_eq!(error.of_field("groups").count(), 1, "{error:?}");
        let other = world.group("Project Aurora");
        services
            .save_scope(actor, SLUG, now.version, with(other.as_str()))
            .await
            .expect("saved");
        let now = services.settings(actor, SLUG).await.expect("settings");
        assert_eq!(now.scope.groups[0].name, "Project Aurora");
    }
);

on_both!(u_09_u_13_group_mappings_are_checked, |test: TestDb| async move {
    let world = World::entra(test).await;
    let (services, actor) = (&world.services, &world.actor);
    let sales = services
        .create_people_group(actor, SLUG, "  Sales \n team ")
        .await
        .expect("a group");
    let taken = services.create_people_group(actor, SLUG, "sales TEAM").await;
    assert_eq!(refusal(taken).of_field("name").count(), 1);
    let seen = services.settings(actor, SLUG).await.expect("settings");
    assert_eq!(seen.people_groups, [(sales, "Sales team".to_owned())]);
    let row = |object: &ObjectId, group: GroupId, mode| GroupMapping {
        object_id: object.clone(),
        name: world
            .simulator
            .control()
            .group(Kind::Entra, object.as_str())
            .map_or_else(|| "Group".to_owned(), |group| group.name),
        group,
        mode,
    };
    let (one, other) = (world.group(SCOPE), world.group("Project Aurora"));
    let unknown: GroupId = "019a0000-0000-7000-8000-000000000009".parse().expect("an id");
    for (rows, field) in [
        (vec![row(&one, unknown, GroupMode::Additive)], "groups.0.group"),
        (
            vec![
                row(&one, sales, GroupMode::Additive),
                row(&one, sales, GroupMode::Additive),
            ],
            "groups.1.group",
        ),
        (
            vec![
                row(&one, sales, GroupMode::Additive),
                row(&other, sales, GroupMode::Authoritative),
            ],
            "groups.1.mode",
        ),
        (
            vec![row(&ObjectId::new("a/b"), sales, GroupMode::Additive)],
            "groups.0.object_id",
        ),
    ] {
        let error = refusal(
            services
                .save_group_mappings(actor, SLUG, seen.version, rows)
                .await,
        );
        assert_eq!(error.of_field(field).count(), 1, "{field}: {error:?}");
    }
    let good = vec![
        row(&one, sales, GroupMode::Additive),
        row(&other, sales, GroupMode::Additive),
    ];
    services
        .save_group_mappings(actor, SLUG, seen.version, good.clone())
        .await
        .expect("saved");
    assert_eq!(
        services.settings(actor, SLUG).await.expect("settings").groups,
        good
    );
});

on_both!(
    nothing_can_be_set_before_a_provider_is_saved,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let (services, actor) = (&world.services, &world.actor);
        services
            .create_customer(actor, "Fabrikam", "fabrikam")
            .await
            .expect("a customer");
        let refused = refusal(services.settings(actor, "fabrikam").await);
        assert!(matches!(refused, UserError::NeededFirst { .. }), "{refused:?}");
        let refused = refusal(services.find_groups(actor, "fabrikam", "x").await);
        assert!(matches!(refused, UserError::NeededFirst { .. }), "{refused:?}");
        let page = services.test_sync(actor, "fabrikam").await.expect("the page");
        assert!(page.run.is_none() && !page.is_connected);
    }
);

on_both!(
    u_02_u_03_u_04_chosen_groups_are_as_the_directory_has_them_now,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let (services, actor, control) = (&world.services, &world.actor, world.simulator.control());
        let before = services.groups(actor, SLUG).await.expect("groups").1;
        assert_eq!(before.in_scope, None);
        assert!(before.problem.is_none() && before.counted.is_some(), "{before:?}");
        let [group] = &before.groups[..] else {
            panic!("one group is chosen: {before:?}")
        };
        assert!(
            group
                .members
                .as_deref()
                .is_some_and(|words| words.starts_with("direct ") && words.contains("with nested")),
            "{group:?}"
        );
        assert!(group.kind.as_deref().is_some_and(|kind| kind.contains("group")));
        // It is not asked again for each page.
        control.clear_requests();
        services.groups(actor, SLUG).await.expect("groups");
        assert!(control.requests().is_empty(), "{:?}", control.requests());
        // U-02: another name changes nothing but the name.
        let id = world.group(SCOPE);
        control
            .rename_group(Kind::Entra, id.as_str(), "Everybody at Contoso")
            .expect("renamed");
        services.count_groups_again(actor, SLUG).await.expect("asked");
        let now = services.groups(actor, SLUG).await.expect("groups").1;
        assert_eq!(now.groups[0].name, "Everybody at Contoso");
        assert_eq!(now.groups[0].was.as_deref(), Some(SCOPE));
        world.run(RunKind::TestSync).await;
        let now = services.groups(actor, SLUG).await.expect("groups").1;
        let read = now.in_scope.expect("a read");
        assert!(
            read.people > 0 && read.people < read.of && !read.is_outdated,
            "{read:?}"
        );
        // The directory does not answer: what was known stands, with what to do.
        control.expire_secret(Kind::Entra);
        control.forget_tokens(Kind::Entra);
        services.count_groups_again(actor, SLUG).await.expect("asked");
        let dark = services.groups(actor, SLUG).await.expect("groups").1;
        assert!(dark.problem.is_some_and(|problem| problem.contains("expired")));
        assert_eq!(dark.groups, now.groups);
    }
);

on_both!(
    u_03_a_group_that_is_gone_says_what_to_do,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let (services, actor) = (&world.services, &world.actor);
        let id = world.group(SCOPE);
        world
            .simulator
            .control()
            .delete_group(Kind::Entra, id.as_str())
            .expect("deleted");
        let (view, now) = services.groups(actor, SLUG).await.expect("groups");
        let problem = now.groups[0].problem.as_deref().expect("a problem");
        assert!(problem.contains("Remove it here"), "{problem}");
        // And it can be removed, although the connection test fails for its sake.
        let failing = services
            .test_provider(actor, SLUG, &world.form())
            .await
            .expect("a report");
        assert!(!failing.report.passed());
        let scope = Scope {
            groups: Vec::new(),
            ..view.scope
        };
        services
            .save_scope(actor, SLUG, view.version, scope)
            .await
            .expect("removed");
    }
);

on_both!(
    u_04_okta_groups_do_not_nest_and_have_one_count,
    |test: TestDb| async move {
        let world = World::okta(test).await;
        let (services, actor) = (&world.services, &world.actor);
        let (_, groups) = services.groups(actor, SLUG).await.expect("groups");
        let members = groups.groups[0].members.as_deref().expect("a count");
        assert!(
            members.ends_with("people") && !members.contains("nested"),
            "{members}"
        );
    }
);

on_both!(
    u_09_a_name_that_is_taken_is_asked_about_and_never_merged,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let (services, actor) = (&world.services, &world.actor);
        let object = world.group("Project Aurora");
        let version = services.settings(actor, SLUG).await.expect("settings").version;
        let map = async |version: i64, name: &str| {
            let mapped = services
                .map_to_new_group(actor, SLUG, version, object.clone(), GroupMode::Additive, name)
                .await;
            mapped.expect("an answer")
        };
        let taken = services
            .create_people_group(actor, SLUG, "project AURORA")
            .await
            .expect("a group");
        let collision = map(version, "").await.expect("a question");
        assert_eq!(
            (collision.group, collision.name.as_str()),
            (taken, "project AURORA")
        );
        let now = services.settings(actor, SLUG).await.expect("settings");
        assert!(now.groups.is_empty() && now.people_groups.len() == 1);
        // A name of one's own that is taken is no question about that other group.
        services
            .create_people_group(actor, SLUG, "Editors")
            .await
            .expect("a group");
        let refused = services
            .map_to_new_group(
                actor,
                SLUG,
                version,
                object.clone(),
                GroupMode::Additive,
                "EDITORS",
            )
            .await;
        assert_eq!(refusal(refused).of_field("new_name").count(), 1);
        assert_eq!(map(version, "Aurora of the directory").await, None);
        let now = services.settings(actor, SLUG).await.expect("settings");
        assert_eq!(now.groups[0].name, "Project Aurora");
        assert_ne!(now.groups[0].group, taken);
        let made_up = ObjectId::new("00000000-0000-4000-8000-000000000000");
        let refused = services
            .map_to_new_group(actor, SLUG, now.version, made_up, GroupMode::Additive, "")
            .await;
        assert_eq!(refusal(refused).of_field("groups").count(), 1);
    }
);

on_both!(
    u_10_who_would_be_taken_out_is_named_before_it_happens,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let (services, actor) = (&world.services, &world.actor);
        let group = world.everybody_joins("Everybody").await;
        let before = services.group_sync(actor, SLUG).await.expect("the page");
        assert_eq!(before.others[0].count, None, "nothing was read yet");
        assert_eq!(world.sync().await.row.state, domain::sync::RunState::Completed);
        let local = world.add_local("pat.local", false).await;
        let customer = world.customer().await;
        let mut tx = world.test.db.begin().await.expect("a transaction");
        store::groups::add_members(&mut tx, customer, &[(group, local)], false)
            .await
            .expect("joined");
        tx.commit().await.expect("a commit");
        let now = services.group_sync(actor, SLUG).await.expect("the page");
        assert_eq!(now.others.len(), 1);
        let others = &now.others[0];
        assert_eq!((others.group, others.count), (group, Some(1)), "{others:?}");
        assert_eq!(others.names, ["pat.local"]);
    }
);
