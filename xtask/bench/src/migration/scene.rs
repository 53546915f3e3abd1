//! A customer whose accounts stand in an old directory, with an approved mapping for all of them.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use chrono::{SubsecRound, TimeDelta};
use domain::deployment::{ExistingDirectory, Step};
use domain::ids::Id;
use domain::migration::{MigrationOptions, MigrationRunState, MigrationStep, PlanState};
use domain::people::{AccountState, Directory, OldDirectory, PeopleAccount, Profile, field};
use domain::sync::RunKind;
use domain::user_mapping::{FindingGroup, MappingOutcome, MappingState, Verdict};
use domain::{AccountId, Actor, ConsoleUserId, CustomerId, Role, Timestamp};
use services::NewLocalAccount;
use services::migration::MigrationStart;
use simulator::{Kind, Person, Simulator};
use store::accounts::AccountWrite;

use crate::full::{Failure, Product, SLUG, timed};

/// When each step began.
pub(super) type Steps = Vec<(MigrationStep, Instant)>;

/// People who are asked for, and accounts that are written, at once.
const BATCH: usize = 10_000;

/// How many accounts get a username that another one has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Share {
    OnePercent,
    TenPercent,
}

impl Share {
    pub(super) const fn percent(self) -> usize {
        match self {
            Share::OnePercent => 1,
            Share::TenPercent => 10,
        }
    }
}

pub(super) struct Scene {
    product: Product,
    staff: Actor,
    admin: Actor,
    pub(super) address: String,
    /// From the first byte of the file to its last finding.
    pub(super) validation: Duration,
}

fn somebody(name: &str, role: Role, customer: Option<CustomerId>, number: u8) -> Actor {
    Actor {
        user: Some(ConsoleUserId::at(chrono::DateTime::UNIX_EPOCH, [number; 10])),
        name: name.to_owned(),
        role,
        customer,
    }
}

impl Scene {
    pub(super) async fn prepare(
        simulator: &Simulator,
        (size, share): (usize, Share),
        database: Option<&str>,
    ) -> Result<Self, Failure> {
        // And a local administrator: a mapping has a million lines at most.
        let people = people(simulator, size - 1)?;
        let product = Product::start(simulator, database).await?;
        let (services, actor) = (&product.services, &product.actor);
        services.create_customer(actor, "Limit", "limit").await?;
        let mut tx = product.db.read().await?;
        let customer = store::customers::by_slug(&mut tx, SLUG).await?;
        drop(tx);
        let customer = customer.ok_or("no customer")?.id;
        let mapping = accounts(&product, customer, &people, share).await?;
        drop(people);
        timed(services, actor, RunKind::TestSync).await?;
        let existing = ExistingDirectory::Existing;
        services
            .answer_existing(actor, SLUG, existing, "A benchmark.")
            .await?;
        for step in [Step::LoginHandler, Step::Module] {
            services
                .state_step(actor, SLUG, step, true, "", "A benchmark.")
                .await?;
        }
        let mut scene = Self {
            staff: somebody("Staff", Role::Staff, None, 2),
            admin: somebody("Administrator", Role::CustomerAdmin, Some(customer), 1),
            address: product.address.clone(),
            validation: Duration::ZERO,
            product,
        };
        scene.validation = scene.approve(&mapping).await?;
        Ok(scene)
    }

    async fn approve(&self, mapping: &str) -> Result<Duration, Failure> {
        let services = &self.product.services;
        let begun = Instant::now();
        let mut upload = services
            .begin_mapping_upload(&self.admin, SLUG, "people.csv")
            .await?;
        for part in mapping.as_bytes().chunks(1 << 16) {
            upload.push(part).await?;
        }
        upload.finish().await?;
        let version = loop {
            let view = services.user_mapping(&self.admin, SLUG).await?;
            let version = view.version.ok_or("no version")?;
            match version.outcome {
                Some(MappingOutcome::Checked(_)) => break version.number,
                _ if version.state == MappingState::Checking => pause().await,
                other => return Err(format!("the mapping was not checked: {other:?}").into()),
            }
        };
        let took = begun.elapsed();
        let view = services.user_mapping(&self.admin, SLUG).await?;
        let needs = view.submission.ok_or("the mapping cannot be submitted")?;
        if !needs.in_the_way.is_empty() {
            return Err(needs.in_the_way.join(" ").into());
        }
        let keys: Vec<String> = needs.warnings.iter().map(FindingGroup::key).collect();
        services.submit_mapping(&self.admin, SLUG, version, &keys).await?;
        let verdict = Verdict::APPROVE;
        services
            .review_mapping(&self.staff, SLUG, version, verdict)
            .await?;
        Ok(took)
    }

