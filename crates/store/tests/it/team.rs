//! Teams, invitations and links to set a password.

use chrono::TimeDelta;
use domain::{ConsoleUserId, CustomerId, InvitationId, Role};
use store::console_users::{self, NewConsoleUser};
use store::invitations::{self, NewInvitation};
use store::sessions::{self, SessionData};
use store::{Tx, password_resets};
use test_support::{TestDb, on_both};

use crate::{customer, id, now};

async fn user(tx: &mut Tx, n: u8, name: &str, customer: Option<CustomerId>, role: Role) -> ConsoleUserId {
    let new = NewConsoleUser {
        id: id(n),
        customer,
        email: &format!("{name}@example.org"),
        name,
        role,
        password_hash: "$argon2id$...",
    };
    console_users::insert(tx, &new, now()).await.expect("inserted");
    new.id
}

fn invitation<'a>(
    n: u8,
    customer: Option<CustomerId>,
    email: &'a str,
    token_hash: &'a [u8],
) -> NewInvitation<'a> {
    NewInvitation {
        id: id(n),
        customer,
        email,
        role: Role::Viewer,
        token_hash,
        by: "Anna",
        expires_at: now() + TimeDelta::days(7),
    }
}

on_both!(a_team_is_its_own_people, async |test: TestDb| {
    let mut tx = test.db.begin().await.expect("a transaction");
    let (contoso, _) = customer(&mut tx, 1, "contoso").await;
    let (fabrikam, _) = customer(&mut tx, 2, "fabrikam").await;
    let anna = user(&mut tx, 1, "anna", Some(contoso), Role::CustomerAdmin).await;
    let bob = user(&mut tx, 2, "bob", Some(contoso), Role::CustomerAdmin).await;
    let fay = user(&mut tx, 3, "fay", Some(fabrikam), Role::CustomerAdmin).await;
    let sam = user(&mut tx, 4, "sam", None, Role::Staff).await;
    for (team, people) in [
        (Some(contoso), vec![anna, bob]),
        (Some(fabrikam), vec![fay]),
        (None, vec![sam]),
    ] {
        let found = console_users::team(&mut tx, team, 10).await.expect("read");
        assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), people);
    }
    assert!(
        console_users::member(&mut tx, Some(fabrikam), anna)
            .await
            .expect("read")
            .is_none()
    );
    let others = async |tx: &mut Tx, user| {
        console_users::others(tx, Some(contoso), Role::CustomerAdmin, user)
            .await
            .expect("counted")
    };
    assert_eq!(others(&mut tx, anna).await, 1);
    // Removed: last in the list, unknown to everything else, and back again.
    console_users::set_deactivated(&mut tx, Some(contoso), anna, Some(now()))
        .await
        .expect("removed");
    let found = console_users::team(&mut tx, Some(contoso), 10)
        .await
        .expect("read");
    assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [bob, anna]);
    assert_eq!(found[1].deactivated_at, Some(now()));
    assert_eq!(others(&mut tx, bob).await, 0);
    assert!(console_users::find(&mut tx, anna).await.expect("read").is_none());
    assert!(
        console_users::credentials(&mut tx, "anna@example.org")
            .await
            .expect("read")
            .is_none()
    );
    assert!(
        !console_users::set_password(&mut tx, anna, "new", None)
            .await
            .expect("tried")
    );
    assert!(
        console_users::is_taken(&mut tx, " Anna@example.org")
            .await
            .expect("read")
    );
    console_users::set_deactivated(&mut tx, Some(contoso), anna, None)
        .await
        .expect("brought back");
    console_users::set_role(&mut tx, contoso, anna, Role::Viewer)
        .await
        .expect("changed");
    let anna = console_users::find(&mut tx, anna)
        .await
        .expect("read")
        .expect("back");
    assert_eq!(anna.role, Role::Viewer);
});

on_both!(a_link_of_an_invitation_works_once, async |test: TestDb| {
    let mut tx = test.db.begin().await.expect("a transaction");
    let (contoso, _) = customer(&mut tx, 1, "contoso").await;
    let team = Some(contoso);
    let (old, new, other) = ([1_u8; 32], [2_u8; 32], [3_u8; 32]);
    let first: InvitationId = id(1);
    invitations::insert(&mut tx, &invitation(1, team, "Eve@example.org ", &old), now())
        .await
        .expect("inserted");
    invitations::insert(&mut tx, &invitation(2, None, "eve@example.org", &other), now())
        .await
        .expect("inserted");
    let found = invitations::open_for(&mut tx, team, "EVE@example.org")
        .await
        .expect("read");
    assert_eq!(found.map(|row| row.id), Some(first));
    assert_eq!(invitations::open(&mut tx, None, 10).await.expect("read").len(), 1);
    // Nobody reaches it by way of another team.
    assert!(
        invitations::find(&mut tx, None, first)
            .await
            .expect("read")
            .is_none()
    );
    assert!(
        !invitations::revoke(&mut tx, None, first, now())
            .await
            .expect("tried")
    );
    // A new link ends the old one.
    let until = now() + TimeDelta::days(7);
    assert!(
        invitations::renew(&mut tx, team, first, &new, "Bob", until)
            .await
            .expect("renewed")
    );
    assert!(
        invitations::by_token(&mut tx, &old, now())
            .await
            .expect("read")
            .is_none()
    );
    assert!(
        invitations::by_token(&mut tx, &new, until)
            .await
            .expect("read")
            .is_none()
    );
    let found = invitations::by_token(&mut tx, &new, now())
        .await
        .expect("read")
        .expect("works");
    assert_eq!(
        (found.by.as_str(), found.email.as_str()),
        ("Bob", "Eve@example.org")
    );
    assert!(!invitations::accept(&mut tx, &new, until).await.expect("too late"));
    assert!(invitations::accept(&mut tx, &new, now()).await.expect("accepted"));
    assert!(!invitations::accept(&mut tx, &new, now()).await.expect("used"));
    assert!(
        !invitations::revoke(&mut tx, team, first, now())
            .await
            .expect("used")
    );
    assert!(
        invitations::revoke(&mut tx, None, id(2), now())
            .await
            .expect("revoked")
    );
    assert!(
        !invitations::accept(&mut tx, &other, now())
            .await
            .expect("revoked")
    );
});

