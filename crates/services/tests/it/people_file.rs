//! Accounts of the old directory out of a People CSV, and People as such a file (domain 1.5, F-32, F-34, invariant 10).

use std::time::Duration;

use domain::ids::Id;
use domain::migration::{MigrationPurpose, MigrationRunState};
use domain::people::{AccountState, Block, BlockReason, BlockedBy, Directory, Profile, field};
use domain::people_file::{PeopleFileReceived, PeopleFileState};
use domain::user_mapping::FileEncoding;
use domain::views::{AuditFilter, PeopleFileResult, PeopleFileView, PeopleFilter};
use domain::{Actor, CustomerId, Role, UserError};
use services::{ServiceError, TypedPeopleFile};
use store::migration::{NewMigrationRun, RunStep};
use test_support::{TestDb, on_both};

use crate::migration_scene::Scene;
use crate::provider::refusal;
use crate::world::{SLUG, World};

const NAME: &str = "Active Directory (contoso.local)";

fn new_directory(name: &str) -> TypedPeopleFile {
    TypedPeopleFile {
        kind: "active_directory".to_owned(),
        name: name.to_owned(),
        ..TypedPeopleFile::default()
    }
}

async fn upload(
    world: &World,
    typed: TypedPeopleFile,
    bytes: &[u8],
) -> Result<PeopleFileReceived, ServiceError> {
    let mut upload = world
        .services
        .begin_people_upload(&world.actor, SLUG, typed, "people.csv")
        .await?;
    for piece in bytes.chunks(1_003) {
        upload.push(piece).await?;
    }
    upload.finish().await
}

async fn view(world: &World) -> PeopleFileView {
    let view = world.services.people_file(&world.actor, SLUG).await;
    view.expect("a view")
}

