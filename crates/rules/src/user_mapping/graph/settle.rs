//! What is to be said about lines beside People (P-01 to P-20, R-09, R-19, R-20, F-33, D-10) and beside the directory
//! (T-01 to T-13), line by line, once it is known who has which username.

use domain::user_mapping::{Column, Finding, FindingCode as Code, Severity};

use super::compare::{Beside as _, Compared, Why};
use super::{Graph, index, mark};
use crate::user_mapping::known::{self, Account, Person};
use crate::user_mapping::target::Target;

/// So many lines with the person of a neighbour, one behind the other, are no coincidence (T-10).
const SLIPPED: usize = 3;

/// Says everything. Lines with a problem are marked, so that whoever waits for them is held up.
pub(super) fn settle(graph: &mut Graph, compared: &mut Compared, found: &mut dyn FnMut(Finding)) {
    compared.others.sort_unstable();
    let rows = u32::try_from(graph.marks.len()).unwrap_or(u32::MAX);
    let mut others = std::mem::take(&mut compared.others);
    let mut rest = others.as_slice();
    let mut names = Names::default();
    let (mut lines, mut unused) = (0_u64, 0_u64);
    for row in 0..rows {
        let mine = rest.iter().take_while(|(other, ..)| *other == row).count();
        let (of_row, behind) = rest.split_at(mine);
        rest = behind;
        if graph.is(row, mark::DROPPED) {
            continue;
        }
        lines += 1;
        if !compared.accounts.is_empty() {
            let account = on_people(graph, compared, row, of_row, found);
            unused += u64::from(
                account
                    .is_some_and(|account| account.is(Account::BLOCKED) || !account.is(Account::SIGNED_IN)),
            );
        }
        if !compared.people.is_empty() {
            on_directory(graph, compared, row, found);
            names.next(graph, compared, row, found);
        }
    }
    names.end(graph, found);
    compared.others = std::mem::take(&mut others);
    on_the_whole(compared, (lines, unused), found);
}

/// P-08, P-14.
fn on_the_whole(compared: &Compared, (lines, unused): (u64, u64), found: &mut dyn FnMut(Finding)) {
    let mut tell = |severity, code, text| {
        found(Finding {
            line: 0,
            column: None,
            severity,
            code,
            other: None,
            text,
        });
    };
    if compared.accounts.is_empty() {
        return;
    }
    if !compared.accounts.iter().any(|account| account.gets_in_after()) {
        tell(Severity::Error, Code::NoLocalAdministrator, None);
    }
    if unused * 2 > lines {
        let text = [unused, lines].map(domain::numbers::thousands).join(" of ");
        tell(Severity::Notice, Code::Dormant, Some(text));
    }
}

/// A line beside People. Gives the account it is about.
fn on_people(
    graph: &mut Graph,
    compared: &mut Compared,
    row: u32,
    others: &[(u32, Why, u32)],
    found: &mut dyn FnMut(Finding),
) -> Option<Account> {
    let mut tell = Tell { graph, row, found };
    for (_, why, other) in others {
        let holder = compared.accounts.get(index(*other)).copied();
        match why {
            Why::Holds => tell.error(Column::New, holder.map_or(Code::HeldByActive, held)),
            Why::HasAddress => tell.say(Some(Column::New), Severity::Warning, Code::IsAnAddress),
            Why::Address | Why::BehindDomain | Why::Zeros => {}
        }
    }
    if compared.is_ambiguous(row) {
        tell.error(Column::Existing, Code::TwoAccounts);
        return None;
    }
    let Some(place) = compared.account_of(row) else {
        let meant = others.iter().find_map(|(_, why, _)| match why {
            Why::Address => Some(Code::MeantAddress),
            Why::BehindDomain => Some(Code::MeantBehindDomain),
            Why::Zeros => Some(Code::MeantZeros),
            Why::Holds | Why::HasAddress => None,
        });
        tell.error(Column::Existing, meant.unwrap_or(Code::NotFound));
        return None;
    };
    let target = tell.graph.target_of(row);
    let account = compared.accounts.get_mut(index(place))?;
    account.decide(target);
    let account = *account;
    let is_exact = compared.is_exact(row, account);
    if !is_exact {
        tell.say(Some(Column::Existing), Severity::Notice, Code::FoundByFolding);
    }
    if !is_exact || target == Target::Left {
        // As the migration does it: whoever is left behind, or for whom no new username is said, keeps theirs (R-02, D-06).
        let keeps = target == Target::Left || compared.keeps_username(row);
        let changes = !keeps && tell.graph.text(row) != Some(account.text);
        tell.letter_case(changes);
    }
    let is_shared = compared.shared.binary_search(&row).is_ok();
    of_account(&mut tell, account, target, is_shared);
    Some(account)
}

