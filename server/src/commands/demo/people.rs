//! Who is in the demo's console, and who is in its People directories before the first sync.

use domain::people::OldDirectory;
use domain::profile::FieldKind;
use domain::{Actor, Role};
use services::auth::NewUser;
use services::{NewLocalAccount, ServiceError, Services, TypedProfileField};
use simulator::{Kind, Person, Simulator};

use super::{Account, made_up};
use crate::errors::Failure;

/// The demo's customers: name, name in addresses, domain of its people, and where people come from who are in People
/// already. Contoso is an intranet with people in it, Fabrikam a brand-new one.
const CUSTOMERS: [(&str, &str, &str, Option<Kind>); 2] = [
    ("Contoso Ltd", "contoso", "contoso.example", Some(Kind::Entra)),
    ("Fabrikam", "fabrikam", "fabrikam.example", None),
];
/// Of the people in the directory, so many have an account in People already.
const KNOWN_ALREADY: usize = 12;
/// And so many more came from the directory the intranet followed before, under the names of that time.
const FROM_BEFORE: usize = 31;
/// That directory.
const BEFORE: (OldDirectory, &str) = (OldDirectory::ActiveDirectory, "Active Directory (contoso.local)");
/// The one among them of whom an earlier attempt to synchronise left a second account behind (P-10).
const DUPLICATED: usize = 27;
/// An active account of a team, with a username like those of the directory (P-09).
pub(super) const EVENTS: &str = "events@contoso.com";
/// Groups of each People directory.
const GROUPS: [&str; 4] = ["Everyone", "Engineering", "Editors", "Works council"];

/// Creates staff, customers, their admins and viewers, and what is in People. Gives everybody who can sign in.
pub(super) async fn create(services: &Services, simulator: &Simulator) -> Result<Vec<Account>, Failure> {
    fill(services, simulator)
        .await
        .map_err(|error| Failure::new("the demo's data could not be made", error))
}

async fn fill(services: &Services, simulator: &Simulator) -> Result<Vec<Account>, ServiceError> {
    let system = Actor::system("Demo");
    let mut accounts = vec![Account {
        name: "Sam Staff".to_owned(),
        email: "staff@vendor.example".to_owned(),
        password: made_up(),
        role: Role::Staff,
        customer: None,
    }];
    for (name, slug, domain, kind) in CUSTOMERS {
        services.create_customer(&system, name, slug).await?;
        for (person, local, role) in [
            ("Anna Admin", "admin", Role::CustomerAdmin),
            ("Victor Viewer", "viewer", Role::Viewer),
        ] {
            accounts.push(Account {
                name: person.to_owned(),
                email: format!("{local}@{domain}"),
                password: made_up(),
                role,
                customer: Some(slug.to_owned()),
            });
        }
        for group in GROUPS {
            services.create_people_group(&system, slug, group).await?;
        }
        for field in profile_fields(simulator, kind.unwrap_or(Kind::Okta)) {
            services.save_profile_field(&system, slug, &field).await?;
        }
        if let Some(kind) = kind {
            services
                .create_local_accounts(&system, slug, &local_accounts(simulator, kind, domain))
                .await?;
            services
                .create_old_directory(&system, slug, BEFORE, &accounts_from_before(simulator, kind))
                .await?;
        }
    }
    for account in &accounts {
        let user = NewUser {
            name: account.name.clone(),
            email: account.email.clone(),
            password: account.password.clone().into(),
            role: account.role,
            customer: account.customer.clone(),
        };
        services.create_user(&system, &user).await?;
    }
    Ok(accounts)
}

/// What a People directory holds before the first sync: administrators, people whose account has the username that
/// the directory gives them (they will be linked), one of them an administrator, and people nobody else knows.
fn local_accounts(simulator: &Simulator, kind: Kind, domain: &str) -> Vec<NewLocalAccount> {
    let mut accounts = vec![
        local(
            "admin",
            "Intranet",
            "Administrator",
            &format!("intranet@{domain}"),
            true,
        ),
        local("break-glass", "Emergency", "Access", "", true),
        local("kiosk.reception", "Reception", "Kiosk", "", false),
        local(
            "works.council",
            "Works",
            "Council",
            &format!("works.council@{domain}"),
            false,
        ),
    ];
    let people = known_already(simulator, kind);
    for (n, (person, username)) in people.iter().zip(local_usernames(simulator, kind)).enumerate() {
        let first = person.first_name.as_deref().unwrap_or_default();
        let surname = person.last_name.as_deref().unwrap_or_default();
        let mail = person.mail.as_deref().unwrap_or_default();
        let mut account = local(&username, first, surname, mail, n == 4);
        // What the intranet knew before differs from what the directory says.
        account.department = if n % 2 == 0 {
            "Old department".to_owned()
        } else {
            String::new()
        };
        accounts.push(account);
    }
    accounts.extend(in_the_way(simulator, kind));
    without_repeats(accounts)
}

/// Accounts with a username that the user mapping wants for somebody else.
fn in_the_way(simulator: &Simulator, kind: Kind) -> Vec<NewLocalAccount> {
    let mut accounts = vec![local(EVENTS, "Events", "Team", "", false)];
    accounts.extend(of_before(simulator, kind).get(DUPLICATED).map(|person| {
        let first = person.first_name.as_deref().unwrap_or_default();
        let surname = person.last_name.as_deref().unwrap_or_default();
        NewLocalAccount {
            is_blocked: true,
            ..local(&person.principal_name, first, surname, "", false)
        }
    }));
    accounts
}

