//! Appendix A 3 and 4 over generated directories: swaps, cycles, chains, case-only and Unicode-only renames, accounts in the
//! way.

use domain::Username;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// Few names, so that they meet; some differ in letter case or Unicode form only.
const NAMES: &[&str] = &[
    "ann",
    "Ann",
    "bob",
    "cat",
    "dan",
    "eve",
    "jos\u{e9}",
    "jose\u{301}",
    "JOSE\u{301}",
    "stra\u{df}e",
    "STRASSE",
    "\u{130}x",
    "ix",
];

fn directory() -> impl Strategy<Value = Directory> {
    prop_oneof![Just(old()), Just(new()), Just(Directory::Local)]
}

/// Up to a dozen accounts with keys of their own, and any wishes at all.
fn generated() -> impl Strategy<Value = Vec<Wish>> {
    let one = (
        select(NAMES),
        directory(),
        prop::option::weighted(0.85, (select(NAMES), directory())),
        prop::bool::weighted(0.05),
    );
    proptest::collection::vec(one, 0..12).prop_map(|all| {
        let mut keys = std::collections::BTreeSet::new();
        all.into_iter()
            .filter(|(name, ..)| keys.insert(key(&stored(name))))
            .zip(1..)
            .map(|((name, directory, wanted, is_against), n)| Wish {
                account: account(n),
                version: i64::try_from(n).expect("few"),
                now: place(name, directory),
                wanted: wanted.map(|(name, directory)| Wanted {
                    line: None,
                    place: place(name, directory),
                    against: is_against.then_some(HeldReason::Unclear),
                }),
            })
            .collect()
    })
}

/// A permutation of names, which is nothing but cycles: everybody gets somebody's username.
fn permuted() -> impl Strategy<Value = Vec<Wish>> {
    (1..60_usize)
        .prop_flat_map(|n| Just((0..n).collect::<Vec<_>>()).prop_shuffle())
        .prop_map(|order| {
            let names: Vec<(String, String)> = (0..)
                .zip(&order)
                .map(|(n, to): (usize, _)| (format!("User{n}"), format!("uSER{to}")))
                .collect();
            let names: Vec<(&str, Option<&str>)> = names
                .iter()
                .map(|(now, to)| (now.as_str(), Some(to.as_str())))
                .collect();
            wishes(&names)
        })
}

proptest! {
    #[test]
    fn appendix_a_3_final_usernames_are_as_planned_and_nobody_else_is_touched(wishes in generated()) {
        let before = people(&wishes);
        let mut after = before.clone();
        let entries = plan(&wishes);
        carry_out(&mut after, &entries);
        prop_assert!(before.keys().eq(after.keys()));
        let entries: BTreeMap<_, _> = entries.iter().map(|entry| (entry.account, entry)).collect();
        for wish in &wishes {
            let is_held = entries.get(&wish.account).is_none_or(|entry| entry.kind == EntryKind::Held);
            let is = &after[&wish.account];
            match &wish.wanted {
                Some(wanted) if !is_held => prop_assert_eq!(&is.1, &wanted.place),
                _ => prop_assert_eq!(is, &before[&wish.account]),
            }
        }
    }

    #[test]
    fn appendix_a_3_nobody_is_held_without_a_reason(wishes in generated()) {
        let entries = plan(&wishes);
        let keys = |username: &Username| key(username).as_str().to_owned();
        for entry in &entries {
            let wanted: Vec<_> = wishes.iter().filter(|wish| {
                wish.wanted.as_ref().is_some_and(|wanted| keys(&wanted.place.username) == keys(&entry.after.username))
            }).collect();
            let holder = wishes.iter().find(|wish| keys(&wish.now.username) == keys(&entry.after.username));
            match entry.held {
                Some(HeldReason::WantedTwice) => prop_assert!(wanted.len() > 1),
                Some(HeldReason::NameHeld | HeldReason::Behind) => {
                    prop_assert!(holder.is_some_and(|holder| holder.account != entry.account));
                }
                _ => {}
            }
        }
    }

    #[test]
    fn appendix_a_3_cycles_are_carried_out_whole(wishes in permuted()) {
        let (entries, counts, _) = plan_with(SEED, &wishes);
        prop_assert_eq!((counts.held, counts.freed), (0, 0));
        carry_out(&mut people(&wishes), &entries);
    }

    #[test]
    fn appendix_a_4_a_plan_and_its_inverse_are_nothing(wishes in prop_oneof![generated(), permuted()]) {
        let before = people(&wishes);
        let mut now = before.clone();
        let entries = plan(&wishes);
        carry_out(&mut now, &entries);
        let back = plan(&undo(&now, &entries));
        prop_assert!(back.iter().all(|entry| entry.held.is_none()), "it skips nothing by itself");
        carry_out(&mut now, &back);
        let places = |people: &People| people.values().map(|(_, place)| place.clone()).collect::<Vec<_>>();
        prop_assert_eq!(places(&now), places(&before));
    }

    #[test]
    fn the_same_accounts_give_the_same_plan_and_hash(wishes in generated(), seed in any::<u64>()) {
        prop_assert_eq!(plan_with(seed, &wishes), plan_with(SEED, &wishes));
    }

    #[test]
    fn another_plan_has_another_hash(wishes in generated(), other in generated()) {
        let (left, right) = (plan_with(SEED, &wishes), plan_with(SEED, &other));
        let bytes = |entries: &[MigrationEntry]| {
            let mut out = Vec::new();
            for entry in entries {
                canonical(entry, &mut out);
            }
            out
        };
        prop_assert_eq!(left.2 == right.2, bytes(&left.0) == bytes(&right.0));
    }
}
