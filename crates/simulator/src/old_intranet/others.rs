//! Accounts of whoever is not in the new directory, or is no person.

use super::people::Town;
use super::{Dice, OldAccount, Taken, short};
use crate::people::Attr;
use crate::tables::company::DOMAIN;

/// Accounts of people who have left. Half of them were never blocked; what they had may be somebody else's by now.
pub(super) fn leavers(town: &Town, dice: &mut Dice, taken: &mut Taken) -> Vec<OldAccount> {
    let users = town.generator.users;
    let numbers = users * 2;
    (0..users * 12 / 100)
        .map(|n| {
            // People the directory does not have: of other names, from beyond its end and its married people's partners.
            let record = town.generator.person(users * 2 + n);
            let local = record.principal.split(['@', '#']).next().unwrap_or_default();
            let (given, surname) = local.split_once('.').unwrap_or(("x", local));
            let mut account = OldAccount {
                given_name: record.text(Attr::GIVEN_NAME).map(str::to_owned),
                surname: record.text(Attr::SURNAME).map(str::to_owned),
                display_name: record.text(Attr::DISPLAY_NAME).map(str::to_owned),
                email: dice.percent(85).then(|| format!("{local}@{DOMAIN}")),
                employee_number: dice.percent(60).then(|| format!("E{:07}", 100_000 + numbers + n)),
                is_blocked: dice.percent(50),
                story: vec!["left"],
                ..OldAccount::default()
            };
            let mut username = short(given, surname);
            match dice.below(100) {
                0..12 => hand_on_address(&mut account, town, dice),
                12..17 => username = hand_on_account_name(&mut account, town, dice).unwrap_or(username),
                17..18 => hand_on_number(&mut account, town, dice),
                18..24 => {
                    let namesake = &town.people[dice.below(users)];
                    account.given_name.clone_from(&namesake.given_name);
                    account.surname.clone_from(&namesake.surname);
                    account.display_name.clone_from(&namesake.display_name);
                    account.email = None;
                    account.story.push("a namesake of somebody");
                }
                _ => {}
            }
            account.username = taken.free(&username);
            account
        })
        .collect()
}

/// Somebody who works here; every other time somebody new, who has no account.
fn successor(town: &Town, dice: &mut Dice) -> usize {
    let users = town.generator.users;
    let new_only = dice.percent(50);
    let start = dice.below(users);
    (start..users)
        .chain(0..start)
        .find(|&index| {
            let past = &town.pasts[index];
            past.is_employee && past.mail.is_some() && !(new_only && past.has_account)
        })
        .unwrap_or(start)
}

/// The address is a successor's now: of the same initial and surname, of any name, or of the very same one.
fn hand_on_address(account: &mut OldAccount, town: &Town, dice: &mut Dice) {
    let index = successor(town, dice);
    let person = &town.people[index];
    account.email.clone_from(&person.mail);
    account.story.push("address handed on");
    match dice.below(10) {
        0..5 => {
            account.given_name = other_given(town, index, dice);
            account.surname.clone_from(&person.surname);
            account.story.push("of the same surname");
        }
        5 => {
            account.given_name.clone_from(&person.given_name);
            account.surname.clone_from(&person.surname);
        }
        _ => {}
    }
    if (&account.given_name, &account.surname) == (&person.given_name, &person.surname) {
        // Without a number nobody could tell that it is not the same person.
        account
            .employee_number
            .get_or_insert_with(|| "E9999999".to_owned());
        account.story.push("of the same name");
    }
    account.display_name = account
        .given_name
        .as_deref()
        .zip(account.surname.as_deref())
        .map(|(given, surname)| format!("{given} {surname}"));
}

/// Another given name with the same first letter, of somebody nearby.
fn other_given(town: &Town, index: usize, dice: &mut Dice) -> Option<String> {
    let own = town.people[index].given_name.clone()?;
    let users = town.generator.users;
    let start = dice.below(users);
    (start..users)
        .chain(0..start)
        .filter_map(|other| town.people[other].given_name.clone())
        .find(|given| *given != own && given.chars().next() == own.chars().next())
        .or_else(|| Some("Quirin".to_owned()))
}

/// The account name on the premises is a successor's now.
fn hand_on_account_name(account: &mut OldAccount, town: &Town, dice: &mut Dice) -> Option<String> {
    let index = successor(town, dice);
    let person = &town.people[index];
    let name = person.account_name.clone()?;
    account.given_name = other_given(town, index, dice);
    account.surname.clone_from(&person.surname);
    account.email = None;
    account.story.push("account name handed on");
    Some(name)
}

fn hand_on_number(account: &mut OldAccount, town: &Town, dice: &mut Dice) {
    account
        .employee_number
        .clone_from(&town.pasts[successor(town, dice)].number);
    account.story.push("number handed on");
}

/// An account that a team uses together, with its mailbox.
pub(super) fn team_accounts(town: &Town, taken: &mut Taken) -> Vec<OldAccount> {
    town.mailboxes
        .iter()
        .map(|&index| OldAccount {
            username: taken.free(
                town.people[index]
                    .sign_in_name
                    .split('@')
                    .next()
                    .unwrap_or_default(),
            ),
            email: town.people[index].mail.clone(),
            display_name: town.people[index].display_name.clone(),
            owner: Some(index),
            story: vec!["a team's"],
            ..OldAccount::default()
        })
        .collect()
}

/// Accounts of machines, with the address of whoever looks after them.
pub(super) fn service_accounts(town: &Town, dice: &mut Dice, taken: &mut Taken) -> Vec<OldAccount> {
    let names = [
        "Backup service",
        "Reception Kiosk",
        "Print server",
        "Intranet search",
    ];
    (0..town.generator.users.div_ceil(100))
        .map(|n| {
            let name = names[n % names.len()];
            OldAccount {
                username: taken.free(&format!("svc-{}", name.to_lowercase().replace(' ', "-"))),
                email: town.pasts[dice.below(town.generator.users)].mail.clone(),
                display_name: Some(name.to_owned()),
                is_administrator: n.is_multiple_of(4),
                story: vec!["a machine's"],
                ..OldAccount::default()
            }
        })
        .collect()
}

/// Accounts that people administer with, beside the one they work with.
pub(super) fn second_accounts(
    accounts: &[OldAccount],
    dice: &mut Dice,
    taken: &mut Taken,
) -> Vec<OldAccount> {
    let chosen = accounts
        .iter()
        .filter(|account| account.owner.is_some() && account.given_name.is_some());
    let mut second = Vec::new();
    for account in chosen {
        if !dice.per_mille(7) {
            continue;
        }
        let bare = account.username.rsplit('\\').next().unwrap_or_default();
        second.push(OldAccount {
            username: taken.free(&format!("adm-{bare}")),
            email: account.email.clone().filter(|_| dice.percent(50)),
            employee_number: None,
            is_administrator: dice.percent(70),
            is_blocked: false,
            owner: None,
            story: vec!["a second account"],
            ..account.clone()
        });
    }
    second
}
