//! What a new upload leaves out of what was decided before, and lists of versions and of their differences page by page (P-13,
//! F-29, F-30).

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::UserError;
use domain::user_mapping::{DecidedAbout, Decision, LeftOut, MappingEdit, MappingReading};
use domain::views::ChangedMappingLine;
use services::ServiceError;
use store::user_mapping::NewVersion;
use test_support::{TestDb, on_both};

use crate::mapping_proposals::Late;
use crate::mapping_review::{Scene, row};
use crate::provider::refusal;
use crate::user_mapping::{checked, existing, upload};
use crate::world::{SLUG, World};

const HEAD: &str = "existing_username,new_username,target_directory\n";

/// Version 1 was begun without a file, and in version 2 these accounts were decided to stay local.
async fn decided(test: TestDb, names: &[&str]) -> Scene {
    let scene = Scene::new(test, names).await;
    scene.edit(0, MappingEdit::Begin).await;
    let rest = MappingEdit::Decide {
        about: DecidedAbout::Rest,
        decision: Decision::Local,
    };
    assert_eq!(scene.edit(1, rest).await, 2);
    assert_eq!(scene.summary().await.left_out, None);
    scene
}

/// Uploads these lines, and waits for their check.
async fn uploaded(scene: &Scene, lines: &str) -> Option<LeftOut> {
    let text = [HEAD, lines].concat();
    upload(&scene.world, "list.csv", text.as_bytes())
        .await
        .expect("received");
    scene.summary().await.left_out
}

async fn keep(scene: &Scene, version: i64, from: i64) -> Result<i64, ServiceError> {
    let edit = MappingEdit::Keep { from };
    let services = &scene.world.services;
    services.edit_mapping(&scene.admin, SLUG, version, edit).await
}

/// The accounts of the lines that this version left out.
async fn listed(scene: &Scene, version: i64) -> Vec<String> {
    let services = &scene.world.services;
    let page = services.left_out_lines(&scene.admin, SLUG, version, None).await;
    let page = page.expect("a page");
    assert_eq!(page.next, None);
    page.rows.into_iter().map(|line| line.account).collect()
}

on_both!(
    p_13_f_30_decisions_of_before_are_taken_over,
    |test: TestDb| async move {
        let scene = decided(test, &["aold", "bold", "cold"]).await;
        let services = &scene.world.services;
        let before = scene.lines(2).await;
        let is_left = |line: &&(String, String, String)| ["bold", "cold"].contains(&line.0.as_str());
        let first = before.iter().position(|line| is_left(&line)).expect("a line");
        let last = before.iter().rposition(|line| is_left(&line)).expect("a line");
        let place = before.iter().position(|(existing, ..)| existing == "bold");
        let line = u64::try_from(place.expect("a line")).expect("small") + 2;
        let said = services.remark_on_mapping(&scene.admin, SLUG, (2, line), ("Is this right?", false));
        said.await.expect("said");

        // The same account by the comparison key: letter case is no difference.
        let found = uploaded(&scene, "AOLD,AOLD,Local\nbreak-glass,break-glass,Local\n").await;
        let left_out = LeftOut {
            earlier: 2,
            uploaded: 3,
            lines: 2,
            first: i64::try_from(first).expect("small") + 2,
            last: i64::try_from(last).expect("small") + 2,
            ..LeftOut::default()
        };
        assert_eq!(found, Some(left_out));
        assert_eq!(scene.summary().await.coverage.undecided, 2, "nothing is silent");
        assert_eq!(scene.checked().await.remarks[0].line, None);
        let left: Vec<_> = before.iter().filter(is_left).cloned().collect();
        let accounts: Vec<String> = left.iter().map(|(existing, ..)| existing.clone()).collect();
        assert_eq!(listed(&scene, 3).await, accounts);

        for (version, from) in [(3, 1), (2, 2)] {
            let refused = keep(&scene, version, from).await;
            assert!(matches!(refused, Err(ServiceError::User(UserError::Changed))));
        }
        assert_eq!(keep(&scene, 3, 2).await.expect("kept"), 4);
        let view = scene.checked().await;
        assert_eq!(
            view.version.expect("a version").what.as_deref(),
            Some("Taken over from version 2: what was decided there, and was left out since.")
        );
        assert!(view.remarks[0].line.is_some(), "what was said goes along");
        let mut after = vec![
            row("AOLD", "AOLD", "Local"),
            row("break-glass", "break-glass", "Local"),
        ];
        after.extend(left);
        assert_eq!(scene.lines(4).await, after);
        let summary = scene.summary().await;
        assert_eq!((summary.left_out, summary.coverage.undecided), (None, 0));
        let again = keep(&scene, 4, 2).await;
        assert!(matches!(again, Err(ServiceError::User(UserError::Changed))));

        // It is undone like any correction; what a correction removes was not left out by the file.
        assert_eq!(scene.edit(4, MappingEdit::Back { to: 3 }).await, 5);
        assert_eq!(scene.summary().await.left_out, Some(left_out));
        assert_eq!(scene.edit(5, MappingEdit::RemoveLine { line: 2 }).await, 6);
        assert_eq!(scene.summary().await.left_out, Some(left_out));
        assert_eq!(listed(&scene, 6).await, accounts);
    }
);

