//! The people of the console: invitations, teams, passwords, sessions, on both databases.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::views::{LinkPurpose, TeamView};
use domain::{Actor, ConsoleUserId, Role, UserError};
use secrecy::SecretString;
use services::{Joining, SealedLink, ServiceError, Services};
use store::sessions::SessionData;
use test_support::{FakeClock, TestDb, on_both};

use crate::auth::{PASSWORD, refusal, services, user};

const NEW_PASSWORD: &str = "another horse battery";
const ANNA: &str = "anna@contoso.example";
const BOB: &str = "bob@contoso.example";
const CONTOSO: Option<&str> = Some("contoso");

/// Two customers, and staff.
struct Console {
    test: TestDb,
    services: Services,
    clock: Arc<FakeClock>,
}

impl Console {
    async fn open(test: TestDb) -> Self {
        let (services, clock) = services(&test);
        let system = Actor::system("Test");
        for slug in ["contoso", "fabrikam"] {
            services
                .create_customer(&system, slug, slug)
                .await
                .expect("a customer");
        }
        for (email, role, customer) in [
            ("sam@vendor.example", Role::Staff, None),
            (ANNA, Role::CustomerAdmin, CONTOSO),
            ("viv@contoso.example", Role::Viewer, CONTOSO),
            ("fay@fabrikam.example", Role::CustomerAdmin, Some("fabrikam")),
        ] {
            services
                .create_user(&system, &user(email, role, customer))
                .await
                .expect("a user");
        }
        Self {
            test,
            services,
            clock,
        }
    }

    async fn actor(&self, email: &str) -> Actor {
        let id = self.services.sign_in(email, PASSWORD).await.expect("signed in");
        self.identify(id).await.expect("known")
    }

    async fn identify(&self, user: ConsoleUserId) -> Option<Actor> {
        let found = self.services.identify(user).await.expect("asked");
        found.map(|(actor, _)| actor)
    }

    /// The secret part of a link, as its maker hands it over.
    fn token(&self, actor: &Actor, sealed: &SealedLink) -> String {
        let link = self.services.open_link(actor, sealed).expect("theirs");
        let page = match link.purpose {
            LinkPurpose::Invitation => "invitation",
            LinkPurpose::PasswordReset => "reset-password",
        };
        let before = format!("https://sync.example.org/{page}/");
        link.url.strip_prefix(&before).expect("an address").to_owned()
    }

    async fn invite(&self, actor: &Actor, team: Option<&str>, email: &str, role: Role) -> String {
        let sealed = self
            .services
            .invite(actor, team, email, role)
            .await
            .expect("invited");
        self.token(actor, &sealed)
    }

    async fn accept(&self, token: &str) -> Result<ConsoleUserId, ServiceError> {
        self.services.accept_invitation(&joining(token)).await
    }

    async fn team(&self, actor: &Actor) -> TeamView {
        self.services.team(actor, CONTOSO).await.expect("a team")
    }

    /// Another admin of Contoso, who came by an invitation.
    async fn bob(&self, anna: &Actor) -> Actor {
        let token = self.invite(anna, CONTOSO, BOB, Role::CustomerAdmin).await;
        let id = self.accept(&token).await.expect("joined");
        self.identify(id).await.expect("known")
    }

    /// A session under this id, as the session store makes them.
    async fn session(&self, user: ConsoleUserId, id: i128) {
        let mut tx = self.test.db.begin().await.expect("a transaction");
        let now = self.services.now();
        let session = SessionData {
            user: Some(user),
            browser: "Firefox on Windows",
            data: "{}",
        };
        let until = now + TimeDelta::days(7);
        let key = store::sessions::key(id);
        store::sessions::create(&mut tx, &key, session, now, until)
            .await
            .expect("made");
        tx.commit().await.expect("committed");
    }

    async fn audit(&self) -> String {
        self.test.dump(&["audit_log"]).await
    }
}

fn joining(token: &str) -> Joining {
    Joining {
        token: token.into(),
        name: " Bob Bauer ".to_owned(),
        password: PASSWORD.into(),
    }
}

