//! Submission and review: the customer submits a version that has nothing left to mend, staff return or approve it.

use std::collections::BTreeSet;

use domain::deployment::{Responsibility, Step, standing};
use domain::numbers::thousands;
use domain::user_mapping::{
    Acknowledged, FindingGroup, MappingEdit, MappingState, ReviewState, Verdict, are_open,
};
use domain::views::MappingSubmission;
use domain::{Actor, CustomerId, FieldError, Permission, UserError};
use serde_json::{Value, json};
use store::Tx;
use store::user_mapping::{MappingVersion, Review, ReviewChange};

use super::MappingShown;
use super::edit::summary_of;
use super::reviewed::unticked;
use super::view::{has_drifted, submission};
use crate::deployment::facts::known;
use crate::deployment::tell::{Anyway, Turn};
use crate::{ServiceError, Services};

/// The longest remark or reason, in characters.
const MAX_TEXT: usize = 4_000;

impl Services {
    /// Submits the newest version. `shown`: the version, and the check whose warnings were read: after another one it is
    /// [`UserError::Changed`] (P-17). `acknowledged` names the groups of warnings that were read, by their keys.
    pub async fn submit_mapping(
        &self,
        actor: &Actor,
        slug: &str,
        shown: impl Into<MappingShown>,
        acknowledged: &[String],
    ) -> Result<(), ServiceError> {
        let shown = shown.into();
        let version = shown.version;
        let mut tx = self.db().begin().await?;
        let customer = self.mapping_of(&mut tx, actor, slug).await?;
        store::customers::take_turn(&mut tx, customer).await?;
        let before = standing::of(&known(&mut tx, customer, self.now()).await?.facts);
        let latest = self.newest(&mut tx, customer, shown).await?;
        let directory = store::directories::current(&mut tx, customer).await?;
        let whose = (customer, directory.ok_or(UserError::Changed)?.id);
        let drifted = has_drifted(&mut tx, whose, latest.marks).await?;
        let needs = submission(&latest, drifted).ok_or(UserError::Changed)?;
        must_be_ready(&needs, acknowledged)?;
        let file = latest.file.ok_or(UserError::Changed)?;
        let file = store::user_mapping::file(&mut tx, customer, file).await?;
        let hash = file.ok_or(UserError::Changed)?.hash;
        let by = (actor.user, actor.name.as_str());
        let ticked = ticked_now(&needs.warnings, latest.check(), &actor.name);
        store::user_mapping::insert_review(&mut tx, customer, (version, &hash), &ticked, by, self.now())
            .await?;
        let details = json!({ "sha256": hash, "warnings": acknowledged });
        self.record(
            &mut tx,
            actor,
            Some(customer),
            "mapping.submit",
            &version.to_string(),
            &details,
        )
        .await?;
        let turn = Turn {
            cause: format!("mapping:{version}:submitted:{}", self.now().timestamp_micros()),
            what: format!(
                "{} submitted version {version} of the user mapping for review.",
                actor.name
            ),
            before: &before,
        };
        let anyway = Anyway {
            title: "Submitted",
            step: Step::UserMapping,
            to: &[Responsibility::Staff],
        };
        self.tell_anyway(&mut tx, actor, customer, &turn, &anyway).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Returns or approves a submitted version. `shown`: the version, and the check whose lines were read; what another one wrote is
    /// not approved by that: [`UserError::Changed`] (P-17). It may be returned all the same: it needs no look at everything.
    pub async fn review_mapping(
        &self,
        actor: &Actor,
        slug: &str,
        shown: impl Into<MappingShown>,
        verdict: Verdict,
    ) -> Result<(), ServiceError> {
        let shown = shown.into();
        let version = shown.version;
        let mut tx = self.db().begin().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReviewMapping)
            .await?
            .id;
        store::customers::take_turn(&mut tx, customer).await?;
        let before = standing::of(&known(&mut tx, customer, self.now()).await?.facts);
        let latest = self.newest(&mut tx, customer, version).await?;
        let review = store::user_mapping::review(&mut tx, customer, version).await?;
        let review = review.ok_or(UserError::Changed)?;
        if !matches!(review.state, ReviewState::Submitted | ReviewState::Seconding) {
            return Err(UserError::Changed.into());
        }
        if latest.state == MappingState::Checking {
            let words =
                "It is being checked again. Decide once that has ended: what you wrote stands here then.";
            return Err(UserError::field("version", words).into());
        }
        if matches!(verdict, Verdict::Approve { .. }) && !shown.is(&latest) {
            return Err(UserError::Changed.into());
        }
        let (action, what, details) = self
            .carry_out(&mut tx, (actor, customer), (&latest, &review), &verdict)
            .await?;
        self.record(
            &mut tx,
            actor,
            Some(customer),
            action,
            &version.to_string(),
            &details,
        )
        .await?;
        let turn = Turn {
            cause: format!("mapping:{version}:{action}:{}", self.now().timestamp_micros()),
            what,
            before: &before,
        };
        self.tell_verdict(&mut tx, (actor, customer), &turn, (&review, &verdict))
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Tells the customer what was decided, or the rest of the team that one of them has to look, too.
    async fn tell_verdict(
        &self,
        tx: &mut Tx,
        (actor, customer): (&Actor, CustomerId),
        turn: &Turn<'_>,
        (review, verdict): (&Review, &Verdict),
    ) -> Result<(), ServiceError> {
        let is_first = review.state == ReviewState::Submitted;
        let title = match verdict {
            Verdict::Approve {
                needs_second: true, ..
            } if is_first => {
                return self
                    .tell_colleagues(tx, actor, customer, turn, Step::UserMapping)
                    .await;
            }
            Verdict::Approve { .. } => "Approved",
            Verdict::Return { .. } => "Returned",
        };
        let anyway = Anyway {
            title,
            step: Step::UserMapping,
            to: &[Responsibility::Customer],
        };
        self.tell_anyway(tx, actor, customer, turn, &anyway).await
    }

    /// Carries out a verdict; gives the action, what was done in words, and details for the record.
    async fn carry_out(
        &self,
        tx: &mut Tx,
        (actor, customer): (&Actor, CustomerId),
        (latest, review): (&MappingVersion, &Review),
        verdict: &Verdict,
    ) -> Result<(&'static str, String, Value), ServiceError> {
        let version = review.version;
        Ok(match verdict {
            Verdict::Return { reason } => {
                let reason = text(
                    "reason",
                    reason,
                    "Say what is to be changed, for those who have to do it.",
                )?;
                self.decide(tx, actor, customer, review, (ReviewState::Returned, reason))
                    .await?;
                let what = format!(
                    "{} returned version {version} of the user mapping: {reason}",
                    actor.name
                );
                ("mapping.return", what, json!({ "reason": reason }))
            }
            Verdict::Approve {
                needs_second,
                unanswered,
                acknowledged,
            } => {
                let knowingly = (*needs_second, *unanswered, acknowledged.as_slice());
                self.approve(tx, (actor, customer), (latest, review), knowingly)
                    .await?
            }
        })
    }

    /// Approves a version, as [`Self::carry_out`] says. `is_unanswered`: whoever approves knows that questions are open; `ticked`:
    /// the groups of warnings they read, by their keys.
    async fn approve(
        &self,
        tx: &mut Tx,
        (actor, customer): (&Actor, CustomerId),
        (latest, review): (&MappingVersion, &Review),
        (needs_second, is_unanswered, ticked): (bool, bool, &[String]),
    ) -> Result<(&'static str, String, Value), ServiceError> {
        let version = review.version;
        let drifted = self.drifted(tx, customer, latest).await?;
        let refused = self
            .cannot_approve(tx, actor, customer, latest, (review, drifted))
            .await?;
        if let Some(words) = refused {
            return Err(UserError::field("version", words).into());
        }
        let open = store::user_mapping::open_remarks(tx, customer, version).await?;
        let questions = are_open(open.questions, open.changed);
        let is_asked = open.questions > 0 && !is_unanswered;
        let new = unticked(latest, review);
        must_be_known(&new, ticked, is_asked.then_some(questions.as_str()))?;
        let new = tick(tx, (actor, customer), (latest, review), &new).await?;
        let is_second = review.state == ReviewState::Seconding;
        if is_second {
            store::user_mapping::second_review(tx, customer, version, &actor.name, self.now()).await?;
        } else {
            let to = if needs_second {
                ReviewState::Seconding
            } else {
                ReviewState::Approved
            };
            self.decide(tx, actor, customer, review, (to, "")).await?;
        }
        let mut what = format!("{} approved version {version} of the user mapping.", actor.name);
        if open.questions > 0 {
            what = format!("{what} {questions}.");
        }
        if needs_second && !is_second {
            what.push_str(" A second member of the deployment team has to approve it, too.");
        }
        let details = json!({
            "sha256": review.hash, "needs_second": needs_second, "second": is_second, "people": latest.marks.map(|marks| marks.people),
            "snapshot": latest.marks.map(|marks| marks.snapshot), "open_questions": open.questions, "warnings": new,
        });
        Ok(("mapping.approve", what, details))
    }

    async fn decide(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        review: &Review,
        (to, reason): (ReviewState, &str),
    ) -> Result<(), ServiceError> {
        let change = ReviewChange {
            from: review.state,
            to,
            by: actor.user,
            by_name: &actor.name,
            reason,
            at: self.now(),
        };
        store::user_mapping::decide_review(tx, customer, review.version, &change).await?;
        Ok(())
    }

    /// Why this actor may not approve a version; `None`: they may.
    pub(super) async fn cannot_approve(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        version: &MappingVersion,
        (review, drifted): (&Review, bool),
    ) -> Result<Option<String>, ServiceError> {
        // It has no lines, and nobody knows what changed beside them.
        if summary_of(version).is_none() {
            return Ok(Some("Its check broke off. Check again.".to_owned()));
        }
        if drifted {
            let words =
                "People or the directory changed since the check. Check again, and look at what changed.";
            return Ok(Some(words.to_owned()));
        }
        let needs = submission(version, drifted);
        if needs.is_none_or(|needs| !needs.in_the_way.is_empty()) {
            let words = "Something is in the way that was not when it was submitted. Return it, so that it can be mended.";
            return Ok(Some(words.to_owned()));
        }
        let mine = |user| actor.user.is_some() && user == actor.user;
        if mine(review.submitted_by) || self.has_worked_on(tx, actor, customer, version).await? {
            let words =
                "Whoever made a version does not approve it. Ask another member of the deployment team.";
            return Ok(Some(words.to_owned()));
        }
        if review.state == ReviewState::Seconding && mine(review.decided_by) {
            let words = "You approved it already. Another member of the deployment team has to look, too.";
            return Ok(Some(words.to_owned()));
        }
        Ok(None)
    }

    /// Whether this actor made the version, or one of those its lines come from.
    pub(crate) async fn has_worked_on(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        version: &MappingVersion,
    ) -> Result<bool, ServiceError> {
        let mine = |author| actor.user.is_some() && author == actor.user;
        if mine(version.author) {
            return Ok(true);
        }
        // A version comes from older ones: with the newest first, each is looked at once.
        let mut open = comes_from(tx, customer, version).await?;
        while let Some(number) = open.pop_last() {
            let found = store::user_mapping::version(tx, customer, number).await?;
            if let Some(found) = found {
                if mine(found.author) {
                    return Ok(true);
                }
                open.extend(comes_from(tx, customer, &found).await?);
            }
        }
        Ok(false)
    }

    /// The newest version, which must be this one, as its last check left it.
    pub(super) async fn newest(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        shown: impl Into<MappingShown>,
    ) -> Result<MappingVersion, ServiceError> {
        let shown = shown.into();
        let latest = store::user_mapping::latest(tx, customer).await?;
        let latest = latest.filter(|latest| shown.is(latest));
        Ok(latest.ok_or(UserError::Changed)?)
    }

    /// Whether People or the directory is not as it was when the newest version was checked.
    pub(super) async fn drifted(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        version: &MappingVersion,
    ) -> Result<bool, ServiceError> {
        let directory = store::directories::current(tx, customer).await?;
        let directory = directory.ok_or(UserError::Changed)?;
        has_drifted(tx, (customer, directory.id), version.marks).await
    }
}

/// Refuses what cannot be submitted yet, by what is in the way and what was not read.
fn must_be_ready(needs: &MappingSubmission, acknowledged: &[String]) -> Result<(), UserError> {
    if !needs.in_the_way.is_empty() {
        return Err(UserError::field("version", needs.in_the_way.join(" ")));
    }
    let mut warnings = needs.warnings.iter();
    if warnings.any(|group| !acknowledged.contains(&group.key())) {
        let words = "Read each warning and tick it: the deployment team sees what was ticked.";
        return Err(UserError::field("acknowledged", words));
    }
    Ok(())
}

/// Refuses an approval by somebody who has not read all of it: warnings that nobody ticked since the check (P-17), and questions that
/// are open, in words.
fn must_be_known(new: &[&FindingGroup], ticked: &[String], open: Option<&str>) -> Result<(), UserError> {
    let unread = new.iter().filter(|group| !ticked.contains(&group.key()));
    let mut unread: Vec<String> = unread
        .map(|group| format!("“{}”", group.example.code.title()))
        .collect();
    unread.dedup();
    let warnings = (!unread.is_empty()).then(|| FieldError {
        field: "acknowledged".to_owned(),
        message: format!(
            "Nobody has ticked these warnings since the check: {}. Tick each one that is meant so, or return the version.",
            unread.join(", ")
        ),
    });
    let questions = open.map(|questions| FieldError {
        field: "unanswered".to_owned(),
        message: format!("{questions}. Wait for the answers, or tick that you approve without them."),
    });
    let errors: Vec<FieldError> = warnings.into_iter().chain(questions).collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(UserError::Invalid { errors })
    }
}

