//! Putting something on record: that a step is done, the two decisions, a proven sign-in, a comment.

use chrono::{Datelike, Days, NaiveDate};
use domain::deployment::{ExistingDirectory, Responsibility, Said, SsoBefore, Step, standing};
use domain::people::AccountState;
use domain::{AccountId, Actor, CustomerId, FieldError, Permission, Role, UserError};
use serde_json::json;
use store::Tx;
use store::deployments::{NewComment, NewStatement};

use super::facts::known;
use super::tell::Turn;
use crate::migration::is_changed_by_mapping;
use crate::{ServiceError, Services};

/// The longest evidence or comment.
const MAX_TEXT: usize = 4_000;

/// Something to put on record.
pub(crate) struct Entry<'a> {
    pub(crate) step: Step,
    pub(crate) said: Said,
    /// The day of the work, `2026-03-12`.
    pub(crate) happened_on: &'a str,
    pub(crate) evidence: &'a str,
}

impl Services {
    /// Puts on record that a step is done, or takes that back. `happened_on` is the day of the work (`2026-03-12`; empty
    /// for today), `evidence` how one can see that it was done, or why it is taken back.
    pub async fn state_step(
        &self,
        actor: &Actor,
        slug: &str,
        step: Step,
        done: bool,
        happened_on: &str,
        evidence: &str,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.may_record(&mut tx, actor, slug, step).await?;
        if !step.is_stated() {
            return Err(
                UserError::field("done", "This step is decided by facts, not by a statement.").into(),
            );
        }
        if done && step == Step::GroupSync && known(&mut tx, customer, self.now()).await?.facts.groups_mapped
        {
            return Err(UserError::field("done", "Groups are mapped: there is nothing to record.").into());
        }
        let said = if done { Said::Done } else { Said::NotDone };
        let evidence = evidence.trim();
        let mut errors = Vec::new();
        let needs_evidence = done && !matches!(step, Step::DataMapping | Step::GroupSync);
        if needs_evidence && evidence.is_empty() {
            errors.push(error(
                "evidence",
                "Say how one can see it: a version, a ticket, who tried it.",
            ));
        }
        if !done && evidence.is_empty() {
            errors.push(error("evidence", "Say why, for those who relied on it."));
        }
        let day = self
            .day(happened_on)
            .map_err(|message| error("happened_on", message));
        let day = day.unwrap_or_else(|wrong| {
            errors.push(wrong);
            String::new()
        });
        if !errors.is_empty() {
            return Err(UserError::Invalid { errors }.into());
        }
        let entry = Entry {
            step,
            said,
            happened_on: &day,
            evidence,
        };
        self.conclude(tx, actor, customer, entry).await
    }

    /// Answers "Existing user directory?" (step 3). "Brand new" while People holds accounts needs a reason.
    pub async fn answer_existing(
        &self,
        actor: &Actor,
        slug: &str,
        answer: ExistingDirectory,
        reason: &str,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.may_record(&mut tx, actor, slug, Step::Existing).await?;
        let others = known(&mut tx, customer, self.now()).await?.customer.others;
        if answer == ExistingDirectory::BrandNew && others > 0 && reason.trim().is_empty() {
            let people = domain::numbers::plural(others, "account", "accounts");
            let message = format!(
                "People holds {people} beside the local administrators. Without a mapping the sync may give these people \
                 a second account. If it is brand new all the same, say why."
            );
            return Err(UserError::field("reason", message).into());
        }
        let said = Said::Existing { answer, others };
        let entry = Entry {
            step: Step::Existing,
            said,
            happened_on: &self.today(),
            evidence: reason.trim(),
        };
        self.conclude(tx, actor, customer, entry).await
    }

    /// Answers "Single sign-on already configured?" (step 7).
    pub async fn answer_sso(
        &self,
        actor: &Actor,
        slug: &str,
        answer: SsoBefore,
        evidence: &str,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.may_record(&mut tx, actor, slug, Step::Sso).await?;
        let said = Said::Sso { answer };
        let entry = Entry {
            step: Step::Sso,
            said,
            happened_on: &self.today(),
            evidence: evidence.trim(),
        };
        self.conclude(tx, actor, customer, entry).await
    }

    /// Puts on record that a local administrator has signed in to the intranet (P2).
    pub async fn prove_local_admin(
        &self,
        actor: &Actor,
        slug: &str,
        account: AccountId,
        evidence: &str,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.may_record(&mut tx, actor, slug, Step::LocalAdmin).await?;
        let found = store::accounts::find(&mut tx, customer, account)
            .await?
            .ok_or(UserError::NotFound)?;
        if found.directory.external().is_some() || !found.is_administrator {
            return Err(UserError::field("account", "Choose a local administrator.").into());
        }
        if found.state != AccountState::Active {
            return Err(UserError::field("account", "This account cannot sign in: it is not active.").into());
        }
        store::customers::take_turn(&mut tx, customer).await?;
        if is_changed_by_mapping(&mut tx, customer, &found).await? {
            // It was checked as if nobody had to keep this account, and is to be checked again (P-17).
            store::accounts::count_change(&mut tx, customer).await?;
            self.tell_drifted(&mut tx, customer).await?;
        }
        let said = Said::SignedIn { account };
        let entry = Entry {
            step: Step::LocalAdmin,
            said,
            happened_on: &self.today(),
            evidence: evidence.trim(),
        };
        self.conclude(tx, actor, customer, entry).await
    }

