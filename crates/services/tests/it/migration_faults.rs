//! The death of a worker at every step: either everything as before or everything as planned, the state says which, and going
//! on is safe (M-02, M-08, Appendix A 5).

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use chrono::TimeDelta;
use domain::migration::{MigrationRunState, MigrationStep};
use services::migration::MigrationWindow;
use test_support::{TestDb, on_both};

use crate::migration_scene::{Dying, Scene, eventually};
use crate::world::SLUG;

on_both!(
    appendix_a_5_a_worker_that_dies_at_any_step,
    |test: TestDb| async move {
        let mut scene = Scene::new(test).await;
        let before = scene.usernames().await;
        for step in MigrationStep::ALL {
            let plan = scene.prepared().await;
            scene.world.dismiss().await;
            let times = Arc::new(AtomicU32::new(1));
            scene.world.employ_for(Arc::new(Dying {
                services: scene.services().clone(),
                at: *step,
                times: Arc::clone(&times),
            }));
            let run = scene.start(plan).await.expect("started");
            // Once it has died, whatever is there is what the state says.
            eventually(async || (times.load(std::sync::atomic::Ordering::SeqCst) == 0).then_some(())).await;
            let view = scene
                .services()
                .migration_run(&scene.staff, SLUG, run)
                .await
                .expect("the run");
            if !view.state.has_happened() {
                assert!(
                    *step <= MigrationStep::Commit && scene.usernames().await == before
                        || view.state.is_open(),
                    "{step}: {view:?}"
                );
            }
            // The next try goes on, and ends well.
            let view = scene.ended(run).await;
            assert_eq!(
                (view.state, view.problem.as_deref()),
                (MigrationRunState::Done, None),
                "{step}"
            );
            assert_ne!(scene.usernames().await, before, "{step}");
            let undo = scene
                .services()
                .make_undo_plan(&scene.staff, SLUG, run, None)
                .await;
            let undo = scene.ready(undo.expect("a plan")).await.number;
            let undone = scene.start(undo).await.expect("started");
            let undone = scene.ended(undone).await;
            assert_eq!(undone.state, MigrationRunState::Done, "{undone:?}");
            assert_eq!(scene.usernames().await, before, "{step}");
        }
    }
);

on_both!(
    m_08_a_worker_that_dies_again_and_again,
    |test: TestDb| async move {
        let mut scene = Scene::new(test).await;
        {
            let step = MigrationStep::Commit;
            let plan = scene.prepared().await;
            let before = scene.dump().await;
            scene.world.dismiss().await;
            scene.world.employ_for(Arc::new(Dying {
                services: scene.services().clone(),
                at: step,
                times: Arc::new(AtomicU32::new(u32::MAX)),
            }));
            let run = scene.start(plan).await.expect("started");
            let view = scene.ended(run).await;
            assert_eq!(view.state, MigrationRunState::Interrupted, "{step}");
            assert_eq!(scene.dump().await, before, "{step}: everything is as it was");
            scene.world.dismiss().await;
            scene.world.employ();
        }
    }
);

on_both!(a_window_that_is_over_changes_nothing, |test: TestDb| async move {
    let mut scene = Scene::new(test).await;
    let plan = scene.prepared().await;
    scene.world.dismiss().await;
    let until = scene.services().now() + TimeDelta::hours(1);
    let window = MigrationWindow { from: None, until };
    let run = scene
        .services()
        .start_migration(&scene.staff, SLUG, plan, window)
        .await;
    let run = run.expect("started");
    let before = scene.dump().await;
    scene.world.turn_clock(TimeDelta::hours(2)).await;
    let view = scene.ended(run).await;
    assert_eq!(view.state, MigrationRunState::Failed);
    assert!(view.problem.expect("a reason").contains("window"));
    assert_eq!(scene.dump().await, before);
});
