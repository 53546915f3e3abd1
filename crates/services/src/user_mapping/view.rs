//! What the page of the user mapping shows.

use domain::deployment::{Step, standing};
use domain::people::Directory;
use domain::user_mapping::{MappingEdit, MappingState, ReviewState, Severity};
use domain::views::{
    MappingAdministrator, MappingDrift, MappingDriftedAccount, MappingOpenRemarks, MappingReviewView,
    MappingSubmission, MappingVerdictView, MappingVersionLine, MappingVersionView, Page, UserMappingView,
};
use domain::{Actor, CustomerId, DirectoryId, Permission};
use store::Tx;
use store::user_mapping::{EarlierVersion, MappingVersion, Marks, OpenRemarks, Review};

use super::beginning;
use super::edit::summary_of;
use super::receive::is_uploaded;
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
        let can_edit = is_open && actor.role.may(Permission::EditMapping);
        let latest = store::user_mapping::latest(&mut tx, customer).await?;
        let directory = store::directories::current(&mut tx, customer).await?;
        let mut view = UserMappingView {
            can_edit,
            version: None,
            targets: Vec::new(),
            review: None,
            submission: None,
            drift: None,
            remarks: Vec::new(),
            more_remarks: None,
            open_remarks: MappingOpenRemarks::default(),
            administrators: Vec::new(),
        };
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
        view.drift = self.drift(&mut tx, whose, &latest).await?;
        let may_read = actor.role.may(Permission::ReadPeople);
        if summary_of(&latest).is_some() && may_read {
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
            view.review = Some(
                self.review_view(&mut tx, actor, customer, (&latest, review, view.drift.is_some()))
                    .await?,
            );
        }
        view.version = Some(self.version_view(&mut tx, whose, latest, may_read).await?);
        Ok(view)
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
        may_read: bool,
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
        let (file_name, hash) = file.map(|file| (file.name, file.hash)).unwrap_or_default();
        Ok(MappingVersionView {
            number: version.number,
            file_name,
            hash,
            when: when(version.created_at, self.now()),
            what: version.edit.as_ref().map(MappingEdit::sentence),
            is_uploaded,
            by: version.created_by,
            state: version.state,
            reading: version.reading,
            outcome: version.outcome,
            samples,
            first,
        })
    }

    /// What changed since the version was checked; `None`: nothing did, or it was not checked.
    async fn drift(
        &self,
        tx: &mut Tx,
        whose: (CustomerId, DirectoryId),
        version: &MappingVersion,
    ) -> Result<Option<MappingDrift>, ServiceError> {
        let Some(checked_at) = version
            .checked_at
            .filter(|_| version.state == MappingState::Checked)
        else {
            return Ok(None);
        };
        // Once it was carried out, every sync changes People: that is no reason to look at the mapping again.
        let is_carried_out = store::migration::last_done(tx, whose.0).await?.is_some();
        if is_carried_out || !has_drifted(tx, whose, version.marks).await? {
            return Ok(None);
        }
        let (accounts, people) = store::user_mapping::changed_since(tx, whose, checked_at, CHANGES).await?;
        let more = |all: Option<i64>, named: usize| {
            let named = u64::try_from(named).unwrap_or(u64::MAX);
            all.map_or(0, i64::unsigned_abs).saturating_sub(named)
        };
        Ok(Some(MappingDrift {
            more_accounts: more(accounts.first().map(|account| account.of_all), accounts.len()),
            more_people: more(people.first().map(|person| person.of_all), people.len()),
            accounts: accounts
                .into_iter()
                .map(|account| {
                    let name = name_of(&account.profile.0, &account.username);
                    let change = if account.created_at > checked_at {
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
        }))
    }

    async fn review_view(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        (latest, mut review, drifted): (&MappingVersion, Review, bool),
    ) -> Result<MappingReviewView, ServiceError> {
        let is_newest = review.version == latest.number;
        let is_open = matches!(review.state, ReviewState::Submitted | ReviewState::Seconding);
        // While it is checked again nobody knows what is to be decided about.
        let is_checking = latest.state == MappingState::Checking;
        let can_decide = is_newest && is_open && !is_checking && actor.role.may(Permission::ReviewMapping);
        let cannot_approve = if can_decide {
            self.cannot_approve(tx, actor, customer, latest, (&review, drifted))
                .await?
        } else {
            None
        };
        let mut before = Vec::new();
        // What is with staff again was returned before: that is no decision about it as it stands.
        if review.state == ReviewState::Submitted {
            before.extend(review.decided_at.map(|_| self.verdict(&review)));
            review.decided_by_name.clear();
            review.decided_at = None;
            review.reason.clear();
        }
        if is_newest {
            let earlier = store::user_mapping::review_before(tx, customer, review.version).await?;
            before.extend(earlier.map(|earlier| self.verdict(&earlier)));
        }
        let open = if is_newest {
            store::user_mapping::open_remarks(tx, customer, latest.number).await?
        } else {
            OpenRemarks::default()
        };
        let now = self.now();
        Ok(MappingReviewView {
            version: review.version,
            is_newest,
            state: review.state,
            submitted_by: review.submitted_by_name,
            submitted: when(review.submitted_at, now),
            decided_by: review.decided_by_name,
            decided: review.decided_at.map(|at| when(at, now)),
            reason: review.reason,
            seconded_by: review.seconded_by_name,
            before,
            open_questions: open.questions,
            // It has no lines meanwhile.
            changed_questions: if is_checking { 0 } else { open.changed },
            can_decide,
            cannot_approve,
        })
    }

    /// What was said about a version that was returned or approved.
    fn verdict(&self, review: &Review) -> MappingVerdictView {
        let by = if review.seconded_by_name.is_empty() {
            review.decided_by_name.clone()
        } else {
            format!("{} and {}", review.decided_by_name, review.seconded_by_name)
        };
        MappingVerdictView {
            version: review.version,
            state: match review.state {
                ReviewState::Approved => ReviewState::Approved,
                _ => ReviewState::Returned,
            },
            by,
            when: review.decided_at.map(|at| when(at, self.now())),
            reason: review.reason.clone(),
        }
    }
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
        warnings: summary
            .groups
            .iter()
            .filter(|group| group.example.severity == Severity::Warning)
            .cloned()
            .collect(),
    })
}
