//! Proposals of new usernames, beside a bare pass that hashes once every text they compare: the least that anybody must do
//! who looks for the same in two lists. One thread, no database.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::hint::black_box;
use std::time::{Duration, Instant};

use domain::user_mapping::ProposalClass;
use rules::proposals::{Account, Person, Proposal, propose};
use simulator::{DirectoryPerson, OldAccount, OldIntranet};

use crate::mapping::{MEMORY, mebibytes};

/// Directories of 10,000 and 100,000 people and about as many accounts, the best of some rounds each.
pub(crate) fn run(rounds: usize) {
    println!(
        "\nproposals: every account of People with every person of the directory, best of {rounds} rounds\n"
    );
    for users in [10_000, 100_000] {
        let intranet = OldIntranet::new(1, users);
        let (mut bare, mut full) = (Duration::MAX, Duration::MAX);
        let (mut memory, mut made) = (0, Vec::new());
        for _ in 0..rounds {
            bare = bare.min(timed(|| drop(black_box(bare_pass(&intranet)))));
            let before = MEMORY.current_usage();
            MEMORY.reset_peak_usage();
            full = full.min(timed(|| made = proposals(&intranet)));
            memory = MEMORY.peak_usage().saturating_sub(before);
        }
        let certain = made
            .iter()
            .filter(|proposal| proposal.class == ProposalClass::Certain);
        println!(
            "{:>9} accounts, {:>6} proposals, {:>6} certain   {:>5.2} times the bare pass, {:>6.0} ms, {:>5.1} MiB",
            intranet.accounts.len(),
            made.len(),
            certain.count(),
            full.as_secs_f64() / bare.as_secs_f64(),
            full.as_secs_f64() * 1000.0,
            mebibytes(memory)
        );
        assert!(made.len() * 2 > users, "most people were found");
    }
}

fn timed(run: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    run();
    begun.elapsed()
}

/// Notes each text under its hash.
fn bare_pass(intranet: &OldIntranet) -> HashMap<u64, u32> {
    let state = RandomState::new();
    let mut all = HashMap::new();
    let mut note = |texts: &[Option<&str>]| {
        for text in texts.iter().flatten() {
            *all.entry(state.hash_one(text)).or_default() += 1;
        }
    };
    for person in &intranet.people {
        note(&[
            Some(&person.sign_in_name),
            person.mail.as_deref(),
            person.employee_number.as_deref(),
            person.account_name.as_deref(),
            person.given_name.as_deref(),
            person.surname.as_deref(),
            person.display_name.as_deref(),
        ]);
        for address in &person.further_addresses {
            note(&[Some(address)]);
        }
    }
    for account in &intranet.accounts {
        note(&[
            Some(&account.username),
            account.email.as_deref(),
            account.employee_number.as_deref(),
            account.given_name.as_deref(),
            account.surname.as_deref(),
            account.display_name.as_deref(),
        ]);
    }
    all
}

fn proposals(intranet: &OldIntranet) -> Vec<Proposal> {
    propose(
        (0..).zip(&intranet.accounts).map(account),
        (0..).zip(&intranet.people).map(person),
        0x5EED,
        false,
    )
}

fn account((id, account): (u32, &OldAccount)) -> Account<'_> {
    Account {
        id,
        username: &account.username,
        email: account.email.as_deref(),
        given_name: account.given_name.as_deref(),
        surname: account.surname.as_deref(),
        display_name: account.display_name.as_deref(),
        employee_number: account.employee_number.as_deref(),
        is_administrator: account.is_administrator,
        is_blocked: account.is_blocked,
    }
}

fn person((id, person): (u32, &DirectoryPerson)) -> Person<'_> {
    Person {
        id,
        new_username: &person.sign_in_name,
        sign_in_name: &person.sign_in_name,
        mail: person.mail.as_deref(),
        further_addresses: &person.further_addresses,
        employee_number: person.employee_number.as_deref(),
        account_name: person.account_name.as_deref(),
        given_name: person.given_name.as_deref(),
        surname: person.surname.as_deref(),
        display_name: person.display_name.as_deref(),
        is_enabled: person.is_enabled,
        in_scope: person.in_scope,
        is_guest: person.is_guest,
    }
}