fn field<T: std::fmt::Debug>(result: Result<T, ServiceError>) -> String {
    match refusal(result) {
        UserError::Invalid { errors } => errors[0].field.clone(),
        other => panic!("not about a field: {other:?}"),
    }
}

on_both!(an_invitation_leads_to_an_account, async |test: TestDb| {
    let console = Console::open(test).await;
    let anna = console.actor(ANNA).await;
    let token = console
        .invite(&anna, CONTOSO, " Bob@contoso.example ", Role::Viewer)
        .await;
    let offer = console
        .services
        .invitation(&token)
        .await
        .expect("asked")
        .expect("works");
    assert_eq!(
        (offer.email.as_str(), offer.role),
        ("Bob@contoso.example", Role::Viewer)
    );
    assert_eq!(
        (offer.by.as_str(), offer.customer.as_deref()),
        ("Anna Berg", CONTOSO)
    );
    // Looking uses nothing up; a poor password neither.
    let poor = Joining {
        password: "short".into(),
        ..joining(&token)
    };
    assert_eq!(field(console.services.accept_invitation(&poor).await), "password");
    assert_eq!(console.team(&anna).await.invitations.len(), 1);

    let bob = console.accept(&token).await.expect("joined");
    let bob = console.identify(bob).await.expect("known");
    assert_eq!(
        (bob.name.as_str(), bob.role, bob.customer),
        ("Bob Bauer", Role::Viewer, anna.customer)
    );
    assert_eq!(
        console.services.sign_in(BOB, PASSWORD).await.expect("signed in"),
        bob.user.expect("an id")
    );
    let team = console.team(&anna).await;
    assert_eq!((team.people.len(), team.invitations.len()), (3, 0));
    // Once.
    assert_eq!(refusal(console.accept(&token).await), UserError::DeadLink);
    assert_eq!(console.services.invitation(&token).await.expect("asked"), None);
    let audit = console.audit().await;
    for action in ["user.invite", "user.join"] {
        assert!(audit.contains(action), "{action}");
    }
});

on_both!(a_token_is_nowhere_in_the_database, async |test: TestDb| {
    let console = Console::open(test).await;
    let anna = console.actor(ANNA).await;
    let viv = console
        .team(&anna)
        .await
        .people
        .iter()
        .find(|row| row.role == Role::Viewer)
        .expect("Viv")
        .id;
    let invited = console
        .services
        .invite(&anna, CONTOSO, BOB, Role::Viewer)
        .await
        .expect("invited");
    let reset = console
        .services
        .make_reset_link(&anna, CONTOSO, viv)
        .await
        .expect("made");
    let everything = console
        .test
        .dump(&[
            "invitations",
            "password_resets",
            "audit_log",
            "jobs",
            "console_users",
        ])
        .await;
    for sealed in [&invited, &reset] {
        let token = console.token(&anna, sealed);
        assert!(!everything.contains(&token), "{everything}");
        let waiting = serde_json::to_string(sealed).expect("JSON");
        assert!(!waiting.contains(&token), "{waiting}");
        // Nobody else opens what waits in a session.
        let sam = console.actor("sam@vendor.example").await;
        assert!(console.services.open_link(&sam, sealed).is_err());
    }
});

