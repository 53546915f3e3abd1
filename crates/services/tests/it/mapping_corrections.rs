//! Corrections that make no version, lines that are added, and files that are taken away (D-05, F-10, F-32, P-07, P-10).

use domain::user_mapping::{
    Column, FileEncoding, FindingCode, MappingEdit, MappingFix, MappingReading, MappingSummary,
    ProposalClass, ProposalReason, Severity,
};
use services::user_mapping::MappingList;
use services::{MappingFilter, ServiceError};
use store::user_mapping::NewProposal;
use test_support::{TestDb, on_both};

use crate::mapping_left_out::rename;
use crate::mapping_review::{Scene, row};
use crate::provider::refusal;
use crate::user_mapping::{checked, existing, summary_of, upload};
use crate::world::{SLUG, World};

/// A fix of findings that are grouped by their code alone, unless `about` says more.
fn fix(code: FindingCode, severity: Severity, about: &str, fix: MappingFix, value: &str) -> MappingEdit {
    MappingEdit::Fix {
        fix,
        code,
        severity,
        about: about.to_owned(),
        value: value.to_owned(),
    }
}

pub(crate) fn has(summary: &MappingSummary, code: FindingCode) -> bool {
    summary.groups.iter().any(|group| group.example.code == code)
}

/// Lines of a version: existing and new username, target directory.
pub(crate) async fn lines(world: &World, version: i64) -> Vec<(String, String, String)> {
    let filter = MappingFilter::default();
    let (services, actor) = (&world.services, &world.actor);
    let rows = services.mapping_rows(actor, SLUG, version, &filter, None).await;
    let rows = rows.expect("rows").rows.into_iter();
    rows.map(|row| (row.existing, row.new, row.target)).collect()
}

pub(crate) async fn edited(world: &World, from: i64, edit: MappingEdit) -> Result<i64, ServiceError> {
    world.services.edit_mapping(&world.actor, SLUG, from, edit).await
}

on_both!(
    p_10_whoever_has_the_username_is_renamed_aside,
    |test: TestDb| async move {
        let world = existing(test).await;
        world.add_local("break-glass", true).await;
        world.add_local("anna", false).await;
        let holder = world.add_local("anna@contoso.com", false).await;
        world.block(holder).await;
        let text = "existing_username,new_username,target_directory\n\
                    anna,Anna@contoso.com,Local\n\
                    break-glass,break-glass,Local\n";
        upload(&world, "list.csv", text.as_bytes())
            .await
            .expect("received");
        let summary = summary_of(checked(&world).await);
        assert!(has(&summary, FindingCode::HeldByBlocked), "{:?}", summary.groups);
        let (services, actor) = (&world.services, &world.actor);
        let view = services.mapping_line(actor, SLUG, (1, 2), "").await;
        let holder = view.expect("a line").holder.expect("a holder");
        let state = holder.account.expect("the account").state;
        let told = (holder.username.as_str(), holder.is_active, state.as_str());
        assert_eq!(told, ("anna@contoso.com", false, "Blocked"));
        let view = services.mapping_line(actor, SLUG, (1, 3), "").await;
        assert_eq!(view.expect("a line").holder, None);

        let add = async |from: i64, existing: &str, new: &str| {
            let cells = (existing.to_owned(), new.to_owned(), "Local".to_owned());
            services.add_mapping_line(actor, SLUG, (from, 2), cells).await
        };
        for (existing, new, field) in [
            ("anna@contoso.com", " ", "new"),
            ("anna@contoso.com", "ANNA@contoso.com", "new"),
            ("", "anna.before", "existing"),
            ("nobody", "anna.before", "existing"),
            // It has a line.
            ("anna", "anna.before", "existing"),
        ] {
            let refused = refusal(add(1, existing, new).await);
            assert!(
                refused.of_field(field).next().is_some(),
                "{existing}: {refused:?}"
            );
        }
        let (version, _) = add(1, "anna@contoso.com", "anna.before").await.expect("added");
        assert_eq!(version, 2);
        let version = checked(&world).await;
        assert_eq!(
            version.what.as_deref(),
            Some("Line added: new username anna.before.")
        );
        let summary = summary_of(version);
        assert!(!has(&summary, FindingCode::HeldByBlocked), "{:?}", summary.groups);
        assert_eq!(summary.count(Severity::Error), 0, "{:?}", summary.groups);
        assert_eq!(
            lines(&world, 2).await,
            [
                row("anna", "Anna@contoso.com", "Local"),
                row("break-glass", "break-glass", "Local"),
                row("anna@contoso.com", "anna.before", "Local"),
            ]
        );
    }
);

