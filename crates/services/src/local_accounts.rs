//! Accounts of a customer's People directory that belong to no directory: the administrators, and everybody who was
//! there before the first sync. People itself makes them; here they come in for the demo and for the operator.

use domain::people::{AccountState, Directory, PeopleAccount, Profile, field};
use domain::{AccountId, Actor, Permission, UserError};
use rules::username;
use serde_json::json;
use store::StoreError;

use crate::sync::account_write;
use crate::{ServiceError, Services};

/// A local account to be created.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewLocalAccount {
    pub username: String,
    pub first_name: String,
    pub surname: String,
    pub email: String,
    pub department: String,
    pub is_administrator: bool,
}

impl Services {
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
        let writes: Vec<_> = accounts
            .iter()
            .map(|new| account_write(self.local_account(new)))
            .collect();
        let ids: Vec<_> = writes.iter().map(|write| write.account.id).collect();
        match store::accounts::insert(&mut tx, customer, &writes, self.now()).await {
            Err(StoreError::Conflict { .. }) => Err(UserError::field(
                "username",
                "An account has one of these usernames already.",
            ))?,
            other => other?,
        }
        let details = json!({ "accounts": ids.len() });
        self.record(&mut tx, actor, Some(customer), "account.create", slug, &details)
            .await?;
        tx.commit().await?;
        Ok(ids)
    }

    fn local_account(&self, new: &NewLocalAccount) -> PeopleAccount {
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
            directory: Directory::Local,
            state: AccountState::Active,
            block: None,
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