/// The newest file, once nothing more is done about it.
async fn ended(world: &World) -> PeopleFileResult {
    for _ in 0..1_200 {
        let latest = view(world).await.latest.expect("a file");
        if latest.state != PeopleFileState::Working {
            return latest;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the file was not worked on within a minute");
}

/// A file that is taken, and what came of it: created, updated, unchanged, refused.
async fn imported(world: &World, typed: TypedPeopleFile, text: &str) -> [i64; 4] {
    let received = upload(world, typed, text.as_bytes()).await.expect("received");
    assert!(matches!(received, PeopleFileReceived::File(_)), "{received:?}");
    let file = ended(world).await;
    assert_eq!(
        (file.state, file.lines),
        (PeopleFileState::Done, file.counts.done())
    );
    let counts = file.counts;
    [counts.created, counts.updated, counts.unchanged, counts.refused]
}

/// The directory of before with this name, to be chosen again.
async fn old(world: &World, name: &str) -> TypedPeopleFile {
    let all = view(world).await.directories;
    let chosen = all.iter().find(|directory| directory.name == name);
    TypedPeopleFile {
        directory: chosen.expect("the directory").id.to_string(),
        ..TypedPeopleFile::default()
    }
}

async fn people_number(world: &World) -> i64 {
    let customer = world.customer().await;
    let mut tx = world.test.db.read().await.expect("a transaction");
    let directory = store::directories::current(&mut tx, customer)
        .await
        .expect("a query");
    let directory = directory.expect("a directory").id;
    let marks = store::user_mapping::marks(&mut tx, customer, directory).await;
    marks.expect("marks").people
}

on_both!(
    people_file_accounts_come_in_and_are_updated,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let before = people_number(&world).await;
        let text = "username;First name;surname;E-Mail;account state;shoe size\r\n\
                    anna;Anna;Li;anna@contoso.example;Yes;38\r\n\
                    bob;Bob;Ode;;no;44\r\n";
        assert_eq!(imported(&world, new_directory(NAME), text).await, [2, 0, 0, 0]);
        let after = people_number(&world).await;
        assert!(after > before, "whoever compares with People sees it");
        let shown = view(&world).await;
        let directory = &shown.directories[0];
        assert_eq!((directory.name.as_str(), directory.accounts), (NAME, 2));
        assert!(directory.sync_off.is_none(), "its sync goes on");
        assert_eq!(shown.latest.expect("a file").reading.ignored, ["shoe size"]);

        let anna = world.account("ANNA").await.expect("an account");
        assert_eq!(anna.directory, Directory::External(directory.id));
        assert_eq!((anna.state, anna.is_administrator), (AccountState::Active, false));
        assert_eq!(anna.profile[field::EMAIL], "anna@contoso.example");
        let bob = world.account("bob").await.expect("an account");
        let by_hand = Block {
            by: BlockedBy::Administrator,
            reason: BlockReason::ByAdministrator,
        };
        assert_eq!((bob.state, bob.block), (AccountState::Blocked, Some(by_hand)));

        // What no column says stays, and so does whoever is not in the file.
        let text = "username,job_title\nAnna,Clerk\n";
        assert_eq!(
            imported(&world, old(&world, NAME).await, text).await,
            [0, 1, 0, 0]
        );
        let after = world.account("anna").await.expect("an account");
        let mut expected = anna.profile.clone();
        expected.insert(field::JOB_TITLE.to_owned(), "Clerk".to_owned());
        assert_eq!((after.profile, after.username), (expected, anna.username));
        assert_eq!(world.account("bob").await, Some(bob));
        assert_eq!(
            imported(&world, old(&world, NAME).await, text).await,
            [0, 0, 1, 0]
        );
    }
);

on_both!(
    people_file_lines_that_change_nothing_say_why,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.add_local("admin", true).await;
        world.add_local("reception", false).await;
        world.add_unlinked("carol", |_| {}).await;
        let others = world.people_dump().await;
        let text = "username,surname,email,directory\n\
                    admin,X,,\nRECEPTION,X,,\ncarol,X,,\ndora,D,d@,\nerik,E,,Local\nfinn,F,,\nFinn,G,,\n,H,,\n";
        assert_eq!(imported(&world, new_directory(NAME), text).await, [0, 0, 0, 8]);
        assert_eq!(world.people_dump().await, others, "nothing was changed");
        let lines = world.services.refused_lines(&world.actor, SLUG, None).await;
        let lines = lines.expect("lines").rows;
        let expected = [
            (2, "admin", "A local account has this username"),
            (3, "RECEPTION", "A local account has this username"),
            (4, "carol", "An account of another directory"),
            (5, "dora", "E-mail takes an address"),
            (6, "erik", "says Local"),
            (7, "finn", "Line 8 has the same username"),
            (8, "Finn", "Line 7 has the same username"),
            (9, "", "There is no username"),
        ];
        assert_eq!(lines.len(), expected.len());
        for (line, (number, who, part)) in lines.iter().zip(expected) {
            assert_eq!((line.line, line.username.as_str()), (number, who));
            assert!(line.problems[0].contains(part), "{:?}", line.problems);
        }
        // As a file they can be mended and uploaded again.
        let actor = &world.actor;
        let columns = world
            .services
            .refused_columns(actor, SLUG)
            .await
            .expect("columns");
        let expected = ["username", "surname", "email", "directory", "line", "problem"];
        assert_eq!(columns, expected);
        let table = world.services.refused_table(actor, SLUG, &columns, None).await;
        let rows = table.expect("rows").rows;
        assert_eq!(rows[3][..5], ["dora", "D", "d@", "", "5"].map(str::to_owned));
    }
);

on_both!(
    people_file_invariant_10_administrators_are_never_changed,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let id = world.add_old_directory(NAME).await;
        world
            .add_account("gina", |account| {
                account.directory = Directory::External(id);
                account.is_administrator = true;
            })
            .await;
        let before = world.people_dump().await;
        let text = "username,surname\ngina,X\n";
        assert_eq!(
            imported(&world, old(&world, NAME).await, text).await,
            [0, 0, 0, 1]
        );
        assert_eq!(world.people_dump().await, before);
    }
);

on_both!(
    people_file_f_32_exported_and_imported_again_changes_nothing,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.add_local("admin", true).await;
        let id = world.add_old_directory(NAME).await;
        for (username, value) in [
            ("+49 30", "=cmd|' /C calc'!A0"),
            ("'bob", "a; -b\r\n@c"),
            ("carol", " 'x "),
        ] {
            world
                .add_account(username, |account| {
                    account.directory = Directory::External(id);
                    account.profile = Profile::from([(field::JOB_TITLE.to_owned(), value.to_owned())]);
                    account.state = AccountState::Frozen;
                })
                .await;
        }
        let before = world.people_dump().await;
        let (services, actor) = (&world.services, &world.actor);
        let columns = services.people_columns(actor, SLUG).await.expect("columns");
        let filter = PeopleFilter::default();
        let table = services
            .people_table(actor, SLUG, (&filter, &columns), None)
            .await;
        let mut text = String::new();
        for row in std::iter::once(columns.clone()).chain(table.expect("a page").rows) {
            let cells: Vec<String> = row
                .iter()
                .map(|cell| format!("\"{}\"", rules::export::safe_cell(cell).replace('"', "\"\"")))
                .collect();
            text.extend([cells.join(",").as_str(), "\r\n"]);
        }
        let found = imported(&world, old(&world, NAME).await, &text).await;
        assert_eq!(found, [0, 0, 3, 1], "{text}");
        assert_eq!(world.people_dump().await, before);
    }
);

