//! What a migration left alone, looked at afterwards, account by account (M-25).

use domain::people::AccountState;
use domain::views::{PersonEvent, ReconciliationRow};
use test_support::{TestDb, on_both};

use crate::migration_scene::Scene;
use crate::world::SLUG;

impl Scene {
    async fn reconciled(&self, plan: i64, differing: bool) -> Vec<ReconciliationRow> {
        let page = self
            .services()
            .migration_reconciliation(&self.staff, SLUG, (plan, differing), None);
        page.await.expect("a page").rows
    }
}

on_both!(
    m_25_groups_and_states_are_as_they_were_or_it_is_said,
    |test: TestDb| async move {
        let scene = Scene::new(test).await;
        let customer = scene.world.customer().await;
        let mut groups = Vec::new();
        for name in ["Editors", "Readers"] {
            let group = scene
                .services()
                .create_people_group(&scene.staff, SLUG, name)
                .await;
            groups.push(group.expect("a group"));
        }
        let member = scene.world.account("old.name").await.expect("an account").id;
        let kiosk = scene.world.account("kiosk").await.expect("an account").id;
        let mut tx = scene.world.test.db.begin().await.expect("a transaction");
        let pairs: Vec<_> = groups.iter().map(|group| (*group, member)).collect();
        store::groups::add_members(&mut tx, customer, &pairs, false)
            .await
            .expect("added");
        tx.commit().await.expect("written");

        let run = scene.migrate().await;
        assert!(scene.reconciled(run.plan, true).await.is_empty());
        let all = scene.reconciled(run.plan, false).await;
        let with_groups: Vec<_> = all.iter().filter(|row| !row.groups.is_empty()).collect();
        assert_eq!(with_groups.len(), 1);
        assert_eq!(with_groups[0].entry.account, member.to_string());
        let mut names = with_groups[0].groups.clone();
        names.sort();
        assert_eq!(names, ["Editors", "Readers"]);

        // Why an account changed stands at the account (M-21).
        let person = scene.services().person(&scene.staff, SLUG, member).await;
        let history = person.expect("the person").history;
        let [PersonEvent::Migration(done)] = history.as_slice() else {
            panic!("{history:?}");
        };
        assert_eq!((done.number, done.by.as_str()), (run.number, "Sam Staff"));
        let fields: Vec<&str> = done.fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(fields, ["Username", "Directory", "Person of the directory"]);
        assert_eq!(done.fields[0].before.as_deref(), Some("old.name"));

        // Somebody takes one out of a group and puts another one in, and blocks them.
        let mut tx = scene.world.test.db.begin().await.expect("a transaction");
        store::groups::remove_members(&mut tx, customer, &[(groups[0], member)])
            .await
            .expect("removed");
        store::groups::add_members(&mut tx, customer, &[(groups[1], kiosk)], false)
            .await
            .expect("added");
        tx.commit().await.expect("written");
        scene.world.block(kiosk).await;
        let differing = scene.reconciled(run.plan, true).await;
        let said = |id: domain::AccountId| {
            let row = differing.iter().find(|row| row.entry.account == id.to_string());
            row.unwrap_or_else(|| panic!("{differing:?}")).clone()
        };
        assert_eq!(differing.len(), 2, "{differing:?}");
        assert_eq!(said(member).differences, ["Left the group Editors."]);
        let was = AccountState::Active.label();
        let words = [
            format!("The state was {was} when the plan was made."),
            "Joined the group Readers.".to_owned(),
        ];
        assert_eq!(said(kiosk).differences, words);
    }
);
