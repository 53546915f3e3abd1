//! Lines of a version, as lists show them: by finding, all of them, one of them, those that differ from another version; and
//! the accounts that no line is about.

use domain::people::Directory;
use domain::user_mapping::{Finding, FindingCode, MappingOutcome, ProposalClass, Severity};
use domain::views::{
    ChangedMappingLine, FoundUsername, MappingDiff, MappingFindingRow, MappingFindings, MappingLineFinding,
    MappingLineView, MappingRow, MissedPerson, Page, PersonEvidence, ProposalView, UndecidedAccount,
    UndecidedSearch,
};
use domain::{AccountId, Actor, CustomerId, DirectoryId, Permission, UserError};
use rules::export::original_cell;
use rules::nearest::letters_apart;
use rules::username;
use store::Tx;
use store::user_mapping::{ChangedLine, FindingRow, Proposed, RowFilter, ShownRow, Undecided, UndecidedWho};

use super::diff::{self, Differing};
use super::holder::kept_username;
use super::lists::MappingFilter;
use crate::paging::{PAGE_ROWS, one_more, page, searched};
use crate::people::name_of;
use crate::when::when;
use crate::{ServiceError, Services};

/// Where a comparison stands: among lines that came or changed, or among those that went.
const CHANGED: &str = "changed";
const GONE: &str = "gone";
/// People of a search.
const FOUND: i64 = 10;
/// Accounts among which the one that was meant may be (P-01).
const NEAR: i64 = 50;

impl Services {
    /// Whoever may see lines, of whom and beside which directory.
    pub(super) async fn reader_of_mapping(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        slug: &str,
    ) -> Result<(CustomerId, DirectoryId), ServiceError> {
        let customer = self.customer(tx, actor, slug, Permission::ReadPeople).await?.id;
        let directory = store::directories::current(tx, customer).await?;
        Ok((customer, directory.ok_or(UserError::NotFound)?.id))
    }

    /// A page of the lines one group of findings is about, at most 50; `after` is the `next` of the page before.
    pub async fn mapping_findings(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        (code, severity, about): (FindingCode, Severity, &str),
        after: Option<&str>,
    ) -> Result<MappingFindings, ServiceError> {
        let mut tx = self.db().read().await?;
        let (customer, directory) = self.reader_of_mapping(&mut tx, actor, slug).await?;
        let found = store::user_mapping::version(&mut tx, customer, version).await?;
        let Some(MappingOutcome::Checked(summary)) = found.and_then(|found| found.outcome) else {
            return Err(UserError::NotFound.into());
        };
        let group = summary
            .groups
            .into_iter()
            .find(|group| {
                (group.example.code, group.example.severity) == (code, severity) && group.about == about
            })
            .ok_or(UserError::NotFound)?;
        let (line, place) = after.and_then(place).unwrap_or((0, ""));
        let rows = store::user_mapping::findings(
            &mut tx,
            customer,
            version,
            (code, severity, about),
            (line, place, one_more(PAGE_ROWS)),
            directory,
        )
        .await?;
        let mut shown = page(rows.into_iter().map(|row| (key(&row), row)).collect(), PAGE_ROWS);
        let mut lines = Vec::with_capacity(shown.rows.len());
        for row in shown.rows.drain(..) {
            let holder = self.holder(&mut tx, customer, &row).await?;
            let mut line = self.finding_row(&mut tx, (customer, version), row).await?;
            line.holder = holder
                .filter(|holder| holder.has_it)
                .and_then(|holder| holder.account);
            lines.push(line);
        }
        Ok(MappingFindings {
            group,
            rows: lines,
            next: shown.next,
        })
    }

    /// Whom the example of a group speaks of, by name.
    pub(super) async fn named_example(
        &self,
        tx: &mut Tx,
        whose: (CustomerId, DirectoryId),
        version: i64,
        example: &Finding,
    ) -> Result<Option<String>, ServiceError> {
        if !names_somebody(example.code) {
            return Ok(None);
        }
        let line = i64::try_from(example.line).unwrap_or(i64::MAX);
        let rows = store::user_mapping::findings_of_line(tx, whose, version, line).await?;
        let row = rows.into_iter().find(|row| row.finding.code == example.code);
        Ok(row.as_ref().and_then(named))
    }

    pub(super) async fn finding_row(
        &self,
        tx: &mut Tx,
        (customer, version): (CustomerId, i64),
        row: FindingRow,
    ) -> Result<MappingFindingRow, ServiceError> {
        let text = match row.finding.code {
            FindingCode::NotFound => meant(tx, (customer, version), &row).await?,
            _ => named(&row),
        };
        let finding = Finding {
            text: text.or(row.finding.text),
            ..row.finding
        };
        Ok(MappingFindingRow {
            line: finding.line,
            column: finding.column,
            sentence: finding.sentence(),
            existing: row.existing,
            new: row.new,
            target: row.target,
            holder: None,
        })
    }