on_both!(
    people_file_f_34_nothing_is_left_of_what_is_refused_or_breaks_off,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        for (typed, bytes, field, part) in [
            (
                new_directory(NAME),
                &b"name\nanna\n"[..],
                "file",
                "No column is called username",
            ),
            (
                new_directory(NAME),
                b"username\nan\x00na\n",
                "file",
                "control characters",
            ),
            (new_directory("local"), b"username\nanna\n", "name", "Local means"),
            (
                TypedPeopleFile::default(),
                b"username\nanna\n",
                "kind",
                "what kind",
            ),
        ] {
            let error = refusal(upload(&world, typed, bytes).await);
            let said = error.of_field(field).next().expect("a sentence");
            assert!(said.contains(part), "{said}");
        }
        let latin = b"username,surname\nanna,M\xFCller\n";
        let asked = upload(&world, new_directory(NAME), latin).await;
        let samples = vec!["anna,Müller".to_owned()];
        assert_eq!(asked.expect("an answer"), PeopleFileReceived::Asks { samples });
        // One that simply ends.
        let begun = world
            .services
            .begin_people_upload(&world.actor, SLUG, new_directory(NAME), "people.csv");
        let mut begun = begun.await.expect("begun");
        begun.push(b"username\nanna\n").await.expect("pushed");
        drop(begun);
        let shown = view(&world).await;
        assert!(
            shown.directories.is_empty() && shown.latest.is_none(),
            "{shown:?}"
        );
        assert_eq!(world.account("anna").await, None);
        let typed = TypedPeopleFile {
            encoding: FileEncoding::Windows1252.code().to_owned(),
            ..new_directory(NAME)
        };
        upload(&world, typed, latin).await.expect("received");
        assert_eq!(ended(&world).await.counts.created, 1);
        let anna = world.account("anna").await.expect("an account");
        assert_eq!(anna.profile[field::SURNAME], "Müller");
    }
);

on_both!(
    f_12_a_people_file_is_read_in_whatever_encoding_a_person_says,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let said = |name: &str, encoding: FileEncoding| TypedPeopleFile {
            encoding: encoding.code().to_owned(),
            ..new_directory(name)
        };
        // All of it is UTF-8 but for one damaged line: that one is refused.
        let damaged = b"username,surname\nanna,M\xC3\xBCller\nbert,M\xFCller\n";
        let asked = upload(&world, new_directory(NAME), damaged).await;
        let asked = asked.expect("an answer");
        assert!(matches!(asked, PeopleFileReceived::Asks { .. }), "{asked:?}");
        let received = upload(&world, said(NAME, FileEncoding::Utf8), damaged).await;
        received.expect("received");
        let counts = ended(&world).await.counts;
        assert_eq!((counts.created, counts.refused), (1, 1));
        let anna = world.account("anna").await.expect("an account");
        assert_eq!(anna.profile[field::SURNAME], "Müller");
        assert_eq!(world.account("bert").await, None);

        // In an encoding it is not in no column is found, and nobody is touched.
        let typed = said("Other", FileEncoding::Utf16Le);
        let error = refusal(upload(&world, typed, b"username\ncarl\n").await);
        assert!(error.of_field("file").next().is_some(), "{error}");
        assert_eq!(world.account("carl").await, None);
    }
);