/// Version 1 is uploaded; then the line of `aold` is corrected to stay local, in version 2, and that of `bold`, in version 3.
async fn corrected(test: TestDb) -> Scene {
    let scene = Scene::new(test, &["aold", "bold", "cold"]).await;
    let [a, b, c] = [0, 1, 2].map(|place| scene.username(place));
    let lines = format!("aold,{a},\nbold,{b},\ncold,{c},\nbreak-glass,break-glass,Local\n");
    assert_eq!(uploaded(&scene, &lines).await, None);
    for (version, line, name) in [(1, 2, "aold"), (2, 3, "bold")] {
        let edit = MappingEdit::Line {
            line,
            existing: name.to_owned(),
            new: name.to_owned(),
            target: "Local".to_owned(),
        };
        assert_eq!(scene.edit(version, edit).await, version + 1);
    }
    scene
}

on_both!(
    p_13_f_30_the_same_export_once_more_undoes_no_correction_silently,
    |test: TestDb| async move {
        let scene = corrected(test).await;
        // `aold` is as it was, `bold` is another one on purpose, and `cold` is left out.
        let [a, c] = [0, 2].map(|place| scene.username(place));
        let lines = format!("aold,{a},\nbold,bold,Active Directory\nbreak-glass,break-glass,Local\n");
        let left_out = LeftOut {
            earlier: 3,
            uploaded: 4,
            lines: 1,
            first: 4,
            last: 4,
            base: 1,
            reverted: 1,
            reverted_lines: (2, 2),
            ..LeftOut::default()
        };
        assert_eq!(uploaded(&scene, &lines).await, Some(left_out));
        let services = &scene.world.services;
        let page = services.left_out_lines(&scene.admin, SLUG, 4, None).await;
        let page = page.expect("a page");
        let told: Vec<_> = page
            .rows
            .iter()
            .map(|line| {
                (
                    line.account.as_str(),
                    line.line,
                    line.target.as_str(),
                    line.now.clone(),
                )
            })
            .collect();
        let now = Some((a.to_owned(), String::new()));
        let expected = [("cold", Some(4), "", None), ("aold", Some(2), "Local", now)];
        assert_eq!(told, expected);
        let page = services
            .left_out_lines(&scene.admin, SLUG, 4, Some("4.missing"))
            .await;
        assert_eq!(
            page.expect("a page").rows.len(),
            1,
            "behind the first of both lists"
        );

        assert_eq!(keep(&scene, 4, 3).await.expect("kept"), 5);
        let version = scene.checked().await.version.expect("a version");
        assert!(!version.is_uploaded, "its file was composed here");
        let expected = [
            row("aold", "aold", "Local"),
            row("bold", "bold", "Active Directory"),
            row("break-glass", "break-glass", "Local"),
            row("cold", c, ""),
        ];
        assert_eq!(scene.lines(5).await, expected);
        assert_eq!(scene.summary().await.left_out, None);

        // Undone, it is told again; and so it is of a correction of something else.
        assert_eq!(scene.edit(5, MappingEdit::Back { to: 4 }).await, 6);
        assert_eq!(scene.summary().await.left_out, Some(left_out));
        let version = scene.checked().await.version.expect("a version");
        assert!(version.is_uploaded, "its file was uploaded");
        assert_eq!(scene.edit(6, MappingEdit::RemoveLine { line: 4 }).await, 7);
        assert_eq!(scene.summary().await.left_out, Some(left_out));
    }
);

