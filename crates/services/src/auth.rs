//! The console's own accounts: signing in, and who somebody is. The first administrator: `first_visit`.
//!
//! Passwords are kept as Argon2id (19 MiB, two passes, RFC 9106 and OWASP). An attempt is charged to its address in
//! the database before the password is looked at, and given back on success: so attempts in parallel, or at several
//! server processes, do not buy more guesses. Addresses without an account cost the same work and the same back-off,
//! so the answers do not tell which addresses exist.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use chrono::TimeDelta;
use domain::text::is_plain_address;
use domain::views::Me;
use domain::{Actor, ConsoleUserId, FieldError, Permission, Role, Timestamp, UserError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::console_users::{ConsoleUserRow, NewConsoleUser};
use store::{StoreError, Tx};
use tokio::sync::Semaphore;

use crate::{ServiceError, Services};

/// Characters of the shortest password.
pub const MIN_PASSWORD: usize = 12;
/// Bytes of the longest password: more only keeps the server busy.
const MAX_PASSWORD: usize = 1024;
/// Failed sign-ins before the first wait.
const FREE_ATTEMPTS: i64 = 4;
/// The first wait, in seconds; doubled by each further failure.
const FIRST_WAIT: i64 = 15;
/// The longest wait, in seconds.
const LONGEST_WAIT: i64 = 15 * 60;
/// How long failed sign-ins are remembered, in hours.
const REMEMBER_ATTEMPTS: i64 = 24;
/// How many passwords are worked on at the same time: each takes 19 MiB and a core.
static HASHING: Semaphore = Semaphore::const_new(2);
/// What the password of an unknown address is checked against: as much work, and never right.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A console user to be created.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub name: String,
    pub email: String,
    pub password: SecretString,
    pub role: Role,
    /// The slug of their customer; `None` for staff.
    pub customer: Option<String>,
}

impl Services {
    /// Creates a console user, at the word of an operator.
    pub async fn create_user(&self, actor: &Actor, user: &NewUser) -> Result<ConsoleUserId, ServiceError> {
        actor.require(Permission::CreateCustomer)?;
        if (user.role == Role::Staff) != user.customer.is_none() {
            let rule = "Staff belong to no customer, everybody else to exactly one.";
            return Err(UserError::field("customer", rule).into());
        }
        let password_hash = checked_hash(user).await?;
        let mut tx = self.db().begin().await?;
        let id = self.insert_user(&mut tx, actor, user, &password_hash).await?;
        tx.commit().await?;
        Ok(id)
    }

    pub(crate) async fn insert_user(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        user: &NewUser,
        password_hash: &str,
    ) -> Result<ConsoleUserId, ServiceError> {
        let customer = match &user.customer {
            Some(slug) => Some(
                store::customers::by_slug(tx, slug)
                    .await?
                    .ok_or(UserError::NotFound)?
                    .id,
            ),
            None => None,
        };
        let id: ConsoleUserId = self.new_id();
        let new = NewConsoleUser {
            id,
            customer,
            email: &user.email,
            name: &user.name,
            role: user.role,
            password_hash,
        };
        self.add_user(tx, &new).await?;
        let details = json!({ "role": user.role });
        self.record(tx, actor, customer, "user.create", &id.to_string(), &details)
            .await?;
        Ok(id)
    }

    /// Adds a console user whose address nobody has.
    pub(crate) async fn add_user(&self, tx: &mut Tx, new: &NewConsoleUser<'_>) -> Result<(), ServiceError> {
        match store::console_users::insert(tx, new, self.now()).await {
            Err(StoreError::Conflict { .. }) => Err(taken().into()),
            other => Ok(other?),
        }
    }

    /// Checks e-mail address and password.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<ConsoleUserId, ServiceError> {
        let mut tx = self.db().begin().await?;
        self.charge(&mut tx, email).await?;
        let credentials = store::console_users::credentials(&mut tx, email).await?;
        tx.commit().await?;

        let hash = credentials
            .as_ref()
            .map_or(NOBODY, |known| known.password_hash.as_str());
        let right = verify(password, hash).await?;
        let Some(known) = credentials.filter(|_| right) else {
            metrics::counter!("usersync_sign_ins_total", "result" => "refused").increment(1);
            return Err(UserError::WrongCredentials.into());
        };