on_both!(
    p_09_where_somebody_who_works_belongs_is_chosen,
    |test: TestDb| async move {
        let world = existing(test).await;
        world.add_local("break-glass", true).await;
        world.add_local("anna", false).await;
        world.add_local("anna@contoso.com", false).await;
        let text = "existing_username,new_username,target_directory\n\
                    anna,anna@contoso.com,Local\n\
                    break-glass,break-glass,Local\n";
        upload(&world, "list.csv", text.as_bytes())
            .await
            .expect("received");
        checked(&world).await;
        let (services, actor) = (&world.services, &world.actor);
        let view = services.mapping_line(actor, SLUG, (1, 2), "").await;
        let holder = view.expect("a line").holder.expect("a holder");
        assert!(holder.is_active, "{holder:?}");
        // The list of all such lines says the same of them.
        let group = (FindingCode::HeldByActive, Severity::Error, "");
        let found = services.mapping_findings(actor, SLUG, 1, group, None).await;
        let of_line = found.expect("findings").rows.remove(0).holder;
        let (of_line, of_list) = (
            holder.account.expect("the account"),
            of_line.expect("the account"),
        );
        assert_eq!(of_line.id, of_list.id);
        let told = (of_list.state.as_str(), of_list.directory.as_str());
        assert_eq!(told, ("Active", "Local"));
        assert_eq!(of_list.last_sign_in, None, "never");

        let aside = |target: &str| row("anna@contoso.com", "anna.lee", target);
        let nowhere = services.add_mapping_line(actor, SLUG, (1, 2), aside(" ")).await;
        let nowhere = refusal(nowhere);
        assert!(nowhere.of_field("target").next().is_some(), "{nowhere:?}");
        let added = services
            .add_mapping_line(actor, SLUG, (1, 2), aside("Local"))
            .await;
        assert_eq!(added.expect("added").0, 2);
    }
);

on_both!(p_09_the_one_the_check_meant_is_shown, |test: TestDb| async move {
    let world = existing(test).await;
    world.add_local("break-glass", true).await;
    world.add_local("anna", false).await;
    let meant = world.add_local("anna@contoso.com", false).await;
    let text = "existing_username,new_username,target_directory\n\
                    anna,anna@contoso.com,Local\n\
                    break-glass,break-glass,Local\n";
    upload(&world, "list.csv", text.as_bytes())
        .await
        .expect("received");
    checked(&world).await;
    let (services, actor) = (&world.services, &world.actor);
    let told = async || {
        let view = services.mapping_line(actor, SLUG, (1, 2), "").await;
        let holder = view.expect("a line").holder.expect("a holder");
        let account = holder.account.expect("the account");
        (holder.username, holder.has_it, account.id)
    };
    let wanted = "anna@contoso.com".to_owned();
    assert_eq!(told().await, (wanted.clone(), true, meant.to_string()));

    // Somebody else has the username by now: nothing is said of them as if the check had meant them.
    rename(&world, "anna@contoso.com", "anna.before").await;
    let other = world.add_local("anna@contoso.com", false).await;
    let renamed = ("anna.before".to_owned(), false, meant.to_string());
    assert_eq!(told().await, renamed);
    let group = (FindingCode::HeldByActive, Severity::Error, "");
    let found = services.mapping_findings(actor, SLUG, 1, group, None).await;
    assert_eq!(found.expect("findings").rows.remove(0).holder, None);

    let again = services.check_mapping_again(actor, SLUG, 1).await;
    again.expect("checked again");
    checked(&world).await;
    assert_eq!(told().await, (wanted, true, other.to_string()));
});

