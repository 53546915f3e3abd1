//! Who gets which username (domain 2.3, I-05, I-06).

use std::collections::BTreeMap;

use super::world::World;
use super::*;
use crate::sync::{SettledChange, settle};

/// Linked people: object `oN` has account N; each has a name now and a name in the directory.
fn world(names: &[(&str, &str)]) -> World {
    let mut world = World {
        accounts: BTreeMap::new(),
        links: BTreeMap::new(),
        people: Vec::new(),
    };
    for (n, (now, next)) in (1..).zip(names) {
        world.accounts.insert(id(n), account(n, now));
        world.links.insert(ObjectId::new(format!("o{n}")), id(n));
        world.people.push(person(user(&format!("o{n}"), next)));
    }
    world
}

/// Plans, applies, and gives the plan and everybody's name afterwards, in the order of the accounts.
fn run(world: &mut World) -> (Vec<SettledChange>, Vec<String>) {
    let plan = world.plan(&following());
    world.people.reverse();
    assert_eq!(world.plan(&following()), plan, "the order of the input shows");
    world.apply(&plan);
    assert!(
        world
            .plan(&following())
            .iter()
            .all(|settled| !settled.change.kind.writes()),
        "a second run writes"
    );
    let names = world
        .accounts
        .values()
        .map(|account| account.username.to_string());
    (plan, names.collect())
}

fn components(plan: &[SettledChange]) -> Vec<(u32, bool)> {
    plan.iter()
        .map(|settled| (settled.component, settled.cycle))
        .collect()
}

#[test]
fn x_06_a_swap_ends_with_names_exchanged() {
    let mut world = world(&[("a", "b"), ("b", "a")]);
    let (plan, names) = run(&mut world);
    assert_eq!(names, ["b", "a"]);
    assert_eq!(components(&plan), [(0, true), (0, true)]);
}

#[test]
fn x_07_cycles_of_any_length() {
    let (plan, names) = run(&mut world(&[
        ("a", "b"),
        ("b", "c"),
        ("c", "a"),
        ("x", "y"),
        ("y", "x"),
    ]));
    assert_eq!(names, ["b", "c", "a", "y", "x"]);
    assert_eq!(
        components(&plan),
        [(0, true), (0, true), (0, true), (1, true), (1, true)]
    );
}

#[test]
fn x_08_a_chain_is_applied_from_its_free_end() {
    let mut world = world(&[("a", "b"), ("b", "c"), ("x", "y")]);
    let (plan, names) = run(&mut world);
    assert_eq!(names, ["b", "c", "y"]);
    let accounts: Vec<_> = plan.iter().map(|settled| settled.change.account).collect();
    assert_eq!(accounts, [Some(id(2)), Some(id(1)), Some(id(3))]);
    assert_eq!(components(&plan), [(0, false), (0, false), (1, false)]);
}

#[test]
fn x_08_a_joiner_may_get_the_name_at_the_end_of_a_chain() {
    let mut world = world(&[("a", "b"), ("b", "c")]);
    world.people.push(person(user("o9", "A")));
    let (plan, names) = run(&mut world);
    assert_eq!(names, ["b", "c", "A"]);
    assert_eq!(components(&plan), [(0, false); 3]);
    assert_eq!(plan[2].change.kind, ChangeKind::Create);
}

#[test]
fn x_09_everybody_behind_a_blocked_head_stays() {
    let mut world = world(&[("a", "b"), ("b", "c")]);
    world.people.push(person(user("o9", "a")));
    world
        .accounts
        .insert(id(5), of(account(5, "c"), Directory::Local));
    let (plan, names) = run(&mut world);
    assert_eq!(names, ["a", "b", "c"]);
    let reasons: Vec<_> = plan.iter().map(|settled| settled.change.reason.code()).collect();
    assert_eq!(reasons, ["name_held", "local_account", "linked_elsewhere"]);
    assert!(
        plan.iter()
            .all(|settled| settled.change.kind == ChangeKind::Dispute)
    );
}

#[test]
fn x_10_a_chain_into_somebody_who_does_not_move() {
    let (plan, names) = run(&mut world(&[("a", "b"), ("b", "b")]));
    assert_eq!(names, ["a", "b"]);
    assert_eq!(plan.len(), 1);
    let reason = Reason::NameHeld { username: "b".into() };
    assert_eq!(plan[0].change.reason, reason);
}

