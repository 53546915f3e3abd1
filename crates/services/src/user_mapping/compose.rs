//! The file of a version that a correction makes: the lines of the version before, with what was corrected. It is a file
//! like an uploaded one, so that it can be downloaded, uploaded again, and is checked the same way. A line that could not be
//! read stays as it came, so that its check says the same about it.

use std::collections::{BTreeMap, BTreeSet};

use domain::people::Directory;
use domain::user_mapping::{
    Column, DecidedAbout, Decision, Delimiter, FindingCode, LeftOut, MappingEdit, Rejection, Severity,
};
use domain::{AccountId, CustomerId, DirectoryId};
use jobs::Lease;
use rules::export::safe_cell;
use rules::user_mapping::{About, Cells, as_it_came, fixed, rewritten};
use store::user_mapping::{FixableLine, MappingVersion, Undecided, UndecidedWho};
use store::{StoreError, Tx};

use super::edit::summary_of;
use super::incoming::Incoming;
use super::left_out::{left_out_of, lines_behind, reverted_behind};
use crate::{ServiceError, Services};

/// Lines that are read at once.
const PAGE: i64 = 2_000;
/// Local administrators of a new mapping; more are decided about like everybody else.
const ADMINISTRATORS: i64 = 200;
/// What stands in front of a file: without it a spreadsheet takes “Müller” for letters of another encoding (F-10).
const MARK: &[u8] = b"\xEF\xBB\xBF";
/// What separates the cells of every file that is made here, whatever it was made out of (F-32): then a comma in a cell stands
/// in quotes, and where else a spreadsheet may cut [`safe_cell`] looks.
pub(super) const WRITTEN_WITH: Delimiter = Delimiter::Comma;
/// What a file is called that was begun here.
const NAME: &str = "user mapping.csv";

impl Services {
    /// Makes the file of a version out of its correction, and gives it to the version.
    pub(super) async fn compose(
        &self,
        customer: CustomerId,
        version: &MappingVersion,
        lease: &Lease,
    ) -> Result<Composed, ServiceError> {
        let Some(edit) = &version.edit else {
            return Ok(Composed::Impossible);
        };
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        let Some(directory) = store::directories::current(&mut tx, customer).await? else {
            return Ok(Composed::Impossible);
        };
        let (name, delimiter) = file_before(&mut tx, customer, version.made_from).await?;
        let incoming = self
            .begin_file(&mut tx, customer, (&name, &version.created_by))
            .await?;
        tx.commit().await?;
        let mut composing = Composing {
            directory: directory.id,
            before: version.made_from,
            delimiter,
            csv: writer(MARK.to_vec()),
            incoming,
            lease,
        };
        match composing.all(edit).await? {
            Ok(()) => composing.finish(version.number).await,
            Err(rejection) => {
                composing.incoming.abandon().await?;
                Ok(Composed::Refused(rejection))
            }
        }
    }
}

/// The name of the file of the version before, and what separates its cells.
async fn file_before(
    tx: &mut Tx,
    customer: CustomerId,
    before: Option<i64>,
) -> Result<(String, Delimiter), ServiceError> {
    let before = match before {
        Some(before) => store::user_mapping::version(tx, customer, before).await?,
        None => None,
    };
    let summary = before.as_ref().and_then(summary_of);
    let delimiter = summary.map_or(WRITTEN_WITH, |summary| summary.delimiter);
    let file = match before.and_then(|before| before.file) {
        Some(file) => store::user_mapping::file(tx, customer, file).await?,
        None => None,
    };
    let name = file.map_or_else(|| NAME.to_owned(), |file| file.name);
    Ok((name, delimiter))
}

/// What became of a correction.
pub(super) enum Composed {
    /// The version has this file now.
    File(i64),
    /// Nothing can be made of it.
    Refused(Rejection),
    /// There is no correction, or no directory is connected any more.
    Impossible,
}

/// A step of the work: done, or the file became too large.
type Step = Result<Result<(), Rejection>, ServiceError>;

