//! The first visit: nobody can sign in yet, and whoever holds the set-up code becomes the first administrator.
//!
//! The server prints the code at each start for as long as nobody can sign in, so only who runs the server knows it.
//! It follows from the key that encrypts secrets, so every process on the same keys takes the same code and nothing
//! is stored; it is worth nothing from the first account on.

use domain::{Actor, ConsoleUserId, FieldError, Role, UserError};
use sha2::{Digest, Sha256};

use crate::auth::{NewUser, checked_hash, user_errors};
use crate::{ServiceError, Services};

/// What the code is derived for.
const PURPOSE: &str = "usersync set-up code 1";
/// Bytes of a code: 80 bits, out of reach of guessing.
const CODE_BYTES: usize = 10;
/// Digits in a group.
const GROUP: usize = 4;

/// What is typed at the first visit.
#[derive(Clone, Debug)]
pub struct FirstAdmin {
    pub setup_code: String,
    pub name: String,
    pub email: String,
    pub password: secrecy::SecretString,
}

impl Services {
    /// Whether nobody can sign in yet, so that the first administrator has to be created.
    pub async fn first_run(&self) -> Result<bool, ServiceError> {
        let mut tx = self.db().read().await?;
        Ok(store::console_users::count(&mut tx).await? == 0)
    }

    /// The code to print, as long as nobody can sign in; `None` afterwards.
    pub async fn setup_code(&self) -> Result<Option<String>, ServiceError> {
        if !self.first_run().await? {
            return Ok(None);
        }
        Ok(self.keys().derive(PURPOSE).first().map(|derived| shown(derived)))
    }

    /// Creates the first staff administrator for whoever holds the set-up code; refused as soon as anybody exists.
    pub async fn create_first_admin(&self, typed: &FirstAdmin) -> Result<ConsoleUserId, ServiceError> {
        if !self.first_run().await? {
            return Err(UserError::Forbidden.into());
        }
        let user = NewUser {
            name: typed.name.clone(),
            email: typed.email.clone(),
            password: typed.password.clone(),
            role: Role::Staff,
            customer: None,
        };
        if !self.is_setup_code(&typed.setup_code) {
            let mut errors = vec![FieldError {
                field: "setup_code".to_owned(),
                message: "This is not the set-up code. The server prints it when it starts.".to_owned(),
            }];
            errors.extend(user_errors(&user));
            return Err(UserError::Invalid { errors }.into());
        }
        let password_hash = checked_hash(&user).await?;
        let mut tx = self.db().begin().await?;
        store::console_users::lock(&mut tx).await?;
        if store::console_users::count(&mut tx).await? > 0 {
            return Err(UserError::Forbidden.into());
        }
        let id = self
            .insert_user(&mut tx, &Actor::system("First visit"), &user, &password_hash)
            .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Under any key of the ring: while keys are rotated, another process may have printed the code of another key.
    fn is_setup_code(&self, typed: &str) -> bool {
        let typed = Sha256::digest(plain(typed).as_bytes());
        let codes = self.keys().derive(PURPOSE);
        // Compared by their hashes, and all of them, so that the time taken tells nothing.
        codes.iter().fold(false, |right, derived| {
            right | (Sha256::digest(plain(&shown(derived)).as_bytes()) == typed)
        })
    }
}

/// The code as it is printed: groups of digits, such as `3f9a-12bc-...`.
fn shown(derived: &[u8]) -> String {
    let digits = domain::text::hex(derived.get(..CODE_BYTES).unwrap_or(derived));
    let groups: Vec<String> = digits
        .as_bytes()
        .chunks(GROUP)
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect();
    groups.join("-")
}

/// What was typed without its hyphens and spaces, in small letters.
fn plain(typed: &str) -> String {
    typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_typed() {
        let code = shown(&[0x3f; 32]);
        assert_eq!(code, "3f3f-3f3f-3f3f-3f3f-3f3f");
        assert_eq!(plain(&format!(" {} ", code.to_uppercase())), plain(&code));
        assert_eq!(plain("3f3f3f3f3f3f3f3f3f3f"), plain(&code));
    }
}