on_both!(x_04_one_of_several_is_kept_as_it_is, |test: TestDb| async move {
    let world = existing(test).await;
    for (name, is_administrator) in [("break-glass", true), ("anna", false), ("bob", false)] {
        world.add_local(name, is_administrator).await;
    }
    let text = "existing_username,new_username,target_directory\n\
                    anna,anna.lee,Local\n\
                    bob,anna.lee,Local\n\
                    break-glass,break-glass,Local\n";
    upload(&world, "list.csv", text.as_bytes())
        .await
        .expect("received");
    let summary = summary_of(checked(&world).await);
    assert!(has(&summary, FindingCode::Merge), "{:?}", summary.groups);
    let (services, actor) = (&world.services, &world.actor);
    let keeps = async |line: u64| {
        let view = services.mapping_line(actor, SLUG, (1, line), "").await;
        view.expect("a line").keeps
    };
    assert_eq!(keeps(4).await, None, "nobody else gets its username");
    let own = keeps(3).await.expect("its own username");
    assert_eq!(own, "bob");
    let kept = services
        .write_mapping_line(actor, SLUG, (1, 3), row("bob", &own, "Local"))
        .await;
    assert_eq!(kept.expect("kept").0, 2);
    let summary = summary_of(checked(&world).await);
    assert!(!has(&summary, FindingCode::Merge), "{:?}", summary.groups);
    assert_eq!(summary.count(Severity::Error), 0, "{:?}", summary.groups);
});

/// Says anew who is proposed for accounts: the people of the scene by their places, how sure it is, whether only by hand.
async fn propose(scene: &Scene, proposals: &[(&str, usize, ProposalClass, bool)]) {
    let world = &scene.world;
    let customer = world.customer().await;
    let mut tx = world.test.db.begin().await.expect("a transaction");
    let directory = store::directories::current(&mut tx, customer)
        .await
        .expect("a query");
    let directory = directory.expect("a directory").id;
    let mut new = Vec::new();
    for (account, person, class, by_hand) in proposals {
        let key = rules::username::key(&rules::username::stored(account));
        let account = store::accounts::by_key(&mut tx, customer, &key)
            .await
            .expect("a query");
        let username = scene.username(*person);
        let people = store::found_list::search(&mut tx, customer, directory, username, 50)
            .await
            .expect("a query");
        let has_it = |person: &domain::Username| person.as_str() == username;
        let person = people
            .iter()
            .find(|person| person.username.as_ref().is_some_and(has_it));
        new.push(NewProposal {
            account: account.expect("the account").id,
            person: person.expect("the person").row_no,
            class: *class,
            reason: ProposalReason::SameName,
            by_hand: *by_hand,
            unclaimed: true,
        });
    }
    store::user_mapping::forget_proposals(&mut tx, customer)
        .await
        .expect("forgotten");
    store::user_mapping::insert_proposals(&mut tx, customer, &new)
        .await
        .expect("inserted");
    tx.commit().await.expect("a commit");
}

on_both!(
    p_07_only_sure_proposals_are_written_together,
    |test: TestDb| async move {
        let scene = Scene::new(test, &["aold", "bold", "cold"]).await;
        let text = "existing_username,new_username,target_directory\naold,,\nbold,,\ncold,,\n\
                    break-glass,break-glass,Local\n";
        upload(&scene.world, "list.csv", text.as_bytes())
            .await
            .expect("received");
        let summary = scene.summary().await;
        assert!(has(&summary, FindingCode::NewEmpty), "{:?}", summary.groups);
        let use_proposals = || {
            let code = FindingCode::NewEmpty;
            fix(code, Severity::Error, "", MappingFix::UseProposal, "")
        };
        let unsure = [
            ("bold", 1, ProposalClass::Doubtful, false),
            ("cold", 2, ProposalClass::Certain, true),
        ];
        propose(
            &scene,
            &[("aold", 0, ProposalClass::Likely, false), unsure[0], unsure[1]],
        )
        .await;
        assert_eq!(scene.edit(1, use_proposals()).await, 2);
        let after = [
            row("aold", scene.username(0), ""),
            row("bold", "", ""),
            row("cold", "", ""),
            row("break-glass", "break-glass", "Local"),
        ];
        assert_eq!(scene.lines(2).await, after);

        // Nothing is left that may be written without a look: no version says "corrected" where nothing was.
        propose(&scene, &unsure).await;
        let services = &scene.world.services;
        let made = services
            .edit_mapping(&scene.admin, SLUG, 2, use_proposals())
            .await;
        let refused = refusal(made);
        let said = refused.of_field("value").next().expect("a sentence");
        assert!(said.contains("decided about line by line"), "{said}");
        assert_eq!(scene.checked().await.version.expect("a version").number, 2);

        // lines of which nobody knows a new username may go.
        let code = FindingCode::NewEmpty;
        let gone = fix(code, Severity::Error, "", MappingFix::RemoveLines, "");
        assert_eq!(scene.edit(2, gone).await, 3);
        assert_eq!(scene.lines(3).await, [after[0].clone(), after[3].clone()]);
    }
);

