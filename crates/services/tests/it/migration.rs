//! The directory migration from the approved mapping to the first sync (M-01 to M-25, A-01, A-02).

use domain::migration::{
    EntryKind, EntryWho, MigrationCheck, MigrationOptions, MigrationRunState, RehearsalOutcome,
};
use domain::sync::{ChangeKind, Reason, RunKind, RunState};
use domain::views::TaskState;
use domain::{Role, UserError};
use services::migration::{MIGRATION_JOB, MigrationFilter};
use services::{NewLocalAccount, ServiceError};
use test_support::{TestDb, on_both};

use crate::migration_scene::Scene;
use crate::provider::refusal;
use crate::settings::licensed;
use crate::world::SLUG;

on_both!(
    m_25_from_the_approved_mapping_to_the_first_sync,
    |test: TestDb| async move {
        let scene = Scene::new(test).await;
        let before = scene.world.people_dump().await;
        let plan = scene.plan().await;
        assert_eq!((plan.counts.both, plan.counts.moves, plan.counts.held), (6, 1, 0));
        assert_eq!(
            (plan.counts.linked, plan.counts.local, plan.counts.aside),
            (6, 1, 5)
        );
        assert_eq!(
            scene.plan().await.hash,
            plan.hash,
            "the same accounts, the same plan"
        );
        let plan = scene.prepared().await;
        let rehearsal = scene.rehearsed(plan).await.rehearsal.expect("a rehearsal");
        assert_eq!(
            (rehearsal.counts.duplicated, rehearsal.counts.lost),
            (0, 0),
            "{rehearsal:?}"
        );
        assert_eq!(rehearsal.counts.continues, 6);
        let continues = scene
            .services()
            .rehearsed_people(&scene.staff, SLUG, (plan, RehearsalOutcome::Continues), "", None)
            .await
            .expect("people");
        assert_eq!(continues.rows.len(), 6);
        assert_eq!(
            scene.world.people_dump().await,
            before,
            "nothing was written so far"
        );

        let run = scene.start(plan).await.expect("started");
        let run = scene.ended(run).await;
        assert_eq!(
            (run.state, run.problem.as_deref()),
            (MigrationRunState::Done, None)
        );
        let usernames = scene.usernames().await;
        let mut wanted: Vec<_> = scene
            .people
            .iter()
            .map(|person| person.principal_name.clone())
            .collect();
        wanted.sort();
        let names: Vec<_> = usernames.iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(names, wanted, "everybody has their own username");
        assert!(usernames.iter().all(|(_, there)| *there));
        assert_eq!(scene.step().await, TaskState::Done);
        assert_eq!(
            scene.services().access(SLUG).await.expect("asked").paused_until,
            None
        );
        let differing = scene
            .services()
            .migration_reconciliation(&scene.staff, SLUG, (plan, true), None)
            .await;
        assert!(differing.expect("a list").rows.is_empty());

        // The first production sync knows everybody (M-25, A-01).
        let number = scene
            .services()
            .start_run(&scene.staff, SLUG, RunKind::Manual)
            .await;
        let number = number.expect("the run starts");
        let mut first = scene.world.settled(number).await;
        if first.row.state == RunState::Held {
            let accepted = scene
                .services()
                .decide_run(&scene.staff, SLUG, number, true)
                .await;
            accepted.expect("accepted");
            first = scene.world.settled(number).await;
        }
        assert!(first.row.state.is_final());
        let created = scene.world.changes(number, ChangeKind::Create).await;
        let is_claimed = |name: &str| wanted.iter().any(|known| known == name);
        assert!(
            created.iter().all(|row| !is_claimed(&row.username)),
            "{created:?}"
        );
        assert!(scene.world.changes(number, ChangeKind::Block).await.is_empty());
    }
);

on_both!(
    m_22_only_staff_and_only_what_is_approved,
    |test: TestDb| async move {
        let scene = Scene::new(test).await;
        let services = scene.services();
        let options = MigrationOptions::default();
        let by_customer = services.make_migration_plan(&scene.admin, SLUG, options).await;
        assert!(matches!(
            by_customer,
            Err(ServiceError::User(UserError::Forbidden))
        ));
        assert!(!Role::CustomerAdmin.may(domain::Permission::Migrate));
        // Not rehearsed, and nobody spoke of a backup.
        let plan = scene.plan().await.number;
        let checks = services
            .migration_preflight(&scene.staff, SLUG, plan)
            .await
            .expect("checks");
        let bad: Vec<_> = checks
            .iter()
            .filter(|check| !check.is_ok)
            .map(|check| check.check)
            .collect();
        assert_eq!(
            bad,
            [MigrationCheck::Rehearsal, MigrationCheck::Backup],
            "{checks:?}"
        );
        let early = refusal(scene.start(plan).await);
        assert!(early.to_string().contains("rehearsed"), "{early}");
        // A newer version takes the approval back (M-10).
        let plan = scene.prepared().await;
        let upload = services
            .begin_mapping_upload(&scene.admin, SLUG, "other.csv")
            .await;
        let mut upload = upload.expect("begun");
        upload.push(b"kiosk,,Local").await.expect("taken");
        upload.finish().await.expect("received");
        let revoked = refusal(scene.start(plan).await);
        assert!(revoked.to_string().contains("not approved"), "{revoked}");
    }
);

