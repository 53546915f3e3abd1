//! Who is who (domain 3.3).

use super::*;

#[test]
fn i_01_the_object_id_is_the_anchor_not_the_name() {
    // Linked by id; the name is altogether another one, and usernames do not follow.
    let person = person(user("o1", "ann.married@contoso.com"));
    let account = account(1, "ann@contoso.com");
    assert_eq!(
        decide(&settings(), &linked(&person, &account)),
        Decision::Unchanged
    );
}

#[test]
fn i_02_zero_candidates_create() {
    let person = person(with(user("o1", "Ann@Contoso.com"), "givenName", text("Ann")));
    let change = changed(decide(&settings(), &facts(&person)));
    assert_eq!(change.kind, ChangeKind::Create);
    assert_eq!(change.reason, Reason::Joiner);
    assert_eq!(change.account, Some(id(1000)));
    assert_eq!(change.account_version, None);
    assert_eq!(change.object_id, Some(ObjectId::new("o1")));
    assert_eq!(
        change.fields,
        [
            field_change("username", None, Some("Ann@Contoso.com")),
            field_change("state", None, Some("active")),
            field_change("first_name", None, Some("Ann")),
        ]
    );
}

#[test]
fn i_02_one_unlinked_account_of_this_directory_is_linked() {
    let person = person(with(user("o1", "Ann@contoso.com"), "givenName", text("Ann")));
    let account = account(1, "ann@contoso.com");
    let change = changed(decide(&settings(), &held(facts(&person), &account, None)));
    assert_eq!(change.kind, ChangeKind::Link);
    assert_eq!(change.reason, Reason::UsernameMatches);
    assert_eq!(change.account, Some(account.id));
    assert_eq!(change.account_version, Some(7));
    assert_eq!(change.fields, [field_change("first_name", None, Some("Ann"))]);
    // Letter case follows the directory only if usernames do.
    let change = changed(decide(&following(), &held(facts(&person), &account, None)));
    assert_eq!(
        change.fields[0],
        field_change("username", Some("ann@contoso.com"), Some("Ann@contoso.com"))
    );
}

#[test]
fn i_02_two_people_with_one_username_are_disputed() {
    let first = person(user("o1", "ann"));
    let second = person(user("o2", "ANN"));
    let account = account(1, "ann");
    for holder in [None, Some(&account)] {
        let claims = [&first, &second].map(|person| {
            let mut facts = facts(person);
            facts.rivals = true;
            facts.holder = holder.map(|account| Holder {
                account,
                linked_to: None,
            });
            claimed(decide(&settings(), &facts))
        });
        let settled = crate::sync::settle(claims.into());
        assert_eq!(settled.changes.len(), 2);
        for (settled, name) in settled.changes.iter().zip(["ann", "ANN"]) {
            assert_eq!(settled.change.kind, ChangeKind::Dispute);
            let username = name.to_owned();
            assert_eq!(settled.change.reason, Reason::ClaimedTwice { username });
            assert_eq!(settled.change.account, holder.map(|account| account.id));
        }
    }
}

#[test]
fn i_03_a_local_account_is_not_taken_over() {
    let person = person(user("o1", "ann"));
    let account = of(account(1, "ann"), Directory::Local);
    let reason = Reason::LocalAccount {
        username: "ann".into(),
    };
    for settings in [settings(), following()] {
        let decision = decide(&settings, &held(facts(&person), &account, None));
        assert_eq!(
            changed(decision.clone()).account,
            Some(account.id),
            "the page can show whose name it is"
        );
        assert_dispute(decision, &reason);
    }
}

#[test]
fn i_04_i_07_l_11_an_account_linked_to_another_object_is_disputed() {
    // Deleted and created again, or a new colleague with a recycled name: never given the old one's content.
    let person = person(user("o-new", "ann"));
    let other = ObjectId::new("o-old");
    for account in [account(1, "ann"), blocked_by_sync(account(1, "ann"))] {
        let reason = Reason::LinkedElsewhere {
            username: "ann".into(),
        };
        let facts = held(facts(&person), &account, Some(&other));
        assert_dispute(decide(&settings(), &facts), &reason);
        // If names follow, the holder could leave it in this run; nobody of that id moves, so they do not.
        let claim = claimed(decide(&following(), &facts));
        let settled = crate::sync::settle(vec![claim]);
        assert_eq!(settled.changes.len(), 1);
        assert_eq!(settled.changes[0].change.kind, ChangeKind::Dispute);
        assert_eq!(settled.changes[0].change.reason, reason);
    }
}

