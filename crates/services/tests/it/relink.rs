//! I-07: deleted in the directory and made again. A person decides who they are.

use domain::sync::{ChangeKind, RunKind, RunState};
use domain::views::ChangeRow;
use domain::{Role, UserError};
use test_support::{TestDb, on_both};

use crate::provider::refusal;
use crate::world::{SCOPE, SLUG, World};

impl World {
    /// Somebody is deleted and made again with the same names: `(principal name, the change that disputes it, its run)`.
    async fn somebody_is_recreated(&self) -> (String, ChangeRow, i64) {
        self.sync().await;
        let (old, name) = self.somebody(0).await;
        let control = self.simulator.control();
        let new = control.recreate(self.kind, &old).expect("recreated");
        let group = self.group(SCOPE);
        // Who is made anew is in no group until somebody puts them there.
        let is_member = self.is_in_scope(&new);
        if !is_member {
            control
                .add_to_group(self.kind, group.as_str(), &new)
                .expect("in the group");
        }
        let run = self.sync().await;
        let disputes = self.changes(run.row.number, ChangeKind::Dispute).await;
        let dispute = disputes
            .into_iter()
            .find(|change| change.object_id.as_deref() == Some(new.as_str()))
            .expect("a dispute");
        (name, dispute, run.row.number)
    }
}

on_both!(
    i_07_a_person_made_anew_gets_their_account_by_a_decision_and_by_nothing_else,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let (name, dispute, number) = world.somebody_is_recreated().await;
        assert!(dispute.can_relink && dispute.remedy.is_some(), "{dispute:?}");
        let before = world.account(&name).await.expect("the account");
        let viewer = world.somebody_with(Role::Viewer).await;
        let relinked = world.services.relink(&viewer, SLUG, number, dispute.seq).await;
        assert_eq!(refusal(relinked), UserError::Forbidden);
        world
            .services
            .relink(&world.actor, SLUG, number, dispute.seq)
            .await
            .expect("linked");
        let run = world.sync().await;
        assert!(
            matches!(
                run.row.state,
                RunState::Completed | RunState::CompletedWithProblems
            ),
            "{run:?}"
        );
        assert!(
            world
                .changes(run.row.number, ChangeKind::Dispute)
                .await
                .is_empty()
        );
        let after = world.account(&name).await.expect("the account");
        assert_eq!(after.id, before.id, "the same account, with its content");
        assert_eq!(after.state, domain::people::AccountState::Active);
        // Decided once: there is nothing left to decide.
        let again = world
            .services
            .relink(&world.actor, SLUG, number, dispute.seq)
            .await;
        assert_eq!(refusal(again), UserError::Changed);
    }
);

on_both!(
    i_04_two_people_who_are_both_there_are_never_made_one,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let (name, dispute, number) = world.somebody_is_recreated().await;
        let customer = world.customer().await;
        // The old entry comes back from the recycle bin.
        let mut tx = world.test.db.read().await.expect("a transaction");
        let link = store::links::of_account(&mut tx, customer, dispute.account.expect("an account"))
            .await
            .expect("a query")
            .expect("a link");
        drop(tx);
        let control = world.simulator.control();
        let new = dispute.object_id.as_deref().expect("an object");
        let (local, host) = name.split_once('@').expect("a principal name");
        control
            .rename(world.kind, new, &format!("{local}.2@{host}"))
            .expect("renamed");
        control
            .restore(world.kind, link.object_id.as_str())
            .expect("restored");
        world.run(RunKind::TestSync).await;
        let relinked = world
            .services
            .relink(&world.actor, SLUG, number, dispute.seq)
            .await;
        let refused = refusal(relinked);
        assert!(refused.of_field("seq").next().is_some(), "{refused:?}");
    }
);