on_both!(
    p_13_f_30_what_was_taken_out_does_not_come_back_silently,
    |test: TestDb| async move {
        let scene = Scene::new(test, &["aold", "bold", "cold"]).await;
        let [a, b] = [0, 1].map(|place| scene.username(place));
        let lines = format!("aold,{a},\nbold,{b},\nbreak-glass,break-glass,Local\n");
        assert_eq!(uploaded(&scene, &lines).await, None);
        // The line of `aold` is taken out, and that of `bold` is about `cold` from then on.
        assert_eq!(scene.edit(1, MappingEdit::RemoveLine { line: 2 }).await, 2);
        let edit = MappingEdit::Line {
            line: 2,
            existing: "cold".to_owned(),
            new: b.to_owned(),
            target: String::new(),
        };
        assert_eq!(scene.edit(2, edit).await, 3);
        // The same export once more.
        let left_out = LeftOut {
            earlier: 3,
            uploaded: 4,
            lines: 1,
            first: 2,
            last: 2,
            base: 1,
            reverted: 2,
            reverted_lines: (2, 3),
            ..LeftOut::default()
        };
        assert_eq!(uploaded(&scene, &lines).await, Some(left_out));
        let services = &scene.world.services;
        let page = services.left_out_lines(&scene.admin, SLUG, 4, None).await;
        let told: Vec<_> = page
            .expect("a page")
            .rows
            .into_iter()
            .map(|line| (line.account, line.line, line.new, line.now.map(|(new, _)| new)))
            .collect();
        let taken_out =
            |account: &str, now: &str| (account.to_owned(), None, String::new(), Some(now.to_owned()));
        let missing = ("cold".to_owned(), Some(2), b.to_owned(), None);
        assert_eq!(told, [missing, taken_out("aold", a), taken_out("bold", b)]);

        assert_eq!(keep(&scene, 4, 3).await.expect("kept"), 5);
        let expected = [row("break-glass", "break-glass", "Local"), row("cold", b, "")];
        assert_eq!(scene.lines(5).await, expected);
        assert_eq!(scene.summary().await.left_out, None);
        // Undone, and one of them is taken out by hand: the other one is told.
        assert_eq!(scene.edit(5, MappingEdit::Back { to: 4 }).await, 6);
        assert_eq!(scene.summary().await.left_out, Some(left_out));
        assert_eq!(scene.edit(6, MappingEdit::RemoveLine { line: 2 }).await, 7);
        let found = scene.summary().await.left_out.expect("left out");
        assert_eq!(
            (found.lines, found.reverted, found.reverted_lines),
            (1, 1, (2, 2))
        );
    }
);

on_both!(
    x_01_p_13_whoever_repeats_a_line_that_was_settled_goes_with_it,
    |test: TestDb| async move {
        let scene = Scene::new(test, &["aold", "bold"]).await;
        let [a, b] = [0, 1].map(|place| scene.username(place));
        let twice = format!("aold,{a},\nbold,{b},\n");
        let lines = format!("{twice}break-glass,break-glass,Local\n{twice}");
        assert_eq!(uploaded(&scene, &lines).await, None);
        // Of each the second goes, and the first: taken out, or corrected.
        for (version, line) in [(1, 6), (2, 5), (3, 2)] {
            let gone = MappingEdit::RemoveLine { line };
            assert_eq!(scene.edit(version, gone).await, version + 1);
        }
        let local = MappingEdit::Line {
            line: 2,
            existing: "bold".to_owned(),
            new: "bold".to_owned(),
            target: "Local".to_owned(),
        };
        assert_eq!(scene.edit(4, local).await, 5);
        // The same export once more.
        let found = uploaded(&scene, &lines).await.expect("left out");
        assert_eq!(
            (found.lines, found.reverted, found.reverted_lines),
            (0, 2, (2, 3))
        );
        assert_eq!(keep(&scene, 6, 5).await.expect("kept"), 7);
        assert_eq!(scene.summary().await.left_out, None);
        let expected = [
            row("bold", "bold", "Local"),
            row("break-glass", "break-glass", "Local"),
        ];
        assert_eq!(scene.lines(7).await, expected);
    }
);