/// A file in the making.
struct Composing<'a> {
    directory: DirectoryId,
    before: Option<i64>,
    /// What separates the cells of the version before.
    delimiter: Delimiter,
    csv: csv::Writer<Vec<u8>>,
    incoming: Incoming,
    lease: &'a Lease,
}

impl Composing<'_> {
    async fn all(&mut self, edit: &MappingEdit) -> Step {
        self.row("existing_username", "new_username", "target_directory")?;
        if let Some(before) = self.before
            && let Err(rejection) = self.lines(before, edit).await?
        {
            return Ok(Err(rejection));
        }
        let done = match edit {
            MappingEdit::Begin => self.administrators().await?,
            MappingEdit::Decide { about, decision } => self.decide(about, decision).await?,
            MappingEdit::Add {
                existing,
                new,
                target,
            } => {
                let [existing, new, target] = [existing, new, target].map(|text| safe(text.trim()));
                self.row(&existing, &new, &target)?;
                Ok(())
            }
            MappingEdit::Keep { .. } => self.left_out().await?,
            _ => Ok(()),
        };
        match done {
            Ok(()) => self.flush().await,
            refused => Ok(refused),
        }
    }

    fn row(&mut self, existing: &str, new: &str, target: &str) -> Result<(), ServiceError> {
        self.csv
            .write_record([existing, new, target])
            .map_err(|error| ServiceError::internal("writing a user mapping", error))
    }

    /// A line of the version before. `came`: all of it, where its cells could not be told apart.
    fn line(&mut self, cells: Cells, came: Option<String>) -> Result<(), ServiceError> {
        // Whoever corrects it says what its cells are.
        let came = came.filter(|came| (came, "", "") == (&cells.existing, &*cells.new, &*cells.target));
        if let Some(came) = came.and_then(|came| as_it_came(&came, self.delimiter)) {
            let mut text = self.written()?;
            text.extend_from_slice(came.as_bytes());
            text.extend_from_slice(b"\r\n");
            self.csv = writer(text);
            return Ok(());
        }
        let cells = [cells.existing, cells.new, cells.target].map(|cell| rewritten(&cell));
        let [existing, new, target] = &cells;
        self.row(existing, new, target)
    }

    /// The lines of the version before, those it is about corrected.
    async fn lines(&mut self, before: i64, edit: &MappingEdit) -> Step {
        let group = match edit {
            MappingEdit::Fix {
                code,
                severity,
                about,
                ..
            } => Some((*code, *severity, about.as_str())),
            _ => None,
        };
        let left_out = match edit {
            MappingEdit::Keep { .. } => self.what_is_left_out().await?,
            _ => None,
        };
        // Whoever repeats one of them says what was settled (X-01, P-13).
        let mut replaced = BTreeSet::new();
        let mut after = 0;
        loop {
            let page = self.page(before, group, after).await?;
            let Some(last) = page.last() else {
                return Ok(Ok(()));
            };
            let mut settled = self.settled(left_out, (after, last.line)).await?;
            after = last.line;
            for line in page {
                if line.same_as.is_some_and(|first| replaced.contains(&first)) {
                    continue;
                }
                if let Some(cells) = settled.remove(&line.line) {
                    replaced.insert(line.line);
                    if let Some(cells) = cells {
                        self.line(cells, None)?;
                    }
                    continue;
                }
                let came = line.unreadable.then(|| line.existing.clone());
                if let Some(cells) = corrected(line, edit) {
                    self.line(cells, came)?;
                }
            }
            if let Err(rejection) = self.flush().await? {
                return Ok(Err(rejection));
            }
        }
    }

    /// What the earlier version says in the place of lines of the version before, from behind `after` to `until`, by their
    /// numbers: lines that a file has as they were before they were corrected (P-13). `None`: they were taken out, and go.
    async fn settled(
        &self,
        left_out: Option<LeftOut>,
        (after, until): (i64, i64),
    ) -> Result<BTreeMap<i64, Option<Cells>>, ServiceError> {
        let (Some(left_out), Some(before)) = (left_out, self.before) else {
            return Ok(BTreeMap::new());
        };
        let mut tx = self.incoming.services.db().read().await?;
        let (of, place) = ((left_out, before), (after, until, PAGE));
        let lines = reverted_behind(&mut tx, self.incoming.customer, of, place).await?;
        let cells = lines.into_iter().map(|line| {
            let cells = line.earlier().map(|earlier| Cells {
                existing: earlier.existing,
                new: earlier.new,
                target: earlier.target,
            });
            (line.line, cells)
        });
        Ok(cells.collect())
    }

    /// What the version before left out, as its check found.
    async fn what_is_left_out(&self) -> Result<Option<LeftOut>, ServiceError> {
        let before = self.before.unwrap_or_default();
        let mut tx = self.incoming.services.db().read().await?;
        let version = store::user_mapping::version(&mut tx, self.incoming.customer, before).await?;
        Ok(version.as_ref().and_then(left_out_of))
    }

    async fn page(
        &self,
        before: i64,
        group: Option<(FindingCode, Severity, &str)>,
        after: i64,
    ) -> Result<Vec<FixableLine>, ServiceError> {
        let mut tx = self.incoming.services.db().read().await?;
        let whose = (self.incoming.customer, self.directory);
        Ok(store::user_mapping::lines_of(&mut tx, whose, before, group, (after, PAGE)).await?)
    }

    /// Local administrators stay as they are (P-07).
    async fn administrators(&mut self) -> Step {
        let mut tx = self.incoming.services.db().read().await?;
        let all =
            store::accounts::local_administrators(&mut tx, self.incoming.customer, ADMINISTRATORS).await?;
        drop(tx);
        for account in all {
            let username = safe(account.username.as_str());
            self.row(&username, &username, Directory::LOCAL)?;
        }
        Ok(Ok(()))
    }

    /// Lines of the earlier version about accounts that have none since a file was uploaded (P-13).
    async fn left_out(&mut self) -> Step {
        let (customer, before) = (self.incoming.customer, self.before.unwrap_or_default());
        let Some(left_out) = self.what_is_left_out().await? else {
            return Ok(Ok(()));
        };
        let mut after = 0;
        loop {
            let mut tx = self.incoming.services.db().read().await?;
            let page = lines_behind(&mut tx, customer, (left_out, before), (after, PAGE)).await?;
            drop(tx);
            let Some(last) = page.last() else {
                return Ok(Ok(()));
            };
            after = last.line;
            for line in page {
                let cells = Cells {
                    existing: line.existing,
                    new: line.new,
                    target: line.target,
                };
                self.line(cells, None)?;
            }
            if let Err(rejection) = self.flush().await? {
                return Ok(Err(rejection));
            }
        }
    }

    /// Lines for accounts that are decided about now.
    async fn decide(&mut self, about: &DecidedAbout, decision: &Decision) -> Step {
        let whose = (self.incoming.customer, self.directory);
        let before = self.before.unwrap_or_default();
        let who = match about {
            DecidedAbout::One { account } => {
                let mut tx = self.incoming.services.db().read().await?;
                let one = store::user_mapping::one_undecided(&mut tx, whose, before, *account).await?;
                drop(tx);
                if let Some(one) = one {
                    self.decided(&one, decision)?;
                }
                return Ok(Ok(()));
            }
            DecidedAbout::Class { class } => Some(*class),
            DecidedAbout::Rest => None,
        };
        let who = UndecidedWho {
            class: who,
            together: true,
            search: "",
        };
        let mut after: Option<(String, AccountId)> = None;
        loop {
            let behind = after.as_ref().map(|(key, id)| (key.as_str(), *id));
            let mut tx = self.incoming.services.db().read().await?;
            let page = store::user_mapping::undecided(&mut tx, whose, before, who, (behind, PAGE)).await?;
            drop(tx);
            let Some(last) = page.last() else {
                return Ok(Ok(()));
            };
            after = Some((last.sort_key.clone(), last.id));
            for one in &page {
                self.decided(one, decision)?;
            }
            if let Err(rejection) = self.flush().await? {
                return Ok(Err(rejection));
            }
        }
    }

    fn decided(&mut self, one: &Undecided, decision: &Decision) -> Result<(), ServiceError> {
        let username = safe(&one.username);
        match (decision, &one.proposal, &one.directory) {
            (Decision::Proposed, Some(proposal), _) => self.row(&username, &safe(&proposal.username), ""),
            (Decision::Proposed, None, _) => Ok(()),
            (Decision::Username { new }, ..) => self.row(&username, &safe(new.trim()), ""),
            (Decision::Left, _, Some(directory)) => self.row(&username, &username, &safe(directory)),
            // Who is local already stays so.
            (Decision::Local, ..) | (Decision::Left, _, None) => {
                self.row(&username, &username, Directory::LOCAL)
            }
        }
    }

    /// Hands on what was written so far.
    async fn flush(&mut self) -> Step {
        if self.lease.stop().is_cancelled() {
            let what = "the correction, which was asked to stop,";
            return Err(StoreError::Stale { what }.into());
        }
        let bytes = self.written()?;
        self.incoming.push(&bytes).await
    }

    /// What was written since it was taken last.
    fn written(&mut self) -> Result<Vec<u8>, ServiceError> {
        let csv = std::mem::replace(&mut self.csv, writer(Vec::new()));
        csv.into_inner()
            .map_err(|error| ServiceError::internal("writing a user mapping", error.to_string()))
    }

    /// The file is whole, and becomes the version's.
    async fn finish(mut self, version: i64) -> Result<Composed, ServiceError> {
        let whole = match self.incoming.whole().await? {
            Ok(whole) => whole,
            Err(rejection) => {
                self.incoming.abandon().await?;
                return Ok(Composed::Refused(rejection));
            }
        };
        let customer = self.incoming.customer;
        let mut tx = self.incoming.services.db().begin().await?;
        self.lease.hold(&mut tx).await?;
        store::customers::take_turn(&mut tx, customer).await?;
        let kept = self.incoming.keep(&mut tx, &whole).await?;
        store::user_mapping::give_file(&mut tx, customer, version, kept.file).await?;
        tx.commit().await?;
        Ok(Composed::File(kept.file))
    }
}

