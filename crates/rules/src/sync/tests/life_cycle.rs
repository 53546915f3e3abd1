//! Joiners, movers, leavers (domain 3.6), and the last administrator (I-18).

use super::*;
use crate::sync::last_administrator;

fn rules(settings: &SyncSettings) -> Rules<'_> {
    Rules {
        directory: ours(),
        settings,
        fields: standard(),
    }
}

#[test]
fn l_01_disabled_is_blocked_and_nothing_else_is_written() {
    let user = with(user("o1", "bob"), "givenName", text("Ann"));
    let person = person(in_status(user, DirectoryStatus::Disabled));
    let account = account(1, "ann");
    let decision = decide(&following(), &linked(&person, &account));
    let change = changed(decision.clone());
    assert_eq!(
        (change.account, change.account_version),
        (Some(account.id), Some(7))
    );
    assert_blocked(decision, BlockReason::DisabledInDirectory);
}

#[test]
fn l_02_never_seen_and_disabled_is_not_created() {
    let person = person(in_status(user("o1", "ann"), DirectoryStatus::Disabled));
    assert_skip(
        decide(&settings(), &facts(&person)),
        &Reason::NeverSeenAndDisabled,
    );
    // An unlinked account of this directory with that name is theirs: blocked, once.
    let theirs = account(1, "ann");
    let decision = decide(&settings(), &held(facts(&person), &theirs, None));
    assert_blocked(decision, BlockReason::DisabledInDirectory);
    let blocked = blocked_by_sync(theirs);
    assert_skip(
        decide(&settings(), &held(facts(&person), &blocked, None)),
        &Reason::NeverSeenAndDisabled,
    );
    // Somebody else's is not.
    for foreign in [
        of(account(1, "ann"), Directory::Local),
        of(account(1, "ann"), Directory::External(self::theirs())),
    ] {
        assert_skip(
            decide(&settings(), &held(facts(&person), &foreign, None)),
            &Reason::NeverSeenAndDisabled,
        );
    }
    let other = ObjectId::new("o2");
    assert_skip(
        decide(
            &settings(),
            &held(facts(&person), &account(1, "ann"), Some(&other)),
        ),
        &Reason::NeverSeenAndDisabled,
    );
}

#[test]
fn l_02_who_the_account_of_two_claimants_belongs_to_is_disputed() {
    let gone = person(in_status(user("o1", "ann"), DirectoryStatus::Disabled));
    let here = person(user("o2", "ann"));
    let account = account(1, "ann");
    let claims = [&gone, &here].map(|person| {
        let mut facts = held(facts(person), &account, None);
        facts.rivals = true;
        claimed(decide(&settings(), &facts))
    });
    let changes = crate::sync::settle(claims.into()).changes;
    assert!(
        changes
            .iter()
            .all(|settled| settled.change.kind == ChangeKind::Dispute)
    );
    assert_eq!(changes.len(), 2);
}

#[test]
fn i_18_no_claim_blocks_an_administrator() {
    let gone = person(in_status(user("o1", "ann"), DirectoryStatus::Disabled));
    let mut account = account(1, "ann");
    account.is_administrator = true;
    let mut facts = held(facts(&gone), &account, None);
    assert_blocked(decide(&settings(), &facts), BlockReason::DisabledInDirectory);
    facts.rivals = true;
    assert_skip(decide(&settings(), &facts), &Reason::NeverSeenAndDisabled);
}

#[test]
fn l_03_l_04_gone_from_a_complete_read_is_blocked_and_stays_so() {
    let gone = Person::new(user("o1", "ann"), &settings().mapping, false, false);
    let account = account(1, "ann");
    assert_blocked(
        decide(&settings(), &linked(&gone, &account)),
        BlockReason::LeftDirectory,
    );
    let blocked = blocked_by_sync(account);
    assert_eq!(decide(&settings(), &linked(&gone, &blocked)), Decision::Unchanged);
    // Never had an account: no row.
    assert_eq!(decide(&settings(), &facts(&gone)), Decision::Ignored);
    // Whatever the last status was, gone is gone.
    let unknown = in_status(user("o1", "ann"), DirectoryStatus::Unknown);
    let gone = Person::new(unknown, &settings().mapping, false, true);
    assert_blocked(
        decide(&settings(), &linked(&gone, &self::account(1, "ann"))),
        BlockReason::LeftDirectory,
    );
}

