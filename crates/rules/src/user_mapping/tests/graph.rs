//!

use domain::user_mapping::FindingCode as C;
use domain::user_mapping::RenameKind as K;
use domain::user_mapping::Severity::{Error, Notice};

use super::Scene;

/// What a line does, and the line whose username it takes.
type Kind = (K, Option<u64>);
/// A finding about another line: line, code, the other line.
type Met = (u64, C, Option<u64>);

/// What each line does, and what was found by comparing lines. Usernames are of five characters, which Okta accepts;
/// behind `>` stands the target directory, which is Local otherwise.
fn kinds(rows: &[(&str, &str)]) -> (Vec<Kind>, Vec<Met>) {
    let mut text = "existing_username,new_username,target_directory\n".to_owned();
    for (existing, new) in rows {
        let (new, target) = new.split_once('>').unwrap_or((new, "Local"));
        let line = [existing, new, target].join(",");
        text.push_str(&line);
        text.push('\n');
    }
    let (checked, found) = Scene::okta().check(&text).expect("read");
    let kinds = checked
        .renames
        .iter()
        .map(|rename| (rename.kind, rename.takes_from))
        .collect();
    let graph = [
        C::DuplicateLine,
        C::Split,
        C::TargetsDiffer,
        C::Merge,
        C::MergeByForm,
        C::DoesNotMove,
        C::BecauseOf,
    ];
    let found = found
        .iter()
        .filter(|finding| graph.contains(&finding.code))
        .map(|finding| (finding.line, finding.code, finding.other))
        .collect();
    (kinds, found)
}

#[test]
fn x_01_identical_lines_are_one() {
    let (kinds, found) = kinds(&[("aaaaa", "bbbbb"), ("aaaaa", "bbbbb"), ("AAAAA", "bbbbb")]);
    assert_eq!(kinds, [(K::Free, None)]);
    assert_eq!(
        found,
        [(3, C::DuplicateLine, Some(2)), (4, C::DuplicateLine, Some(2))]
    );
}

#[test]
fn x_02_and_x_03_one_account_cannot_become_two() {
    let (kinds_, found) = kinds(&[("aaaaa", "bbbbb"), ("aaaaa", "ccccc")]);
    assert_eq!(kinds_, [(K::Split, None), (K::Split, None)]);
    assert_eq!(found, [(2, C::Split, Some(3)), (3, C::Split, Some(2))]);
    let (_, found) = kinds(&[("aaaaa", "bbbbb"), ("aaaaa", "bbbbb>Okta")]);
    assert_eq!(
        found,
        [(2, C::TargetsDiffer, Some(3)), (3, C::TargetsDiffer, Some(2))]
    );
    let (_, found) = kinds(&[("aaaaa", "bbbbb>Okta"), ("aaaaa", "bbbbb>")]);
    assert_eq!(
        found,
        [(3, C::DuplicateLine, Some(2))],
        "no value is the connected directory"
    );
}

#[test]
fn x_03_values_that_are_still_to_be_said_are_not_the_same() {
    let (_, found) = kinds(&[("aaaaa", "bbbbb>Warehouse"), ("aaaaa", "bbbbb>Head office")]);
    assert_eq!(
        found,
        [(2, C::TargetsDiffer, Some(3)), (3, C::TargetsDiffer, Some(2))]
    );
    let (_, found) = kinds(&[("aaaaa", "bbbbb>Warehouse"), ("aaaaa", "bbbbb>Warehouse")]);
    assert_eq!(found, [(3, C::DuplicateLine, Some(2))]);
}

#[test]
fn x_04_a_split_does_not_hide_a_merge() {
    let (_, found) = kinds(&[("aaaaa", "zzzzz"), ("aaaaa", "yyyyy"), ("bbbbb", "zzzzz")]);
    assert_eq!(
        found,
        [
            (2, C::Split, Some(3)),
            (2, C::Merge, Some(4)),
            (3, C::Split, Some(2)),
            (4, C::Merge, Some(2))
        ]
    );
}

#[test]
fn many_lines_of_one_account_or_username_take_no_longer() {
    let names: Vec<String> = (0..20_000).map(|n| format!("name{n:06}")).collect();
    let split: Vec<(&str, &str)> = names.iter().map(|name| ("aaaaa", name.as_str())).collect();
    assert_eq!(kinds(&split).1.len(), 20_000);
    let merge: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "zzzzz")).collect();
    assert_eq!(kinds(&merge).1.len(), 20_000);
}

