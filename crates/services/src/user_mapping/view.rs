//! What the page of the user mapping shows.

use domain::deployment::{Step, standing};
use domain::people::Directory;
use domain::user_mapping::{MappingEdit, MappingState, ReviewState, Severity};
use domain::views::{
    MappingAdministrator, MappingDrift, MappingDriftedAccount, MappingOpenRemarks, MappingSubmission,
    MappingVersionLine, MappingVersionView, Page, UserMappingView,
};
use domain::{Actor, CustomerId, DirectoryId, Permission, Timestamp};
use store::Tx;
use store::migration::MigrationRun;
use store::user_mapping::{EarlierVersion, MappingVersion, Marks, Review};

use super::beginning;
use super::edit::summary_of;
use super::meant::meant_targets;
use super::receive::is_uploaded;
use super::reviewed::{accepted_at, of_warnings};
use crate::paging::{one_more, page};
use crate::people::name_of;
use crate::when::when;
use crate::{ServiceError, Services};

/// Versions of a page.
const VERSIONS: usize = 30;
/// Changes that are named of each side.
const CHANGES: i64 = 20;
/// Administrators who are named.
const ADMINISTRATORS: i64 = 20;

impl Services {
    /// How the mapping of a customer stands: the newest version and what came of its check, and its review.
    pub async fn user_mapping(&self, actor: &Actor, slug: &str) -> Result<UserMappingView, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadCustomer)
            .await?
            .id;
        let known = crate::deployment::facts::known(&mut tx, customer, self.now()).await?;
        let standing = standing::of(&known.facts);
        let is_open = standing::find(&standing, Step::UserMapping).may_be_entered();
        let carried_out = store::migration::last_done(&mut tx, customer).await?;
        let can_edit = is_open && carried_out.is_none() && actor.role.may(Permission::EditMapping);
        let latest = store::user_mapping::latest(&mut tx, customer).await?;
        let directory = store::directories::current(&mut tx, customer).await?;
        let mut view = self.nothing(can_edit, carried_out.as_ref());
        let Some((latest, directory)) = latest.zip(directory) else {
            return Ok(view);
        };
        let old = store::directories::old(&mut tx, customer).await?;
        let local = Directory::LOCAL.to_owned();
        view.targets = std::iter::once(directory.provider.label().to_owned())
            .chain([local])
            .chain(old.into_iter().map(|old| old.name))
            .collect();
        let whose = (customer, directory.id);
        let review = store::user_mapping::latest_review(&mut tx, customer).await?;
        if carried_out.is_none() {
            view.drift = drift(&mut tx, whose, (&latest, review.as_ref())).await?;
        }
        let may_read = actor.role.may(Permission::ReadPeople);
        // What is asked waits for its answer, whatever became of the newest file: only its lines are not known then.
        if may_read {
            self.show_remarks(&mut tx, (actor, customer), latest.number, &mut view)
                .await?;
            view.administrators = undecided_administrators(&mut tx, whose, &latest).await?;
        }
        let is_with_staff = review
            .as_ref()
            .is_some_and(|review| review.version == latest.number && review.state != ReviewState::Returned);
        if can_edit && !is_with_staff {
            view.submission = submission(&latest, view.drift.is_some());
        }
        if let Some(review) = review {
            let of = (&latest, review, view.drift.is_some());
            view.review = Some(self.review_view(&mut tx, (actor, whose), of).await?);
        }
        let meant = meant_targets(&latest, directory.provider, &view.targets);
        let may = (may_read, can_edit);
        let version = self.version_view(&mut tx, whose, latest, may).await?;
        view.version = Some(MappingVersionView { meant, ..version });
        Ok(view)
    }

    /// The view where there is no version yet.
    fn nothing(&self, can_edit: bool, carried_out: Option<&MigrationRun>) -> UserMappingView {
        UserMappingView {
            can_edit,
            carried_out: carried_out.map(|run| when(run.committed_at.unwrap_or(run.started_at), self.now())),
            version: None,
            targets: Vec::new(),
            review: None,
            submission: None,
            drift: None,
            remarks: Vec::new(),
            more_remarks: None,
            open_remarks: MappingOpenRemarks::default(),
            administrators: Vec::new(),
        }
    }

    /// A page of the versions before the newest one, the newest of them first, at most 30; `before` is the `next` of the page
    /// before.
    pub async fn mapping_versions(
        &self,
        actor: &Actor,
        slug: &str,
        before: Option<&str>,
    ) -> Result<Page<MappingVersionLine>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadCustomer)
            .await?
            .id;
        let before = before.and_then(|before| before.parse().ok());
        let place = (before, one_more(VERSIONS));
        let versions = store::user_mapping::earlier_versions(&mut tx, customer, place).await?;
        let lines = versions
            .into_iter()
            .map(|version| (version.number, self.version_line(version)));
        Ok(page(lines.collect(), VERSIONS))
    }

    fn version_line(&self, version: EarlierVersion) -> MappingVersionLine {
        let what = version.edit.as_ref().map(MappingEdit::sentence);
        MappingVersionLine {
            number: version.number,
            when: when(version.created_at, self.now()),
            what: what.unwrap_or_else(|| "Uploaded.".to_owned()),
            is_checked: version.state == MappingState::Checked,
            by: version.created_by,
        }
    }

    async fn version_view(
        &self,
        tx: &mut Tx,
        whose: (CustomerId, DirectoryId),
        version: MappingVersion,
        (may_read, can_edit): (bool, bool),
    ) -> Result<MappingVersionView, ServiceError> {
        let file = match version.file {
            Some(file) => store::user_mapping::file(tx, whose.0, file).await?,
            None => None,
        };
        let samples = match &file {
            Some(file) if may_read => beginning::samples(tx, whose.0, &version, file).await?,
            _ => Vec::new(),
        };
        // What a correction wrote is read as it was written: there is nothing to look at.
        let is_read = version.state == MappingState::Checked && version.edit.is_none();
        let first = if is_read && may_read {
            beginning::first_lines(tx, whose, version.number).await?
        } else {
            Vec::new()
        };
        let is_uploaded = is_uploaded(tx, whose.0, &version).await?;
        let columns = match &file {
            Some(file) if is_uploaded && may_read && can_edit => {
                beginning::columns_of(tx, whose.0, &version, file).await?
            }
            _ => None,
        };
        let (file_name, hash) = file.map(|file| (file.name, file.hash)).unwrap_or_default();
        Ok(MappingVersionView {
            number: version.number,
            check: version.check(),
            file_name,
            hash,
            when: when(version.created_at, self.now()),
            what: version.edit.as_ref().map(MappingEdit::sentence),
            is_begun: version.edit == Some(MappingEdit::Begin),
            is_uploaded,
            by: version.created_by,
            state: version.state,
            reading: version.reading,
            outcome: version.outcome,
            samples,
            first,
            columns,
            // Whoever knows the directories says it.
            meant: Vec::new(),
        })
    }
}