#[test]
fn x_10_a_blocked_holder_does_not_move() {
    let mut world = world(&[("a", "b"), ("b", "c")]);
    world.accounts.insert(id(2), blocked_by_hand(account(2, "b")));
    let (plan, names) = run(&mut world);
    assert_eq!(names, ["a", "b"]);
    let reasons: Vec<_> = plan.iter().map(|settled| settled.change.reason.code()).collect();
    assert_eq!(reasons, ["name_held", "blocked_by_administrator"]);
}

#[test]
fn x_04_two_movers_to_one_name_and_those_behind_them() {
    let mut world = world(&[("a", "z"), ("b", "Z"), ("c", "a")]);
    let (plan, names) = run(&mut world);
    assert_eq!(names, ["a", "b", "c"]);
    let reasons: Vec<_> = plan.iter().map(|settled| settled.change.reason.code()).collect();
    assert_eq!(reasons, ["claimed_twice", "claimed_twice", "name_held"]);
}

#[test]
fn x_04_a_cycle_with_a_rival_breaks_up() {
    let mut world = world(&[("a", "b"), ("b", "a"), ("c", "a")]);
    let (plan, names) = run(&mut world);
    assert_eq!(names, ["a", "b", "c"]);
    let reasons: Vec<_> = plan.iter().map(|settled| settled.change.reason.code()).collect();
    assert_eq!(reasons, ["name_held", "claimed_twice", "claimed_twice"]);
}

#[test]
fn x_14_case_only_inside_a_chain() {
    let (_, names) = run(&mut world(&[("a", "B"), ("b", "c"), ("D", "d")]));
    assert_eq!(names, ["B", "c", "d"]);
}

#[test]
fn x_12_ten_thousand_in_a_chain_or_a_cycle() {
    let n: u32 = 10_000;
    let rules = following();
    for cycle in [true, false] {
        let mut claims = Vec::new();
        let accounts: Vec<_> = (0..n).map(|i| account(i, &format!("name{i}"))).collect();
        let link = ObjectId::new("linked");
        for (i, account) in (0..n).zip(&accounts) {
            let next = (i + 1) % n;
            let name = if next == 0 && !cycle {
                "free".to_owned()
            } else {
                format!("name{next}")
            };
            let person = person(user(&format!("o{i:05}"), &name));
            let mut facts = linked(&person, account);
            if next != 0 || cycle {
                let next = usize::try_from(next).expect("small");
                facts = held(facts, &accounts[next], Some(&link));
            }
            claims.push(claimed(decide(&rules, &facts)));
        }
        let settled = settle(claims.clone());
        assert_eq!(settled.changes.len(), 10_000);
        assert!(
            settled
                .changes
                .iter()
                .all(|s| s.component == 0 && s.cycle == cycle)
        );
        if !cycle {
            let first = settled.changes[0].change.object_id.clone();
            assert_eq!(first, Some(ObjectId::new("o09999")));
        }
        claims.reverse();
        assert_eq!(settle(claims), settled);
    }
}

#[test]
fn x_04_rivals_do_not_stay_together_with_whom_they_waited_for() {
    let mut world = world(&[("b", "c"), ("x", "b"), ("y", "B")]);
    let (plan, names) = run(&mut world);
    assert_eq!(names, ["c", "x", "y"]);
    assert_eq!(components(&plan), [(0, false), (1, false), (2, false)]);
}

#[test]
fn m_08_a_holder_who_moves_but_never_had_the_name_is_not_waited_for() {
    // What the facts say about the holder and what the mover's own claim says can disagree when an account changes
    // while a run compares.
    let (first, second) = (person(user("o1", "b")), person(user("o2", "c")));
    let (a, seen, now) = (account(1, "a"), account(2, "b"), account(2, "elsewhere"));
    let link = ObjectId::new("o2");
    let claims = vec![
        claimed(decide(
            &following(),
            &held(linked(&first, &a), &seen, Some(&link)),
        )),
        claimed(decide(&following(), &linked(&second, &now))),
    ];
    let kinds: Vec<_> = settle(claims)
        .changes
        .iter()
        .map(|settled| settled.change.kind)
        .collect();
    assert_eq!(kinds, [ChangeKind::Dispute, ChangeKind::Rename]);
}

#[test]
fn nothing_to_settle() {
    assert_eq!(settle(Vec::new()).changes, []);
}
