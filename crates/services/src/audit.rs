//! The audit log as the use cases write it.

mod about;
mod named;

use chrono::{Datelike, Days, NaiveDate, TimeDelta};
use domain::views::{AuditFilter, AuditRow, Page};
use domain::{Actor, Clock, CustomerId, Permission, Timestamp, UserError};
use store::Tx;
use store::audit::{AuditEntry, NarrowedAudit};

pub use store::audit::Chain;

use self::about::{About, Abouts};
use crate::paging::{EXPORT_ROWS, PAGE_ROWS, SEARCH_CHARS, one_more, page};
use crate::when::when;
use crate::{ServiceError, Services};

/// Writes one row in the caller's unit of work: `action` is a verb phrase with dots (`provider.save`), `object` an id
/// or a number, `details` what was before and after. Never with a secret in it.
pub async fn record(
    tx: &mut Tx,
    clock: &dyn Clock,
    actor: &Actor,
    customer: Option<CustomerId>,
    action: &str,
    object: &str,
    details: &serde_json::Value,
) -> Result<(), ServiceError> {
    let entry = AuditEntry {
        at: clock.now(),
        customer,
        actor: actor.user,
        actor_name: &actor.name,
        action,
        object,
        details: &details.to_string(),
    };
    store::audit::append(tx, &entry).await?;
    Ok(())
}

impl Services {
    /// [`record`] with the clock of these services.
    pub(crate) async fn record(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: Option<CustomerId>,
        action: &str,
        object: &str,
        details: &serde_json::Value,
    ) -> Result<(), ServiceError> {
        record(tx, self.clock(), actor, customer, action, object, details).await
    }

    /// A page of the log of one customer, newest first, at most 50; `after` is the `next` of the page before.
    pub async fn audit_log(
        &self,
        actor: &Actor,
        slug: &str,
        filter: &AuditFilter,
        after: Option<&str>,
    ) -> Result<Page<AuditRow>, ServiceError> {
        self.list_audit(actor, slug, filter, after, PAGE_ROWS).await
    }

    /// The same list in larger pages, for a download.
    pub async fn export_audit(
        &self,
        actor: &Actor,
        slug: &str,
        filter: &AuditFilter,
        after: Option<&str>,
    ) -> Result<Page<AuditRow>, ServiceError> {
        self.list_audit(actor, slug, filter, after, EXPORT_ROWS).await
    }

    async fn list_audit(
        &self,
        actor: &Actor,
        slug: &str,
        filter: &AuditFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<AuditRow>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadAudit)
            .await?
            .id;
        let before = after
            .map_or(Ok(i64::MAX), str::parse)
            .map_err(|_| UserError::NotFound)?;
        let now = self.now();
        let (who, about) = (shortened(&filter.who), shortened(&filter.about));
        let named = named::objects(&mut tx, customer, &about).await?;
        let action = filter.area.map_or_else(String::new, |area| format!("{area}."));
        let narrowed = NarrowedAudit {
            actor: &who,
            action: &action,
            object: &about,
            named: &named,
            from: midnight("from", &filter.from, 0)?.unwrap_or(Timestamp::UNIX_EPOCH),
            // The log has no row of tomorrow.
            until: midnight("until", &filter.until, 1)?.unwrap_or(now + TimeDelta::days(1)),
        };
        let rows = store::audit::of_customer(&mut tx, customer, narrowed, before, one_more(limit)).await?;
        let mut abouts = Abouts::of(customer);
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let about = abouts.find(&mut tx, &row.action, &row.object).await?;
            views.push((row.seq, view(row, about, now)));
        }
        Ok(page(views, limit))
    }

    /// Whether the log is as it was written: for the operator's `check`.
    pub async fn verify_audit(&self) -> Result<Chain, ServiceError> {
        let mut tx = self.db().read().await?;
        Ok(store::audit::verify(&mut tx).await?)
    }
}

fn view(row: store::audit::AuditRow, (about, path): About, now: Timestamp) -> AuditRow {
    // A text that is no JSON any more is shown as it is.
    let details = serde_json::from_str::<serde_json::Value>(&row.details)
        .and_then(|details| serde_json::to_string_pretty(&details))
        .unwrap_or_else(|_| row.details.clone());
    AuditRow {
        number: row.seq,
        when: when(row.at, now),
        words: words(&row.action).to_owned(),
        who: row.actor_name,
        action: row.action,
        about,
        path,
        object: row.object,
        details,
    }
}