on_both!(
    a_link_dies_when_it_is_old_replaced_or_taken_back,
    async |test: TestDb| {
        let console = Console::open(test).await;
        let anna = console.actor(ANNA).await;
        let first = console.invite(&anna, CONTOSO, BOB, Role::Viewer).await;
        assert_eq!(
            field(console.services.invite(&anna, CONTOSO, BOB, Role::Viewer).await),
            "email"
        );
        let row = console.team(&anna).await.invitations.remove(0);
        let again = console
            .services
            .resend_invitation(&anna, CONTOSO, row.id)
            .await
            .expect("sent");
        let second = console.token(&anna, &again);
        assert_eq!(refusal(console.accept(&first).await), UserError::DeadLink);
        console.clock.advance(TimeDelta::days(7));
        assert_eq!(refusal(console.accept(&second).await), UserError::DeadLink);
        let row = console.team(&anna).await.invitations.remove(0);
        assert!(row.is_over);
        let again = console
            .services
            .resend_invitation(&anna, CONTOSO, row.id)
            .await
            .expect("sent");
        let third = console.token(&anna, &again);
        assert!(
            console
                .services
                .invitation(&third)
                .await
                .expect("asked")
                .is_some()
        );
        console
            .services
            .revoke_invitation(&anna, CONTOSO, row.id)
            .await
            .expect("taken back");
        for dead in [third.as_str(), "", "nonsense"] {
            assert_eq!(
                refusal(console.accept(dead).await),
                UserError::DeadLink,
                "{dead:?}"
            );
        }
        let gone = console.services.resend_invitation(&anna, CONTOSO, row.id).await;
        assert_eq!(refusal(gone), UserError::NotFound);
        // The address may be invited anew.
        console.invite(&anna, CONTOSO, BOB, Role::Viewer).await;
    }
);

on_both!(
    of_two_who_accept_at_the_same_moment_one_does,
    async |test: TestDb| {
        let console = Console::open(test).await;
        let anna = console.actor(ANNA).await;
        let token = console.invite(&anna, CONTOSO, BOB, Role::Viewer).await;
        let (one, other) = tokio::join!(console.accept(&token), console.accept(&token));
        let refused: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert_eq!(console.team(&anna).await.people.len(), 3);
    }
);

on_both!(an_address_has_one_account, async |test: TestDb| {
    let console = Console::open(test).await;
    let anna = console.actor(ANNA).await;
    let fay = console.actor("fay@fabrikam.example").await;
    for known in ["viv@contoso.example", " FAY@fabrikam.example", "no address"] {
        let refused = console.services.invite(&anna, CONTOSO, known, Role::Viewer).await;
        assert_eq!(field(refused), "email", "{known}");
    }
    // Invited by two customers: the first to be accepted counts, and the other link says why not.
    let ours = console.invite(&anna, CONTOSO, BOB, Role::Viewer).await;
    let theirs = console.invite(&fay, Some("fabrikam"), BOB, Role::Viewer).await;
    console.accept(&ours).await.expect("joined");
    assert_eq!(field(console.accept(&theirs).await), "email");
});

on_both!(
    invariant_15_a_team_is_managed_by_its_own_admins_and_staff,
    async |test: TestDb| {
        let console = Console::open(test).await;
        let services = &console.services;
        let (anna, fay) = (
            console.actor(ANNA).await,
            console.actor("fay@fabrikam.example").await,
        );
        let (sam, viv) = (
            console.actor("sam@vendor.example").await,
            console.actor("viv@contoso.example").await,
        );
        let fay_id = fay.user.expect("an id");
        let theirs = Some("fabrikam");
        // Of another customer: nothing is there.
        assert_eq!(refusal(services.team(&anna, theirs).await), UserError::NotFound);
        assert_eq!(
            refusal(services.invite(&anna, theirs, BOB, Role::Viewer).await),
            UserError::NotFound
        );
        assert_eq!(
            refusal(services.remove_member(&anna, theirs, fay_id).await),
            UserError::NotFound
        );
        // By way of their own team, neither.
        assert_eq!(
            refusal(services.remove_member(&anna, CONTOSO, fay_id).await),
            UserError::NotFound
        );
        assert_eq!(
            refusal(services.change_role(&anna, "contoso", fay_id, Role::Viewer).await),
            UserError::NotFound
        );
        assert_eq!(
            refusal(services.make_reset_link(&anna, CONTOSO, fay_id).await),
            UserError::NotFound
        );
        let sam_id = sam.user.expect("an id");
        assert_eq!(
            refusal(services.make_reset_link(&anna, CONTOSO, sam_id).await),
            UserError::NotFound
        );
        // Nobody but staff touches the staff, and nobody becomes staff by way of a customer.
        assert_eq!(refusal(services.team(&anna, None).await), UserError::Forbidden);
        assert_eq!(
            refusal(services.invite(&anna, None, BOB, Role::Staff).await),
            UserError::Forbidden
        );
        assert_eq!(
            field(services.invite(&anna, CONTOSO, BOB, Role::Staff).await),
            "role"
        );
        assert_eq!(
            field(services.invite(&sam, CONTOSO, BOB, Role::Staff).await),
            "role"
        );
        assert_eq!(
            field(services.invite(&sam, None, BOB, Role::Viewer).await),
            "role"
        );
        let viv_id = viv.user.expect("an id");
        assert_eq!(
            field(services.change_role(&anna, "contoso", viv_id, Role::Staff).await),
            "role"
        );
        // A viewer sees, and changes nothing.
        let team = services.team(&viv, CONTOSO).await.expect("seen");
        assert!(!team.can_manage && team.people.len() == 2);
        assert_eq!(
            refusal(services.invite(&viv, CONTOSO, BOB, Role::Viewer).await),
            UserError::Forbidden
        );
        let up = services
            .change_role(&viv, "contoso", viv_id, Role::CustomerAdmin)
            .await;
        assert_eq!(refusal(up), UserError::Forbidden);
        assert_eq!(
            refusal(
                services
                    .make_reset_link(&viv, CONTOSO, anna.user.expect("an id"))
                    .await
            ),
            UserError::Forbidden
        );
        let anna_id = anna.user.expect("an id");
        assert_eq!(
            refusal(services.remove_member(&viv, CONTOSO, anna_id).await),
            UserError::Forbidden
        );
    }
);

