//! Taking a migration back, and doing it again (M-14, M-15, Appendix A 4).

use domain::UserError;
use domain::migration::{EntryKind, EntryWho, MigrationRunState, RehearsalOutcome};
use domain::people::AccountState;
use domain::sync::{RunKind, RunState};
use domain::user_mapping::MappingEdit;
use domain::views::{LookalikeView, TaskState};
use services::migration::MigrationFilter;
use test_support::{TestDb, on_both};

use crate::migration_scene::Scene;
use crate::provider::refusal;
use crate::world::SLUG;

impl Scene {
    async fn undo(&self, run: i64, only: Option<domain::AccountId>) -> (i64, i64) {
        let plan = self.services().make_undo_plan(&self.staff, SLUG, run, only).await;
        let plan = self.ready(plan.expect("a plan")).await.number;
        let undone = self.start(plan).await.expect("started");
        let undone = self.ended(undone).await;
        assert_eq!(undone.state, MigrationRunState::Done, "{undone:?}");
        (plan, undone.number)
    }
}

on_both!(m_15_undone_and_done_again, |test: TestDb| async move {
    let scene = Scene::new(test).await;
    let before = scene.usernames().await;
    let run = scene.migrate().await.number;
    let after = scene.usernames().await;
    scene.undo(run, None).await;
    assert_eq!(scene.usernames().await, before);
    let view = scene
        .services()
        .migration_run(&scene.staff, SLUG, run)
        .await
        .expect("the run");
    assert_eq!(view.state, MigrationRunState::RolledBack);
    assert_ne!(scene.step().await, TaskState::Done);
    let links = scene.world.test.dump(&["identity_links"]).await;
    assert!(links.contains("identity_links: 0"), "{links}");
    let reserved = scene
        .services()
        .reserved_usernames(&scene.staff, SLUG, "", None)
        .await;
    assert_eq!(reserved.expect("a page").rows.len(), 0);
    scene.migrate().await;
    assert_eq!(scene.usernames().await, after);
});

on_both!(
    m_14_f_30_a_mapping_that_was_carried_out_stays_until_that_is_taken_back,
    |test: TestDb| async move {
        let scene = Scene::new(test).await;
        let services = scene.services();
        let view = async || services.user_mapping(&scene.admin, SLUG).await.expect("a view");
        let upload = async || {
            let begun = services
                .begin_mapping_upload(&scene.admin, SLUG, "late.csv")
                .await;
            begun.map(|_| ())
        };
        let before = view().await;
        assert_eq!((before.can_edit, before.carried_out), (true, None));
        let version = before.version.expect("a version").number;
        let run = scene.migrate().await.number;

        let after = view().await;
        assert!(!after.can_edit && after.carried_out.is_some(), "{after:?}");
        assert_eq!((after.drift, after.submission), (None, None));
        let remove = MappingEdit::RemoveLine { line: 2 };
        let edited = services.edit_mapping(&scene.admin, SLUG, version, remove.clone());
        assert_eq!(refusal(edited.await), UserError::CarriedOut);
        let checked = services.check_mapping_again(&scene.staff, SLUG, version);
        assert_eq!(refusal(checked.await), UserError::CarriedOut);
        assert_eq!(refusal(upload().await), UserError::CarriedOut);
        let submitted = services.submit_mapping(&scene.admin, SLUG, version, &[]);
        assert_eq!(refusal(submitted.await), UserError::CarriedOut);

        // Taken back it is there to be corrected, and the migration is to be made again.
        scene.undo(run, None).await;
        let again = view().await;
        assert_eq!((again.can_edit, again.carried_out), (true, None));
        upload().await.expect("begun");
        let edited = services.edit_mapping(&scene.admin, SLUG, version, remove);
        assert_eq!(edited.await.expect("a version"), version + 1);
    }
);

on_both!(
    m_14_what_changed_since_is_skipped_and_said,
    |test: TestDb| async move {
        let scene = Scene::new(test).await;
        let run = scene.migrate().await.number;
        let changed = scene
            .world
            .account(&scene.people[5].principal_name)
            .await
            .expect("an account");
        scene.world.block(changed.id).await;
        let (plan, _) = scene.undo(run, None).await;
        let held = MigrationFilter {
            who: EntryWho::OfKind(EntryKind::Held),
            ..MigrationFilter::default()
        };
        let page = scene
            .services()
            .migration_entries(&scene.staff, SLUG, plan, &held, None)
            .await;
        let rows = page.expect("a page").rows;
        assert_eq!(rows.len(), 1);
        assert!(
            rows[0]
                .held
                .as_deref()
                .expect("a reason")
                .contains("changed after")
        );
        assert!(
            scene.world.account("old.name").await.is_none(),
            "it stays as it is"
        );
        let reserved = scene
            .services()
            .reserved_usernames(&scene.staff, SLUG, "", None)
            .await;
        let reserved: Vec<_> = reserved
            .expect("a page")
            .rows
            .into_iter()
            .map(|row| row.username)
            .collect();
        assert_eq!(reserved, ["old.name"], "nobody has it: it stays reserved");
    }
);

on_both!(
    m_14_a_sync_that_wrote_nothing_leaves_the_undo,
    |test: TestDb| async move {
        let scene = Scene::new(test).await;
        let run = scene.migrate().await.number;
        let services = scene.services();
        let control = scene.world.simulator.control();
        let sync = async || {
            let number = services.start_run(&scene.staff, SLUG, RunKind::Manual).await;
            let number = number.expect("the run starts");
            (number, scene.world.settled(number).await.row.state)
        };
        control.set_app_enabled(scene.world.kind, false);
        assert_eq!(sync().await.1, RunState::Failed);
        control.set_app_enabled(scene.world.kind, true);
        let (held, state) = sync().await;
        assert_eq!(state, RunState::Held);
        let view = services.migration_run(&scene.staff, SLUG, run).await;
        assert!(view.expect("the run").can_undo_whole);
        let plan = services.make_undo_plan(&scene.staff, SLUG, run, None).await;
        scene.ready(plan.expect("a plan")).await;
        let accepted = services.decide_run(&scene.staff, SLUG, held, true).await;
        accepted.expect("accepted");
        scene.world.settled(held).await;
        let view = services.migration_run(&scene.staff, SLUG, run).await;
        assert!(!view.expect("the run").can_undo_whole);
    }
);