#[test]
fn l_03_an_unlinked_account_nobody_matches_is_a_leaver() {
    let settings = settings();
    let account = account(1, "ann");
    let decision = rules(&settings).leaver(&account);
    assert_eq!(changed(decision.clone()).object_id, None);
    assert_blocked(decision, BlockReason::LeftDirectory);
    for kept in [
        blocked_by_sync(account.clone()),
        blocked_by_hand(account.clone()),
        of(account.clone(), Directory::Local),
        of(account, Directory::External(theirs())),
    ] {
        assert_eq!(rules(&settings).leaver(&kept), Decision::Unchanged);
    }
}

#[test]
fn l_05_out_of_scope_is_blocked_with_its_own_reason() {
    let outside = Person::new(user("o1", "ann"), &settings().mapping, true, false);
    let account = account(1, "ann");
    assert_blocked(
        decide(&settings(), &linked(&outside, &account)),
        BlockReason::OutOfScope,
    );
    assert_eq!(decide(&settings(), &facts(&outside)), Decision::Ignored);
    assert_eq!(
        decide(&settings(), &held(facts(&outside), &account, None)),
        Decision::Ignored
    );
}

#[test]
fn l_06_l_09_what_an_administrator_blocked_stays_blocked() {
    let person = person(with(user("o1", "bob"), "givenName", text("Ann")));
    let mut unsigned = blocked_by_hand(account(1, "ann"));
    unsigned.block = None;
    for account in [blocked_by_hand(account(1, "ann")), unsigned] {
        for settings in [settings(), following()] {
            let facts = linked(&person, &account);
            assert_skip(decide(&settings, &facts), &Reason::BlockedByAdministrator);
            assert_eq!(problems(&settings, &facts), []);
        }
    }
    // Also when it is linked only now.
    let person = self::person(with(user("o1", "ANN"), "givenName", text("Ann")));
    let account = blocked_by_hand(account(1, "ann"));
    let change = changed(decide(&following(), &held(facts(&person), &account, None)));
    assert_eq!((change.kind, change.fields), (ChangeKind::Link, Vec::new()));
}

#[test]
fn l_06_a_link_brings_back_what_the_sync_had_blocked() {
    let person = person(user("o1", "ann"));
    let account = blocked_by_sync(account(1, "ann"));
    let change = changed(decide(&settings(), &held(facts(&person), &account, None)));
    assert_eq!(change.kind, ChangeKind::Link);
    assert_eq!(
        change.fields,
        [field_change("state", Some("blocked"), Some("active"))]
    );
}

#[test]
fn l_07_every_status_for_a_stranger_and_for_an_account() {
    use DirectoryStatus as S;
    enum Then {
        Create,
        Skip(Reason),
        Nothing,
    }
    enum Linked {
        Stays,
        Blocked(BlockReason),
        Noted(Reason),
    }
    let disabled = || {
        (
            Then::Skip(Reason::NeverSeenAndDisabled),
            Linked::Blocked(BlockReason::DisabledInDirectory),
        )
    };
    let not_yet = || {
        (
            Then::Skip(Reason::NotYetActive),
            Linked::Blocked(BlockReason::NotYetActive),
        )
    };
    for &status in S::ALL {
        let (stranger, known) = match status {
            S::Enabled | S::Active | S::Provisioned | S::Recovery | S::PasswordExpired | S::LockedOut => {
                (Then::Create, Linked::Stays)
            }
            S::Disabled | S::Suspended | S::Deprovisioned => disabled(),
            S::PendingAcceptance | S::Staged => not_yet(),
            S::Activating => (Then::Nothing, Linked::Stays),
            S::Unknown => (
                Then::Skip(Reason::UnknownStatus),
                Linked::Noted(Reason::UnknownStatus),
            ),
        };
        let person = person(in_status(user("o1", "ann"), status));
        let decision = decide(&settings(), &facts(&person));
        match stranger {
            Then::Create => assert_eq!(changed(decision).kind, ChangeKind::Create, "{status}"),
            Then::Skip(reason) => assert_skip(decision, &reason),
            Then::Nothing => assert_eq!(decision, Decision::Ignored, "{status}"),
        }
        let account = account(1, "ann");
        let decision = decide(&settings(), &linked(&person, &account));
        match known {
            Linked::Stays => assert_eq!(decision, Decision::Unchanged, "{status}"),
            Linked::Blocked(why) => assert_blocked(decision, why),
            Linked::Noted(reason) => assert_skip(decision, &reason),
        }
    }
}

