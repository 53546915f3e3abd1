//! Somebody's own sessions: what there is, and how to end them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use domain::views::SessionView;
use domain::{Actor, ConsoleUserId, UserError};
use serde_json::json;

use crate::when::when;
use crate::{ServiceError, Services};

/// A session ends after this long without use.
pub const IDLE: TimeDelta = TimeDelta::hours(8);
/// Sessions shown.
const SHOWN: i64 = 100;

impl Services {
    /// The actor's sessions, the last used first. `this` is the id of the session that asks.
    pub async fn own_sessions(
        &self,
        actor: &Actor,
        this: Option<i128>,
    ) -> Result<Vec<SessionView>, ServiceError> {
        let user = user_of(actor)?;
        let now = self.now();
        let this = this.map(store::sessions::key);
        let mut tx = self.db().read().await?;
        let rows = store::sessions::of_user(&mut tx, user, now, now - IDLE, SHOWN).await?;
        Ok(rows
            .into_iter()
            .map(|row| SessionView {
                key: URL_SAFE_NO_PAD.encode(&row.id_hash),
                is_this: this.as_ref() == Some(&row.id_hash),
                browser: if row.browser.is_empty() {
                    UNKNOWN.to_owned()
                } else {
                    row.browser
                },
                since: when(row.created_at, now),
                seen: when(row.last_seen_at, now),
            })
            .collect())
    }

    /// Ends one of the actor's sessions, by the key in the list.
    pub async fn end_own_session(&self, actor: &Actor, key: &str) -> Result<(), ServiceError> {
        let user = user_of(actor)?;
        let key = URL_SAFE_NO_PAD.decode(key).map_err(|_| UserError::NotFound)?;
        let mut tx = self.db().begin().await?;
        // One that has ended by itself meanwhile is what was asked for.
        if store::sessions::delete_one(&mut tx, user, &key).await? {
            self.record_end(&mut tx, actor, 1).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Ends every session of the actor but the one that asks.
    pub async fn end_other_sessions(&self, actor: &Actor, this: Option<i128>) -> Result<(), ServiceError> {
        let user = user_of(actor)?;
        let mut tx = self.db().begin().await?;
        let ended = match this {
            Some(this) => store::sessions::delete_others(&mut tx, user, &store::sessions::key(this)).await?,
            None => store::sessions::delete_of_user(&mut tx, user).await?,
        };
        self.record_end(&mut tx, actor, ended).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn record_end(&self, tx: &mut store::Tx, actor: &Actor, ended: u64) -> Result<(), ServiceError> {
        let user = user_of(actor)?.to_string();
        let details = json!({ "ended": ended });
        self.record(tx, actor, actor.customer, "user.sessions.end", &user, &details)
            .await
    }
}

/// The user who acts; the system has no account.
pub(crate) fn user_of(actor: &Actor) -> Result<ConsoleUserId, UserError> {
    actor.user.ok_or(UserError::SignInRequired)
}

const UNKNOWN: &str = "Unknown browser";

/// What a `User-Agent` says, in words that tell one's own sessions apart: "Firefox on Windows". Nothing else of it is
/// kept.
pub fn browser(user_agent: &str) -> String {
    // Each names itself after those it resembles, so the more particular come first.
    const BROWSERS: &[(&str, &str)] = &[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: &[(&str, &str)] = &[
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let named = |list: &[(&str, &'static str)]| {
        list.iter()
            .find(|(mark, _)| user_agent.contains(mark))
            .map(|(_, name)| *name)
    };
    match (named(BROWSERS), named(SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) => name.to_owned(),
        (None, Some(system)) => format!("{UNKNOWN} on {system}"),
        (None, None) => UNKNOWN.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_in_words() {
        for (sent, words) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
                "Firefox on Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1",
                "Chrome on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                "Chrome on Linux",
            ),
            ("curl/8.14.1", "Unknown browser"),
            ("", "Unknown browser"),
        ] {
            assert_eq!(browser(sent), words, "{sent}");
        }
    }
}
