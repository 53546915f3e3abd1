//! Somebody's own password and sessions, and links to set a password again, on both databases.

use chrono::TimeDelta;
use domain::views::{AuditArea, AuditFilter};
use domain::{Actor, UserError};
use secrecy::SecretString;
use test_support::{TestDb, on_both};

use crate::auth::{PASSWORD, refusal};
use crate::console::{ANNA, CONTOSO, Console, NEW_PASSWORD, field};

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
    for wrong in [" ", "Anna\u{202E}greB"] {
        assert_eq!(field(services.change_own_name(&anna, wrong).await), "name");
    }
});

on_both!(
    whoever_was_removed_keeps_their_name_in_the_log,
    async |test: TestDb| {
        let console = Console::open(test).await;
        let services = &console.services;
        let anna = console.actor(ANNA).await;
        let viv = console.actor("viv@contoso.example").await;
        services
            .change_own_name(&viv, "Viv Öster")
            .await
            .expect("renamed");
        let id = viv.user.expect("an id");
        services.remove_member(&anna, CONTOSO, id).await.expect("removed");
        for typed in ["viv ö", "VIV Ö", &id.to_string()] {
            let filter = AuditFilter {
                area: Some(AuditArea::User),
                about: typed.to_owned(),
                ..AuditFilter::default()
            };
            let log = services.audit_log(&anna, "contoso", &filter, None).await;
            let rows = log.expect("the log").rows;
            let renamed = rows.iter().find(|row| row.action == "user.rename");
            let renamed = renamed.expect("found by name and by id");
            assert_eq!(
                (renamed.about.as_str(), &renamed.object),
                ("Viv Öster", &id.to_string())
            );
        }
    }
);