/// People of the directory who have a local account already.
pub(super) fn known_already(simulator: &Simulator, kind: Kind) -> Vec<Person> {
    let people = plain_people(simulator, kind).into_iter();
    people.take(KNOWN_ALREADY).collect()
}

/// And its username, for each of them.
pub(super) fn local_usernames(simulator: &Simulator, kind: Kind) -> Vec<String> {
    let name = |(n, person): (usize, Person)| match n % 4 {
        // The same name in other letters: still the same username.
        1 => person.principal_name.to_uppercase(),
        // Known by the local part only: not linked by itself, a case for the mapping.
        3 => {
            let local = person.principal_name.split('@').next();
            local.unwrap_or_default().to_owned()
        }
        _ => person.principal_name,
    };
    let people = known_already(simulator, kind).into_iter();
    people.enumerate().map(name).collect()
}

/// People of the directory who had an account of the directory before.
pub(super) fn of_before(simulator: &Simulator, kind: Kind) -> Vec<Person> {
    let people = plain_people(simulator, kind).into_iter();
    let mut seen = std::collections::BTreeSet::new();
    people
        .skip(KNOWN_ALREADY)
        .take(FROM_BEFORE)
        .filter(|person| seen.insert(initial_and_surname(person)))
        .collect()
}

/// The username of the person at a place among [`of_before`], as it was then. Most are another name altogether. Two have
/// each other's name of today, three have theirs around a circle, and one has their own in capitals: the migration takes
/// all of them. One is a number with zeros in front, which spreadsheets take away (F-33).
pub(super) fn before_username(n: usize, all: &[Person]) -> String {
    let of = |place: usize| all.get(place).map(|person| person.principal_name.clone());
    let other = match n {
        0 => of(0).map(|name| name.to_uppercase()),
        12 => of(13),
        13 => of(12),
        24 => of(25),
        25 => of(26),
        26 => of(24),
        28 => Some("00123".to_owned()),
        _ => None,
    };
    other
        .or_else(|| all.get(n).map(initial_and_surname))
        .unwrap_or_default()
}

fn initial_and_surname(person: &Person) -> String {
    let first = person.first_name.as_deref().unwrap_or_default();
    let surname = person.last_name.as_deref().unwrap_or_default();
    let initial: String = first.chars().take(1).collect();
    format!("CONTOSO\\{initial}{surname}").to_lowercase()
}

/// Accounts of the directory the intranet followed before: its people are the same, its usernames are not.
fn accounts_from_before(simulator: &Simulator, kind: Kind) -> Vec<NewLocalAccount> {
    let all = of_before(simulator, kind);
    let of_person = |(n, person): (usize, &Person)| {
        let first = person.first_name.as_deref().unwrap_or_default();
        let surname = person.last_name.as_deref().unwrap_or_default();
        let mail = person.mail.as_deref().unwrap_or_default();
        local(&before_username(n, &all), first, surname, mail, false)
    };
    all.iter().enumerate().map(of_person).collect()
}

/// What profiles hold beside the usual fields. One office is missing among the options, as it might be in real life: the
/// data mapping says whom that concerns.
fn profile_fields(simulator: &Simulator, kind: Kind) -> Vec<TypedProfileField> {
    let people = plain_people(simulator, kind);
    let cities = people.iter().filter_map(|person| person.attributes.get("city"));
    let cities: std::collections::BTreeSet<&str> = cities.map(String::as_str).collect();
    let offices: Vec<&str> = cities.into_iter().skip(1).collect();
    let field = |title: &str, kind: FieldKind, options: String| TypedProfileField {
        title: title.to_owned(),
        kind: kind.code().to_owned(),
        options,
        ..TypedProfileField::default()
    };
    let mut fields = vec![
        field("Employee number", FieldKind::Text, String::new()),
        field("First day", FieldKind::Date, String::new()),
    ];
    // A handful of people may all sit in one office.
    if !offices.is_empty() {
        fields.push(field("Office", FieldKind::Select, offices.join("\n")));
    }
    fields
}

/// The people of the simulated directory whose accounts are ordinary ones.
fn plain_people(simulator: &Simulator, kind: Kind) -> Vec<Person> {
    let end = simulator.control().count(kind).min(400);
    let people = simulator.control().people(kind, 0..end);
    people.into_iter().filter(is_plain).collect()
}

/// Somebody with an ordinary account: the awkward cases stay as they are.
fn is_plain(person: &Person) -> bool {
    let ordinary = |name: &Option<String>| {
        name.as_ref()
            .is_some_and(|name| name.chars().all(char::is_alphabetic))
    };
    !person.deleted
        && person.enabled.unwrap_or(true)
        && person.user_type.as_deref().unwrap_or("Member") == "Member"
        && person.principal_name.is_ascii()
        && ordinary(&person.first_name)
        && ordinary(&person.last_name)
}

fn local(username: &str, first: &str, surname: &str, email: &str, is_administrator: bool) -> NewLocalAccount {
    NewLocalAccount {
        username: username.to_owned(),
        first_name: first.to_owned(),
        surname: surname.to_owned(),
        email: email.to_owned(),
        is_administrator,
        ..NewLocalAccount::default()
    }
}

fn without_repeats(accounts: Vec<NewLocalAccount>) -> Vec<NewLocalAccount> {
    let mut seen = std::collections::BTreeSet::new();
    accounts
        .into_iter()
        .filter(|account| seen.insert(account.username.to_lowercase()))
        .collect()
}