on_both!(
    d_05_what_a_value_means_is_said_before_it_is_changed,
    |test: TestDb| async move {
        let world = existing(test).await;
        let text = "existing_username,new_username,target_directory\nanna,anna@contoso.com,Warehouse\n";
        upload(&world, "list.csv", text.as_bytes())
            .await
            .expect("received");
        checked(&world).await;
        let (code, severity) = (FindingCode::UnknownTarget, Severity::Warning);
        let change = |value: &str| fix(code, severity, "Warehouse", MappingFix::ChangeTarget, value);
        for (value, words) in [
            ("", "Choose which directory"),
            // Nothing would be another than before.
            ("Warehouse", "Nothing was saved"),
        ] {
            let refused = refusal(edited(&world, 1, change(value)).await);
            let said = refused.of_field("value").next().expect("at the field");
            assert!(said.contains(words), "{value}: {said}");
        }
        assert_eq!(checked(&world).await.number, 1);
        assert_eq!(edited(&world, 1, change("Local")).await.expect("made"), 2);
    }
);

/// The file of a version, as it is taken away.
pub(crate) async fn file_of(world: &World, version: i64) -> Vec<u8> {
    let mut file = Vec::new();
    for part in 0.. {
        let bytes = world
            .services
            .mapping_file_part(&world.actor, SLUG, (version, part))
            .await;
        match bytes.expect("a part") {
            Some(bytes) => file.extend(bytes),
            None => break,
        }
    }
    file
}

on_both!(
    f_32_a_corrected_file_is_taken_away_and_comes_back,
    |test: TestDb| async move {
        let world = existing(test).await;
        world.add_local("break-glass", true).await;
        let text = "existing_username,new_username,target_directory\n\
                    Müller,mueller@contoso.com,Local\n\
                    =anna,anna@contoso.com,Local\n\
                    bob,,\n";
        upload(&world, "list.csv", text.as_bytes())
            .await
            .expect("received");
        checked(&world).await;
        let line = MappingEdit::Line {
            line: 2,
            existing: "Müller".to_owned(),
            new: "m.mueller@contoso.com".to_owned(),
            target: "Local".to_owned(),
        };
        assert_eq!(edited(&world, 1, line).await.expect("made"), 2);
        let version = checked(&world).await;
        let file = file_of(&world, 2).await;
        let expected = "\u{feff}existing_username,new_username,target_directory\r\n\
                        Müller,m.mueller@contoso.com,Local\r\n\
                        '=anna,anna@contoso.com,Local\r\n\
                        bob,,\r\n";
        assert_eq!(String::from_utf8(file.clone()).expect("text"), expected);
        let summary = summary_of(version);
        assert_eq!((summary.lines, summary.encoding), (3, FileEncoding::Utf8));
        assert_eq!(
            summary.ignored,
            Vec::<String>::new(),
            "the mark is no part of a heading"
        );

        // The rejects: each line with why, cells as they are meant.
        let problems = MappingFilter {
            severity: Some(Severity::Error),
            ..MappingFilter::default()
        };
        let rejects = world
            .services
            .export_mapping_lines(&world.actor, SLUG, &problems, None)
            .await
            .expect("lines");
        let told: Vec<(&str, &str)> = rejects
            .rows
            .iter()
            .map(|row| (row.existing.as_str(), row.reason.as_str()))
            .collect();
        let existing: Vec<&str> = told.iter().map(|(existing, _)| *existing).collect();
        assert_eq!(
            existing,
            ["Müller", "=anna", "bob"],
            "nobody of them is in People"
        );
        assert!(
            told.iter().all(|(_, why)| why.starts_with("Problem: ")),
            "{told:?}"
        );
        assert!(told[2].1.contains("Enter the new username"), "{told:?}");

        // Uploaded again behind another version: the same lines.
        let gone = MappingEdit::RemoveLine { line: 4 };
        assert_eq!(edited(&world, 2, gone).await.expect("made"), 3);
        checked(&world).await;
        let again = upload(&world, "list.csv", &file).await.expect("received");
        assert_eq!((again.version, again.again), (4, true));
        checked(&world).await;
        assert_eq!(lines(&world, 4).await, lines(&world, 2).await);
        let view = world.services.mapping_line(&world.actor, SLUG, (4, 3), "").await;
        let findings = view.expect("a line").findings;
        // The quote in front is ours: it is no part of the username.
        assert!(
            findings
                .iter()
                .any(|found| found.column == Some(Column::Existing) && found.sentence.contains("no account")),
            "{findings:?}"
        );
    }
);

