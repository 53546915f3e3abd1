//! Accepting an invitation. Looking at one uses nothing up: mail scanners follow links.

use domain::views::InvitationOffer;
use domain::{Actor, ConsoleUserId, UserError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::console_users::NewConsoleUser;

use super::token_hash;
use crate::auth::{NewUser, checked_hash};
use crate::when::when;
use crate::{ServiceError, Services};

/// What somebody who was invited types.
#[derive(Clone, Debug)]
pub struct Joining {
    /// The secret part of their link.
    pub token: SecretString,
    pub name: String,
    pub password: SecretString,
}

impl Services {
    /// What the invitation behind a link offers; `None` when the link does not work.
    pub async fn invitation(&self, token: &str) -> Result<Option<InvitationOffer>, ServiceError> {
        let mut tx = self.db().read().await?;
        let now = self.now();
        let Some(found) = store::invitations::by_token(&mut tx, &token_hash(token), now).await? else {
            return Ok(None);
        };
        let customer = match found.customer {
            Some(customer) => store::customers::by_id(&mut tx, customer).await?,
            None => None,
        };
        Ok(Some(InvitationOffer {
            by: found.by,
            customer: customer.map(|customer| customer.name),
            email: found.email,
            role: found.role,
            until: when(found.expires_at, now),
        }))
    }

    /// Accepts an invitation: makes the account that it offers, and uses the link up.
    pub async fn accept_invitation(&self, joining: &Joining) -> Result<ConsoleUserId, ServiceError> {
        let hash = token_hash(joining.token.expose_secret());
        let mut tx = self.db().read().await?;
        // Before the costly work on the password, so that nobody without a link can have it done.
        let found = store::invitations::by_token(&mut tx, &hash, self.now())
            .await?
            .ok_or(UserError::DeadLink)?;
        drop(tx);
        let user = NewUser {
            name: joining.name.clone(),
            email: found.email.clone(),
            password: joining.password.clone(),
            role: found.role,
            customer: None,
        };
        let password_hash = checked_hash(&user).await?;
        let mut tx = self.db().begin().await?;
        if !store::invitations::accept(&mut tx, &hash, self.now()).await? {
            return Err(UserError::DeadLink.into());
        }
        let why = "The link in it was used before it could be sent.";
        store::letters::recall(&mut tx, found.id, why, self.now()).await?;
        let id: ConsoleUserId = self.new_id();
        let new = NewConsoleUser {
            id,
            customer: found.customer,
            email: &found.email,
            name: &joining.name,
            role: found.role,
            password_hash: &password_hash,
        };
        self.add_user(&mut tx, &new).await?;
        store::console_users::signed_in(&mut tx, id, self.now()).await?;
        let actor = Actor {
            user: Some(id),
            name: joining.name.trim().to_owned(),
            role: found.role,
            customer: found.customer,
        };
        let details = json!({ "role": found.role, "invited_by": found.by });
        self.record(
            &mut tx,
            &actor,
            found.customer,
            "user.join",
            &found.email,
            &details,
        )
        .await?;
        tx.commit().await?;
        Ok(id)
    }
}