    /// A page of the lines of a version, in their order.
    pub async fn mapping_rows(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        filter: &MappingFilter,
        after: Option<&str>,
    ) -> Result<Page<MappingRow>, ServiceError> {
        let mut tx = self.db().read().await?;
        let whose = self.reader_of_mapping(&mut tx, actor, slug).await?;
        let after = after.and_then(|after| after.parse().ok()).unwrap_or(0);
        let (filter, place) = (filter.of_rows(), (after, one_more(PAGE_ROWS)));
        let rows = store::user_mapping::rows(&mut tx, whose, version, &filter, place).await?;
        let rows = rows.into_iter().map(|row| (row.line, self.row(row))).collect();
        Ok(page(rows, PAGE_ROWS))
    }

    /// One line with everything found about it, and people whose name or username holds `search`.
    pub async fn mapping_line(
        &self,
        actor: &Actor,
        slug: &str,
        (version, line): (i64, u64),
        search: &str,
    ) -> Result<MappingLineView, ServiceError> {
        let mut tx = self.db().read().await?;
        let whose = self.reader_of_mapping(&mut tx, actor, slug).await?;
        let (customer, directory) = whose;
        let number = i64::try_from(line).unwrap_or(i64::MAX);
        let place = (number - 1, 1);
        let rows = store::user_mapping::rows(&mut tx, whose, version, &RowFilter::default(), place).await?;
        let row = rows.into_iter().next().filter(|row| row.line == line);
        let row = row.ok_or(UserError::NotFound)?;
        let findings =
            store::user_mapping::findings_of_line(&mut tx, (customer, directory), version, number).await?;
        let held = findings.iter().find(|row| row.finding.code.names_holder());
        let holder = match held {
            Some(row) => self.holder(&mut tx, customer, row).await?,
            None => None,
        };
        let keeps = findings.iter().find_map(kept_username);
        let mut told = Vec::with_capacity(findings.len());
        for finding in findings {
            let (severity, column) = (finding.finding.severity, finding.finding.column);
            let sentence = self
                .finding_row(&mut tx, (customer, version), finding)
                .await?
                .sentence;
            told.push(MappingLineFinding {
                severity,
                column,
                sentence,
            });
        }
        let found = self.people_like(&mut tx, whose, search).await?;
        Ok(MappingLineView {
            row: self.row(row),
            findings: told,
            found,
            holder,
            keeps,
        })
    }

    /// People of the directory whose name or username holds this; nobody where nothing is searched for.
    async fn people_like(
        &self,
        tx: &mut Tx,
        (customer, directory): (CustomerId, DirectoryId),
        search: &str,
    ) -> Result<Vec<FoundUsername>, ServiceError> {
        let search: String = search.trim().chars().take(crate::paging::SEARCH_CHARS).collect();
        if search.is_empty() {
            return Ok(Vec::new());
        }
        let people = store::found_list::search(tx, customer, directory, &search, FOUND).await?;
        Ok(people
            .into_iter()
            .filter_map(|person| {
                Some(FoundUsername {
                    username: person.username?.as_str().to_owned(),
                    name: person.user.display_name.unwrap_or_default(),
                    mail: person.user.mail.unwrap_or_default(),
                    in_scope: person.in_scope,
                })
            })
            .collect())
    }

    fn row(&self, row: ShownRow) -> MappingRow {
        MappingRow {
            line: row.line,
            account: row.account.map(|account| self.evidence(account, &row.existing)),
            person: row.person.map(|person| PersonEvidence {
                object_id: person.object.0,
                name: person.name.unwrap_or_default(),
                mail: person.mail.unwrap_or_default(),
                status: person.status.label().to_owned(),
                in_scope: person.in_scope,
            }),
            existing: row.existing,
            new: row.new,
            target: row.target,
            kind: row.kind,
            takes_from: row.takes_from,
            same_as: row.same_as,
            problems: row.problems.unsigned_abs(),
            warnings: row.warnings.unsigned_abs(),
        }
    }

    /// A page of the active accounts that no line of a version is about, by name; with a class, only those whose proposals of
    /// it may be accepted together.
    pub async fn undecided_accounts(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        (class, search): (Option<ProposalClass>, &str),
        after: Option<&str>,
    ) -> Result<Page<UndecidedAccount>, ServiceError> {
        let mut tx = self.db().read().await?;
        let whose = self.reader_of_mapping(&mut tx, actor, slug).await?;
        let after: Option<AccountId> = after.and_then(|after| after.parse().ok());
        let key = match after {
            Some(id) => store::people_list::sort_key(&mut tx, whose.0, id).await?,
            None => None,
        };
        let behind = key.as_deref().zip(after);
        let search = searched(search);
        let who = UndecidedWho {
            class,
            together: class.is_some(),
            search: &search,
        };
        let rows =
            store::user_mapping::undecided(&mut tx, whose, version, who, (behind, one_more(PAGE_ROWS)))
                .await?;
        let rows = rows
            .into_iter()
            .map(|row| (row.id, self.undecided(row)))
            .collect();
        Ok(page(rows, PAGE_ROWS))
    }

