//! Watching what expires: secrets 30, 14 and 3 days ahead (C-20), and Okta tokens that nobody uses (C-12).

use chrono::TimeDelta;
use domain::Timestamp;
use domain::notices::Topic;
use domain::numbers::plural;
use store::Tx;
use store::providers::{ExpiringSecret, IdleToken};

use crate::notices::Notice;
use crate::when::{day_words, days_between};
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
        let left = days_between(now, secret.expires_at);
        let Some(step) = step(left) else { return Ok(()) };
        let (directory, name) = (secret.directory, secret.kind.label());
        let on = day_words(secret.expires_at);
        let (title, what) = match left {
            ..0 => (
                format!("The {name} has expired"),
                format!("It expired on {on}. No run can read the directory until a new one is in use."),
            ),
            0 => (
                format!("The {name} expires today"),
                "From tomorrow on no run can read the directory.".to_owned(),
            ),
            _ => (
                format!(
                    "The {name} expires in {}",
                    plural(left.unsigned_abs(), "day", "days")
                ),
                format!("It expires on {on}. After that no run can read the directory."),
            ),
        };
        let notice = Notice {
            cause: format!("secret.expires:{directory}:{}:{step}", secret.expires_at.date_naive()),
            topic: Topic::Expiry,
            title,
            text: vec![
                what,
                "Make a new one at the provider and enter it on the provider’s page. It is tried first, and the old \
                 one stays in use until the new one works."
                    .to_owned(),
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

/// Which warning is due with so many days left: the nearest one whose time has come; -1 once it is over.
fn step(left: i64) -> Option<i64> {
    if left < 0 {
        return Some(-1);
    }
    AHEAD.iter().copied().find(|ahead| left <= *ahead)
}

#[cfg(test)]
mod tests {
    use super::step;

    #[test]
    fn c_20_each_warning_is_due_once_on_the_way() {
        let due: Vec<_> = [31, 30, 15, 14, 4, 3, 1, 0, -1, -9].map(step).to_vec();
        assert_eq!(
            due,
            [
                None,
                Some(30),
                Some(30),
                Some(14),
                Some(14),
                Some(3),
                Some(3),
                Some(0),
                Some(-1),
                Some(-1)
            ]
        );
    }
}