on_both!(
    people_file_work_goes_on_where_a_worker_died,
    |test: TestDb| async move {
        let mut world = World::entra(test).await;
        world.dismiss().await;
        let mut text = "username,surname\n".to_owned();
        for n in 0..1_700 {
            text.extend(["user", &n.to_string(), ",Surname\n"]);
        }
        upload(&world, new_directory(NAME), text.as_bytes())
            .await
            .expect("received");
        let error = refusal(upload(&world, new_directory("Other"), b"username\nx\n").await);
        assert!(error.to_string().contains("Another file"), "{error}");
        // One worker goes as soon as something is done, another one comes.
        world.employ();
        for _ in 0..600 {
            if view(&world).await.latest.expect("a file").counts.done() > 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        world.dismiss().await;
        world.employ();
        let file = ended(&world).await;
        let came = (file.state, file.counts.created, file.counts.refused);
        assert_eq!(came, (PeopleFileState::Done, 1_700, 0));
        assert_eq!(view(&world).await.directories[0].accounts, 1_700);
        let log = world
            .services
            .audit_log(&world.actor, SLUG, &AuditFilter::default(), None)
            .await
            .expect("a log");
        for action in ["account.directory", "account.import", "account.import.end"] {
            assert!(
                log.rows
                    .iter()
                    .any(|row| row.action == action && row.about == NAME),
                "{action}"
            );
        }
    }
);

on_both!(
    people_file_is_for_whoever_may_edit_people,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let someone = |role, customer: Option<CustomerId>| Actor {
            user: None,
            name: "Someone".to_owned(),
            role,
            customer,
        };
        let own = Some(world.customer().await);
        let begin = async |actor: &Actor| {
            let begun = world
                .services
                .begin_people_upload(actor, SLUG, new_directory(NAME), "people.csv");
            begun.await.map(|_| ())
        };
        let viewer = someone(Role::Viewer, own);
        assert_eq!(refusal(begin(&viewer).await), UserError::Forbidden);
        let other = CustomerId::at(domain::Timestamp::UNIX_EPOCH, rand::random());
        let stranger = someone(Role::CustomerAdmin, Some(other));
        assert_eq!(refusal(begin(&stranger).await), UserError::NotFound);
        begin(&someone(Role::CustomerAdmin, own)).await.expect("allowed");
    }
);

/// A worker that knows no work but files.
struct Files(services::Services);

#[async_trait::async_trait]
impl jobs::Handler for Files {
    async fn run(&self, job: &jobs::Job, lease: &jobs::Lease) -> Result<(), jobs::JobError> {
        if job.kind == services::people_file::PEOPLE_FILE_JOB {
            self.0.work_on_people_file(job, lease).await
        } else {
            Err(jobs::JobError::Stopped)
        }
    }

    async fn tick(&self) -> Result<(), jobs::JobError> {
        Ok(())
    }
}

on_both!(
    people_file_m_01_waits_for_the_migration_and_goes_on_when_uploaded_again,
    |test: TestDb| async move {
        let mut scene = Scene::new(test).await;
        let plan = scene.prepared().await;
        scene.world.dismiss().await;
        let typed = old(&scene.world, "Active Directory").await;
        let text = b"username,surname\nsomebody.new,New\n";
        upload(&scene.world, typed.clone(), text).await.expect("received");
        // Both begin at once: what would refuse one of them has not seen the other yet.
        let customer = scene.world.customer().await;
        let now = scene.services().now();
        let new = NewMigrationRun {
            plan,
            purpose: MigrationPurpose::Migrate,
            by: "Sam Staff",
            at: now,
            from: now,
            until: now + chrono::TimeDelta::days(9),
            agreement: "Anna Admin.",
        };
        let step = RunStep {
            from: MigrationRunState::Scheduled,
            to: MigrationRunState::Freezing,
            frozen_at: Some(now),
            committed_at: None,
            switched: None,
            reserved_until: None,
        };
        let mut tx = scene.world.test.db.begin().await.expect("a transaction");
        let run = store::migration::insert_run(&mut tx, customer, &new)
            .await
            .expect("a run");
        store::migration::advance(&mut tx, customer, run, &step)
            .await
            .expect("access is paused");
        tx.commit().await.expect("written");
        // The file is tried again and again, and given up while nothing of it is done.
        let mut tries = 0;
        let file = loop {
            scene.world.turn_clock_alone(chrono::TimeDelta::minutes(30)).await;
            let files = Files(scene.services().clone());
            scene.world.employ_for(std::sync::Arc::new(files));
            tokio::time::sleep(Duration::from_millis(200)).await;
            let file = view(&scene.world).await.latest.expect("a file");
            if file.state != PeopleFileState::Working {
                break file;
            }
            tries += 1;
            assert!(tries < 50, "the file is never given up");
        };
        assert!(tries > 1, "once is not again and again");
        assert_eq!((file.state, file.counts.done()), (PeopleFileState::Stopped, 0));
        assert!(scene.world.account("somebody.new").await.is_none());
        // The migration is over, and whoever uploads the file again has it all.
        let mut tx = scene.world.test.db.begin().await.expect("a transaction");
        let states = (MigrationRunState::Freezing, MigrationRunState::Interrupted);
        store::migration::end_run(&mut tx, customer, run, states, None, scene.services().now())
            .await
            .expect("over");
        tx.commit().await.expect("written");
        upload(&scene.world, typed, text).await.expect("received");
        let file = ended(&scene.world).await;
        assert_eq!((file.state, file.counts.created), (PeopleFileState::Done, 1));
    }
);