on_both!(a_team_keeps_somebody_who_looks_after_it, async |test: TestDb| {
    let console = Console::open(test).await;
    let services = &console.services;
    let (anna, sam) = (
        console.actor(ANNA).await,
        console.actor("sam@vendor.example").await,
    );
    let anna_id = anna.user.expect("an id");
    // Nobody removes or demotes themself.
    assert_eq!(
        field(services.remove_member(&anna, CONTOSO, anna_id).await),
        "user"
    );
    assert_eq!(
        field(
            services
                .change_role(&anna, "contoso", anna_id, Role::Viewer)
                .await
        ),
        "user"
    );
    let sam_id = sam.user.expect("an id");
    assert_eq!(field(services.remove_member(&sam, None, sam_id).await), "user");
    let system = Actor::system("Test");
    assert_eq!(field(services.remove_member(&system, None, sam_id).await), "user");
    // Of two admins, one may go.
    let bob = console.bob(&anna).await;
    services
        .change_role(&bob, "contoso", anna_id, Role::Viewer)
        .await
        .expect("changed");
    assert_eq!(console.identify(anna_id).await.expect("known").role, Role::Viewer);
    services
        .change_role(&bob, "contoso", anna_id, Role::CustomerAdmin)
        .await
        .expect("changed");
    services
        .remove_member(&anna, CONTOSO, bob.user.expect("an id"))
        .await
        .expect("removed");
    // Staff may remove the last one, at the word of an organisation whose only admin has left.
    services
        .remove_member(&sam, CONTOSO, anna_id)
        .await
        .expect("removed");
    let audit = console.audit().await;
    assert!(audit.contains("user.role") && audit.contains("user.remove"));
});

on_both!(
    of_two_admins_who_remove_each_other_one_does,
    async |test: TestDb| {
        let console = Console::open(test).await;
        let services = &console.services;
        let anna = console.actor(ANNA).await;
        let bob = console.bob(&anna).await;
        let (anna_id, bob_id) = (anna.user.expect("an id"), bob.user.expect("an id"));
        let (one, other) = tokio::join!(
            services.remove_member(&anna, CONTOSO, bob_id),
            services.change_role(&bob, "contoso", anna_id, Role::Viewer)
        );
        let done = [&one, &other].iter().filter(|result| result.is_ok()).count();
        assert_eq!(done, 1, "{one:?} {other:?}");
        // Staff, too.
        let sam = console.actor("sam@vendor.example").await;
        let token = console
            .invite(&sam, None, "sue@vendor.example", Role::Staff)
            .await;
        let sue = console.accept(&token).await.expect("joined");
        let sue = console.identify(sue).await.expect("known");
        let (sam_id, sue_id) = (sam.user.expect("an id"), sue.user.expect("an id"));
        let (one, other) = tokio::join!(
            services.remove_member(&sam, None, sue_id),
            services.remove_member(&sue, None, sam_id)
        );
        let done = [&one, &other].iter().filter(|result| result.is_ok()).count();
        assert_eq!(done, 1, "{one:?} {other:?}");
    }
);

