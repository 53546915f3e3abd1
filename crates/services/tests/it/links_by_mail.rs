//! Links that go by mail, and forgotten passwords, on both databases.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use domain::{Role, UserError};
use jobs::{Handler, Job, JobError, Lease, Runner, RunnerOptions, Wake};
use secrecy::{ExposeSecret, SecretString};
use services::Services;
use services::forgotten::FORGOTTEN_JOB;
use services::mail::{LETTER_JOB, OutgoingLetter};
use test_support::{TestDb, on_both};
use tokio_util::sync::CancellationToken;

use crate::auth::{PASSWORD, refusal};
use crate::console::{ANNA, BOB, CONTOSO, Console, NEW_PASSWORD, field};
use crate::postbox::{CONSOLE, Postbox};

/// Does the jobs of letters.
struct PostOffice(Services);

#[async_trait::async_trait]
impl Handler for PostOffice {
    async fn run(&self, job: &Job, lease: &Lease) -> Result<(), JobError> {
        match job.kind.as_str() {
            LETTER_JOB => self.0.send_letter(job, lease).await,
            FORGOTTEN_JOB => self.0.answer_forgotten(job, lease).await,
            other => panic!("nobody posted a {other}"),
        }
    }

    async fn tick(&self) -> Result<(), JobError> {
        Ok(())
    }
}

