//! What holds for every file: invariant 2 (nothing but the lines themselves counts), and against a plain model.

use std::collections::{BTreeMap, BTreeSet};

use domain::user_mapping::{Coverage, FindingCode, RenameKind, Severity};
use proptest::prelude::*;

use super::Scene;
use super::with_people::{Beside, account, beside, person};
use crate::user_mapping::{Target, kept, said};

type Line = (String, String, String);

/// Few names, so that they meet; letter case and quotes as they come.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-e]{1}name",
        "[A-E]{1}NAME",
        Just("jürgen".to_owned()),
        Just("JÜRGEN".to_owned()),
        Just("a, \"b\"".to_owned()),
        Just(String::new()),
    ]
}

fn line() -> impl Strategy<Value = Line> {
    let target = prop_oneof![
        Just(String::new()),
        Just("Local".to_owned()),
        Just("Okta".to_owned())
    ];
    (name(), name(), target)
}

/// A line that is neither empty nor quoted.
fn plain_line() -> impl Strategy<Value = Line> {
    let name = || prop_oneof!["[a-e]{1}name", "[A-E]{1}NAME", Just("jürgen".to_owned())];
    let target = prop_oneof![Just(String::new()), Just("Local".to_owned())];
    (name(), name(), target)
}

fn cell(text: &str, delimiter: char) -> String {
    if text.contains([delimiter, '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn file(lines: &[Line], delimiter: char, end: &str, header: bool) -> String {
    let mut text = String::new();
    if header {
        let headings = ["existing_username", "new_username", "target_directory"];
        text.push_str(&headings.join(&delimiter.to_string()));
        text.push_str(end);
    }
    for (existing, new, target) in lines {
        let cells = [existing, new, target].map(|text| cell(text, delimiter));
        text.push_str(&cells.join(&delimiter.to_string()));
        text.push_str(end);
    }
    text
}

/// What was found, by the content of the lines instead of their numbers.
fn by_content(
    scene: &Scene,
    lines: &[Line],
    text: &str,
    first: u64,
) -> Option<Vec<(Line, Severity, FindingCode)>> {
    let (_, found) = scene.check(text).ok()?;
    let mut all: Vec<_> = found
        .into_iter()
        // Which of several lines that say the same is the one to keep depends on their order.
        .map(|finding| {
            let at = usize::try_from(finding.line - first).expect("a line");
            let (existing, new, target) = &lines[at];
            let existing = existing.to_lowercase();
            // To keep a username can be said in two ways (R-02, R-04).
            let keeps = new.is_empty() && target == "Local";
            let new = if keeps {
                existing.clone()
            } else {
                new.to_lowercase()
            };
            let line = if finding.code == FindingCode::DuplicateLine {
                (existing, String::new(), String::new())
            } else {
                (existing, new, target.replace("Okta", ""))
            };
            (line, finding.severity, finding.code)
        })
        .collect();
    all.sort();
    Some(all)
}

/// What was found beside People, by the content of the lines, and what becomes of the accounts.
fn told(lines: &[Line], found: &Beside) -> (Vec<(Option<Line>, Severity, FindingCode)>, Coverage) {
    let mut all: Vec<_> = found
        .said
        .iter()
        // That an account's username is written in another case (R-19) depends on how it is written.
        .filter(|(_, _, code)| *code != FindingCode::FoundByFolding)
        .map(|(line, severity, code)| {
            let at = usize::try_from(*line).ok().and_then(|line| line.checked_sub(2));
            // Which of several lines that say the same is the one to keep depends on their order.
            let about = at.map(|at| {
                let (existing, new, target) = &lines[at];
                (existing.to_lowercase(), new.to_lowercase(), target.clone())
            });
            let about = about.filter(|_| *code != FindingCode::DuplicateLine);
            (about, *severity, *code)
        })
        .collect();
    all.sort();
    (all, found.coverage)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Invariant 2: not the order of lines, the delimiter, the line ends, the headings, the pieces it comes in, or the seed.
    #[test]
    fn nothing_but_the_lines_counts(
        lines in prop::collection::vec(line(), 1..12),
        keys in prop::collection::vec(any::<u32>(), 12),
        piece in 1_usize..40,
        seed in any::<u64>(),
    ) {
        let scene = Scene::okta();
        let text = file(&lines, ',', "\n", true);
        let expected = by_content(&scene, &lines, &text, 2);
        for (delimiter, end) in [(';', "\r\n"), ('\t', "\n"), ('|', "\r")] {
            let other = file(&lines, delimiter, end, true);
            prop_assert_eq!(&by_content(&scene, &lines, &other, 2), &expected, "{:?} {:?}", delimiter, end);
            // Without headings the lines alone tell the delimiter (F-14): a comma in a username may be taken for one.
            if !lines.iter().any(|(existing, new, _)| [existing, new].iter().any(|name| name.contains(','))) {
                let bare = file(&lines, delimiter, end, false);
                prop_assert_eq!(&by_content(&scene, &lines, &bare, 1), &expected, "{:?} {:?}", delimiter, end);
            }
        }
        let bare = file(&lines, ',', "\n", false);
        prop_assert_eq!(&by_content(&scene, &lines, &bare, 1), &expected);
        let pieces = Scene { seed, piece, ..scene.clone() };
        prop_assert_eq!(&by_content(&pieces, &lines, &text, 2), &expected);
        prop_assert_eq!(&by_content(&pieces, &lines, &bare, 1), &expected);

        let mut order: Vec<(u32, Line)> = keys.into_iter().zip(lines).collect();
        order.sort();
        let shuffled: Vec<Line> = order.into_iter().map(|(_, line)| line).collect();
        for (headings, first) in [(true, 2), (false, 1)] {
            let text = file(&shuffled, ',', "\n", headings);
            prop_assert_eq!(&by_content(&scene, &shuffled, &text, first), &expected, "{:?}", headings);
        }
    }

    /// A file without problems is a plan: everybody ends with their new username, and no two with the same.
    #[test]
    fn a_file_without_problems_can_be_carried_out(lines in prop::collection::vec(line(), 1..12)) {
        let text = file(&lines, ',', "\n", true);
        let Ok((checked, found)) = Scene::okta().check(&text) else { return Ok(()) };
        if found.iter().any(|finding| finding.severity == Severity::Error) {
            return Ok(());
        }
        let key = |text: &str| crate::username::key(&crate::username::stored(text)).as_str().to_owned();
        let renames: BTreeMap<String, String> = lines
            .iter()
            .filter(|(existing, ..)| !existing.is_empty())
            .map(|(existing, new, _)| (key(existing), if new.is_empty() { key(existing) } else { key(new) }))
            .collect();
        let after: BTreeSet<&String> = renames.values().collect();
        prop_assert_eq!(after.len(), renames.len(), "{:?}", renames);
        let kinds: Vec<RenameKind> = checked.renames.iter().map(|rename| rename.kind).collect();
        prop_assert_eq!(kinds.len(), renames.len());
        let is_settled = |kind: &RenameKind| !matches!(kind, RenameKind::Blocked | RenameKind::Merge | RenameKind::Split);
        prop_assert!(kinds.iter().all(is_settled), "{:?}", kinds);
    }

    /// Invariant 2 beside People: neither the order of lines nor that of accounts and people counts. Invariant 1: nor does
    /// the letter case in which either side writes a username.
    #[test]
    fn nothing_but_lines_accounts_and_people_counts(
        lines in prop::collection::vec(plain_line(), 1..10),
        accounts in prop::collection::btree_set("[a-e]{1}name", 1..5),
        people in prop::collection::btree_set("[a-e]{1}name", 1..5),
        keys in prop::collection::vec(any::<u32>(), 10),
    ) {
        let seen = |lines: &[Line], accounts: &[String], people: &[String]| {
            let accounts: Vec<_> = accounts.iter().map(|name| account(name)).collect();
            let people: Vec<_> = people.iter().map(|name| person(name)).collect();
            told(lines, &beside(&accounts, &people, file(lines, ',', "\n", false).trim_end()))
        };
        let accounts: Vec<String> = accounts.into_iter().collect();
        let people: Vec<String> = people.into_iter().collect();
        let expected = seen(&lines, &accounts, &people);

        let shouted = |names: &[String]| names.iter().rev().map(|name| name.to_uppercase()).collect::<Vec<_>>();
        prop_assert_eq!(&seen(&lines, &shouted(&accounts), &shouted(&people)), &expected);

        let mut order: Vec<(u32, Line)> = keys.into_iter().zip(lines).collect();
        order.sort();
        let shuffled: Vec<Line> = order.into_iter().map(|(_, line)| line).collect();
        prop_assert_eq!(&seen(&shuffled, &accounts, &people), &expected);
    }

    /// R-05, R-19, invariant 3: what a line is said to do to a username is what the migration does, in whatever letter case file
    /// and People write it.
    #[test]
    fn whatever_is_said_to_stay_keeps_its_letters(
        now in "[aA][nN]",
        existing in "[aA][nN]",
        new in prop_oneof!["[aA][nN]", Just(String::new())],
        target in prop_oneof![Just("Local"), Just("Active Directory (contoso.local)"), Just("Okta")],
    ) {
        let lines = [existing.as_str(), new.as_str(), target].join(",");
        let seen = beside(&[account(&now)], &[], &lines);
        let kind = seen.renames.first().map(|rename| rename.kind);
        let old = Scene::default().old;
        let (username, read) = said(&new, target, domain::Provider::Entra, &old);
        let stays = username.as_str().is_empty() || read == Target::Left || username.as_str() == now;
        let expected = if stays { RenameKind::Unchanged } else { RenameKind::CaseOnly };
        // A line for the directory that says no new username does nothing, and is refused (R-03).
        if !new.is_empty() || target != "Okta" {
            prop_assert_eq!(kind, Some(expected), "{}", lines);
        }
    }

    /// F-28, R-08: what is kept of a cell, and carried out, is what was checked, whatever stands in front.
    #[test]
    fn what_is_kept_of_a_long_cell_reads_the_same(
        before in "[ \u{200b}\u{a0}]{560,640}",
        name in "[a-c='@;]{1,12}",
        is_wrapped in any::<bool>(),
    ) {
        let cell = [before.as_str(), name.as_str()].concat();
        let cell = if is_wrapped { ["=\"", cell.as_str(), "\""].concat() } else { cell };
        let read = |new: &str| said(new, "Local", domain::Provider::Entra, &[]).0;
        let kept = kept(&cell, 600);
        prop_assert!(kept.chars().count() <= 600);
        prop_assert_eq!(read(&kept), read(&cell), "{:?}", kept);
    }

    /// Whatever stands in a file: an answer, and no finding about a line that is not there.
    #[test]
    fn any_text_is_answered(text in "(?s)[a-c,;\"'#@=\r\n\t \u{fffd}ü]{0,200}", piece in 1_usize..20) {
        let whole = Scene::default().check(&text).map(|(_, found)| found);
        let pieces = Scene { piece, ..Scene::default() }.check(&text).map(|(_, found)| found);
        prop_assert_eq!(&whole, &pieces);
        let lines = u64::try_from(text.matches(['\r', '\n']).count() + 1).expect("few");
        for finding in whole.unwrap_or_default() {
            prop_assert!((1..=lines).contains(&finding.line), "{:?}", finding);
            prop_assert!(!finding.sentence().is_empty());
        }
    }
}