on_both!(
    whoever_is_removed_is_out_at_once_and_can_be_brought_back,
    async |test: TestDb| {
        let console = Console::open(test).await;
        let services = &console.services;
        let anna = console.actor(ANNA).await;
        let viv = console.actor("viv@contoso.example").await;
        let id = viv.user.expect("an id");
        console.session(id, 7).await;
        let link = services.make_reset_link(&anna, CONTOSO, id).await.expect("made");
        let token = console.token(&anna, &link);
        services.remove_member(&anna, CONTOSO, id).await.expect("removed");
        assert!(console.identify(id).await.is_none());
        assert!(services.own_sessions(&viv, None).await.expect("read").is_empty());
        assert_eq!(services.password_reset(&token).await.expect("asked"), None);
        // The answer is that of a wrong password.
        let refused = services.sign_in("viv@contoso.example", PASSWORD).await;
        assert_eq!(refusal(refused), UserError::WrongCredentials);
        assert_eq!(
            refusal(services.make_reset_link(&anna, CONTOSO, id).await),
            UserError::Changed
        );
        let gone = console.team(&anna).await.people.pop().expect("still on record");
        assert!(gone.id == id && gone.removed.is_some());
        assert_eq!(
            field(services.invite(&anna, CONTOSO, &gone.email, Role::Viewer).await),
            "email"
        );
        // A session that was on its way when they were removed does not come alive again.
        console.session(id, 8).await;
        services
            .restore_member(&anna, CONTOSO, id)
            .await
            .expect("brought back");
        assert!(services.own_sessions(&viv, None).await.expect("read").is_empty());
        assert_eq!(console.actor("viv@contoso.example").await.role, Role::Viewer);
    }
);

on_both!(a_password_is_changed_by_whoever_knows_it, async |test: TestDb| {
    let console = Console::open(test).await;
    let services = &console.services;
    let anna = console.actor(ANNA).await;
    let id = anna.user.expect("an id");
    for session in [1, 2, 3] {
        console.session(id, session).await;
    }
    let secret = SecretString::from;
    let change = async |current: &str, new: &str| {
        services
            .change_own_password(
                &anna,
                &secret(current.to_owned()),
                &secret(new.to_owned()),
                Some(2),
            )
            .await
    };
    assert_eq!(
        field(change("a wrong password", NEW_PASSWORD).await),
        "current_password"
    );
    assert_eq!(field(change(PASSWORD, "short").await), "new_password");
    assert_eq!(field(change(PASSWORD, PASSWORD).await), "new_password");
    change(PASSWORD, NEW_PASSWORD).await.expect("changed");
    let left = services.own_sessions(&anna, Some(2)).await.expect("read");
    assert!(left.len() == 1 && left[0].is_this, "{left:?}");
    assert_eq!(
        refusal(services.sign_in(ANNA, PASSWORD).await),
        UserError::WrongCredentials
    );
    services.sign_in(ANNA, NEW_PASSWORD).await.expect("signed in");
    // Guessing the present password is held back as at the door.
    for _ in 0..5 {
        assert_eq!(
            field(change("a wrong password", PASSWORD).await),
            "current_password"
        );
    }
    let refused = refusal(change(NEW_PASSWORD, PASSWORD).await);
    assert_eq!(refused, UserError::TooManyAttempts { seconds: 15 });
});