on_both!(only_the_newest_link_sets_a_password, async |test: TestDb| {
    let mut tx = test.db.begin().await.expect("a transaction");
    let anna = user(&mut tx, 1, "anna", None, Role::Staff).await;
    let (old, new) = ([1_u8; 32], [2_u8; 32]);
    let until = now() + TimeDelta::hours(1);
    for hash in [&old, &new] {
        password_resets::put(&mut tx, anna, hash, until)
            .await
            .expect("kept");
    }
    assert_eq!(
        password_resets::by_token(&mut tx, &old, now())
            .await
            .expect("read"),
        None
    );
    assert_eq!(
        password_resets::by_token(&mut tx, &new, until)
            .await
            .expect("read"),
        None
    );
    assert_eq!(
        password_resets::by_token(&mut tx, &new, now())
            .await
            .expect("read"),
        Some(anna)
    );
    assert!(
        !password_resets::spend(&mut tx, &new, until)
            .await
            .expect("too late")
    );
    assert!(password_resets::spend(&mut tx, &new, now()).await.expect("used"));
    assert!(!password_resets::spend(&mut tx, &new, now()).await.expect("used"));
    password_resets::put(&mut tx, anna, &old, until)
        .await
        .expect("kept");
    assert_eq!(
        password_resets::forget_old(&mut tx, now()).await.expect("kept"),
        0
    );
    assert_eq!(
        password_resets::forget_old(&mut tx, until).await.expect("gone"),
        1
    );
});

on_both!(
    sessions_are_listed_and_ended_by_their_owner,
    async |test: TestDb| {
        let mut tx = test.db.begin().await.expect("a transaction");
        let anna = user(&mut tx, 1, "anna", None, Role::Staff).await;
        let bob = user(&mut tx, 2, "bob", None, Role::Staff).await;
        let day = TimeDelta::days(1);
        for (n, owner) in [(1_u8, anna), (2, anna), (3, anna), (4, bob)] {
            let session = SessionData {
                user: Some(owner),
                browser: "Firefox on Windows",
                data: "{}",
            };
            let at = now() + TimeDelta::minutes(i64::from(n));
            sessions::create(&mut tx, &[n; 32], session, at, now() + day)
                .await
                .expect("made");
        }
        let of = async |tx: &mut Tx, user| {
            let rows = sessions::of_user(tx, user, now(), now(), 10).await.expect("read");
            rows.iter().map(|row| row.id_hash[0]).collect::<Vec<_>>()
        };
        assert_eq!(of(&mut tx, anna).await, [3, 2, 1]);
        assert!(
            !sessions::delete_one(&mut tx, anna, &[4; 32])
                .await
                .expect("not hers")
        );
        assert!(
            sessions::delete_one(&mut tx, anna, &[3; 32])
                .await
                .expect("ended")
        );
        assert_eq!(
            sessions::delete_others(&mut tx, anna, &[1; 32])
                .await
                .expect("ended"),
            1
        );
        assert_eq!(
            (of(&mut tx, anna).await, of(&mut tx, bob).await),
            (vec![1], vec![4])
        );
    }
);

on_both!(
    a_password_takes_the_place_of_the_one_that_was_known,
    async |test: TestDb| {
        let mut tx = test.db.begin().await.expect("a transaction");
        let (contoso, _) = customer(&mut tx, 1, "contoso").await;
        let anna = user(&mut tx, 1, "anna", Some(contoso), Role::CustomerAdmin).await;
        let known = console_users::password_hash(&mut tx, anna).await.expect("read");
        let mut set = async |new, known| {
            let set = console_users::set_password(&mut tx, anna, new, known).await;
            set.expect("a query")
        };
        // By a link somebody else was quicker than whoever knew the old one.
        assert!(set("by a link", None).await);
        assert!(!set("by hand", known.as_deref()).await, "the newer one stands");
        assert!(set("by hand", Some("by a link")).await);
    }
);