    /// Adds a comment to a step, for both sides to read.
    pub async fn comment(
        &self,
        actor: &Actor,
        slug: &str,
        step: Step,
        text: &str,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.customer(&mut tx, actor, slug, Permission::Comment).await?.id;
        let text = text.trim();
        if text.is_empty() {
            return Err(UserError::field("text", "Write something first.").into());
        }
        let errors = wrong_text("text", text);
        if !errors.is_empty() {
            return Err(UserError::Invalid { errors }.into());
        }
        let new = NewComment {
            id: self.new_id(),
            step,
            author: actor.user,
            author_name: &actor.name,
            side: side_of(actor),
            text,
            at: self.now(),
        };
        store::deployments::comment(&mut tx, customer, &new).await?;
        self.tell_comment(&mut tx, actor, customer, (new.id, step, text))
            .await?;
        self.record(
            &mut tx,
            actor,
            Some(customer),
            "deployment.comment",
            step.code(),
            &json!({ "characters": text.chars().count() }),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The customer, if this actor may put something on record about the step, and the step may be entered.
    async fn may_record(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        slug: &str,
        step: Step,
    ) -> Result<CustomerId, ServiceError> {
        let customer = self.customer(tx, actor, slug, Permission::RecordStep).await?.id;
        if !step.performed_by().includes(actor.role) {
            return Err(UserError::Forbidden.into());
        }
        let known = known(tx, customer, self.now()).await?;
        let all = standing::of(&known.facts);
        match standing::find(&all, step) {
            state if state.may_be_entered() => Ok(customer),
            standing::StepState::Shut { until } | standing::StepState::OnHold { until } => {
                Err(UserError::NotYet { until: *until }.into())
            }
            _ => Err(UserError::field("done", "This step is not needed here.").into()),
        }
    }

    /// Writes one entry of the record, and ends the unit of work.
    async fn conclude(
        &self,
        mut tx: Tx,
        actor: &Actor,
        customer: CustomerId,
        entry: Entry<'_>,
    ) -> Result<(), ServiceError> {
        self.put_on_record(&mut tx, actor, customer, entry).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Writes one entry of the record, and its audit row.
    pub(crate) async fn put_on_record(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        entry: Entry<'_>,
    ) -> Result<(), ServiceError> {
        let Entry {
            step,
            said,
            happened_on,
            evidence,
        } = entry;
        let field = if step == Step::Existing {
            "reason"
        } else {
            "evidence"
        };
        let errors = wrong_text(field, evidence);
        if !errors.is_empty() {
            return Err(UserError::Invalid { errors }.into());
        }
        // So that what this statement opens is known for sure: of two at the same moment the second sees the first.
        store::customers::take_turn(tx, customer).await?;
        let before = standing::of(&known(tx, customer, self.now()).await?.facts);
        let directory = store::directories::current(tx, customer).await?;
        let side = side_of(actor);
        let new = NewStatement {
            id: self.new_id(),
            step,
            said,
            happened_on,
            evidence,
            directory: directory.map(|directory| directory.id),
            by: actor.user,
            by_name: &actor.name,
            side,
            at: self.now(),
        };
        store::deployments::state(tx, customer, &new).await?;
        let turn = Turn {
            cause: format!("statement:{}", new.id),
            what: format!("{} recorded “{}”: {}.", actor.name, step.title(), said.sentence()),
            before: &before,
        };
        self.tell_hand_over(tx, actor, customer, &turn).await?;
        let for_customer = side == Responsibility::Staff && step.performed_by() == Responsibility::Customer;
        let details = json!({ "said": said, "happened_on": happened_on, "evidence": evidence,
            "for_customer": for_customer });
        self.record(
            tx,
            actor,
            Some(customer),
            "deployment.state",
            step.code(),
            &details,
        )
        .await
    }

    pub(crate) fn today(&self) -> String {
        self.now().format("%Y-%m-%d").to_string()
    }

    /// The day that was typed, or today. Work is recorded after it is done; a day ahead may be one in another time zone.
    fn day(&self, typed: &str) -> Result<String, &'static str> {
        if typed.trim().is_empty() {
            return Ok(self.today());
        }
        let day = NaiveDate::parse_from_str(typed.trim(), "%Y-%m-%d")
            .map_err(|_| "Enter a date, such as 2026-03-12.")?;
        let latest = self.now().date_naive().checked_add_days(Days::new(1));
        if latest.is_some_and(|latest| day > latest) {
            return Err("This day is still to come. Record the work when it is done.");
        }
        if day.year() < 2000 {
            return Err("This day is long past. Is the year right?");
        }
        Ok(day.format("%Y-%m-%d").to_string())
    }
}

/// The side somebody speaks for.
pub(crate) fn side_of(actor: &Actor) -> Responsibility {
    if actor.role == Role::Staff {
        Responsibility::Staff
    } else {
        Responsibility::Customer
    }
}

/// What is wrong with a text of several lines: its length, or characters that nobody sees.
pub(crate) fn wrong_text(field: &str, text: &str) -> Vec<FieldError> {
    let is_long = text.chars().count() > MAX_TEXT;
    is_long
        .then(|| error(field, &format!("At most {MAX_TEXT} characters, please.")))
        .into_iter()
        .chain(FieldError::unseen(field, text, true))
        .collect()
}

fn error(field: &str, message: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}