on_both!(
    a_lost_password_is_set_again_by_the_newest_link,
    async |test: TestDb| {
        let console = Console::open(test).await;
        let services = &console.services;
        let anna = console.actor(ANNA).await;
        let viv = console.actor("viv@contoso.example").await;
        let id = viv.user.expect("an id");
        console.session(id, 1).await;
        let make = async || {
            let sealed = services.make_reset_link(&anna, CONTOSO, id).await.expect("made");
            console.token(&anna, &sealed)
        };
        let (old, new) = (make().await, make().await);
        let set = async |token: &str, password: &str| {
            let password = SecretString::from(password.to_owned());
            services
                .reset_password(&SecretString::from(token.to_owned()), &password)
                .await
        };
        assert_eq!(refusal(set(&old, NEW_PASSWORD).await), UserError::DeadLink);
        let whose = services.password_reset(&new).await.expect("asked");
        assert_eq!(whose.as_deref(), Some("viv@contoso.example"));
        assert_eq!(field(set(&new, "viv@contoso.example").await), "password");
        let (one, other) = tokio::join!(set(&new, NEW_PASSWORD), set(&new, NEW_PASSWORD));
        assert_eq!([one, other].iter().filter(|result| result.is_ok()).count(), 1);
        assert!(services.own_sessions(&viv, None).await.expect("read").is_empty());
        services
            .sign_in("viv@contoso.example", NEW_PASSWORD)
            .await
            .expect("signed in");
        assert_eq!(refusal(set(&new, PASSWORD).await), UserError::DeadLink);
        // An hour.
        let late = make().await;
        console.clock.advance(TimeDelta::hours(1));
        assert_eq!(refusal(set(&late, PASSWORD).await), UserError::DeadLink);
        assert!(console.audit().await.contains("user.password.reset"));
    }
);

on_both!(an_operator_makes_a_link_for_an_address, async |test: TestDb| {
    let console = Console::open(test).await;
    let system = Actor::system("usersync reset-password");
    let sealed = console
        .services
        .make_reset_link_for(&system, " Sam@vendor.example")
        .await
        .expect("made");
    let token = console.token(&system, &sealed);
    let new = SecretString::from(NEW_PASSWORD);
    console
        .services
        .reset_password(&token.into(), &new)
        .await
        .expect("set");
    console
        .services
        .sign_in("sam@vendor.example", NEW_PASSWORD)
        .await
        .expect("signed in");
    let nobody = console
        .services
        .make_reset_link_for(&system, "nobody@vendor.example")
        .await;
    assert_eq!(field(nobody), "email");
});

on_both!(sessions_are_seen_and_ended_one_by_one, async |test: TestDb| {
    let console = Console::open(test).await;
    let services = &console.services;
    let (anna, viv) = (
        console.actor(ANNA).await,
        console.actor("viv@contoso.example").await,
    );
    let id = anna.user.expect("an id");
    for session in [1, 2, 3] {
        console.session(id, session).await;
        console.clock.advance(TimeDelta::minutes(1));
    }
    let list = services.own_sessions(&anna, Some(3)).await.expect("read");
    assert_eq!(
        list.iter().map(|row| row.is_this).collect::<Vec<_>>(),
        [true, false, false]
    );
    assert_eq!(list[0].browser, "Firefox on Windows");
    // Of somebody else, not even by its key.
    services
        .end_own_session(&viv, &list[1].key)
        .await
        .expect("nothing happened");
    assert_eq!(
        services.own_sessions(&anna, Some(3)).await.expect("read").len(),
        3
    );
    services
        .end_own_session(&anna, &list[1].key)
        .await
        .expect("ended");
    assert_eq!(
        services.own_sessions(&anna, Some(3)).await.expect("read").len(),
        2
    );
    services.end_other_sessions(&anna, Some(3)).await.expect("ended");
    assert_eq!(
        services.own_sessions(&anna, Some(3)).await.expect("read").len(),
        1
    );
    services
        .change_own_name(&anna, " Anna B. Berg ")
        .await
        .expect("renamed");
    assert_eq!(console.identify(id).await.expect("known").name, "Anna B. Berg");
    assert_eq!(field(services.change_own_name(&anna, " ").await), "name");
});