    /// One active account that no line of a version is about, and people whose name or username holds `search`. `None`: a line
    /// is about it by now.
    pub async fn search_for_undecided(
        &self,
        actor: &Actor,
        slug: &str,
        (version, account): (i64, AccountId),
        search: &str,
    ) -> Result<Option<UndecidedSearch>, ServiceError> {
        let mut tx = self.db().read().await?;
        let whose = self.reader_of_mapping(&mut tx, actor, slug).await?;
        let Some(row) = store::user_mapping::one_undecided(&mut tx, whose, version, account).await? else {
            return Ok(None);
        };
        Ok(Some(UndecidedSearch {
            account: self.undecided(row),
            found: self.people_like(&mut tx, whose, search).await?,
        }))
    }

    fn undecided(&self, row: Undecided) -> UndecidedAccount {
        UndecidedAccount {
            id: row.id.to_string(),
            name: name_of(&row.profile, &row.username),
            username: row.username,
            is_administrator: row.is_administrator,
            is_local: row.directory.is_none(),
            directory: row.directory.unwrap_or_else(|| Directory::LOCAL.to_owned()),
            last_sign_in: row.last_sign_in_at.map(|at| when(at, self.now())),
            proposal: row.proposal.map(proposal_view),
        }
    }

    /// A page of the people whom no line of a version names although an account that has a line is probably theirs (T-08).
    pub async fn missed_people(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        after: Option<&str>,
    ) -> Result<Page<MissedPerson>, ServiceError> {
        let mut tx = self.db().read().await?;
        let whose = self.reader_of_mapping(&mut tx, actor, slug).await?;
        let after: Option<AccountId> = after.and_then(|after| after.parse().ok());
        let place = (after, one_more(PAGE_ROWS));
        let rows = store::user_mapping::missed(&mut tx, whose, version, place).await?;
        let mut people = Vec::with_capacity(rows.len());
        for row in rows {
            let person = MissedPerson {
                account_id: row.id().to_string(),
                line: row.line.unsigned_abs(),
                reason: row.reason()?.sentence().to_owned(),
                name: row.name.clone().unwrap_or_default(),
                username: row.username.clone().unwrap_or_default(),
                account: row.account.clone(),
            };
            people.push((row.id(), person));
        }
        Ok(page(people, PAGE_ROWS))
    }

    /// A page of how two versions differ, at most 50 lines: those that came or changed, then those that went; `after` is the
    /// `next` of the page before. Where very many lines are only written anew it has fewer, or none, and still a `next`.
    pub async fn mapping_diff(
        &self,
        actor: &Actor,
        slug: &str,
        (older, newer): (i64, i64),
        after: Option<&str>,
    ) -> Result<MappingDiff, ServiceError> {
        let mut tx = self.db().read().await?;
        let (customer, _) = self.reader_of_mapping(&mut tx, actor, slug).await?;
        let place = after.and_then(place).unwrap_or((0, CHANGED));
        let (versions, most) = ((older, newer), one_more(PAGE_ROWS));
        let (mut changed, mut gone, mut broke_off) = (Vec::new(), Vec::new(), None);
        let mut behind = place.0;
        if place.1 != GONE {
            let found =
                diff::differing(&mut tx, customer, versions, Differing::Changed, (behind, most)).await?;
            broke_off = found.broke_off.map(|line| format!("{line}.{CHANGED}"));
            (changed, behind) = (found.lines, 0);
        }
        let room = most - i64::try_from(changed.len()).unwrap_or(most);
        if room > 0 && broke_off.is_none() {
            let found = diff::differing(&mut tx, customer, versions, Differing::Gone, (behind, room)).await?;
            broke_off = found.broke_off.map(|line| format!("{line}.{GONE}"));
            gone = found.lines;
        }
        let key = |kind: &str, line: &ChangedLine| format!("{}.{kind}", line.line);
        let changed = changed.into_iter().map(|line| (key(CHANGED, &line), line));
        let gone = gone.into_iter().map(|line| (key(GONE, &line), line));
        let Page { rows, next } = page(changed.chain(gone).collect(), PAGE_ROWS);
        let lines = rows.into_iter().map(difference);
        let (changed, gone) = lines.partition(|line| line.after.is_some());
        Ok(MappingDiff {
            older,
            newer,
            changed,
            gone,
            next: broke_off.or(next),
        })
    }
}