on_both!(
    m_14_after_a_sync_one_person_at_a_time,
    |test: TestDb| async move {
        let scene = Scene::new(test).await;
        let run = scene.migrate().await.number;
        let number = scene
            .services()
            .start_run(&scene.staff, SLUG, RunKind::Manual)
            .await;
        let number = number.expect("the run starts");
        if scene.world.settled(number).await.row.state == RunState::Held {
            let accepted = scene
                .services()
                .decide_run(&scene.staff, SLUG, number, true)
                .await;
            accepted.expect("accepted");
            scene.world.settled(number).await;
        }
        let whole = refusal(
            scene
                .services()
                .make_undo_plan(&scene.staff, SLUG, run, None)
                .await,
        );
        assert!(whole.to_string().contains("one person"), "{whole}");
        let kiosk = scene.world.account("kiosk").await.expect("an account");
        assert_eq!(kiosk.directory, domain::people::Directory::Local);
        let (plan, _) = scene.undo(run, Some(kiosk.id)).await;
        assert_eq!(scene.ready(plan).await.counts.all(), 1);
        let kiosk = scene.world.account("kiosk").await.expect("an account");
        assert_ne!(kiosk.directory, domain::people::Directory::Local);
    }
);

on_both!(
    a_07_a_duplicate_is_found_and_made_one_account_again,
    |test: TestDb| async move {
        let scene = Scene::new(test).await;
        let services = scene.services().clone();
        let watch = async || services.lookalikes(&scene.admin, SLUG).await.expect("a list");
        assert!(watch().await.is_empty(), "nobody migrated yet");
        // The line of one person is wrong: their account becomes local, so the sync makes them another one.
        let person = scene.people[5].clone();
        let customer = scene.world.customer().await;
        let mut lines = scene.mapping();
        lines = lines.replace(
            &format!("old.name,{},", person.principal_name),
            "old.name,old.name,Local",
        );
        scene.approve(&lines).await;
        let plan = scene.plan().await.number;
        let rehearsal = scene.rehearsed(plan).await.rehearsal.expect("a rehearsal");
        assert!(
            rehearsal.counts.duplicated + rehearsal.counts.new > 0,
            "{rehearsal:?}"
        );
        for outcome in [RehearsalOutcome::Duplicated, RehearsalOutcome::Lost] {
            let rows = services.rehearsed_people(&scene.staff, SLUG, (plan, outcome), "", None);
            for row in rows.await.expect("people").rows {
                let whom = (outcome, row.subject.as_str());
                let waived = services.waive_rehearsed(&scene.staff, SLUG, whom, "Known.").await;
                waived.expect("accepted");
            }
        }
        services
            .note_migration_backup(&scene.staff, SLUG, plan, "Dump.")
            .await
            .expect("noted");
        let run = scene.start(plan).await.expect("started");
        assert_eq!(scene.ended(run).await.state, MigrationRunState::Done);
        scene.world.sync().await;

        let found = watch().await;
        let pair = found.iter().find(|pair| pair.older_username == "old.name");
        let pair = pair.unwrap_or_else(|| panic!("{found:?}")).clone();
        assert_eq!(pair.newcomer_username, person.principal_name);
        assert_eq!(pair.why, "Same name and e-mail address");
        let ids = (
            pair.newcomer.parse().expect("an id"),
            pair.older.parse().expect("an id"),
        );
        let twins = async || {
            let differing = services.migration_reconciliation(&scene.staff, SLUG, (plan, true), None);
            let rows = differing.await.expect("a list").rows;
            let is_twin = |words: &String| words.contains("looks like the same person");
            let with = rows.into_iter().filter(|row| row.differences.iter().any(is_twin));
            with.map(|row| row.username).collect::<Vec<_>>()
        };
        assert!(
            twins().await.contains(&"old.name".to_owned()),
            "{:?}",
            twins().await
        );
        let forbidden = refusal(services.repair_duplicate(&scene.admin, SLUG, ids).await);
        assert_eq!(forbidden, UserError::Forbidden);
        let repaired = services.repair_duplicate(&scene.staff, SLUG, ids).await;
        repaired.expect("repaired");
        let survivor = scene
            .world
            .account(&person.principal_name)
            .await
            .expect("an account");
        assert_eq!(survivor.id, ids.1, "whoever was there before goes on");
        let blocked = scene.world.account("old.name").await.expect("an account");
        assert_eq!((blocked.id, blocked.state), (ids.0, AccountState::Blocked));
        let is_left = |pair: &LookalikeView| pair.older == ids.1.to_string();
        assert!(!watch().await.iter().any(is_left));
        assert!(!twins().await.contains(&"old.name".to_owned()));
        let again = refusal(services.repair_duplicate(&scene.staff, SLUG, ids).await);
        assert_eq!(again, UserError::Changed);
        // The next sync knows the survivor, and makes nobody anew.
        let next = scene.world.sync().await;
        assert_eq!((next.row.counts.created, next.row.counts.blocked), (0, 0));
        let mut tx = scene.world.test.db.read().await.expect("a transaction");
        let link = store::links::of_account(&mut tx, customer, ids.1).await;
        assert!(link.expect("a query").is_some());
    }
);
