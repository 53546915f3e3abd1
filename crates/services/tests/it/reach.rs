//! Who can be reached, and letters that cannot be worked on.

use std::sync::Arc;
use std::time::Duration;

use domain::Role;
use domain::deployment::Step;
use domain::ids::{Id, LetterId};
use domain::notices::{LetterState, Topic};
use domain::views::{ContactsView, ToldView};
use jobs::{Handler, Job, JobError, Lease};
use services::mail::LETTER_JOB;
use services::{Services, TypedContact};
use store::jobs::NewJob;
use store::letters::LetterRow;
use test_support::{TestDb, on_both};

use crate::console::{ANNA, CONTOSO, Console};
use crate::notices::user;
use crate::postbox::Postbox;
use crate::world::{SLUG, World};

fn contact(email: &str) -> TypedContact {
    TypedContact {
        name: "Somebody".into(),
        email: email.into(),
        topics: vec![Topic::HeldRuns],
        ..TypedContact::default()
    }
}

impl Console {
    async fn contacts(&self) -> ContactsView {
        let anna = self.actor(ANNA).await;
        self.services.contacts(&anna, "contoso").await.expect("the page")
    }

    async fn add_contact(&self, email: &str) {
        let anna = self.actor(ANNA).await;
        let saved = self
            .services
            .save_contact(&anna, "contoso", &contact(email))
            .await;
        saved.expect("saved");
    }

    async fn told_of_held_runs(&self) -> ToldView {
        let all = self.contacts().await.told;
        let told = all.into_iter().find(|told| told.topic == Topic::HeldRuns);
        told.expect("every topic is there")
    }
}

on_both!(a_contact_whom_nothing_reaches_is_nobody, async |test: TestDb| {
    // Without a mail server only whoever signs in here is told.
    let console = Console::open(test).await;
    console.add_contact("desk@contoso.example").await;
    let told = console.told_of_held_runs().await;
    assert_eq!(
        (told.names, told.by_default),
        (vec!["Anna Berg".to_owned()], true),
        "the admin instead"
    );
    console.add_contact("viv@contoso.example").await;
    let told = console.told_of_held_runs().await;
    assert_eq!((told.names.len(), told.by_default), (1, false));
});

on_both!(whoever_was_removed_gets_no_letters, async |test: TestDb| {
    let console = Console::with(test, Postbox::default().mail()).await;
    for email in [
        "desk@contoso.example",
        "viv@contoso.example",
        "fay@fabrikam.example",
    ] {
        console.add_contact(email).await;
    }
    assert_eq!(console.told_of_held_runs().await.names.len(), 3);
    let anna = console.actor(ANNA).await;
    let viv = console.actor("viv@contoso.example").await.user.expect("an id");
    let services = &console.services;
    services
        .remove_member(&anna, CONTOSO, viv)
        .await
        .expect("removed");
    assert_eq!(console.told_of_held_runs().await.names.len(), 2);
    assert_eq!(console.contacts().await.contacts.len(), 3, "there to be removed");
    services.restore_member(&anna, CONTOSO, viv).await.expect("back");
    assert_eq!(console.told_of_held_runs().await.names.len(), 3);
});

/// Sends letters as they should be, but panics as long as there are tries left.
struct Clumsy(Services);

#[async_trait::async_trait]
impl Handler for Clumsy {
    async fn run(&self, job: &Job, lease: &Lease) -> Result<(), JobError> {
        assert!(job.exhausted, "a panic on purpose");
        self.0.send_letter(job, lease).await
    }

    async fn tick(&self) -> Result<(), JobError> {
        Ok(())
    }
}

impl World {
    /// A letter that waits, with nobody to work on it, and one try left.
    async fn last_try(&mut self) -> LetterId {
        let anna = user(self, "Anna Admin", Role::CustomerAdmin).await;
        user(self, "Sam Staff", Role::Staff).await;
        self.dismiss().await;
        let said = self.services.comment(&anna, SLUG, Step::Module, "Hello").await;
        said.expect("written");
        let customer = self.customer().await;
        let mut tx = self.test.db.begin().await.expect("a transaction");
        let all = store::letters::notices(&mut tx, customer, 10).await;
        let letter = all.expect("a query").remove(0).id;
        let now = self.services.now();
        let subject = letter.to_string();
        let retired = store::jobs::retire(&mut tx, customer, LETTER_JOB, &subject, now).await;
        assert_eq!(retired.expect("retired"), 1);
        let job = NewJob {
            id: domain::JobId::at(now, [7; 10]),
            customer: Some(customer),
            kind: LETTER_JOB,
            subject: &subject,
            run_at: now,
            max_attempts: 1,
            dedupe_key: None,
        };
        store::jobs::enqueue(&mut tx, &job, now).await.expect("queued");
        tx.commit().await.expect("a commit");
        letter
    }

    async fn ended(&self, letter: LetterId) -> LetterRow {
        for _ in 0..200 {
            let mut tx = self.test.db.read().await.expect("a transaction");
            let found = store::letters::find(&mut tx, letter).await.expect("a query");
            drop(tx);
            match found {
                Some(found) if found.state != LetterState::Waiting => return found,
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        panic!("the letter waits for ever");
    }
}

on_both!(
    a_letter_whose_job_panics_at_last_is_failed_and_says_so,
    |test: TestDb| async move {
        let mut world = World::entra(test).await;
        let letter = world.last_try().await;
        world.employ_for(Arc::new(Clumsy(world.services.clone())));
        let row = world.ended(letter).await;
        assert_eq!(row.state, LetterState::Failed);
        let problem = row.problem.expect("a sentence");
        assert!(problem.contains("broken off"), "{problem}");
        assert!(world.postbox.letters().is_empty(), "nothing more was tried");
    }
);

on_both!(
    a_letter_that_cannot_be_read_any_more_is_failed_at_last,
    |test: TestDb| async move {
        let mut world = World::entra(test).await;
        let letter = world.last_try().await;
        let mut tx = world.test.db.begin().await.expect("a transaction");
        let found = store::letters::find(&mut tx, letter).await.expect("a query");
        let mut text = found.and_then(|found| found.text).expect("sealed");
        text.key_id = "lost".to_owned();
        let nonce = text.nonce.clone();
        store::letters::reseal(&mut tx, letter, &nonce, &text)
            .await
            .expect("under a key that nobody has");
        tx.commit().await.expect("a commit");
        world.employ();
        let row = world.ended(letter).await;
        assert_eq!(row.state, LetterState::Failed);
        assert!(row.problem.expect("a sentence").contains("could not be read"));
    }
);
