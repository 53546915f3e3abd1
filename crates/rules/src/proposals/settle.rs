//! Who is given to whom: only those who are each other's best candidate, and by themselves the best.
//!
//! Refused: to go on with the second best once the best is taken. An account whose person is taken is often a second
//! account of theirs, and the second best a stranger.

use domain::user_mapping::{ProposalClass as Class, ProposalReason as Reason};

use super::decide::{Candidate, Rank};

/// What is proposed, by places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    pub(super) account: u32,
    pub(super) person: u32,
    pub(super) class: Class,
    pub(super) reason: Reason,
}

/// What was settled so far.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) given: Vec<Given>,
    closed_accounts: Vec<bool>,
    closed_people: Vec<bool>,
}

/// One end of candidates: an account or a person.
#[derive(Clone, Copy, Debug, Default)]
struct End {
    best: Option<Rank>,
    is_tied: bool,
    /// Candidates that share what one person has at a time.
    identities: u32,
    /// Candidates that are likely at least.
    likely: u32,
}

impl End {
    fn see(&mut self, candidate: &Candidate) {
        let rank = Some(candidate.rank);
        self.is_tied = self.best == rank || (self.is_tied && rank < self.best);
        self.best = self.best.max(rank);
        self.identities += u32::from(candidate.is_identity);
        self.likely += u32::from(candidate.rank.0 >= Class::Likely);
    }

    fn is_for(&self, candidate: &Candidate) -> bool {
        self.best == Some(candidate.rank) && !self.is_tied
    }
}

impl Settled {
    pub(super) fn new(accounts: usize, people: usize) -> Self {
        Self {
            given: Vec::new(),
            closed_accounts: vec![false; accounts],
            closed_people: vec![false; people],
        }
    }

    /// Whether an account was neither given a person nor argued about.
    pub(super) fn is_open_account(&self, place: usize) -> bool {
        self.closed_accounts.get(place) == Some(&false)
    }

    /// Whether a person was neither given away nor argued about.
    pub(super) fn is_open_person(&self, place: usize) -> bool {
        self.closed_people.get(place) == Some(&false)
    }

    /// Gives away what is beyond dispute among these candidates.
    pub(super) fn add(&mut self, candidates: &[Candidate]) {
        let mut accounts = vec![End::default(); self.closed_accounts.len()];
        let mut people = vec![End::default(); self.closed_people.len()];
        for candidate in candidates {
            if let Some((account, person)) = both(&mut accounts, &mut people, candidate) {
                account.see(candidate);
                person.see(candidate);
            }
        }
        for candidate in candidates {
            let Some((account, person)) = both(&mut accounts, &mut people, candidate) else {
                continue;
            };
            let is_given = account.is_for(candidate) && person.is_for(candidate);
            if is_given {
                self.given.push(Given {
                    account: candidate.account,
                    person: candidate.person,
                    class: class(candidate, account, person),
                    reason: candidate.reason,
                });
            }
            if let Some((closed_account, closed_person)) =
                both(&mut self.closed_accounts, &mut self.closed_people, candidate)
            {
                *closed_account |= is_given || account.likely > 0;
                *closed_person |= is_given || person.likely > 0;
            }
        }
    }
}

/// A conflict costs a class: nobody gets for certain whom another account wants, too, nor an account that has to do with
/// another person by anything that identifies.
fn class(candidate: &Candidate, account: &End, person: &End) -> Class {
    let is_argued = account.likely > 1 || person.likely > 1;
    match candidate.rank.0 {
        Class::Certain if is_argued || account.identities > 1 || person.identities > 1 => Class::Likely,
        Class::Likely if is_argued => Class::Doubtful,
        class => class,
    }
}

fn both<'a, T>(
    accounts: &'a mut [T],
    people: &'a mut [T],
    candidate: &Candidate,
) -> Option<(&'a mut T, &'a mut T)> {
    let account = accounts.get_mut(usize::try_from(candidate.account).ok()?)?;
    Some((account, people.get_mut(usize::try_from(candidate.person).ok()?)?))
}