on_both!(
    f_12_a_file_that_was_written_here_is_not_read_in_another_way,
    |test: TestDb| async move {
        let world = existing(test).await;
        let text = "existing_username,new_username,target_directory\nanna,anna@contoso.com,\nbob,bob,Local\n";
        upload(&world, "list.csv", text.as_bytes())
            .await
            .expect("received");
        checked(&world).await;
        let gone = MappingEdit::RemoveLine { line: 3 };
        assert_eq!(edited(&world, 1, gone).await.expect("made"), 2);
        assert!(!checked(&world).await.is_uploaded);
        let read = async |version: i64| {
            let reading = MappingReading {
                encoding: Some(FileEncoding::Windows1252),
                ..MappingReading::default()
            };
            let (services, actor) = (&world.services, &world.actor);
            services.read_mapping_file(actor, SLUG, version, reading).await
        };
        // The page offers no form for it.
        let refused = refusal(read(2).await);
        let said = refused.of_field("version").next().expect("a sentence");
        assert!(said.contains("was written here"), "{said}");
        assert_eq!(checked(&world).await.number, 2, "nothing was made");

        // What was uploaded is, once it is taken up again.
        let back = MappingEdit::Back { to: 1 };
        assert_eq!(edited(&world, 2, back).await.expect("made"), 3);
        checked(&world).await;
        assert_eq!(read(3).await.expect("read"), 4);
        let summary = summary_of(checked(&world).await);
        assert_eq!(summary.encoding, FileEncoding::Windows1252);
    }
);

on_both!(
    r_03_a_cause_is_gone_through_line_by_line_and_taken_away_narrowed,
    |test: TestDb| async move {
        let world = existing(test).await;
        let text = "existing_username,new_username,target_directory\n\
                    ann,ann@contoso.com,\n\
                    bob,,\n\
                    cid,cid@contoso.com,\n\
                    dan,,\n";
        upload(&world, "list.csv", text.as_bytes())
            .await
            .expect("received");
        let summary = summary_of(checked(&world).await);
        let of_code = |code: FindingCode| {
            let group = summary.groups.iter().find(|group| group.example.code == code);
            let group = group.expect("a group");
            MappingList::Group {
                code,
                severity: group.example.severity,
                about: group.about.clone(),
            }
        };
        let (services, actor) = (&world.services, &world.actor);
        let next = async |list: &MappingList, line: u64| {
            let next = services.next_mapping_line(actor, SLUG, (1, line), list).await;
            next.expect("looked up")
        };
        // From a line that has the finding, and from one that has it no more.
        let empty = of_code(FindingCode::NewEmpty);
        assert_eq!(next(&empty, 2).await, Some(3), "R-03");
        assert_eq!(next(&empty, 3).await, Some(5));
        assert_eq!(next(&empty, 4).await, Some(5));
        assert_eq!(next(&empty, 5).await, None);
        let narrowed = |search: &str| MappingFilter {
            search: search.to_owned(),
            ..MappingFilter::default()
        };
        let contoso = narrowed("CONTOSO");
        let list = MappingList::Lines(contoso.clone());
        assert_eq!(next(&list, 2).await, Some(4));
        assert_eq!(next(&list, 4).await, None);
        let taken = services.export_mapping_lines(actor, SLUG, &contoso, None).await;
        let taken: Vec<String> = taken
            .expect("lines")
            .rows
            .into_iter()
            .map(|row| row.existing)
            .collect();
        assert_eq!(taken, ["ann", "cid"], "as the list on the page");
    }
);
