//! Accounts of a customer's People directory that no sync of ours made: local ones, and those of the directory the
//! intranet followed before. The local ones are added on the page of People or come in for the demo.

use domain::people::{
    AccountState, Block, BlockReason, BlockedBy, Directory, OldDirectory, PeopleAccount, Profile, field,
};
use domain::profile::{ProfileField, ProfileFields};
use domain::{AccountId, Actor, CustomerId, DirectoryId, FieldError, Permission, UserError};
use rules::user_mapping::is_reserved_username;
use rules::username;
use serde_json::json;
use store::{StoreError, Tx};

use crate::auth::email_problem;
use crate::sync::account_write;
use crate::{ServiceError, Services};

/// An account to be created.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewLocalAccount {
    pub username: String,
    pub first_name: String,
    pub surname: String,
    pub email: String,
    pub department: String,
    pub is_administrator: bool,
    /// Blocked from the beginning, by an administrator of People.
    pub is_blocked: bool,
}

impl Services {
    /// Adds one local account as a person typed it.
    pub async fn add_local_account(
        &self,
        actor: &Actor,
        slug: &str,
        new: &NewLocalAccount,
    ) -> Result<AccountId, ServiceError> {
        let errors = account_errors(new);
        if !errors.is_empty() {
            return Err(UserError::Invalid { errors }.into());
        }
        let ids = self
            .create_local_accounts(actor, slug, std::slice::from_ref(new))
            .await?;
        ids.first().copied().ok_or_else(|| UserError::NotFound.into())
    }

    /// Creates local accounts, all or none. A username that is taken is refused.
    pub async fn create_local_accounts(
        &self,
        actor: &Actor,
        slug: &str,
        accounts: &[NewLocalAccount],
    ) -> Result<Vec<AccountId>, ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::EditSettings)
            .await?
            .id;
        let ids = self
            .create_accounts(&mut tx, actor, (customer, Directory::Local), accounts)
            .await?;
        tx.commit().await?;
        Ok(ids)
    }

    /// Adds a directory that the intranet followed before, with the accounts it owns.
    pub async fn create_old_directory(
        &self,
        actor: &Actor,
        slug: &str,
        (kind, name): (OldDirectory, &str),
        accounts: &[NewLocalAccount],
    ) -> Result<DirectoryId, ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::EditSettings)
            .await?
            .id;
        let id = self
            .add_old_directory(&mut tx, actor, customer, (kind, name))
            .await?;
        self.create_accounts(&mut tx, actor, (customer, Directory::External(id)), accounts)
            .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Adds a directory that the intranet followed before, in the caller's unit of work.
    pub(crate) async fn add_old_directory(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        (kind, name): (OldDirectory, &str),
    ) -> Result<DirectoryId, ServiceError> {
        let id: DirectoryId = self.new_id();
        store::directories::insert_old(tx, customer, id, kind, name, self.now()).await?;
        let details = json!({ "kind": kind, "name": name });
        let about = id.to_string();
        self.record(tx, actor, Some(customer), "account.directory", &about, &details)
            .await?;
        Ok(id)
    }

    async fn create_accounts(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        (customer, owner): (CustomerId, Directory),
        accounts: &[NewLocalAccount],
    ) -> Result<Vec<AccountId>, ServiceError> {
        let writes: Vec<_> = accounts
            .iter()
            .map(|new| account_write(self.account(new, owner)))
            .collect();
        let ids: Vec<_> = writes.iter().map(|write| write.account.id).collect();
        // whoever had the name before may get it back by an undo.
        let keys: Vec<_> = writes.iter().map(|write| &write.account.username_key).collect();
        let reserved = store::migration::reserved(tx, customer, &keys, self.now()).await?;
        if !reserved.is_empty() {
            return Err(UserError::field(
                "username",
                "The directory migration freed this username, and it is kept from newcomers for a while. Take another one, or ask the deployment team to give it free.",
            ))?;
        }
        match store::accounts::insert(tx, customer, &writes, self.now()).await {
            Err(StoreError::Conflict { .. }) => Err(UserError::field(
                "username",
                "An account has one of these usernames already.",
            ))?,
            other => other?,
        }
        // One account is named; many are counted.
        let (about, details) = match (ids.as_slice(), accounts) {
            ([id], [new]) => (
                id.to_string(),
                json!({ "username": new.username.trim(), "administrator": new.is_administrator }),
            ),
            _ => ("people".to_owned(), json!({ "accounts": ids.len() })),
        };
        self.record(tx, actor, Some(customer), "account.create", &about, &details)
            .await?;
        Ok(ids)
    }

    fn account(&self, new: &NewLocalAccount, directory: Directory) -> PeopleAccount {
        let stored = username::stored(&new.username);
        let fields = [
            (field::FIRST_NAME, &new.first_name),
            (field::SURNAME, &new.surname),
            (field::EMAIL, &new.email),
            (field::DEPARTMENT, &new.department),
        ];
        let profile: Profile = fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| (key.to_owned(), value.clone()))
            .collect();
        PeopleAccount {
            id: self.new_id(),
            username_key: username::key(&stored),
            username: stored,
            directory,
            state: if new.is_blocked {
                AccountState::Blocked
            } else {
                AccountState::Active
            },
            block: new.is_blocked.then_some(Block {
                by: BlockedBy::Administrator,
                reason: BlockReason::ByAdministrator,
            }),
            is_administrator: new.is_administrator,
            profile,
            manager: None,
            version: 1,
            created_at: self.now(),
            updated_at: self.now(),
            last_sign_in_at: None,
        }
    }
}

fn account_errors(new: &NewLocalAccount) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let username = new.username.trim();
    let wrong = |field: &str, message: &str| FieldError {
        field: field.to_owned(),
        message: message.to_owned(),
    };
    if username.is_empty() {
        errors.push(wrong("username", "Enter the username they sign in with."));
    } else if username.chars().count() > 113 {
        errors.push(wrong("username", "A username has at most 113 characters."));
    } else if is_reserved_username(&username::stored(username)) {
        let message = format!("“{username}” is reserved for the system. Choose another username.");
        errors.push(wrong("username", &message));
    }
    if new.surname.trim().is_empty() {
        errors.push(wrong("surname", "Enter their surname."));
    }
    let standard = ProfileFields::default();
    for (key, typed) in [
        (field::USERNAME, username),
        (field::FIRST_NAME, new.first_name.trim()),
        (field::SURNAME, new.surname.trim()),
        (field::EMAIL, new.email.trim()),
    ] {
        errors.extend(FieldError::unseen(key, typed, false));
        let limit = standard.get(key).map(ProfileField::limit);
        let length = u32::try_from(typed.chars().count()).unwrap_or(u32::MAX);
        if let Some(limit) = limit.filter(|limit| length > *limit) {
            let message = format!("{} has at most {limit} characters.", field::label(key));
            errors.push(wrong(key, &message));
        }
    }
    if let Some(problem) = email_problem(&new.email).filter(|_| !new.email.trim().is_empty()) {
        errors.push(wrong(field::EMAIL, &problem));
    }
    errors
}