/// What its account says about a line.
fn of_account(tell: &mut Tell<'_>, account: Account, target: Target, is_shared: bool) {
    let stays = tell.graph.is(tell.row, mark::STAYS) && !tell.graph.is(tell.row, mark::CASE);
    let moves = matches!(target, Target::Default | Target::Connected);
    if account.is(Account::RECOVERY) && !(stays && target == Target::Local) {
        tell.error(Column::Existing, Code::RecoveryAccount);
    }
    if account.is(Account::BLOCKED) {
        tell.say(Some(Column::Existing), Severity::Notice, Code::BlockedAccount);
    }
    if account.is(Account::SAME_ADDRESS) {
        tell.say(Some(Column::Existing), Severity::Warning, Code::SameAddress);
    }
    if is_shared && moves {
        tell.say(Some(Column::Target), Severity::Warning, Code::SharedAccount);
    }
    if moves && account.is(Account::CONNECTED) {
        tell.say(Some(Column::Target), Severity::Notice, Code::AlreadyThere);
    }
    if target == Target::Local && !account.is(Account::LOCAL) {
        tell.say(Some(Column::Target), Severity::Notice, Code::BecomesLocal);
    }
}

/// P-09 to P-11: how the account stands that has the new username.
const fn held(account: Account) -> Code {
    if account.is(Account::CONNECTED) {
        Code::HeldBySync
    } else if account.is(Account::BLOCKED) {
        Code::HeldByBlocked
    } else {
        Code::HeldByActive
    }
}

/// A line beside the people of the directory.
fn on_directory(graph: &mut Graph, compared: &mut Compared, row: u32, found: &mut dyn FnMut(Finding)) {
    let target = graph.target_of(row);
    let place = compared.person_of(row);
    let is_by_address = compared.is_by_address(row);
    // Then it has the person's username, whatever it follows.
    let is_account = compared.account_of(row).is_some();
    let mut tell = Tell { graph, row, found };
    let Some(person) = place.and_then(|place| compared.people.get_mut(index(place))) else {
        // A line that does not say the new username has its own problem.
        let says = tell.graph.text(row) != Some(tell.graph.exact("").short());
        if says && matches!(target, Target::Default | Target::Connected) {
            tell.say(Some(Column::New), Severity::Warning, Code::NotInDirectory);
        }
        return;
    };
    if is_account && !is_by_address {
        person.flags |= Person::HERE;
    }
    match target {
        Target::Default | Target::Connected => {
            person.flags |= Person::CLAIMED;
            let person = *person;
            if is_by_address {
                tell.error(Column::New, Code::OtherAttribute);
            } else {
                of_person(&mut tell, person);
                if person.is_expected() {
                    compared.confirm(row);
                }
            }
        }
        Target::Local if !is_by_address && person.is_expected() => {
            tell.say(Some(Column::Target), Severity::Warning, Code::LocalInScope);
        }
        Target::Local | Target::Left | Target::Unclear => {}
    }
}

/// T-04 to T-06.
fn of_person(tell: &mut Tell<'_>, person: Person) {
    if !person.is(Person::ENABLED) {
        tell.say(Some(Column::New), Severity::Warning, Code::PersonDisabled);
    }
    if !person.is(Person::IN_SCOPE) {
        tell.say(Some(Column::New), Severity::Warning, Code::PersonOutOfScope);
    }
    if person.is(Person::GUEST) {
        tell.say(Some(Column::New), Severity::Warning, Code::PersonIsGuest);
    }
}

