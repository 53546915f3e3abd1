//! What happens to a mapping between its approval and the migration: somebody proves to get in, or it is checked again (M-10,
//! P-07, P-08, P-17).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use domain::UserError;
use domain::migration::{MigrationCheck, MigrationOptions, PlanState};
use domain::user_mapping::{FindingCode, FindingGroup, MappingOutcome, MappingState, Verdict};
use domain::views::{MappingVersionView, MigrationCheckView};
use services::Services;
use services::migration::MIGRATION_JOB;
use test_support::{TestDb, on_both};

use crate::migration_scene::{Scene, eventually};
use crate::provider::refusal;
use crate::world::SLUG;

/// The newest version, once it is checked.
async fn checked(scene: &Scene) -> MappingVersionView {
    eventually(async || {
        let view = scene.services().user_mapping(&scene.admin, SLUG).await;
        let version = view.expect("a view").version?;
        (version.state != MappingState::Checking).then_some(version)
    })
    .await
}

/// Puts on record that an administrator has signed in.
async fn prove(scene: &Scene, username: &str) {
    let account = scene.world.account(username).await.expect("an account").id;
    let (services, actor) = (scene.services(), &scene.world.actor);
    let proven = services.prove_local_admin(actor, SLUG, account, "Seen.").await;
    proven.expect("recorded");
}

async fn administrator(scene: &Scene, plan: i64) -> MigrationCheckView {
    let checks = scene
        .services()
        .migration_preflight(&scene.staff, SLUG, plan)
        .await;
    let mut checks = checks.expect("checks").into_iter();
    checks
        .find(|check| check.check == MigrationCheck::LocalAdministrator)
        .expect("the check")
}

on_both!(
    p_07_p_08_whoever_a_plan_moves_is_no_way_back_in,
    |test: TestDb| async move {
        let mut scene = Scene::new(test).await;
        scene.world.add_local("bob", true).await;
        let address = scene.people[0].principal_name.clone();
        let (_, domain) = address.split_once('@').expect("an address");
        let text = format!("{}\r\nbob,bob@{domain},", scene.mapping());
        scene.approve(&text).await;
        // Whoever stays as they are may sign in again: the mapping is as it was checked.
        prove(&scene, "break-glass").await;
        let plan = scene.plan().await.number;
        assert!(administrator(&scene, plan).await.is_ok);

        scene.world.turn_clock(TimeDelta::hours(25)).await;
        let nobody = administrator(&scene, plan).await;
        assert!(
            !nobody.is_ok && nobody.words.contains("No active local"),
            "{nobody:?}"
        );
        prove(&scene, "bob").await;
        let moved = administrator(&scene, plan).await;
        assert!(!moved.is_ok && moved.words.contains("“bob”"), "{moved:?}");
        // It was approved as if nobody had to keep him.
        let options = MigrationOptions::default();
        let services = scene.services();
        let early = services.make_migration_plan(&scene.staff, SLUG, options).await;
        let early = refusal(early);
        assert!(matches!(early, UserError::NotYet { .. }), "P-17: {early}");
        let again = services.check_mapping_again(&scene.admin, SLUG, 2).await;
        again.expect("checked again");
        let Some(MappingOutcome::Checked(summary)) = checked(&scene).await.outcome else {
            panic!("it was checked");
        };
        let mut groups = summary.groups.iter();
        assert!(
            groups.any(|group| group.example.code == FindingCode::RecoveryAccount),
            "{:?}",
            summary.groups
        );

        prove(&scene, "break-glass").await;
        assert!(administrator(&scene, plan).await.is_ok, "she stays");
    }
);

/// Approves a version once more, when its check has ended.
async fn approve_again(scene: &Scene, version: i64) {
    let Some(MappingOutcome::Checked(summary)) = checked(scene).await.outcome else {
        panic!("not checked");
    };
    // A tick holds for one check (P-17).
    let verdict = Verdict::Approve {
        needs_second: false,
        unanswered: false,
        acknowledged: summary.groups.iter().map(FindingGroup::key).collect(),
    };
    let (services, staff) = (scene.services(), &scene.staff);
    let approved = services.review_mapping(staff, SLUG, version, verdict).await;
    approved.expect("approved anew");
}

/// A worker who makes no plan until it may.
struct Patient {
    services: Services,
    may_plan: Arc<AtomicBool>,
}

#[async_trait::async_trait]
impl jobs::Handler for Patient {
    async fn run(&self, job: &jobs::Job, lease: &jobs::Lease) -> Result<(), jobs::JobError> {
        match job.kind.as_str() {
            MIGRATION_JOB => {
                while !self.may_plan.load(Ordering::SeqCst) {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                self.services.work_on_migration(job, lease).await
            }
            services::user_mapping::MAPPING_JOB => self.services.work_on_mapping(job, lease).await,
            services::mail::LETTER_JOB => self.services.send_letter(job, lease).await,
            _ => self.services.work_on_run(job, lease).await,
        }
    }

    async fn tick(&self) -> Result<(), jobs::JobError> {
        Ok(())
    }
}

on_both!(
    m_10_a_plan_is_made_of_the_lines_of_one_check,
    |test: TestDb| async move {
        let mut scene = Scene::new(test).await;
        scene.world.dismiss().await;
        let services = scene.services().clone();
        let options = MigrationOptions::default();
        let plan = services.make_migration_plan(&scene.staff, SLUG, options).await;
        let plan = plan.expect("a plan");
        // Nothing changed in People or in the directory, and the same version is approved in the end.
        let again = services.check_mapping_again(&scene.admin, SLUG, 1).await;
        again.expect("to be checked again");
        let may_plan = Arc::new(AtomicBool::new(false));
        scene.world.employ_for(Arc::new(Patient {
            services: services.clone(),
            may_plan: Arc::clone(&may_plan),
        }));
        approve_again(&scene, 1).await;
        may_plan.store(true, Ordering::SeqCst);
        let state = eventually(async || {
            let view = services.migration_plan(&scene.staff, SLUG, plan).await;
            let state = view.expect("the plan").state;
            (state != PlanState::Making).then_some(state)
        });
        assert_eq!(state.await, PlanState::Failed);
        scene.plan().await;
    }
);

on_both!(
    m_10_a_plan_from_before_a_check_is_not_carried_out,
    |test: TestDb| async move {
        let scene = Scene::new(test).await;
        let plan = scene.prepared().await;
        let services = scene.services();
        let is_stale = async || {
            let view = services.migration_plan(&scene.staff, SLUG, plan).await;
            view.expect("the plan").is_stale
        };
        assert!(!is_stale().await);
        let again = services.check_mapping_again(&scene.admin, SLUG, 1).await;
        again.expect("checked again");
        let early = refusal(scene.start(plan).await);
        assert!(early.to_string().contains("not approved"), "{early}");
        assert!(is_stale().await);
        approve_again(&scene, 1).await;
        // It rests on lines that were written anew, wherever it is shown.
        assert!(is_stale().await);
        let before = refusal(scene.start(plan).await);
        assert!(before.to_string().contains("checked again"), "{before}");
        scene.migrate().await;
    }
);