#[test]
fn i_05_a_06_a_rename_follows_only_if_it_is_switched_on() {
    let person = person(user("o1", "ann.married"));
    let account = account(1, "ann");
    let facts = linked(&person, &account);
    assert_eq!(decide(&settings(), &facts), Decision::Unchanged);
    let mapping = settings().mapping;
    let differs = |account: &PeopleAccount| username_differs(&person.user, &mapping, &account.username);
    assert_eq!(
        differs(&account).as_ref().map(domain::Username::as_str),
        Some("ann.married")
    );
    assert_eq!(differs(&self::account(1, "ann.married")), None);
    let claim = claimed(decide(&following(), &facts));
    assert_eq!(claim.change.kind, ChangeKind::Rename);
    assert_eq!(claim.change.reason, Reason::UsernameChanged);
    assert_eq!(claim.change.account, Some(account.id));
    assert_eq!(
        claim.change.fields,
        [field_change("username", Some("ann"), Some("ann.married"))]
    );
    assert_eq!(claim.mover, Some(account.id));
    assert_eq!(claim.old_key.as_ref(), Some(&account.username_key));
    assert_eq!(claim.holder, None);
}

#[test]
fn i_05_a_difference_adds_nothing_to_an_update_either() {
    let person = person(with(user("o1", "ann.married"), "surname", text("Married")));
    let account = account(1, "ann");
    let change = changed(decide(&settings(), &linked(&person, &account)));
    assert_eq!(change.kind, ChangeKind::Update);
    assert_eq!(change.fields, [field_change("surname", None, Some("Married"))]);
}

#[test]
fn i_06_a_held_name_is_one_persons_failure_and_their_fields_are_updated() {
    let person = person(with(user("o1", "bob"), "givenName", text("Ann")));
    let account = account(1, "ann");
    let other = ObjectId::new("o2");
    let local = of(self::account(2, "bob"), Directory::Local);
    let foreign = of(self::account(2, "bob"), Directory::External(theirs()));
    let gone = blocked_by_sync(self::account(2, "bob"));
    let username = || "bob".to_owned();
    for (holder, link, reason) in [
        (&local, None, Reason::LocalAccount { username: username() }),
        (&foreign, None, Reason::OtherDirectory { username: username() }),
        (
            &foreign,
            Some(&other),
            Reason::OtherDirectory { username: username() },
        ),
        (&gone, Some(&other), Reason::NameHeld { username: username() }),
        (&gone, None, Reason::NameHeld { username: username() }),
    ] {
        let claim = claimed(decide(
            &following(),
            &held(linked(&person, &account), holder, link),
        ));
        let changes = crate::sync::settle(vec![claim]).changes;
        let kinds: Vec<ChangeKind> = changes.iter().map(|settled| settled.change.kind).collect();
        assert_eq!(kinds, [ChangeKind::Update, ChangeKind::Dispute]);
        assert_eq!(
            changes[0].change.fields,
            [field_change("first_name", None, Some("Ann"))]
        );
        assert_eq!(changes[1].change.reason, reason);
    }
}

#[test]
fn i_08_l_06_restored_within_thirty_days_means_the_same_account_comes_back() {
    let person = person(with(user("o1", "ann"), "department", text("Sales")));
    let account = blocked_by_sync(account(1, "ann"));
    let change = changed(decide(&settings(), &linked(&person, &account)));
    assert_eq!(change.kind, ChangeKind::Unblock);
    assert_eq!(change.reason, Reason::BackInScope);
    assert_eq!(
        change.fields,
        [
            field_change("state", Some("blocked"), Some("active")),
            field_change("department", None, Some("Sales")),
        ]
    );
}