        let mut tx = self.db().begin().await?;
        // While it was checked, they may have been removed, or have set another password.
        let hash_now = store::console_users::password_hash(&mut tx, known.id).await?;
        let user = store::console_users::find(&mut tx, known.id)
            .await?
            .filter(|_| hash_now.as_deref() == Some(known.password_hash.as_str()))
            .ok_or(UserError::WrongCredentials)?;
        store::console_users::forgive(&mut tx, email).await?;
        store::console_users::signed_in(&mut tx, known.id, self.now()).await?;
        let actor = actor_of(&user);
        self.record(
            &mut tx,
            &actor,
            user.customer,
            "user.sign_in",
            &known.id.to_string(),
            &json!({}),
        )
        .await?;
        tx.commit().await?;
        metrics::counter!("usersync_sign_ins_total", "result" => "accepted").increment(1);
        Ok(known.id)
    }

    /// Counts one attempt for this address, or refuses it.
    pub(crate) async fn charge(&self, tx: &mut Tx, email: &str) -> Result<(), ServiceError> {
        let now = self.now();
        let attempts = store::console_users::attempts(tx, email).await?;
        if let Some(until) = attempts.locked_until.filter(|until| *until > now) {
            metrics::counter!("usersync_sign_ins_total", "result" => "held_back").increment(1);
            return Err(UserError::TooManyAttempts {
                seconds: whole_seconds(until - now),
            }
            .into());
        }
        let failed = attempts.failed + 1;
        if !store::console_users::charge(tx, email, failed, locked_until(failed, now), now).await? {
            return Err(UserError::TooManyAttempts { seconds: 1 }.into());
        }
        Ok(())
    }

    /// Who a session belongs to; `None` when that user is gone, or was removed.
    pub async fn identify(&self, user: ConsoleUserId) -> Result<Option<(Actor, Me)>, ServiceError> {
        let mut tx = self.db().read().await?;
        let Some(user) = store::console_users::find(&mut tx, user).await? else {
            return Ok(None);
        };
        let actor = actor_of(&user);
        let unread = store::notices::unread(&mut tx, user.id).await?;
        let me = Me {
            unread: u64::try_from(unread).unwrap_or(0),
            name: user.name,
            email: user.email,
            role: user.role,
            customer: user.slug,
        };
        Ok(Some((actor, me)))
    }

    /// Removes sessions that have ended, failed sign-ins of yesterday, and links that are too old. `idle_since`: see the session store.
    pub async fn tidy_sign_ins(&self, idle_since: Timestamp) -> Result<(), ServiceError> {
        let now = self.now();
        let mut tx = self.db().begin().await?;
        store::sessions::delete_ended(&mut tx, now, idle_since).await?;
        store::password_resets::forget_old(&mut tx, now).await?;
        store::console_users::forget_attempts(&mut tx, now - TimeDelta::hours(REMEMBER_ATTEMPTS)).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// A console user as the one who acts.
pub(crate) fn actor_of(user: &ConsoleUserRow) -> Actor {
    Actor {
        user: Some(user.id),
        name: user.name.clone(),
        role: user.role,
        customer: user.customer,
    }
}

/// An address of which there is an account.
pub(crate) fn taken() -> UserError {
    UserError::field("email", "There is an account with this e-mail address already.")
}

/// Until when an address is held back after so many failures.
fn locked_until(failed: i64, now: Timestamp) -> Option<Timestamp> {
    let beyond = failed - FREE_ATTEMPTS;
    if beyond <= 0 {
        return None;
    }
    let doublings = u32::try_from(beyond - 1).unwrap_or(u32::MAX).min(10);
    let seconds = (FIRST_WAIT << doublings).min(LONGEST_WAIT);
    Some(now + TimeDelta::seconds(seconds))
}

/// Rounded up, so that "try again in 1 second" is never too early.
fn whole_seconds(wait: TimeDelta) -> u64 {
    u64::try_from(wait.num_milliseconds())
        .unwrap_or(0)
        .div_ceil(1000)
        .max(1)
}

/// Checks what was typed about a new user, all of it at once, and hashes the password.
pub(crate) async fn checked_hash(user: &NewUser) -> Result<String, ServiceError> {
    let errors = user_errors(user);
    if !errors.is_empty() {
        return Err(UserError::Invalid { errors }.into());
    }
    hash(user.password.expose_secret()).await
}

pub(crate) fn user_errors(user: &NewUser) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: String| {
        errors.push(FieldError {
            field: field.to_owned(),
            message,
        });
    };
    if let Some(problem) = name_problem(&user.name) {
        wrong("name", problem);
    }
    let email = user.email.trim();
    if let Some(problem) = email_problem(email) {
        wrong("email", problem);
    }
    if let Some(problem) = password_problem(user.password.expose_secret(), email) {
        wrong("password", problem);
    }
    errors
}