    /// A plan and its rehearsal, ready to be carried out; how long each took.
    pub(super) async fn dry_run(&self) -> Result<[Duration; 2], Failure> {
        let services = &self.product.services;
        let begun = Instant::now();
        let options = MigrationOptions::default();
        let number = services.make_migration_plan(&self.staff, SLUG, options).await?;
        self.ready(number).await?;
        let plan = begun.elapsed();
        services.rehearse_migration(&self.staff, SLUG, number).await?;
        while services
            .migration_plan(&self.staff, SLUG, number)
            .await?
            .rehearsal
            .is_none()
        {
            pause().await;
        }
        let rehearsal = begun.elapsed().saturating_sub(plan);
        let note = "A benchmark has none.";
        services
            .note_migration_backup(&self.staff, SLUG, number, note)
            .await?;
        Ok([plan, rehearsal])
    }

    async fn ready(&self, number: i64) -> Result<(), Failure> {
        loop {
            let plan = self
                .product
                .services
                .migration_plan(&self.staff, SLUG, number)
                .await?;
            match plan.state {
                PlanState::Ready => return Ok(()),
                PlanState::Making => pause().await,
                PlanState::Failed | PlanState::Dropped => {
                    return Err(format!("plan {number} cannot be carried out").into());
                }
            }
        }
    }

    /// Carries the newest plan out.
    pub(super) async fn migrate(&self) -> Result<Steps, Failure> {
        let view = self.product.services.migration(&self.staff, SLUG).await?;
        let plan = view.plan.ok_or("no plan")?.number;
        self.carry_out(plan).await.map(|(steps, _)| steps)
    }

    /// Takes the newest run back.
    pub(super) async fn undo(&self) -> Result<Steps, Failure> {
        let services = &self.product.services;
        let view = services.migration(&self.staff, SLUG).await?;
        let run = view.run.ok_or("no run")?.number;
        let plan = services.make_undo_plan(&self.staff, SLUG, run, None).await?;
        self.ready(plan).await?;
        self.carry_out(plan).await.map(|(steps, _)| steps)
    }

    async fn carry_out(&self, plan: i64) -> Result<(Steps, i64), Failure> {
        let services = &self.product.services;
        let start = MigrationStart::Now {
            minutes: 600,
            agreement: "A benchmark.".to_owned(),
        };
        self.product
            .steps
            .lock()
            .map_err(|_| "a worker panicked")?
            .clear();
        let number = services.start_migration(&self.staff, SLUG, plan, start).await?;
        loop {
            let run = services.migration_run(&self.staff, SLUG, number).await?;
            if !run.state.is_open() {
                if run.state != MigrationRunState::Done || run.problem.is_some() {
                    return Err(format!("run {number} is {}: {:?}", run.state, run.problem).into());
                }
                let steps = self
                    .product
                    .steps
                    .lock()
                    .map_err(|_| "a worker panicked")?
                    .clone();
                return Ok((steps, number));
            }
            pause().await;
        }
    }

    pub(super) async fn end(self) -> Result<(), Failure> {
        self.product.end().await
    }
}

async fn pause() {
    tokio::time::sleep(Duration::from_millis(10)).await;
}

