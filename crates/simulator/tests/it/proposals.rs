//! How often proposals are right, on people whose accounts are known (T-08). Whoever tunes the rules looks here first:
//! `cargo nextest run -p simulator proposals --no-capture`.

use std::collections::BTreeMap;

use domain::user_mapping::ProposalClass;
use rules::proposals::{Account, Person, Proposal, propose};
use simulator::{DirectoryPerson, OldAccount, OldIntranet};

/// Right and all proposals of a class; and those whose account has an owner to be found.
#[derive(Default)]
struct Score {
    by_class: BTreeMap<ProposalClass, (u32, u32)>,
    owned: u32,
    proposed: u32,
}

fn account(place: usize, account: &OldAccount) -> Account<'_> {
    Account {
        id: u32::try_from(place).expect("few accounts"),
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

fn person(place: usize, person: &DirectoryPerson) -> Person<'_> {
    Person {
        id: u32::try_from(place).expect("few people"),
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

fn proposals(intranet: &OldIntranet, with_blocked: bool) -> Vec<Proposal> {
    let accounts = intranet.accounts.iter().enumerate();
    let people = intranet.people.iter().enumerate();
    propose(
        accounts.map(|(place, of)| account(place, of)),
        people.map(|(place, of)| person(place, of)),
        7,
        with_blocked,
    )
}

impl Score {
    fn add(&mut self, intranet: &OldIntranet, with_blocked: bool) {
        let counted =
            |account: &&OldAccount| account.owner.is_some() && (with_blocked || !account.is_blocked);
        self.owned += u32::try_from(intranet.accounts.iter().filter(counted).count()).expect("few accounts");
        for proposal in proposals(intranet, with_blocked) {
            let account = &intranet.accounts[usize::try_from(proposal.account).expect("a place")];
            let is_right = account.owner == usize::try_from(proposal.person).ok();
            let score = self.by_class.entry(proposal.class).or_default();
            score.0 += u32::from(is_right);
            score.1 += 1;
            self.proposed += 1;
            if !is_right && proposal.class != ProposalClass::Doubtful {
                let person = &intranet.people[usize::try_from(proposal.person).expect("a place")];
                println!(
                    "wrong, {}, {}: {account:?} is not {person:?}",
                    proposal.class, proposal.reason
                );
            }
        }
    }

    fn print(&self, title: &str) {
        println!("{title}: {} accounts with an owner", self.owned);
        for (class, (right, all)) in self.by_class.iter().rev() {
            println!(
                "  {:<9} {all:>6} proposed, right in {:>7.3} %, found {:>5.1} % of the owners",
                class.code(),
                percent(*right, *all),
                percent(*right, self.owned)
            );
        }
    }

    fn precision(&self, class: ProposalClass) -> f64 {
        self.by_class
            .get(&class)
            .map_or(100.0, |(right, all)| percent(*right, *all))
    }
}

fn percent(part: u32, whole: u32) -> f64 {
    100.0 * f64::from(part) / f64::from(whole.max(1))
}

#[test]
fn t_08_certain_proposals_are_right_and_likely_ones_in_98_of_100() {
    for (users, seeds) in [(300, 1..=20), (2_000, 21..=24), (5_000, 25..=27)] {
        for with_blocked in [false, true] {
            let mut score = Score::default();
            for seed in seeds.clone() {
                score.add(&OldIntranet::new(seed, users), with_blocked);
            }
            score.print(&format!(
                "{users} people, seeds {seeds:?}, blocked accounts too: {with_blocked}"
            ));
            let (certain, likely) = (
                score.precision(ProposalClass::Certain),
                score.precision(ProposalClass::Likely),
            );
            assert!(certain >= 100.0, "{certain}");
            assert!(likely >= 98.0, "{likely}");
        }
    }
}