on_both!(
    p_13_what_the_file_says_anew_or_of_leavers_is_not_told,
    |test: TestDb| async move {
        let scene = corrected(test).await;
        for name in ["aold", "cold"] {
            let account = scene.world.account(name).await.expect("the account");
            scene.world.block(account.id).await;
        }
        // `aold` is as it was, but its account is blocked; `bold` says what the corrected version says.
        let a = scene.username(0);
        let lines = format!("aold,{a},\nbold,bold,Local\nbreak-glass,break-glass,Local\n");
        assert_eq!(uploaded(&scene, &lines).await, None, "leavers need no line");
        let found = uploaded(&scene, "break-glass,break-glass,Local\n").await;
        let found = found.expect("left out");
        assert_eq!((found.earlier, found.lines, found.blocked), (4, 1, 1));
        assert_eq!(listed(&scene, 5).await, ["bold"]);
        assert_eq!(keep(&scene, 5, 4).await.expect("kept"), 6);
        let expected = [
            row("break-glass", "break-glass", "Local"),
            row("bold", "bold", "Local"),
        ];
        assert_eq!(scene.lines(6).await, expected);
    }
);

on_both!(
    p_13_an_upload_waits_for_the_correction_before_it,
    |test: TestDb| async move {
        let mut scene = decided(test, &["aold", "bold"]).await;
        scene.world.dismiss().await;
        let late = Late {
            services: scene.world.services.clone(),
            actor: scene.admin.clone(),
            version: "3",
            newer: 4,
            is_checked: false,
        };
        scene.world.employ_for(Arc::new(late));
        let edit = MappingEdit::Line {
            line: 3,
            existing: "aold".to_owned(),
            new: "aold".to_owned(),
            target: "Active Directory".to_owned(),
        };
        let services = &scene.world.services;
        let made = services.edit_mapping(&scene.admin, SLUG, 2, edit).await;
        assert_eq!(made.expect("a version"), 3, "its check is under way");
        let found = uploaded(&scene, "break-glass,break-glass,Local\n").await;
        let found = found.expect("left out");
        assert_eq!((found.earlier, found.uploaded), (3, 4));
        scene.world.dismiss().await;
    }
);

on_both!(
    p_13_a_wrong_file_in_between_loses_nothing,
    |test: TestDb| async move {
        let scene = decided(test, &["aold", "bold"]).await;
        let wrong = uploaded(&scene, "break-glass,break-glass,Local\n").await;
        let wrong = wrong.expect("left out");
        assert_eq!((wrong.earlier, wrong.uploaded, wrong.lines), (2, 3, 2));
        let right = uploaded(&scene, "aold,aold,Local\nbreak-glass,break-glass,Local\n").await;
        let right = right.expect("left out");
        assert_eq!((right.earlier, right.uploaded, right.lines), (2, 4, 1));
        assert_eq!(listed(&scene, 4).await, ["bold"]);

        // A line that could not be read is about nobody: it is not taken over, and hides nothing.
        let unreadable = uploaded(&scene, "aold\nbreak-glass,break-glass,Local\n").await;
        let unreadable = unreadable.expect("left out");
        assert_eq!((unreadable.earlier, unreadable.lines), (2, 2));
        assert_eq!(keep(&scene, 5, 2).await.expect("kept"), 6);
        let kept = scene.summary().await;
        assert_eq!((kept.left_out, kept.coverage.undecided), (None, 0));

        // Whoever says all of it leaves nothing out.
        let lines = "aold,aold,Local\nbold,bold,Local\nbreak-glass,break-glass,Local\n";
        assert_eq!(uploaded(&scene, lines).await, None);
    }
);

/// Gives an account another username, as People's own administrators do.
pub(crate) async fn rename(world: &World, from: &str, to: &str) {
    let customer = world.customer().await;
    let mut account = world.account(from).await.expect("the account");
    let (username, now) = (rules::username::stored(to), account.updated_at);
    account.username_key = rules::username::key(&username);
    account.username = username;
    let write = store::accounts::AccountWrite {
        account,
        search_key: "local".to_owned(),
        sort_key: "local".to_owned(),
    };
    let mut tx = world.test.db.begin().await.expect("a transaction");
    store::accounts::update(&mut tx, customer, &[write], now)
        .await
        .expect("updated");
    tx.commit().await.expect("a commit");
}