#[test]
fn i_08_coming_back_under_another_name_comes_back_even_if_the_name_is_held() {
    let person = person(user("o1", "bob"));
    let account = blocked_by_sync(account(1, "ann"));
    let local = of(self::account(2, "bob"), Directory::Local);
    let free = claimed(decide(&following(), &linked(&person, &account)));
    assert_eq!(free.change.kind, ChangeKind::Unblock);
    assert_eq!(
        free.change.fields,
        [
            field_change("username", Some("ann"), Some("bob")),
            field_change("state", Some("blocked"), Some("active")),
        ]
    );
    let facts = held(linked(&person, &account), &local, None);
    let taken = claimed(decide(&following(), &facts));
    let changes = crate::sync::settle(vec![taken]).changes;
    assert_eq!(changes[0].change.kind, ChangeKind::Unblock);
    assert_eq!(
        changes[0].change.fields,
        [field_change("state", Some("blocked"), Some("active"))]
    );
    assert_eq!(changes[1].change.kind, ChangeKind::Dispute);
}

#[test]
fn i_09_one_mailbox_for_two_people_makes_two_accounts_by_principal_name() {
    for (object, name) in [("o1", "ann"), ("o2", "ann-admin")] {
        let mut user = with(user(object, name), "mail", text("ann@contoso.com"));
        user.mail = Some("ann@contoso.com".into());
        let person = person(user);
        let change = changed(decide(&settings(), &facts(&person)));
        assert_eq!(change.kind, ChangeKind::Create);
        assert!(
            change
                .fields
                .contains(&field_change("email", None, Some("ann@contoso.com")))
        );
    }
}

#[test]
fn i_10_a_mail_address_that_moves_is_released_before_it_is_claimed() {
    let mut settings = following();
    settings.mapping.username_attribute = "mail".into();
    let by_mail = |object: &str, mail: &str| {
        let mut user = with(user(object, object), "mail", text(mail));
        user.mail = Some(mail.to_owned());
        Person::new(user, &settings.mapping, true, true)
    };
    let leaves = by_mail("o1", "ann@new");
    let gets = by_mail("o2", "desk@contoso");
    let (a, b) = (account(1, "desk@contoso"), account(2, "bob@contoso"));
    let link = ObjectId::new("o1");
    let first = claimed(decide(&settings, &linked(&leaves, &a)));
    let second = claimed(decide(&settings, &held(linked(&gets, &b), &a, Some(&link))));
    for claims in [vec![first.clone(), second.clone()], vec![second, first]] {
        let changes = crate::sync::settle(claims).changes;
        let order: Vec<_> = changes.iter().map(|settled| settled.change.account).collect();
        assert_eq!(order, [Some(a.id), Some(b.id)]);
        assert!(
            changes
                .iter()
                .all(|s| s.change.kind == ChangeKind::Rename && !s.cycle && s.component == 0)
        );
    }
}

#[test]
fn i_12_guests_are_out_by_default_and_named_by_mail() {
    let mut guest = user("o1", "ann_fabrikam.com#EXT#@contoso.onmicrosoft.com");
    guest.guest = true;
    guest.mail = Some("ann@fabrikam.com".into());
    let person = person(guest.clone());
    assert_eq!(
        person.username.as_ref().map(domain::Username::as_str),
        Some("ann@fabrikam.com")
    );
    assert_skip(decide(&settings(), &facts(&person)), &Reason::GuestExcluded);
    let account = account(1, "ann@fabrikam.com");
    assert_blocked(
        decide(&settings(), &linked(&person, &account)),
        BlockReason::Guest,
    );
    let unlinked = held(facts(&person), &account, None);
    assert_blocked(decide(&settings(), &unlinked), BlockReason::Guest);

    let mut including = settings();
    including.scope.include_guests = true;
    let change = changed(decide(&including, &facts(&person)));
    assert_eq!(change.kind, ChangeKind::Create);
    assert_eq!(change.fields[0].after.as_deref(), Some("ann@fabrikam.com"));

    guest.mail = None;
    let nameless = self::person(guest.clone());
    let reason = Reason::MissingAttribute {
        attribute: "mail".into(),
    };
    assert_skip(decide(&including, &facts(&nameless)), &reason);
    // A member since, with the name of a guest still.
    guest.guest = false;
    guest.mail = Some("ann@fabrikam.com".into());
    let name = username_of(&guest, &settings().mapping).expect("a name");
    assert_eq!(name.as_str(), "ann@fabrikam.com");
}

