//! The new directory's people.

use super::{Dice, DirectoryPerson, Taken, short};
use crate::Kind;
use crate::people::edge::FIRST_GENERATED;
use crate::people::{Attr, Generator, Record};
use crate::tables::company::DOMAIN;

/// People and what only the storyteller knows of them.
#[derive(Debug)]
pub(super) struct Town {
    pub(super) generator: Generator,
    pub(super) people: Vec<DirectoryPerson>,
    pub(super) pasts: Vec<Past>,
    /// Positions of team mailboxes.
    pub(super) mailboxes: Vec<usize>,
}

/// What the intranet knew of a person.
#[derive(Debug, Clone, Default)]
pub(super) struct Past {
    /// Given name and surname in Latin letters, as addresses have them.
    pub(super) latin: (String, String),
    pub(super) surname: Option<String>,
    pub(super) mail: Option<String>,
    /// The number they have, in the directory or not.
    pub(super) number: Option<String>,
    pub(super) is_married: bool,
    /// Somebody who may have an account: no guest, no room.
    pub(super) is_employee: bool,
    pub(super) has_account: bool,
}

impl Town {
    pub(super) fn new(seed: u64, users: usize, dice: &mut Dice) -> Town {
        let generator = Generator {
            kind: Kind::Entra,
            seed,
            users,
        };
        let mut town = Town {
            generator,
            people: Vec::new(),
            pasts: Vec::new(),
            mailboxes: Vec::new(),
        };
        let (mut addresses, mut account_names) = (Taken::default(), Taken::default());
        for index in 0..users {
            let record = generator.person(index);
            let (mut person, mut past) = settle(&record, generator.traits(index).employee, dice);
            if index > FIRST_GENERATED && past.is_employee {
                if dice.percent(2) {
                    town.name_after_another(&mut person, &mut past, index, dice);
                } else if dice.percent(3) {
                    marry(generator, &mut person, &mut past, index, users, dice);
                }
            }
            take_addresses(&mut person, &mut past, &mut addresses, &mut account_names, dice);
            town.people.push(person);
            town.pasts.push(past);
        }
        for team in 0..users.div_ceil(100) {
            town.add_mailbox(team);
        }
        town
    }

    /// Two people of one name (2.3).
    fn name_after_another(
        &self,
        person: &mut DirectoryPerson,
        past: &mut Past,
        index: usize,
        dice: &mut Dice,
    ) {
        let other = FIRST_GENERATED + dice.below(index - FIRST_GENERATED);
        let (Some(namesake), Some(their_past)) = (self.people.get(other), self.pasts.get(other)) else {
            return;
        };
        person.given_name.clone_from(&namesake.given_name);
        person.surname.clone_from(&namesake.surname);
        person.display_name.clone_from(&namesake.display_name);
        past.latin.clone_from(&their_past.latin);
        past.surname.clone_from(&namesake.surname);
        let local = format!("{}.{}@{DOMAIN}", past.latin.0, past.latin.1);
        person.mail = person.mail.is_some().then(|| local.clone());
        person.sign_in_name = local;
    }

    fn add_mailbox(&mut self, team: usize) {
        let address = format!("team.{team}@{DOMAIN}");
        self.mailboxes.push(self.people.len());
        self.people.push(DirectoryPerson {
            sign_in_name: address.clone(),
            mail: Some(address),
            display_name: Some(format!("Team {team}")),
            // Shared mailboxes are disabled users, for the most part.
            is_enabled: team.is_multiple_of(5),
            in_scope: true,
            ..DirectoryPerson::default()
        });
        self.pasts.push(Past::default());
    }
}

fn settle(record: &Record, is_employee: bool, dice: &mut Dice) -> (DirectoryPerson, Past) {
    let text = |attr| record.text(attr).map(str::to_owned);
    let local = record.principal.split(['@', '#']).next().unwrap_or_default();
    let (given, surname) = local.split_once('.').unwrap_or(("", local));
    let number = text(Attr::EMPLOYEE_ID);
    let person = DirectoryPerson {
        sign_in_name: record.principal.clone(),
        mail: text(Attr::MAIL),
        further_addresses: Vec::new(),
        employee_number: number.clone().filter(|_| dice.percent(85)),
        account_name: None,
        given_name: text(Attr::GIVEN_NAME),
        surname: text(Attr::SURNAME),
        display_name: text(Attr::DISPLAY_NAME),
        is_enabled: record.enabled != Some(false),
        in_scope: dice.percent(96),
        is_guest: record.user_type == Some("Guest"),
    };
    let past = Past {
        latin: (given.to_lowercase(), surname.to_lowercase()),
        surname: person.surname.clone(),
        mail: None,
        number,
        is_employee,
        ..Past::default()
    };
    (person, past)
}

/// Another surname since, and an address to go with it. The old one mostly stays as an alias.
fn marry(
    generator: Generator,
    person: &mut DirectoryPerson,
    past: &mut Past,
    index: usize,
    users: usize,
    dice: &mut Dice,
) {
    let partner = generator.person(users + index);
    let local = partner.principal.split(['@', '#']).next().unwrap_or_default();
    let (Some(surname), Some((_, latin))) = (partner.text(Attr::SURNAME), local.split_once('.')) else {
        return;
    };
    past.is_married = true;
    past.mail.clone_from(&person.mail);
    if dice.percent(70) {
        person.further_addresses.extend(person.mail.clone());
    }
    let given = person.given_name.clone().unwrap_or_default();
    person.surname = Some(surname.to_owned());
    person.display_name = Some(format!("{given} {surname}"));
    person.sign_in_name = format!("{}.{latin}@{DOMAIN}", past.latin.0);
    person.mail = Some(person.sign_in_name.clone());
}

/// Addresses and account names belong to one at a time.
fn take_addresses(
    person: &mut DirectoryPerson,
    past: &mut Past,
    addresses: &mut Taken,
    account_names: &mut Taken,
    dice: &mut Dice,
) {
    let wanted = person.sign_in_name.clone();
    person.sign_in_name = addresses.free(&wanted);
    if person.mail.as_deref() == Some(&wanted) {
        person.mail = Some(person.sign_in_name.clone());
    }
    if past.mail.is_none() {
        past.mail.clone_from(&person.mail);
    }
    if !past.is_employee {
        return;
    }
    let short = short(&past.latin.0, &past.latin.1);
    if dice.percent(70) {
        person.account_name = Some(account_names.free(&short));
    }
    if dice.percent(40) {
        person
            .further_addresses
            .push(format!("smtp:{}", addresses.free(&format!("{short}@{DOMAIN}"))));
    }
}