on_both!(
    m_09_m_11_c_22_one_at_a_time_and_people_as_planned,
    |test: TestDb| async move {
        let mut scene = Scene::new(test).await;
        let plan = scene.prepared().await;
        scene.world.dismiss().await;
        let run = scene.start(plan).await.expect("started");
        let second = refusal(scene.start(plan).await);
        assert!(second.to_string().contains("Sam Staff"), "M-09: {second}");
        let elsewhere = domain::views::ProviderForm {
            tenant: "0f0e0d0c-1111-2222-3333-444455556666".into(),
            ..scene.world.form()
        };
        let other = scene.services().save_provider(&scene.staff, SLUG, &elsewhere);
        let other = refusal(other.await);
        assert!(
            other.to_string().contains("waits for its window"),
            "C-22: {other}"
        );
        // Somebody new comes before it begins (M-11).
        scene.world.add_local("newcomer", false).await;
        scene.world.employ();
        let run = scene.ended(run).await;
        assert_eq!(run.state, MigrationRunState::Failed);
        assert!(run.problem.expect("a reason").contains("changed"));
        assert_eq!(
            scene.services().access(SLUG).await.expect("asked").paused_until,
            None
        );
    }
);

on_both!(
    m_17_entries_are_listed_by_kind_and_name,
    |test: TestDb| async move {
        let scene = Scene::new(test).await;
        let plan = scene.plan().await.number;
        let list = async |filter: MigrationFilter| {
            let page = scene
                .services()
                .migration_entries(&scene.staff, SLUG, plan, &filter, None)
                .await;
            page.expect("a page").rows
        };
        let of = |who| MigrationFilter {
            who,
            ..MigrationFilter::default()
        };
        let local = list(of(EntryWho::BecomesLocal));
        let local = local.await;
        assert_eq!((local.len(), local[0].username_before.as_str()), (1, "kiosk"));
        assert!(local[0].needs_password);
        assert_eq!(list(of(EntryWho::OfKind(EntryKind::Both))).await.len(), 6);
        let named = MigrationFilter {
            search: "OLD.name".to_owned(),
            ..MigrationFilter::default()
        };
        assert_eq!(list(named).await.len(), 1);
        let desk = scene
            .services()
            .migration_help_desk(&scene.staff, SLUG, plan, None)
            .await;
        let desk = desk.expect("a list").rows;
        let kiosk = desk
            .iter()
            .find(|row| row.new_username == "kiosk")
            .expect("the kiosk");
        assert!(kiosk.how.contains("set first"), "{}", kiosk.how);
    }
);

on_both!(
    m_10_only_the_newest_plan_is_carried_out_and_any_is_dropped,
    |test: TestDb| async move {
        let scene = Scene::new(test).await;
        let (services, staff) = (scene.services(), &scene.staff);
        let older = scene.prepared().await;
        let newer = scene.plan().await.number;
        let options = MigrationOptions::default();
        for late in [
            scene.start(older).await.map(|_| ()),
            services.rehearse_migration(staff, SLUG, older).await,
            services.set_migration_options(staff, SLUG, older, options).await,
            services.note_migration_backup(staff, SLUG, older, "Dump.").await,
        ] {
            let late = refusal(late).to_string();
            assert!(late.contains(&format!("made plan {newer} meanwhile")), "{late}");
        }
        let drop = async |plan| services.drop_migration_plan(staff, SLUG, plan).await;
        let by_customer = services.drop_migration_plan(&scene.admin, SLUG, newer).await;
        assert!(by_customer.is_err(), "M-22: staff only");
        // Whoever rehearses it meanwhile ends, and does not begin again and again.
        let begun = services.rehearse_migration(staff, SLUG, newer).await;
        begun.expect("begun");
        drop(newer).await.expect("dropped");
        let mut tx = scene.world.test.db.read().await.expect("reading");
        let (customer, subject) = (scene.world.customer().await, format!("rehearse:{newer}"));
        let pending = store::jobs::is_pending(&mut tx, customer, MIGRATION_JOB, &subject).await;
        assert!(!pending.expect("asked"));
        std::mem::drop(tx);
        let planned = async || services.migration(staff, SLUG).await.expect("the page").plan;
        assert!(planned().await.is_none());
        let dropped = refusal(scene.start(newer).await).to_string();
        assert!(dropped.contains("was dropped"), "{dropped}");
        // What was carried out stays; an undo that nobody wants any more goes.
        let run = scene.migrate().await;
        assert!(drop(run.plan).await.is_err());
        let undo = services.make_undo_plan(staff, SLUG, run.number, None).await;
        let undo = scene.ready(undo.expect("a plan")).await.number;
        assert_eq!(planned().await.map(|plan| plan.number), Some(undo));
        drop(undo).await.expect("dropped");
        assert!(planned().await.is_none());
        let nowhere = services
            .migration_entries(staff, SLUG, 99, &MigrationFilter::default(), None)
            .await;
        assert_eq!(refusal(nowhere), UserError::NotFound);
    }
);