/// Says something about one line.
struct Tell<'a> {
    graph: &'a mut Graph,
    row: u32,
    found: &'a mut dyn FnMut(Finding),
}

impl Tell<'_> {
    fn say(&mut self, column: Option<Column>, severity: Severity, code: Code) {
        (self.found)(Finding {
            line: self.graph.lines.of(self.row),
            column,
            severity,
            code,
            other: None,
            text: None,
        });
    }

    /// Whether a new username that has the key of the account's changes how People writes it: the line by itself
    /// cannot tell.
    fn letter_case(&mut self, changes: bool) {
        if let Some(mark) = self.graph.marks.get_mut(index(self.row))
            && *mark & mark::STAYS != 0
        {
            *mark = if changes {
                *mark | mark::CASE
            } else {
                *mark & !mark::CASE
            };
        }
    }

    fn error(&mut self, column: Column, code: Code) {
        self.graph.mark(self.row, mark::ERROR);
        self.say(Some(column), Severity::Error, code);
    }
}

/// Which way the new usernames have slipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slip {
    /// Each line has the person of the one before.
    Down,
    /// Each line has the person of the one behind.
    Up,
}

/// T-10: names that differ, one by one or because a column has slipped.
#[derive(Default)]
struct Names {
    /// The line before the last and the last that have both an account and a person.
    before: Option<(u32, Account, Person)>,
    last: Option<(u32, Account, Person)>,
    /// Lines that differ, one behind the other, all slipped the same way.
    run: Vec<u32>,
    slip: Option<Slip>,
}

impl Names {
    fn next(&mut self, graph: &Graph, compared: &Compared, row: u32, found: &mut dyn FnMut(Finding)) {
        let account = compared
            .account_of(row)
            .and_then(|place| compared.accounts.get(index(place)));
        let person = compared
            .person_of(row)
            .and_then(|place| compared.people.get(index(place)));
        let next = account
            .zip(person)
            .map(|(account, person)| (row, *account, *person));
        self.judge(graph, next, found);
        (self.before, self.last) = (self.last, next);
    }

    /// Judges the last line, now that the one behind is known.
    fn judge(&mut self, graph: &Graph, next: Option<(u32, Account, Person)>, found: &mut dyn FnMut(Finding)) {
        let Some((row, account, person)) = self.last else {
            return self.close(graph, found);
        };
        if known::may_be_one(account, person) {
            return self.close(graph, found);
        }
        let is_of = |line: Option<(u32, Account, Person)>| {
            line.is_some_and(|(_, other, _)| known::may_be_one(other, person))
        };
        let slip = if is_of(self.before) {
            Some(Slip::Down)
        } else if is_of(next) {
            Some(Slip::Up)
        } else {
            None
        };
        if slip.is_none() || slip != self.slip {
            self.close(graph, found);
        }
        self.slip = slip;
        self.run.push(row);
    }

    fn close(&mut self, graph: &Graph, found: &mut dyn FnMut(Finding)) {
        let run = std::mem::take(&mut self.run);
        let slip = self.slip.take();
        let tell = |row: u32, code, other| {
            let mut finding = graph.finding(row, Some(Column::New), Severity::Warning, code, 0);
            finding.other = other;
            finding
        };
        if let [first, .., last] = run.as_slice()
            && slip.is_some()
            && run.len() >= SLIPPED
        {
            found(tell(*first, Code::Shifted, Some(graph.lines.of(*last))));
        }
        // Each by itself, too: so all of them can be mended at once.
        for row in run {
            found(tell(row, Code::NamesDiffer, None));
        }
    }

    fn end(&mut self, graph: &Graph, found: &mut dyn FnMut(Finding)) {
        self.judge(graph, None, found);
        self.close(graph, found);
    }
}