/// What was done, after the name of whoever did it.
fn words(action: &str) -> &str {
    match action {
        "customer.create" => "added the customer",
        "contact.save" => "saved a contact",
        "contact.remove" => "removed a contact",
        "contact.letter" => "had a letter sent again",
        "user.create" => "created a console user",
        "user.sign_in" => "signed in",
        "user.invite" => "invited somebody to the console",
        "user.invitation.resend" => "sent an invitation again",
        "user.invitation.revoke" => "took an invitation back",
        "user.join" => "accepted an invitation",
        "user.role" => "changed somebody's role",
        "user.remove" => "removed somebody from the console",
        "user.restore" => "brought somebody back to the console",
        "user.rename" => "changed their own name",
        "user.sessions.end" => "signed out other sessions",
        "user.password.change" => "changed their own password",
        "user.password.forgotten" => "sent a link to set a new password, as somebody had asked",
        "user.password.link" => "made a link to set a new password",
        "user.password.reset" => "set a new password by a link",
        "provider.test" => "tested the connection",
        "provider.save" => "saved the provider's values",
        "settings.scope" => "changed the security groups",
        "settings.mapping" => "changed the data mapping",
        "settings.groups" => "changed the group sync",
        "settings.limits" => "changed the safety limits",
        "settings.field" => "changed a profile field",
        "settings.field.remove" => "removed a profile field",
        "mapping.upload" => "uploaded a user mapping",
        "mapping.read" => "chose how a user mapping is read",
        "mapping.edit" => "corrected a user mapping",
        "mapping.check" => "had a user mapping checked again",
        "mapping.submit" => "submitted a user mapping",
        "mapping.return" => "returned a user mapping",
        "mapping.approve" => "approved a user mapping",
        "mapping.remark" => "wrote about a user mapping",
        "mapping.ask" => "asked about a user mapping",
        "mapping.answer" => "answered a question about a user mapping",
        "mapping.settle" => "settled a remark about a user mapping",
        "schedule.save" => "changed the schedule",
        "schedule.enable" => "switched the schedule on",
        "schedule.disable" => "switched the schedule off",
        "run.start" => "started a run",
        "run.cancel" => "cancelled a run",
        "run.accept" => "accepted a held run",
        "run.reject" => "rejected a held run",
        "run.end" => "ended a run",
        "group.create" => "created a group of People",
        "deployment.state" => "put a step on record",
        "deployment.comment" => "commented on a step",
        "appointment.propose" => "proposed a time",
        "appointment.agree" => "agreed to a time",
        "appointment.decline" => "declined a time",
        "appointment.cancel" => "cancelled an appointment",
        "user.time_zone" => "chose a time zone",
        "list.export" => "downloaded a list",
        other => words_of_accounts(other),
    }
}

fn words_of_accounts(action: &str) -> &str {
    match action {
        "account.relink" => "linked an account to another directory object",
        "account.directory" => "added the directory the intranet followed before",
        "account.import" => "uploaded accounts of the directory the intranet followed before",
        "account.import.end" => "brought in the accounts of a file",
        "account.create" => "created local accounts",
        other => words_of_migration(other),
    }
}

fn words_of_migration(action: &str) -> &str {
    match action {
        "migration.plan" => "made a plan of the directory migration",
        "migration.drop" => "dropped a plan of the directory migration",
        "migration.options" => "changed what a plan switches",
        "migration.rehearse" => "rehearsed the directory migration",
        "migration.waive" => "accepted what the rehearsal says of somebody",
        "migration.waive.withdraw" => "took back that what the rehearsal says of somebody is accepted",
        "migration.backup" => "noted something about the backup",
        "migration.start" => "put the directory migration on the calendar",
        "migration.cancel" => "cancelled the directory migration",
        "migration.freeze" => "paused access for the directory migration",
        "migration.commit" => "renamed and assigned accounts",
        "migration.undo" => "undid a directory migration",
        "migration.unlock" => "ended the pause of access",
        "migration.release" => "gave a reserved username free",
        "migration.done" => "ended the directory migration",
        "account.repair" => "made a duplicate one account again",
        "migration.fail" => "gave the directory migration up, and changed nothing",
        other => other,
    }
}

fn shortened(typed: &str) -> String {
    typed.trim().chars().take(SEARCH_CHARS).collect()
}

/// The beginning of a day that was typed, some days on; `None` when nothing was typed.
fn midnight(field: &str, day: &str, days_on: u64) -> Result<Option<Timestamp>, UserError> {
    if day.trim().is_empty() {
        return Ok(None);
    }
    let wrong = || UserError::field(field, "Enter a date, such as 2026-03-12.");
    let day = NaiveDate::parse_from_str(day.trim(), "%Y-%m-%d").map_err(|_| wrong())?;
    let in_range = (1970..=9000).contains(&day.year());
    let day = day
        .checked_add_days(Days::new(days_on))
        .filter(|_| in_range)
        .ok_or_else(wrong)?;
    Ok(Some(day.and_time(chrono::NaiveTime::MIN).and_utc()))
}

#[cfg(test)]
mod tests {
    use domain::views::AuditArea;

    use super::*;

    /// Every action that the services write has words.
    #[test]
    fn every_action_is_said_in_words() {
        let mut silent = Vec::new();
        let mut folders = vec![std::path::PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src"
        ))];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).expect("a source file");
                let quoted = text.split('"').skip(1).step_by(2);
                let areas: Vec<String> = AuditArea::ALL.iter().map(|area| format!("{area}.")).collect();
                let is_action = |text: &&str| {
                    areas.iter().any(|area| text.starts_with(area.as_str()))
                        && text.split_once('.').is_some_and(|(_, verb)| {
                            !verb.is_empty()
                                && verb
                                    .bytes()
                                    .all(|byte| byte.is_ascii_lowercase() || b"_.".contains(&byte))
                        })
                };
                silent.extend(
                    quoted
                        .filter(is_action)
                        .filter(|action| words(action) == *action)
                        .map(ToOwned::to_owned),
                );
            }
        }
        assert!(silent.is_empty(), "{silent:?}");
    }

    #[test]
    fn days_are_whole_and_within_reason() {
        let of = |day: &str, on| midnight("from", day, on).map(|at| at.map(|at| at.to_rfc3339()));
        assert_eq!(of("", 0), Ok(None));
        assert_eq!(
            of("2026-03-12", 1),
            Ok(Some("2026-03-13T00:00:00+00:00".to_owned()))
        );
        assert!(of("12 March", 0).is_err() && of("-0001-01-01", 0).is_err() && of("9999-12-31", 1).is_err());
    }
}