on_both!(
    a_02_a_newcomer_with_a_freed_username_is_held,
    |test: TestDb| async move {
        let scene = Scene::new(test).await;
        scene.migrate().await;
        let control = scene.world.simulator.control();
        let (id, _) = scene.world.somebody_else("");
        control
            .rename(scene.world.kind, &id, "old.name")
            .expect("the directory gives the name to somebody new");
        let username = "old.name".to_owned();
        let reason = Reason::NameReserved { username }.sentence();
        let held = async || {
            let services = scene.services();
            let number = services.start_run(&scene.staff, SLUG, RunKind::Simulation).await;
            let number = number.expect("the run starts");
            scene.world.settled(number).await;
            let disputes = scene.world.changes(number, ChangeKind::Dispute).await;
            disputes.iter().any(|row| row.reason == reason)
        };
        assert!(held().await);
        let services = scene.services();
        let reserved = async |search: &str| {
            let page = services
                .reserved_usernames(&scene.admin, SLUG, search, None)
                .await;
            page.expect("a page").rows
        };
        let rows = reserved("OLD.NAME").await;
        assert_eq!((rows.len(), rows[0].username.as_str()), (1, "old.name"));
        assert_eq!(rows[0].now, scene.people[5].principal_name);
        // Nor does anybody give it to somebody new by hand.
        let by_hand = NewLocalAccount {
            username: "Old.Name".to_owned(),
            surname: "Newcomer".to_owned(),
            ..NewLocalAccount::default()
        };
        let added = services.add_local_account(&scene.admin, SLUG, &by_hand).await;
        assert!(refusal(added).to_string().contains("kept from newcomers"));
        let given = services.release_username(&scene.admin, SLUG, "old.name").await;
        assert!(given.is_err(), "M-22: staff only");
        let given = services.release_username(&scene.staff, SLUG, "Old.Name").await;
        given.expect("given free");
        assert!(reserved("old.name").await.is_empty());
        let again = services.release_username(&scene.staff, SLUG, "old.name").await;
        assert!(refusal(again).to_string().contains("is not reserved"));
        assert!(!held().await, "whoever comes with the username gets an account");
    }
);

on_both!(
    a_02_with_no_days_freed_usernames_are_nobodys,
    |test: TestDb| async move {
        let scene = Scene::new(test).await;
        let control = scene.world.simulator.control();
        let (id, _) = scene.world.somebody_else("");
        control
            .rename(scene.world.kind, &id, "old.name")
            .expect("the directory gives the name to somebody new");
        scene.world.run(RunKind::TestSync).await;
        scene.approve_anew().await;
        let plan = scene.plan().await.number;
        let new = async || {
            scene
                .rehearsed(plan)
                .await
                .rehearsal
                .expect("rehearsed")
                .counts
                .new
        };
        let held = new().await;
        let options = MigrationOptions {
            reserved_days: 0,
            ..MigrationOptions::default()
        };
        let services = scene.services();
        let set = services
            .set_migration_options(&scene.staff, SLUG, plan, options)
            .await;
        set.expect("set");
        let view = services
            .migration_plan(&scene.staff, SLUG, plan)
            .await
            .expect("the plan");
        assert!(view.rehearsal.is_none(), "what was rehearsed holds no more");
        assert_eq!(new().await, held + 1);
    }
);

on_both!(
    p_18_licences_are_counted_for_the_people_the_first_sync_leaves,
    |test: TestDb| async move {
        let scene = Scene::new(test).await;
        let (world, services) = (&scene.world, scene.services());
        // Whoever is disabled loses access, and needs no licence.
        let last = scene.people.last().expect("somebody");
        let control = world.simulator.control();
        control.disable(world.kind, &last.id).expect("disabled");
        world.run(RunKind::TestSync).await;
        scene.approve_anew().await;
        let active = async || {
            let overview = services
                .deployment(&scene.staff, SLUG)
                .await
                .expect("the overview");
            i64::try_from(overview.people_active).expect("few")
        };
        let plan = scene.plan().await.number;
        let rehearsed = scene.rehearsed(plan).await.rehearsal.expect("rehearsed");
        let needed = active().await + rehearsed.counts.more_active;
        let counts = rehearsed.counts;
        assert!(counts.lost > 0 && counts.new > 0, "{counts:?}");
        for (licences, enough) in [(needed, true), (needed - 1, false)] {
            licensed(world, u32::try_from(licences).ok()).await;
            scene.rehearsed(plan).await;
            let checks = services.migration_preflight(&scene.staff, SLUG, plan).await;
            let checks = checks.expect("checks");
            let check = checks
                .iter()
                .find(|check| check.check == MigrationCheck::Licences);
            assert_eq!(check.map(|check| check.is_ok), Some(enough), "{check:?}");
        }
    }
);
