//! Accounts of people who are in the new directory.

use super::people::{Past, Town};
use super::{Dice, DirectoryPerson, OLD_DOMAIN, OldAccount, Taken, short};
use crate::tables::company::DOMAIN;
use crate::tables::names::ascii;

/// The accounts of everybody who has one; notes who has.
pub(super) fn of_people(town: &mut Town, dice: &mut Dice, taken: &mut Taken) -> Vec<OldAccount> {
    let mut accounts = Vec::new();
    for index in 0..town.people.len() {
        // One in twelve is new, and was never on the intranet.
        if !town.pasts[index].is_employee || dice.percent(8) {
            continue;
        }
        town.pasts[index].has_account = true;
        let (person, past) = (&town.people[index], &town.pasts[index]);
        let mut account = OldAccount {
            username: username(person, past, dice, taken),
            email: email(town, person, past, dice),
            employee_number: number(past, dice),
            is_administrator: dice.per_mille(15),
            is_blocked: if person.is_enabled {
                dice.per_mille(10)
            } else {
                dice.percent(60)
            },
            owner: Some(index),
            ..OldAccount::default()
        };
        if past.is_married {
            account.story.push("married since");
        }
        name(&mut account, person, past, dice);
        accounts.push(account);
    }
    accounts
}

fn username(person: &DirectoryPerson, past: &Past, dice: &mut Dice, taken: &mut Taken) -> String {
    let (given, surname) = &past.latin;
    let mail = || past.mail.clone().unwrap_or_else(|| person.sign_in_name.clone());
    let name = match dice.below(100) {
        0..28 if person.account_name.is_some() => person.account_name.clone().unwrap_or_default(),
        0..35 => short(given, surname),
        35..55 => mail().split('@').next().unwrap_or_default().to_owned(),
        55..65 => format!("{surname}{}", given.chars().take(1).collect::<String>()),
        65..75 => past.number.clone().unwrap_or_else(|| short(given, surname)),
        75..90 => mail(),
        _ => format!("{}@{OLD_DOMAIN}", short(given, surname)),
    };
    let name = taken.free(&name);
    if !name.contains('@') && dice.percent(15) {
        return format!("CONTOSO\\{name}");
    }
    name
}

fn email(town: &Town, person: &DirectoryPerson, past: &Past, dice: &mut Dice) -> Option<String> {
    let mail = past.mail.clone().unwrap_or_else(|| person.sign_in_name.clone());
    let local = mail.split('@').next().unwrap_or_default();
    match dice.below(100) {
        0..70 => Some(mail),
        70..75 => Some(mail.to_uppercase()),
        75..83 => None,
        83..91 => Some(format!("{local}@{OLD_DOMAIN}")),
        // Perhaps theirs, perhaps by now another's.
        91..97 => Some(format!("{}@{DOMAIN}", short(&past.latin.0, &past.latin.1))),
        _ => {
            let team = town.mailboxes[dice.below(town.mailboxes.len())];
            town.people[team].mail.clone()
        }
    }
}

fn number(past: &Past, dice: &mut Dice) -> Option<String> {
    let number = past.number.clone()?;
    match dice.below(1000) {
        0..500 => Some(number),
        // As a spreadsheet would have it.
        500..560 => Some(number.trim_start_matches(['E', '0']).to_owned()),
        // Somebody's, or nobody's.
        560..570 => Some(format!("E{:07}", 100_000 + dice.below(20_000))),
        570..590 => Some("n/a".to_owned()),
        _ => None,
    }
}

/// The name as the intranet has it.
fn name(account: &mut OldAccount, person: &DirectoryPerson, past: &Past, dice: &mut Dice) {
    account.given_name.clone_from(&person.given_name);
    account.surname.clone_from(&past.surname);
    account.display_name = full(account);
    match dice.below(100) {
        0..15 => romanise(account, past),
        15..18 => mistype(account, dice),
        18..20 => {
            std::mem::swap(&mut account.given_name, &mut account.surname);
            account.story.push("names exchanged");
        }
        20..22 => {
            let last = account.surname.take();
            account.surname =
                last.and_then(|surname| surname.split([' ', '-']).next_back().map(str::to_owned));
            account.story.push("part of a double name");
        }
        22..26 => {
            let letters = if dice.percent(30) { 1 } else { 4 };
            account.given_name = account
                .given_name
                .take()
                .map(|given| given.chars().take(letters).collect());
            account.story.push("short given name");
        }
        26..28 => {
            (account.given_name, account.surname, account.display_name) = (None, None, None);
            account.story.push("no name");
        }
        28..31 => {
            let parts = account.surname.take().zip(account.given_name.take());
            account.display_name = parts.map(|(surname, given)| format!("{surname}, {given}"));
            account.story.push("display name only");
        }
        _ => {}
    }
}

fn full(account: &OldAccount) -> Option<String> {
    let (given, surname) = account.given_name.as_deref().zip(account.surname.as_deref())?;
    Some(format!("{given} {surname}"))
}

/// Accents dropped or written out; other scripts in Latin letters.
fn romanise(account: &mut OldAccount, past: &Past) {
    let latin = |text: Option<String>, address: &str| {
        let text = text?;
        let folded: Vec<String> = text.split(' ').map(ascii).collect();
        let folded = folded.join(" ");
        Some(if folded.trim().is_empty() {
            address.to_owned()
        } else {
            folded
        })
    };
    account.given_name = latin(account.given_name.take(), &past.latin.0);
    account.surname = latin(account.surname.take(), &past.latin.1);
    account.display_name = full(account);
    account.story.push("in plain letters");
}

/// A letter left out, doubled or exchanged with the next, in either name.
fn mistype(account: &mut OldAccount, dice: &mut Dice) {
    let part = if dice.percent(50) {
        &mut account.given_name
    } else {
        &mut account.surname
    };
    if let Some(text) = part {
        let mut letters: Vec<char> = text.chars().collect();
        if letters.len() > 3 {
            let place = 1 + dice.below(letters.len() - 2);
            match dice.below(3) {
                0 => {
                    letters.remove(place);
                }
                1 => letters.insert(place, letters[place]),
                _ => letters.swap(place, place + 1),
            }
        }
        *text = letters.into_iter().collect();
    }
    account.display_name = full(account);
    account.story.push("mistyped");
}