#[test]
fn l_07_invariant_16_in_between_brings_nobody_back_and_takes_nobody_away() {
    for status in [DirectoryStatus::Activating, DirectoryStatus::Unknown] {
        let user = with(user("o1", "bob"), "givenName", text("Ann"));
        for in_scope in [true, false] {
            let person = Person::new(
                in_status(user.clone(), status),
                &settings().mapping,
                true,
                in_scope,
            );
            for account in [account(1, "ann"), blocked_by_sync(account(1, "ann"))] {
                let writes = match decide(&following(), &linked(&person, &account)) {
                    Decision::Unchanged => false,
                    Decision::Change(change) => change.kind.writes(),
                    other => panic!("{other:?}"),
                };
                assert!(!writes, "{status}");
            }
        }
    }
}

#[test]
fn l_12_local_accounts_are_never_touched() {
    let account = of(account(1, "ann"), Directory::Local);
    let settings = following();
    for status in DirectoryStatus::ALL {
        for (present, in_scope) in [(true, true), (true, false), (false, false)] {
            let user = with(in_status(user("o1", "bob"), *status), "givenName", text("Ann"));
            let person = Person::new(user, &settings.mapping, present, in_scope);
            match decide(&settings, &linked(&person, &account)) {
                Decision::Unchanged => {}
                Decision::Change(change) => assert_eq!(change.kind, ChangeKind::Dispute, "{status}"),
                other => panic!("{status}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_frozen_account_is_updated_and_blocked_like_an_active_one() {
    let mut account = account(1, "ann");
    account.state = AccountState::Frozen;
    let person = person(with(user("o1", "ann"), "givenName", text("Ann")));
    let change = changed(decide(&settings(), &linked(&person, &account)));
    assert_eq!(change.kind, ChangeKind::Update);
    assert_eq!(change.fields, [field_change("first_name", None, Some("Ann"))]);
    let gone = Person::new(user("o1", "ann"), &settings().mapping, false, false);
    let change = changed(decide(&settings(), &linked(&gone, &account)));
    assert_eq!(
        change.fields,
        [field_change("state", Some("frozen"), Some("blocked"))]
    );
}

#[test]
fn i_18_the_last_administrator_is_spared_whatever_the_order() {
    let gone = Person::new(user("o1", "ann"), &settings().mapping, false, false);
    let block = |n| changed(decide(&settings(), &linked(&gone, &account(n, "ann"))));
    let (first, second) = (block(1), block(2));
    // A third one remains.
    let both = last_administrator(3, vec![first.clone(), second.clone()]);
    assert_eq!(both, [first.clone(), second.clone()]);
    for blocks in [
        vec![first.clone(), second.clone()],
        vec![second.clone(), first.clone()],
    ] {
        let mut kept = last_administrator(2, blocks);
        kept.sort_by_key(|change| change.account);
        assert_eq!(kept[0].kind, ChangeKind::Skip);
        assert_eq!(kept[0].reason, Reason::LastAdministrator);
        assert_eq!(kept[0].fields, []);
        assert_eq!(kept[1], second);
    }
    assert_eq!(last_administrator(1, vec![first])[0].kind, ChangeKind::Skip);
    assert_eq!(last_administrator(1, Vec::new()), []);
    assert_eq!(last_administrator(0, Vec::new()), []);
}