#[test]
fn i_13_an_invitation_that_is_not_accepted_is_not_a_user() {
    let person = person(in_status(user("o1", "ann"), DirectoryStatus::PendingAcceptance));
    assert_skip(decide(&settings(), &facts(&person)), &Reason::NotYetActive);
    let account = account(1, "ann");
    assert_blocked(
        decide(&settings(), &linked(&person, &account)),
        BlockReason::NotYetActive,
    );
}

#[test]
fn i_14_i_15_no_mail_or_surname_is_allowed_and_told_once() {
    let person = person(with(user("o1", "sukarno"), "givenName", text("Sukarno")));
    assert_eq!(
        changed(decide(&settings(), &facts(&person))).kind,
        ChangeKind::Create
    );
    let missing = |attribute: &str| Reason::MissingAttribute {
        attribute: attribute.into(),
    };
    assert_eq!(
        problems(&settings(), &facts(&person)),
        [missing("surname"), missing("mail")]
    );
    let account = account(1, "sukarno");
    assert_eq!(problems(&settings(), &linked(&person, &account)), []);
}

#[test]
fn i_15_without_a_username_nobody_is_created() {
    let mut user = user("o1", " ");
    user.display_name = Some("Ann".into());
    let nameless = person(user);
    let reason = Reason::MissingAttribute {
        attribute: "userPrincipalName".into(),
    };
    assert_skip(decide(&settings(), &facts(&nameless)), &reason);
    assert_eq!(problems(&settings(), &facts(&nameless)), []);
    // Somebody who has an account keeps it and its name.
    let account = account(1, "ann");
    assert_eq!(
        decide(&following(), &linked(&nameless, &account)),
        Decision::Unchanged
    );
    assert_eq!(problems(&following(), &linked(&nameless, &account)), [reason]);
    assert_eq!(problems(&settings(), &linked(&nameless, &account)), []);
}

#[test]
fn r_05_r_06_case_and_unicode_form_never_collide_with_oneself() {
    for (old, new) in [("JSmith", "jsmith"), ("jos\u{e9}", "JOSE\u{301}")] {
        let person = person(user("o1", new));
        let account = account(1, old);
        let change = changed(decide(&following(), &linked(&person, &account)));
        assert_eq!(change.kind, ChangeKind::Rename);
        assert!(change.fields[0].is_cosmetic() || !old.is_ascii());
        assert_eq!(
            decide(&settings(), &linked(&person, &account)),
            Decision::Unchanged
        );
    }
}

#[test]
fn r_07_r_13_unusable_names_are_skipped_and_never_renamed_to() {
    let long = "a".repeat(256);
    for (name, reason) in [
        (
            long.as_str(),
            Reason::TooLong {
                field: "Username".into(),
                limit: 255,
            },
        ),
        (
            "an\u{200b}n",
            Reason::HiddenCharacter {
                username: "an\u{200b}n".into(),
                code_point: "U+200B".into(),
            },
        ),
    ] {
        let person = person(user("o1", name));
        assert_skip(decide(&settings(), &facts(&person)), &reason);
        let account = account(1, "ann");
        let facts = linked(&person, &account);
        assert_eq!(decide(&following(), &facts), Decision::Unchanged);
        assert_eq!(problems(&following(), &facts), [reason]);
    }
}

#[test]
fn i_19_l_13_accounts_of_another_directory_are_disputed_never_changed() {
    let person = person(with(user("o1", "ann"), "givenName", text("Ann")));
    let account = of(account(1, "ann"), Directory::External(theirs()));
    let reason = Reason::OtherDirectory {
        username: "ann".into(),
    };
    let other = ObjectId::new("x");
    for settings in [settings(), following()] {
        for link in [None, Some(&other)] {
            assert_dispute(decide(&settings, &held(facts(&person), &account, link)), &reason);
        }
        assert_dispute(decide(&settings, &linked(&person, &account)), &reason);
    }
}