/// What changed since the version was checked; `None`: nothing did, or it was not checked. Of a version that is with staff or was
/// approved, all that changed since: a check in between has accepted nothing (P-17). Once it was carried out, every sync changes
/// People, which is no reason to look at the mapping again: then nobody asks.
async fn drift(
    tx: &mut Tx,
    whose: (CustomerId, DirectoryId),
    (version, review): (&MappingVersion, Option<&Review>),
) -> Result<Option<MappingDrift>, ServiceError> {
    let is_checked = version.state == MappingState::Checked;
    let Some(checked_at) = version.checked_at.filter(|_| is_checked) else {
        return Ok(None);
    };
    if !has_drifted(tx, whose, version.marks).await? {
        return Ok(None);
    }
    let review = review.filter(|review| review.version == version.number);
    let since = review.and_then(accepted_at).unwrap_or(checked_at);
    Ok(Some(changes(tx, whose, since.min(checked_at)).await?))
}

/// Accounts and people of the directory that changed since a time, the newest change first.
pub(super) async fn changes(
    tx: &mut Tx,
    whose: (CustomerId, DirectoryId),
    since: Timestamp,
) -> Result<MappingDrift, ServiceError> {
    let (accounts, people) = store::user_mapping::changed_since(tx, whose, since, CHANGES).await?;
    let more = |all: Option<i64>, named: usize| {
        let named = u64::try_from(named).unwrap_or(u64::MAX);
        all.map_or(0, i64::unsigned_abs).saturating_sub(named)
    };
    Ok(MappingDrift {
        more_accounts: more(accounts.first().map(|account| account.of_all), accounts.len()),
        more_people: more(people.first().map(|person| person.of_all), people.len()),
        accounts: accounts
            .into_iter()
            .map(|account| {
                let name = name_of(&account.profile.0, &account.username);
                let change = if account.created_at > since {
                    "new"
                } else {
                    "changed"
                };
                MappingDriftedAccount {
                    id: account.id(),
                    text: format!("{name} ({}): {change}", account.username),
                }
            })
            .collect(),
        people: people
            .into_iter()
            .map(|person| {
                let name = person.name.or(person.username).unwrap_or_default();
                let change = match (person.present, person.in_scope) {
                    (false, _) => "gone",
                    (true, false) => "changed, in no synchronised group",
                    (true, true) => "new or changed",
                };
                format!("{name}: {change}")
            })
            .collect(),
    })
}