pub(super) fn proposal_view(proposal: Proposed) -> ProposalView {
    ProposalView {
        class: proposal.class,
        reason: proposal.reason.sentence().to_owned(),
        username: proposal.username,
        name: proposal.name.unwrap_or_default(),
    }
}

fn difference(line: ChangedLine) -> ChangedMappingLine {
    ChangedMappingLine {
        line: line.line.unsigned_abs(),
        existing: line.existing,
        before: line.old_new.zip(line.old_target),
        after: line.new.zip(line.target),
    }
}

/// Where a row stands in its group: line and column.
fn key(row: &FindingRow) -> String {
    let place = row.finding.column.map_or("", domain::user_mapping::Column::code);
    format!("{}.{place}", row.finding.line)
}

/// A place of a list that goes on in another one: a line, and which of both it stands in.
pub(super) fn place(after: &str) -> Option<(i64, &str)> {
    let (line, place) = after.split_once('.')?;
    Some((line.parse().ok()?, place))
}

/// Whether findings of this code speak of somebody whose name the rules do not know.
const fn names_somebody(code: FindingCode) -> bool {
    use FindingCode as C;
    matches!(
        code,
        C::MeantAddress
            | C::MeantBehindDomain
            | C::MeantZeros
            | C::HeldByActive
            | C::HeldByBlocked
            | C::HeldBySync
            | C::IsAnAddress
            | C::FoundByFolding
            | C::OtherAttribute
            | C::NotInDirectory
            | C::NamesDiffer
    )
}

/// Whom a finding speaks of, by name.
pub(super) fn named(row: &FindingRow) -> Option<String> {
    use FindingCode as C;
    match row.finding.code {
        C::MeantAddress | C::MeantBehindDomain | C::MeantZeros => row.other_account.clone(),
        C::HeldByActive | C::HeldByBlocked | C::HeldBySync | C::IsAnAddress => {
            row.other_account.clone().filter(|other| has_new(row, other))
        }
        C::FoundByFolding => row.account_username.clone(),
        C::OtherAttribute => row.person.clone(),
        C::NotInDirectory => row.proposed.as_ref().map(|username| format!("“{username}”")),
        C::NamesDiffer => {
            let account = row.account_profile.as_ref()?;
            let account = name_of(account, row.account_username.as_deref().unwrap_or_default());
            let person = row.person_name.as_deref().or(row.person.as_deref())?;
            Some(format!("{account} and {person}"))
        }
        _ => None,
    }
}

/// Whether the other account of a line is the one that has its new username, and not the one that was probably meant by an
/// existing username nobody has: only one of them is kept.
fn has_new(row: &FindingRow, other: &str) -> bool {
    let new = username::stored(&original_cell(&row.new));
    row.account.is_some() || username::same(other, new.as_str())
}

/// P-01: the account that was probably meant by an existing username that nobody has.
async fn meant(
    tx: &mut Tx,
    (customer, version): (CustomerId, i64),
    row: &FindingRow,
) -> Result<Option<String>, ServiceError> {
    // The e-mail address, the employee number or the name of the person with the new username is that of an account.
    let line = i64::try_from(row.finding.line).unwrap_or(i64::MAX);
    if let Some(meant) = store::user_mapping::meant_account(tx, customer, (version, line)).await? {
        return Ok(Some(format!("“{meant}”")));
    }
    if let Some(near) = nearest(tx, customer, &row.existing).await? {
        return Ok(Some(near));
    }
    // Where the surname stands first it is not told from the others.
    let name = row.person_name.as_deref().filter(|name| !name.contains(','));
    let mut meant = None;
    if let Some(surname) = name.unwrap_or_default().split_whitespace().last() {
        let surname = username::search_key(surname);
        meant = store::user_mapping::only_namesake(tx, customer, version, &surname).await?;
    }
    Ok(meant.map(|username| format!("“{username}”")))
}

/// P-01: accounts whose usernames begin alike and differ least.
async fn nearest(tx: &mut Tx, customer: CustomerId, existing: &str) -> Result<Option<String>, ServiceError> {
    let key = username::key(&username::stored(existing));
    let key = key.as_str();
    let beginning: String = key.chars().take(3).collect();
    if beginning.is_empty() {
        return Ok(None);
    }
    let near = store::user_mapping::nearest_accounts(tx, customer, &beginning, NEAR).await?;
    let far = key.chars().count() / 3;
    let best = near
        .into_iter()
        .map(|username| (letters_apart(key, &username.to_lowercase()), username))
        .filter(|(distance, _)| *distance <= far)
        .min();
    Ok(best.map(|(_, username)| format!("“{username}”")))
}