/// A line of the version before as it stands in the next one; `None`: it goes.
fn corrected(line: FixableLine, edit: &MappingEdit) -> Option<Cells> {
    let number = line.line.unsigned_abs();
    let cells = Cells {
        existing: line.existing,
        new: line.new,
        target: line.target,
    };
    match edit {
        MappingEdit::Line {
            line: about,
            existing,
            new,
            target,
        } if *about == number => Some(Cells {
            existing: existing.clone(),
            new: new.clone(),
            target: target.clone(),
        }),
        MappingEdit::RemoveLine { line: about } if *about == number => None,
        MappingEdit::Fix { fix, code, value, .. } if line.affected => {
            let about = About {
                text: line.text.as_deref(),
                column: line.place.as_deref().and_then(Column::from_code),
                account: line.account.as_deref(),
                other_account: line.other_account.as_deref(),
                person: line.person.as_deref(),
                proposed: line.proposed.as_deref(),
            };
            fixed(cells, about, *code, (*fix, value), line.old.as_deref())
        }
        _ => Some(cells),
    }
}

/// Whether a line says something else after a correction.
pub(super) fn changes(line: FixableLine, edit: &MappingEdit) -> bool {
    let before = Cells {
        existing: line.existing.clone(),
        new: line.new.clone(),
        target: line.target.clone(),
    };
    corrected(line, edit) != Some(before)
}

/// Goes on behind `text`.
fn writer(text: Vec<u8>) -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new()
        .delimiter(WRITTEN_WITH.byte())
        .terminator(csv::Terminator::CRLF)
        .from_writer(text)
}

/// A username as a cell (F-32).
fn safe(username: &str) -> String {
    safe_cell(username).into_owned()
}