impl Console {
    /// Works on the queue until nothing is left in it, and gives everything that has arrived.
    async fn deliver(&self, postbox: &Postbox) -> Vec<OutgoingLetter> {
        let options = RunnerOptions {
            poll: Duration::from_millis(20),
            ..RunnerOptions::default()
        };
        let handler = Arc::new(PostOffice(self.services.clone()));
        let runner = Runner::new(
            self.test.db.clone(),
            self.clock.clone(),
            handler,
            Wake::default(),
            options,
        );
        let stop = CancellationToken::new();
        let work = tokio::spawn(runner.run(stop.clone()));
        for _ in 0..500 {
            let jobs = self.test.dump(&["jobs"]).await;
            if !jobs.contains("ready") && !jobs.contains("running") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stop.cancel();
        work.await.expect("the post office closes");
        postbox.letters()
    }
}

/// The secret part of the link in a letter.
fn token_in(letter: &OutgoingLetter, page: &str) -> String {
    let text = letter.text.expose_secret();
    let (_, rest) = text.split_once(&format!("{CONSOLE}/{page}/")).expect("a link");
    rest.split_whitespace().next().expect("a token").to_owned()
}

on_both!(
    an_invitation_goes_by_mail_and_waits_sealed,
    async |test: TestDb| {
        let postbox = Postbox::default();
        let console = Console::with(test, postbox.mail()).await;
        let anna = console.actor(ANNA).await;
        let sealed = console
            .services
            .invite(&anna, CONTOSO, BOB, Role::Viewer)
            .await
            .expect("invited");
        let link = console.services.open_link(&anna, &sealed).expect("hers");
        assert!(link.is_posted);
        let token = console.token(&anna, &sealed);
        let tables = ["letters", "jobs", "audit_log", "invitations"];
        let waiting = console.test.dump(&tables).await;
        assert!(waiting.contains(BOB) && !waiting.contains(&token), "{waiting}");
        let letters = console.deliver(&postbox).await;
        let [letter] = letters.as_slice() else {
            panic!("{letters:?}")
        };
        assert_eq!(
            (letter.to_email.as_str(), token_in(letter, "invitation")),
            (BOB, token.clone())
        );
        assert!(letter.text.expose_secret().contains("Anna Berg invites you"));
        let sent = console.test.dump(&tables).await;
        assert!(!sent.contains(&token), "{sent}");
        // Sent again: the newer letter counts.
        let row = console.team(&anna).await.invitations.remove(0);
        console
            .services
            .resend_invitation(&anna, CONTOSO, row.id)
            .await
            .expect("sent");
        let letters = console.deliver(&postbox).await;
        let newer = token_in(letters.last().expect("a letter"), "invitation");
        assert_eq!(refusal(console.accept(&token).await), UserError::DeadLink);
        console.accept(&newer).await.expect("joined");
    }
);

on_both!(
    a_forgotten_password_is_answered_the_same_for_everybody,
    async |test: TestDb| {
        let postbox = Postbox::default();
        let console = Console::with(test, postbox.mail()).await;
        let services = &console.services;
        let anna = console.actor(ANNA).await;
        let viv = console.actor("viv@contoso.example").await;
        services
            .remove_member(&anna, CONTOSO, viv.user.expect("an id"))
            .await
            .expect("removed");
        for email in [
            " ANNA@contoso.example",
            "nobody@contoso.example",
            "viv@contoso.example",
        ] {
            services.forgot_password(email).await.expect("the same answer");
        }
        // The queue tells nobody's address, and does not tell them apart.
        let jobs = console.test.dump(&["jobs"]).await;
        assert!(
            jobs.starts_with("jobs: 3") && !jobs.contains("contoso.example"),
            "{jobs}"
        );
        let letters = console.deliver(&postbox).await;
        let [letter] = letters.as_slice() else {
            panic!("{letters:?}")
        };
        assert_eq!(
            (letter.to_email.as_str(), letter.to_name.as_str()),
            (ANNA, "Anna Berg")
        );
        let token = SecretString::from(token_in(letter, "reset-password"));
        let everything = ["letters", "jobs", "audit_log", "password_resets"];
        let everything = console.test.dump(&everything).await;
        assert!(!everything.contains(token.expose_secret()), "{everything}");
        assert!(everything.contains("user.password.forgotten"));
        services
            .reset_password(&token, &SecretString::from(NEW_PASSWORD))
            .await
            .expect("set");
        services.sign_in(ANNA, NEW_PASSWORD).await.expect("signed in");
        assert_eq!(field(services.forgot_password("no address").await), "email");
    }
);

on_both!(
    asking_for_links_is_held_back_for_each_address,
    async |test: TestDb| {
        let postbox = Postbox::default();
        let console = Console::with(test, postbox.mail()).await;
        for email in [ANNA, "nobody@contoso.example"] {
            for _ in 0..5 {
                console.services.forgot_password(email).await.expect("asked");
            }
            let refused = refusal(console.services.forgot_password(email).await);
            assert_eq!(refused, UserError::TooManyAttempts { seconds: 15 }, "{email}");
        }
        // Nobody is kept from signing in by that.
        console.services.sign_in(ANNA, PASSWORD).await.expect("signed in");
        assert_eq!(console.deliver(&postbox).await.len(), 5);
    }
);

on_both!(without_a_mail_server_no_link_is_promised, async |test: TestDb| {
    let console = Console::open(test).await;
    assert!(!console.services.sends_mail());
    assert_eq!(
        refusal(console.services.forgot_password(ANNA).await),
        UserError::Forbidden
    );
    let anna = console.actor(ANNA).await;
    let sealed = console
        .services
        .invite(&anna, CONTOSO, BOB, Role::Viewer)
        .await
        .expect("invited");
    assert!(
        !console
            .services
            .open_link(&anna, &sealed)
            .expect("hers")
            .is_posted
    );
});

on_both!(
    what_becomes_of_an_invitations_letter_is_told_beside_it_only,
    async |test: TestDb| {
        let postbox = Postbox::default();
        let console = Console::with(test, postbox.mail()).await;
        let services = &console.services;
        let sam = console.actor("sam@vendor.example").await;
        let anna = console.actor(ANNA).await;
        postbox.refuse("No such mailbox.", true);
        let invited = services.invite(&anna, CONTOSO, BOB, Role::Viewer).await;
        invited.expect("invited");
        assert!(console.deliver(&postbox).await.is_empty());
        let row = console.team(&anna).await.invitations.remove(0);
        assert_eq!(row.letter_problem.as_deref(), Some("No such mailbox."));
        // A letter with a link is neither listed nor kept.
        let contacts = services.contacts(&anna, "contoso").await.expect("the page");
        assert!(contacts.letters.is_empty(), "{:?}", contacts.letters);
        let mut tx = console.test.db.read().await.expect("a transaction");
        let kept = store::letters::sealed_page(&mut tx, None, 10)
            .await
            .expect("read");
        drop(tx);
        assert!(kept.is_empty(), "what it said is gone");
        // Sent again from the list of invitations it arrives, and the trouble is over.
        console.clock.advance(TimeDelta::seconds(1));
        let again = services.resend_invitation(&anna, CONTOSO, row.id).await;
        again.expect("sent");
        assert_eq!(console.deliver(&postbox).await.len(), 1);
        assert_eq!(console.team(&anna).await.invitations[0].letter_problem, None);
        // Staff see it in their own list.
        postbox.refuse("No such mailbox.", true);
        let invited = services
            .invite(&sam, None, "new@vendor.example", Role::Staff)
            .await;
        invited.expect("invited");
        console.deliver(&postbox).await;
        let team = services.team(&sam, None).await.expect("the staff");
        assert!(team.invitations[0].letter_problem.is_some());
    }
);

on_both!(a_letter_with_a_dead_link_is_not_sent, async |test: TestDb| {
    let postbox = Postbox::default();
    let console = Console::with(test, postbox.mail()).await;
    let services = &console.services;
    let anna = console.actor(ANNA).await;
    let invite = async |email: &str| {
        let invited = services.invite(&anna, CONTOSO, email, Role::Viewer).await;
        invited.expect("invited");
    };
    // Taken back before it could leave.
    invite(BOB).await;
    let row = console.team(&anna).await.invitations.remove(0);
    let taken_back = services.revoke_invitation(&anna, CONTOSO, row.id).await;
    taken_back.expect("taken back");
    // Too old before it could leave. The link of a lost password is made when its job runs.
    invite("late@contoso.example").await;
    services.forgot_password(ANNA).await.expect("asked");
    console.clock.advance(TimeDelta::days(8));
    let sent = console.deliver(&postbox).await;
    let to: Vec<&str> = sent.iter().map(|letter| letter.to_email.as_str()).collect();
    assert_eq!(to, [ANNA]);
    let text = sent[0].text.expose_secret();
    assert!(!text.contains("today") && text.contains(" UTC"), "{text}");
    let row = console.team(&anna).await.invitations.remove(0);
    let problem = row.letter_problem.expect("a sentence");
    assert!(problem.contains("had run out"), "{problem}");
});
