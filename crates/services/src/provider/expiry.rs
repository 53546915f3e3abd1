//! Watching what expires: secrets 30, 14 and 3 days ahead (C-20), and Okta tokens that nobody uses (C-12).

use chrono::TimeDelta;
use domain::Timestamp;
use domain::notices::Topic;
use domain::numbers::plural;
use store::Tx;
use store::providers::{ExpiringSecret, IdleToken};

use crate::notices::Notice;
use crate::when::{day_words, days_between, is_over, moment};
use crate::{ServiceError, Services};

/// Days ahead of the end at which people are told (C-20); 0 is the last day, below it the secret is over.
const AHEAD: &[i64] = &[0, 3, 14, 30];
/// Okta ends an API token that was not used for this many days (C-12, Okta "Create an API token").
const TOKEN_DIES: i64 = 30;
/// Days without use at which people are told.
const TOKEN_IDLE: i64 = 25;

impl Services {
    /// Housekeeping: tells the contacts of every deployment what is about to end, once for each step of the way.
    pub async fn watch_expiry(&self) -> Result<(), ServiceError> {
        let now = self.now();
        let mut tx = self.db().begin().await?;
        let soon = now + TimeDelta::days(AHEAD.iter().copied().max().unwrap_or_default() + 1);
        for secret in store::providers::expiring(&mut tx, soon).await? {
            self.tell_expiry(&mut tx, &secret, now).await?;
        }
        let idle_since = now - TimeDelta::days(TOKEN_IDLE);
        for token in store::providers::idle_tokens(&mut tx, idle_since).await? {
            self.tell_idle(&mut tx, &token, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn tell_expiry(
        &self,
        tx: &mut Tx,
        secret: &ExpiringSecret,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        let ends = secret.expires_at;
        let Some(step) = step(ends, now) else {
            return Ok(());
        };
        let (directory, name) = (secret.directory, secret.kind.label());
        // A letter is read whenever it is opened, so it names the day and the hour.
        let (title, what) = if is_over(ends, now) {
            (
                format!("The {name} has expired"),
                format!(
                    "It expired on {}. No run can read the directory until a new one is in use.",
                    moment(ends)
                ),
            )
        } else {
            (
                format!("The {name} expires on {}", day_words(ends)),
                format!(
                    "It expires on {}. After that no run can read the directory.",
                    moment(ends)
                ),
            )
        };
        let notice = Notice {
            cause: format!("secret.expires:{directory}:{}:{step}", ends.date_naive()),
            topic: Topic::Expiry,
            title,
            text: vec![
                what,
                format!(
                    "Make a new one at Microsoft or Okta. Then open Provider in User Sync and choose “Replace the \
                     {name}”. The new one is tried first. Until it works the old one stays in use, as long as that one \
                     still works itself."
                ),
            ],
            page: "provider".to_owned(),
            side: None,
            author: None,
        };
        self.notify(tx, secret.customer, &notice).await
    }

    async fn tell_idle(&self, tx: &mut Tx, token: &IdleToken, now: Timestamp) -> Result<(), ServiceError> {
        let idle = days_between(token.used_at, now);
        let ends = day_words(token.used_at + TimeDelta::days(TOKEN_DIES));
        let directory = token.directory;
        let notice = Notice {
            cause: format!("token.idle:{directory}:{}", token.used_at.date_naive()),
            topic: Topic::Expiry,
            title: format!(
                "The API token was not used for {}",
                plural(idle.unsigned_abs(), "day", "days")
            ),
            text: vec![
                format!("Okta ends a token that nobody uses for {TOKEN_DIES} days. This one ends on {ends}."),
                "A connection test or any run counts as use and keeps it alive.".to_owned(),
            ],
            page: "provider".to_owned(),
            side: None,
            author: None,
        };
        self.notify(tx, token.customer, &notice).await
    }
}

/// What is said of a token that was used last then; `None` as long as there is nothing to say.
pub(crate) fn idle_words(used: Timestamp, now: Timestamp) -> Option<String> {
    let idle = days_between(used, now);
    (idle >= TOKEN_IDLE).then(|| {
        let days = plural(idle.unsigned_abs(), "day", "days");
        let ends = day_words(used + TimeDelta::days(TOKEN_DIES));
        format!(
            "The API token was not used for {days}. Okta ends it on {ends} unless it is used: a connection test or any \
             run counts."
        )
    })
}

/// Which warning is due: the nearest one whose time has come, in days before the end; -1 once it is over.
fn step(ends: Timestamp, now: Timestamp) -> Option<i64> {
    if is_over(ends, now) {
        return Some(-1);
    }
    let left = days_between(now, ends);
    AHEAD.iter().copied().find(|ahead| left <= *ahead)
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;

    use super::step;

    #[test]
    fn c_20_each_warning_is_due_once_on_the_way() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a moment");
        let ends = at("2026-04-12T14:00:00Z");
        for (now, due) in [
            ("2026-03-12T09:00:00Z", None),
            ("2026-03-13T09:00:00Z", Some(30)),
            ("2026-03-28T09:00:00Z", Some(30)),
            ("2026-03-29T09:00:00Z", Some(14)),
            ("2026-04-08T23:00:00Z", Some(14)),
            ("2026-04-09T00:00:00Z", Some(3)),
            ("2026-04-11T23:00:00Z", Some(3)),
            ("2026-04-12T13:59:59Z", Some(0)),
            // It ends at a moment, not with the day.
            ("2026-04-12T14:00:00Z", Some(-1)),
            ("2026-04-21T09:00:00Z", Some(-1)),
        ] {
            assert_eq!(step(ends, at(now)), due, "{now}");
        }
    }
}