on_both!(
    p_17_a_line_whose_account_was_renamed_is_not_taken_over,
    |test: TestDb| async move {
        let scene = decided(test, &["aold", "bold", "cold"]).await;
        rename(&scene.world, "cold", "cold.elsewhere").await;
        let found = uploaded(&scene, "aold,aold,Local\nbreak-glass,break-glass,Local\n").await;
        assert_eq!(found.expect("left out").lines, 1);
        assert_eq!(listed(&scene, 3).await, ["bold"]);
        rename(&scene.world, "bold", "bold.elsewhere").await;
        let refused = refusal(keep(&scene, 3, 2).await);
        let said = refused.of_field("earlier").next().expect("a sentence");
        assert!(said.contains("Nothing was saved"), "{said}");
    }
);

on_both!(
    f_30_every_line_that_differs_is_reached,
    |test: TestDb| async move {
        let world = existing(test).await;
        for letter in ["a", "b"] {
            let lines = (0..60).map(|number| format!("{letter}{number:02},{letter}@contoso.com,Local\n"));
            let text = HEAD.to_owned() + &lines.collect::<String>();
            upload(&world, "list.csv", text.as_bytes())
                .await
                .expect("received");
            checked(&world).await;
        }
        let (services, actor) = (&world.services, &world.actor);
        let mut after: Option<String> = None;
        let (mut changed, mut gone, mut pages) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            let diff = services
                .mapping_diff(actor, SLUG, (1, 2), after.as_deref())
                .await
                .expect("a diff");
            pages.push((diff.changed.len(), diff.gone.len()));
            changed.extend(diff.changed);
            gone.extend(diff.gone);
            after = diff.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(pages, [(50, 0), (10, 40), (0, 20)]);
        let names = |lines: Vec<ChangedMappingLine>| -> BTreeSet<String> {
            lines.into_iter().map(|line| line.existing).collect()
        };
        for (lines, letter) in [(changed, "b"), (gone, "a")] {
            let expected = (0..60).map(|number| format!("{letter}{number:02}"));
            assert_eq!(names(lines), expected.collect::<BTreeSet<String>>());
        }
    }
);

on_both!(
    f_30_equal_usernames_are_compared_in_their_order,
    |test: TestDb| async move {
        let world = existing(test).await;
        // More than are written together.
        for changed in [None, Some(2_050)] {
            let line = |number| {
                let name = if Some(number) == changed { "else" } else { "new" };
                format!("#N/A,{name}{number}@contoso.com,Local\n")
            };
            let text = HEAD.to_owned() + &(0..2_100).map(line).collect::<String>();
            upload(&world, "list.csv", text.as_bytes())
                .await
                .expect("received");
            checked(&world).await;
        }
        let diff = world
            .services
            .mapping_diff(&world.actor, SLUG, (1, 2), None)
            .await;
        let diff = diff.expect("a diff");
        let lines: Vec<u64> = diff.changed.iter().map(|line| line.line).collect();
        assert_eq!((lines, diff.gone.len(), diff.next), (vec![2_052], 0, None));
    }
);

on_both!(f_30_every_version_is_reached, |test: TestDb| async move {
    let world = existing(test).await;
    let customer = world.customer().await;
    let reading = MappingReading::default();
    let mut tx = world.test.db.begin().await.expect("a transaction");
    for _ in 0..35 {
        let new = NewVersion {
            file: None,
            reading: &reading,
            made_from: None,
            edit: None,
            author: None,
            by: "Anna Admin",
            at: chrono::DateTime::UNIX_EPOCH,
        };
        store::user_mapping::insert_version(&mut tx, customer, &new)
            .await
            .expect("inserted");
    }
    tx.commit().await.expect("a commit");
    let (services, actor) = (&world.services, &world.actor);
    let mut before: Option<String> = None;
    let mut pages = Vec::new();
    loop {
        let page = services.mapping_versions(actor, SLUG, before.as_deref()).await;
        let page = page.expect("a page");
        pages.push(page.rows.iter().map(|line| line.number).collect::<Vec<i64>>());
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    let all: Vec<i64> = pages.concat();
    let newest_first: Vec<i64> = (1..=34).rev().collect();
    assert_eq!(
        (pages.len(), all),
        (2, newest_first),
        "the newest stands above them"
    );
});