/// People of the company who work there, each with a username of their own, all of them in scope.
fn people(simulator: &Simulator, size: usize) -> Result<Vec<Person>, Failure> {
    let control = simulator.control();
    let groups = control.groups(Kind::Entra);
    let scope = groups
        .iter()
        .find(|group| group.name == "Intranet users")
        .ok_or("no scope group")?;
    let mut seen = HashSet::new();
    let mut people = Vec::with_capacity(size);
    let mut from = 47;
    while people.len() < size {
        let some = control.people(Kind::Entra, from..from + BATCH);
        if some.is_empty() {
            return Err(format!("only {} people of the directory are plain", people.len()).into());
        }
        from += BATCH;
        let plain = some.into_iter().filter(|person| {
            person.enabled == Some(true)
                && person.user_type.as_deref() == Some("Member")
                && person.first_name.is_some()
                && person.last_name.is_some()
                && person.mail.as_deref() == Some(&person.principal_name)
                && seen.insert(person.principal_name.to_lowercase())
        });
        for person in plain.take(size - people.len()) {
            control.add_to_group(Kind::Entra, &scope.id, &person.id)?;
            people.push(person);
        }
    }
    Ok(people)
}

/// Makes an account in an old directory for everybody, and gives the mapping. Of those whose username of tomorrow somebody
/// has today, half swap and half form cycles of three.
async fn accounts(
    product: &Product,
    customer: CustomerId,
    people: &[Person],
    share: Share,
) -> Result<String, Failure> {
    let (services, actor) = (&product.services, &product.actor);
    let old = (OldDirectory::ActiveDirectory, "Active Directory");
    let old = services.create_old_directory(actor, SLUG, old, &[]).await?;
    let handed_on = people.len() * share.percent() / 100 / 12 * 12;
    let mut mapping = "existing_username,new_username,target_directory\r\n".to_owned();
    let now = now();
    let mut writes = Vec::new();
    for (place, person) in people.iter().enumerate() {
        let username = now_called(place, handed_on)
            .and_then(|place| people.get(place))
            .map_or_else(|| format!("old.{place}"), |other| other.principal_name.clone());
        writeln!(mapping, "{username},{},\r", person.principal_name)?;
        let created = now - TimeDelta::milliseconds(i64::try_from(people.len() - place)?);
        writes.push(account(&username, person, Directory::External(old), created));
        if writes.len() == BATCH || place + 1 == people.len() {
            let mut tx = product.db.begin().await?;
            store::accounts::insert(&mut tx, customer, &writes, now).await?;
            tx.commit().await?;
            writes.clear();
        }
    }
    let administrator = NewLocalAccount {
        username: "break-glass".to_owned(),
        first_name: String::new(),
        surname: "Break-glass".to_owned(),
        email: String::new(),
        department: String::new(),
        is_administrator: true,
        is_blocked: false,
    };
    let administrator = services.add_local_account(actor, SLUG, &administrator).await?;
    services
        .prove_local_admin(actor, SLUG, administrator, "A benchmark.")
        .await?;
    mapping.push_str("break-glass,break-glass,Local\r\n");
    Ok(mapping)
}

/// Whose username of tomorrow an account has today: twelve at a time are three swaps and two cycles of three.
const fn now_called(place: usize, handed_on: usize) -> Option<usize> {
    if place >= handed_on {
        return None;
    }
    let (first, within) = (place / 12 * 12, place % 12);
    Some(
        first
            + if within < 6 {
                within ^ 1
            } else {
                within / 3 * 3 + (within + 1) % 3
            },
    )
}

#[expect(clippy::disallowed_methods, reason = "a benchmark runs in real time")]
fn now() -> Timestamp {
    chrono::Utc::now().trunc_subsecs(6)
}

fn account(username: &str, person: &Person, directory: Directory, created: Timestamp) -> AccountWrite {
    let stored = rules::username::stored(username);
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let (first, surname, email) = (
        text(&person.first_name),
        text(&person.last_name),
        text(&person.mail),
    );
    let search_key = rules::username::search_key(&format!("{first} {surname} {username} {email}"));
    let sort_key = rules::username::search_key(&format!("{surname} {first}"));
    let account = PeopleAccount {
        id: AccountId::at(created, [7; 10]),
        username_key: rules::username::key(&stored),
        username: stored,
        directory,
        state: AccountState::Active,
        block: None,
        is_administrator: false,
        profile: Profile::from([
            (field::FIRST_NAME.to_owned(), first),
            (field::SURNAME.to_owned(), surname),
            (field::EMAIL.to_owned(), email),
        ]),
        manager: None,
        version: 1,
        created_at: created,
        updated_at: created,
        last_sign_in_at: Some(created),
    };
    AccountWrite {
        account,
        search_key,
        sort_key,
    }
}