#[test]
fn x_04_and_x_05_two_accounts_cannot_become_one() {
    let (kinds_, found) = kinds(&[("aaaaa", "zzzzz"), ("bbbbb", "zzzzz"), ("ccccc", "zzzzz")]);
    assert!(kinds_.iter().all(|(kind, _)| *kind == K::Merge), "{kinds_:?}");
    assert_eq!(
        found,
        [
            (2, C::Merge, Some(3)),
            (3, C::Merge, Some(2)),
            (4, C::Merge, Some(2))
        ]
    );
    let (_, found) = kinds(&[("aaaaa", "Annie"), ("bbbbb", "annie")]);
    assert_eq!(
        found,
        [(2, C::MergeByForm, Some(3)), (3, C::MergeByForm, Some(2))]
    );
    let text = "existing_username,new_username\naaaaa,josé@x.org\nbbbbb,jose@x.org\n";
    let okta = Scene::okta().codes(text);
    assert_eq!(okta, [(2, Error, C::MergeByForm), (3, Error, C::MergeByForm)]);
    let said = &Scene::okta().check(text).expect("read").1[0].sentence();
    assert!(said.contains("accents"), "{said}");
    // Whoever stays here is never compared by Okta.
    for targets in [["Local", "Local"], ["", "Local"], ["Local", ""]] {
        let [first, second] = targets;
        let text = format!(
            "existing_username,new_username,target_directory\njosé@x.org,josé@x.org,{first}\njose@x.org,jose@x.org,{second}\n"
        );
        assert_eq!(Scene::okta().codes(&text), [], "{targets:?}");
    }
    // Who is told already that somebody wants the very same is told once, in whichever heap either stands.
    let three = "existing_username,new_username\naaaaa,josé@x.org\nbbbbb,José@x.org\nccccc,jose@x.org\n";
    for seed in 0..16 {
        let scene = Scene {
            seed,
            ..Scene::okta()
        };
        let told = scene.codes(three);
        assert_eq!(
            told,
            [2, 3, 4].map(|line| (line, Error, C::MergeByForm)),
            "{seed}"
        );
    }
    let entra = Scene::default().codes(text);
    assert_eq!(
        entra,
        [(2, Error, C::NotAPrincipalName)],
        "Entra cannot have it at all"
    );
}

#[test]
fn x_06_to_x_08_swaps_cycles_and_chains_are_fine() {
    let (swap, found) = kinds(&[("aaaaa", "bbbbb"), ("bbbbb", "aaaaa")]);
    assert_eq!(swap, [(K::Swap, Some(3)), (K::Swap, Some(2))]);
    assert_eq!(found, []);
    let (cycle, found) = kinds(&[("aaaaa", "bbbbb"), ("bbbbb", "ccccc"), ("ccccc", "aaaaa")]);
    assert_eq!(
        cycle,
        [(K::Cycle, Some(3)), (K::Cycle, Some(4)), (K::Cycle, Some(2))]
    );
    assert_eq!(found, []);
    for rows in [
        [("aaaaa", "bbbbb"), ("bbbbb", "ccccc")],
        [("bbbbb", "ccccc"), ("aaaaa", "bbbbb")],
    ] {
        let (chain, found) = kinds(&rows);
        assert!(
            chain
                .iter()
                .any(|(kind, from)| *kind == K::Chain && from.is_some()),
            "{chain:?}"
        );
        assert!(chain.contains(&(K::Free, None)), "{chain:?}");
        assert_eq!(found, [], "order does not matter");
    }
}

#[test]
fn x_10_nobody_takes_the_username_of_somebody_who_stays() {
    let (kinds_, found) = kinds(&[("aaaaa", "bbbbb"), ("bbbbb", "bbbbb")]);
    assert_eq!(kinds_, [(K::Blocked, None), (K::Unchanged, None)]);
    assert_eq!(found, [(2, C::DoesNotMove, Some(3))]);
    let (kinds_, found) = kinds(&[("aaaaa", "bbbbb"), ("bbbbb", "BBBBB"), ("ccccc", "aaaaa")]);
    assert_eq!(
        kinds_,
        [(K::Blocked, None), (K::CaseOnly, None), (K::Blocked, Some(2))],
        "a change of letter case gives nothing up"
    );
    assert_eq!(found, [(2, C::DoesNotMove, Some(3)), (4, C::BecauseOf, Some(2))]);
}

