//! Appendix A over generated customers.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::world::World;
use super::*;

/// Few names, so that they meet; pairs that share a key among them.
const NAMES: &[&str] = &[
    "ann",
    "Ann",
    "bob",
    "cat",
    "dan",
    "jos\u{e9}",
    "jose\u{301}",
    "eve",
    "fay",
    "stra\u{df}e",
    "STRASSE",
];

fn values() -> impl Strategy<Value = AttributeValue> {
    prop_oneof![
        Just(AttributeValue::Null),
        Just(text("")),
        select(vec!["Sales", "sales ", "x\0y"]).prop_map(text),
        Just(text(&"long".repeat(100))),
        Just(AttributeValue::List(vec!["first".into(), "second".into()])),
        any::<i64>().prop_map(AttributeValue::Integer),
    ]
}

fn people(n: usize) -> impl Strategy<Value = Person> {
    let name = prop_oneof![8 => select(NAMES).prop_map(str::to_owned), 1 => Just(String::new()), 1 => Just("g_x#EXT#@y".to_owned())];
    let status = prop_oneof![4 => Just(DirectoryStatus::Enabled), 2 => select(DirectoryStatus::ALL)];
    let attributes = proptest::collection::btree_map(
        select(vec!["givenName", "department", "businessPhones"]),
        values(),
        0..3,
    );
    let mostly = || prop::bool::weighted(0.85);
    (
        name,
        status,
        attributes,
        prop::bool::weighted(0.1),
        mostly(),
        mostly(),
    )
        .prop_map(move |(name, status, attributes, guest, present, in_scope)| {
            let mut user = in_status(user(&format!("o{n}"), &name), status);
            user.guest = guest;
            user.mail = guest.then(|| format!("{name}@mail"));
            user.attributes
                .extend(attributes.into_iter().map(|(key, value)| (key.to_owned(), value)));
            Person::new(user, &settings().mapping, present, in_scope)
        })
}

fn accounts(n: u32) -> impl Strategy<Value = PeopleAccount> {
    let directory = prop_oneof![
        4 => Just(Directory::External(ours())),
        1 => Just(Directory::Local),
        1 => Just(Directory::External(theirs())),
    ];
    let state = prop_oneof![
        4 => Just(None),
        1 => Just(Some(BlockedBy::Sync)),
        1 => Just(Some(BlockedBy::Administrator)),
    ];
    (select(NAMES), directory, state, any::<bool>(), any::<bool>()).prop_map(
        move |(name, directory, block, frozen, admin)| {
            let mut account = of(account(n, name), directory);
            account.profile.insert("department".into(), "Sales".into());
            account.is_administrator = admin;
            match block {
                Some(by) => blocked(account, by, BlockReason::LeftDirectory),
                None if frozen => {
                    account.state = AccountState::Frozen;
                    account
                }
                None => account,
            }
        },
    )
}

/// Up to seven accounts with different keys and up to eight people, some of them linked.
fn worlds() -> impl Strategy<Value = World> {
    let accounts = (0_u32..7).map(accounts).collect::<Vec<_>>();
    let people = (0_usize..8).map(people).collect::<Vec<_>>();
    let links = proptest::collection::vec(prop::option::weighted(0.6, any::<Index>()), 8);
    (accounts, people, links).prop_map(|(accounts, people, links)| {
        let mut keys = std::collections::BTreeSet::new();
        let accounts: BTreeMap<_, _> = accounts
            .into_iter()
            .filter(|account| keys.insert(account.username_key.clone()))
            .map(|account| (account.id, account))
            .collect();
        let mut free: Vec<AccountId> = accounts.keys().copied().collect();
        let mut world = World {
            accounts,
            links: BTreeMap::new(),
            people,
        };
        for (person, link) in world.people.iter().zip(links) {
            if let Some(link) = link.filter(|_| !free.is_empty()) {
                let account = free.swap_remove(link.index(free.len()));
                world.links.insert(person.user.object_id.clone(), account);
            }
        }
        world
    })
}

fn any_settings() -> impl Strategy<Value = SyncSettings> {
    any::<(bool, bool, bool)>().prop_map(|(follows, guests, clear)| {
        let mut settings = if clear { clearing(settings()) } else { settings() };
        settings.mapping.username_follows = follows;
        settings.scope.include_guests = guests;
        settings
    })
}

fn is_ours(account: &PeopleAccount) -> bool {
    account.directory == Directory::External(ours())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn a_run_over_any_customer(world in worlds(), settings in any_settings()) {
        let plan = world.plan(&settings);
        // Invariant 7: the same facts, whatever their order, give the same plan.
        let mut reversed = world.clone();
        reversed.people.reverse();
        let sorted = |world: &World| {
            let mut rows: Vec<_> = world.plan(&settings).into_iter().map(|settled| settled.change).collect();
            rows.sort_by_key(|change| (change.object_id.clone(), change.account, change.reason.code()));
            rows
        };
        prop_assert_eq!(sorted(&reversed), sorted(&world));

        let mut after = world.clone();
        // Usernames are unique at every step: checked inside.
        after.apply(&plan);

        for (id, before) in &world.accounts {
            let now = after.accounts.get(id).expect("never a deletion");
            // Invariant 10.
            prop_assert!(is_ours(before) || before == now);
            // L-06: a block by hand is an administrator's.
            let by_hand = before.block.is_some_and(|block| block.by == BlockedBy::Administrator);
            prop_assert!(!by_hand || before == now);
        }
        // Links are only added.
        prop_assert!(world.links.iter().all(|link| after.links.get(link.0) == Some(link.1)));
        // Invariant 16.
        for person in world.people.iter().filter(|p| p.present && p.user.status == DirectoryStatus::Unknown) {
            if let Some(id) = world.links.get(&person.user.object_id) {
                prop_assert_eq!(world.accounts.get(id), after.accounts.get(id));
            }
        }
        // Invariant 11.
        prop_assert!(world.administrators() == 0 || after.administrators() > 0);
        // Nobody who must not be here got in.
        for (object_id, id) in &after.links {
            let person = world.people.iter().find(|p| p.user.object_id == *object_id);
            let gone = person.is_none_or(|p| !p.present || !p.in_scope);
            prop_assert!(!gone || world.accounts.contains_key(id), "somebody out of scope was created");
        }

        // Invariant 8. An administrator who was spared may be blocked once another one is back.
        let spared = plan.iter().any(|settled| settled.change.reason == Reason::LastAdministrator);
        let again: Vec<_> = after.plan(&settings).into_iter().filter(|settled| settled.change.kind.writes()).collect();
        prop_assert!(spared || again.is_empty(), "{:?}", again);
    }

    #[test]
    fn rivals_may_always_be_assumed(world in worlds(), settings in any_settings()) {
        let rules = Rules { directory: ours(), settings: &settings, fields: standard() };
        for person in &world.people {
            let facts = world.facts(person);
            let alone = rules.decide(&facts, || id(1000));
            let suspicious = rules.decide(&Facts { rivals: true, ..facts }, || id(1000));
            if let (Decision::Change(change), Decision::Claim(claim)) = (&alone, &suspicious) {
                let settled = crate::sync::settle(vec![(**claim).clone()]).changes;
                prop_assert_eq!(settled.len(), 1);
                prop_assert_eq!(&settled[0].change, change);
            } else if !facts.holder.is_some_and(|holder| holder.account.is_administrator) {
                prop_assert_eq!(alone, suspicious);
            }
        }
    }
}