/// What is wrong with somebody's name, if anything.
pub(crate) fn name_problem(name: &str) -> Option<String> {
    if name.trim().is_empty() {
        Some("Enter a name.".to_owned())
    } else if name.chars().count() > 200 {
        Some("A name has at most 200 characters.".to_owned())
    } else {
        FieldError::unseen("name", name.trim(), false).map(|hidden| hidden.message)
    }
}

/// What is wrong with an e-mail address, if anything: whether it exists, only a letter to it tells.
pub(crate) fn email_problem(email: &str) -> Option<String> {
    (!is_plain_address(email.trim())).then(|| "Enter an e-mail address, such as anna@example.org.".to_owned())
}

/// What is wrong with a new password, if anything (NIST SP 800-63B: length and no known text; no rules of characters).
pub(crate) fn password_problem(password: &str, email: &str) -> Option<String> {
    let length = password.chars().count();
    let folded = password.to_lowercase();
    if length < MIN_PASSWORD {
        Some(format!(
            "A password needs at least {MIN_PASSWORD} characters; this one has {length}."
        ))
    } else if password.len() > MAX_PASSWORD {
        Some(format!("A password has at most {MAX_PASSWORD} characters."))
    } else if folded.trim() == email.to_lowercase() {
        Some("The password must not be the e-mail address.".to_owned())
    } else if password.chars().collect::<std::collections::BTreeSet<_>>().len() < 4 {
        Some("This password repeats the same few characters. Choose another.".to_owned())
    } else {
        None
    }
}

pub(crate) async fn hash(password: &str) -> Result<String, ServiceError> {
    let password = SecretString::from(password);
    let _turn = HASHING
        .acquire()
        .await
        .map_err(|error| ServiceError::internal("hash a password", error))?;
    tokio::task::spawn_blocking(move || {
        Argon2::default()
            .hash_password(password.expose_secret().as_bytes())
            .map(|hash| hash.to_string())
    })
    .await
    .map_err(|error| ServiceError::internal("hash a password", error))?
    .map_err(|error| ServiceError::internal("hash a password", error))
}

pub(crate) async fn verify(password: &str, hash: &str) -> Result<bool, ServiceError> {
    // Longer ones cannot have been set; the work is done all the same, on what fits.
    let fits = password.len() <= MAX_PASSWORD;
    let password = SecretString::from(if fits { password } else { "" });
    let hash = hash.to_owned();
    let _turn = HASHING
        .acquire()
        .await
        .map_err(|error| ServiceError::internal("check a password", error))?;
    let checked = tokio::task::spawn_blocking(move || {
        Argon2::default().verify_password(password.expose_secret().as_bytes(), hash.as_str())
    })
    .await
    .map_err(|error| ServiceError::internal("check a password", error))?;
    match checked {
        Ok(()) => Ok(fits),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(ServiceError::internal("check a password", error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_starts_late_doubles_and_has_an_end() {
        let now = Timestamp::UNIX_EPOCH;
        let wait = |failed| locked_until(failed, now).map(|until| (until - now).num_seconds());
        assert_eq!(
            [1, 4, 5, 6, 7].map(wait),
            [None, None, Some(15), Some(30), Some(60)]
        );
        assert_eq!([11, 12, 1000, i64::MAX].map(wait), [Some(900); 4]);
        assert_eq!(whole_seconds(TimeDelta::milliseconds(1)), 1);
        assert_eq!(whole_seconds(TimeDelta::milliseconds(1001)), 2);
    }

    #[test]
    fn passwords_are_long_and_not_the_address() {
        let problem = |password: &str| password_problem(password, "anna.berg@example.org");
        assert!(problem("short").is_some_and(|text| text.contains("at least 12")));
        assert!(problem("Anna.Berg@example.org").is_some());
        assert!(problem("aaaaaaaaaaaaaaaa").is_some());
        assert!(problem(&"abcd".repeat(300)).is_some());
        assert_eq!(problem("correct horse battery"), None);
        assert_eq!(problem("пароль-длинный"), None);
    }

    #[tokio::test]
    async fn nobody_is_checked_with_the_same_work_and_never_right() {
        assert!(!verify("", NOBODY).await.expect("a well-formed hash"));
        let stored = hash("correct horse battery").await.expect("hashed");
        let work = |phc: &str| phc.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(work(&stored), work(NOBODY));
        assert!(verify("correct horse battery", &stored).await.expect("checked"));
        assert!(!verify("correct horse batterz", &stored).await.expect("checked"));
    }
}