/// Whether People or the directory is not as it was when a version was checked.
pub(super) async fn has_drifted(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    marks: Option<Marks>,
) -> Result<bool, ServiceError> {
    let now = store::user_mapping::marks(tx, customer, directory).await?;
    // Checked before anything was compared: it has to be checked again.
    Ok(marks != Some(now))
}

/// The first administrators nobody decided about yet: each is decided about by name (P-07).
async fn undecided_administrators(
    tx: &mut Tx,
    whose: (CustomerId, DirectoryId),
    version: &MappingVersion,
) -> Result<Vec<MappingAdministrator>, ServiceError> {
    if summary_of(version).is_none_or(|summary| summary.coverage.undecided_administrators == 0) {
        return Ok(Vec::new());
    }
    let all =
        store::user_mapping::undecided_administrators(tx, whose, version.number, ADMINISTRATORS).await?;
    let named = all.into_iter().map(|one| MappingAdministrator {
        id: one.id(),
        text: format!("{} ({})", name_of(&one.profile.0, &one.username), one.username),
    });
    Ok(named.collect())
}

/// What submitting a version needs; `None`: it is not checked.
pub(super) fn submission(version: &MappingVersion, drifted: bool) -> Option<MappingSubmission> {
    let summary = summary_of(version)?;
    let many = |count: u64, one: &str, many: &str| {
        let count_words = domain::numbers::thousands(count);
        (count > 0).then(|| format!("{count_words} {}", if count == 1 { one } else { many }))
    };
    let coverage = summary.coverage;
    let in_the_way = [
        many(
            summary.count(Severity::Error),
            "problem is to be mended.",
            "problems are to be mended.",
        ),
        many(
            coverage.undecided,
            "account is undecided: give it a line, or keep it local, or leave it in the old directory.",
            "accounts are undecided: give them lines, or keep them local, or leave them in the old directory.",
        ),
        many(
            coverage.unclear,
            "account has a target directory that is still to be said.",
            "accounts have a target directory that is still to be said.",
        ),
        drifted.then(|| "People or the directory changed since the check. Check again.".to_owned()),
    ];
    Some(MappingSubmission {
        in_the_way: in_the_way.into_iter().flatten().collect(),
        administrators: coverage.undecided_administrators,
        warnings: of_warnings(version).cloned().collect(),
    })
}
