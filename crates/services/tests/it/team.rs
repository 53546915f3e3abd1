//! Teams and invitations, on both databases.

use chrono::TimeDelta;
use domain::{Actor, Role, UserError};
use services::Joining;
use test_support::{TestDb, on_both};

use crate::auth::{PASSWORD, refusal};
use crate::console::{ANNA, BOB, CONTOSO, Console, field, joining};

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
    invariant_15_the_team_of_another_customer_is_not_there,
    async |test: TestDb| {
        let console = Console::open(test).await;
        let services = &console.services;
        let anna = console.actor(ANNA).await;
        let fay = console.actor("fay@fabrikam.example").await.user.expect("an id");
        let sam = console.actor("sam@vendor.example").await.user.expect("an id");
        let theirs = Some("fabrikam");
        let nothing = UserError::NotFound;
        assert_eq!(refusal(services.team(&anna, theirs).await), nothing);
        assert_eq!(
            refusal(services.invite(&anna, theirs, BOB, Role::Viewer).await),
            nothing
        );
        // Neither by way of theirs nor of one's own, and the staff are as far.
        for team in [theirs, CONTOSO] {
            for user in [fay, sam] {
                assert_eq!(refusal(services.remove_member(&anna, team, user).await), nothing);
                assert_eq!(
                    refusal(services.make_reset_link(&anna, team, user).await),
                    nothing
                );
                let slug = team.expect("a slug");
                assert_eq!(
                    refusal(services.change_role(&anna, slug, user, Role::Viewer).await),
                    nothing
                );
            }
        }
    }
);

on_both!(nobody_becomes_staff_by_way_of_a_customer, async |test: TestDb| {
    let console = Console::open(test).await;
    let services = &console.services;
    let (anna, sam) = (
        console.actor(ANNA).await,
        console.actor("sam@vendor.example").await,
    );
    let viv = console.actor("viv@contoso.example").await.user.expect("an id");
    assert_eq!(refusal(services.team(&anna, None).await), UserError::Forbidden);
    assert_eq!(
        refusal(services.invite(&anna, None, BOB, Role::Staff).await),
        UserError::Forbidden
    );
    for actor in [&anna, &sam] {
        assert_eq!(
            field(services.invite(actor, CONTOSO, BOB, Role::Staff).await),
            "role"
        );
        assert_eq!(
            field(services.change_role(actor, "contoso", viv, Role::Staff).await),
            "role"
        );
    }
    assert_eq!(
        field(services.invite(&sam, None, BOB, Role::Viewer).await),
        "role"
    );
});

on_both!(
    a_viewer_sees_the_team_and_changes_nothing,
    async |test: TestDb| {
        let console = Console::open(test).await;
        let services = &console.services;
        let anna = console.actor(ANNA).await.user.expect("an id");
        let viv = console.actor("viv@contoso.example").await;
        let viv_id = viv.user.expect("an id");
        let team = services.team(&viv, CONTOSO).await.expect("seen");
        assert!(!team.can_manage && team.people.len() == 2);
        let forbidden = UserError::Forbidden;
        assert_eq!(
            refusal(services.invite(&viv, CONTOSO, BOB, Role::Viewer).await),
            forbidden
        );
        let up = services
            .change_role(&viv, "contoso", viv_id, Role::CustomerAdmin)
            .await;
        assert_eq!(refusal(up), forbidden);
        assert_eq!(
            refusal(services.make_reset_link(&viv, CONTOSO, anna).await),
            forbidden
        );
        assert_eq!(
            refusal(services.remove_member(&viv, CONTOSO, anna).await),
            forbidden
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