/// These groups of warnings, ticked as this check found them by somebody of this name.
fn ticked_now<'a>(
    groups: impl IntoIterator<Item = &'a FindingGroup>,
    check: i64,
    by: &str,
) -> Vec<Acknowledged> {
    let groups = groups.into_iter();
    groups.map(|group| Acknowledged::of(group, check, by)).collect()
}

/// Notes that whoever approves has ticked these groups of warnings; gives their keys.
async fn tick(
    tx: &mut Tx,
    (actor, customer): (&Actor, CustomerId),
    (version, review): (&MappingVersion, &Review),
    new: &[&FindingGroup],
) -> Result<Vec<String>, ServiceError> {
    let keys: Vec<String> = new.iter().map(|group| group.key()).collect();
    if !keys.is_empty() {
        let before = review.acknowledged.iter();
        let all: Vec<Acknowledged> = before
            .filter(|ticked| !keys.contains(&ticked.key))
            .cloned()
            .chain(ticked_now(new.iter().copied(), version.check(), &actor.name))
            .collect();
        store::user_mapping::acknowledge(tx, customer, review.version, &all).await?;
    }
    Ok(keys)
}

/// The older versions whose lines a version has: the one it was made out of, or the one that was taken up again; the one it took
/// lines over from; and those that had the same file, however it came again (M-22).
async fn comes_from(
    tx: &mut Tx,
    customer: CustomerId,
    version: &MappingVersion,
) -> Result<BTreeSet<i64>, ServiceError> {
    let (before, kept) = match &version.edit {
        Some(MappingEdit::Back { to }) => (Some(*to), None),
        Some(MappingEdit::Keep { from }) => (version.made_from, Some(*from)),
        _ => (version.made_from, None),
    };
    let mut older: BTreeSet<i64> = before.into_iter().chain(kept).collect();
    if let Some(file) = version.file {
        let same = store::user_mapping::versions_of_file(tx, customer, file, version.number).await?;
        older.extend(same);
    }
    Ok(older)
}

/// What was typed, trimmed; nothing and too much are refused.
pub(super) fn text<'a>(field: &str, typed: &'a str, missing: &str) -> Result<&'a str, UserError> {
    let typed = typed.trim();
    if typed.is_empty() {
        Err(UserError::field(field, missing))
    } else if typed.chars().count() > MAX_TEXT {
        let words = format!("At most {} characters.", thousands(4_000));
        Err(UserError::field(field, words))
    } else if let Some(error) = FieldError::unseen(field, typed, true) {
        // R-07, in every text that is typed.
        Err(UserError::Invalid { errors: vec![error] })
    } else {
        Ok(typed)
    }
}