#[test]
fn x_11_targets_of_a_cycle_may_differ() {
    let (kinds, found) = kinds(&[("aaaaa", "bbbbb>Okta"), ("bbbbb", "aaaaa>Local")]);
    assert_eq!(kinds, [(K::Swap, Some(3)), (K::Swap, Some(2))]);
    assert_eq!(found, []);
}

#[test]
fn x_12_ten_thousand_in_a_chain_and_in_a_cycle() {
    let names: Vec<String> = (0..=10_000).map(|n| format!("name{n:06}")).collect();
    let chain: Vec<(&str, &str)> = names
        .windows(2)
        .map(|pair| (pair[0].as_str(), pair[1].as_str()))
        .collect();
    let (all, found) = kinds(&chain);
    assert_eq!(all.iter().filter(|(kind, _)| *kind == K::Chain).count(), 9_999);
    assert_eq!(found, []);
    let mut cycle = chain;
    cycle.push((&names[10_000], &names[0]));
    let (all, found) = kinds(&cycle);
    assert!(all.iter().all(|(kind, _)| *kind == K::Cycle));
    assert_eq!(found, []);
}

#[test]
fn x_13_a_problem_is_said_where_it_is_and_named_where_it_hinders() {
    // bbbbb does not say what it becomes; aaaaa waits for it, and ccccc for aaaaa.
    let (kinds_, found) = kinds(&[("ccccc", "aaaaa"), ("aaaaa", "bbbbb"), ("bbbbb", ">Okta")]);
    assert_eq!(found, [(2, C::BecauseOf, Some(4)), (3, C::BecauseOf, Some(4))]);
    assert!(kinds_.iter().all(|(kind, _)| *kind == K::Blocked), "{kinds_:?}");
    // In a cycle one problem hinders all.
    let (kinds_, found) = kinds(&[("aaaaa", "bbbbb"), ("bbbbb", "ccccc"), ("ccccc", "aaaaa>leaver")]);
    assert_eq!(found, [(2, C::BecauseOf, Some(4)), (3, C::BecauseOf, Some(4))]);
    assert!(kinds_.iter().all(|(kind, _)| *kind == K::Blocked), "{kinds_:?}");
}

#[test]
fn x_14_letter_case_does_not_break_a_chain() {
    let (kinds, found) = kinds(&[("aaaaa", "BBBBB"), ("bbbbb", "ccccc")]);
    assert_eq!(kinds, [(K::Chain, Some(3)), (K::Free, None)]);
    assert_eq!(found, []);
}

#[test]
fn a_dropped_line_takes_nothing() {
    let (kinds, found) = kinds(&[("aaaaa", "bbbbb"), ("aaaaa", "bbbbb"), ("bbbbb", "ccccc")]);
    assert_eq!(kinds, [(K::Chain, Some(4)), (K::Free, None)]);
    assert_eq!(found, [(3, C::DuplicateLine, Some(2))]);
    let severities: Vec<_> = Scene::okta()
        .codes("existing_username,new_username,target_directory\naaaaa,bbbbb,Local\naaaaa,bbbbb,Local\n");
    assert!(severities.contains(&(3, Notice, C::DuplicateLine)));
}

#[test]
fn lines_are_compared_however_far_apart() {
    let name = |begin: &str, n: usize| format!("{begin}{n:06}");
    let names: Vec<[String; 2]> = (0..70_000)
        .map(|n| ["from", "into"].map(|begin| name(begin, n)))
        .collect();
    let mut rows: Vec<(&str, &str)> = names.iter().map(|[from, into]| (&**from, &**into)).collect();
    // The first takes the username of the last, and the second wants that of the last but one.
    rows[0].1 = rows[69_999].0;
    rows[1].1 = rows[69_998].1;
    let (kinds, found) = kinds(&rows);
    assert_eq!(found, [(3, C::Merge, Some(70_000)), (70_000, C::Merge, Some(3))]);
    assert_eq!(kinds[0], (K::Chain, Some(70_001)));
    let free = kinds.iter().filter(|kind| **kind == (K::Free, None)).count();
    assert_eq!(free, 69_997);
}
