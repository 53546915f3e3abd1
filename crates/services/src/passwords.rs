//! Somebody's own account: name and password; and the link by which a lost password is set again.

use chrono::TimeDelta;
use domain::views::LinkPurpose;
use domain::{Actor, ConsoleUserId, UserError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::Tx;

use crate::auth::{actor_of, hash, name_problem, password_problem, verify};
use crate::forgotten::counted_as;
use crate::sessions::user_of;
use crate::team::{NewLink, SealedLink, Token, active, token_hash};
use crate::{ServiceError, Services};

/// How long a link to set a new password works, in hours.
const RESET_HOURS: i64 = 1;

impl Services {
    /// Gives the actor another name.
    pub async fn change_own_name(&self, actor: &Actor, name: &str) -> Result<(), ServiceError> {
        let user = user_of(actor)?;
        if let Some(problem) = name_problem(name) {
            return Err(UserError::field("name", problem).into());
        }
        let name = name.trim();
        if name == actor.name {
            return Ok(());
        }
        let mut tx = self.db().begin().await?;
        store::console_users::rename(&mut tx, user, name).await?;
        let details = json!({ "before": actor.name, "after": name });
        self.record(
            &mut tx,
            actor,
            actor.customer,
            "user.rename",
            &user.to_string(),
            &details,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Sets the actor's password, if they know the present one. Ends their other sessions; `this` is the id of the one
    /// that asks. Wrong guesses are counted as those of a sign-in.
    pub async fn change_own_password(
        &self,
        actor: &Actor,
        current: &SecretString,
        new: &SecretString,
        this: Option<i128>,
    ) -> Result<(), ServiceError> {
        let user = user_of(actor)?;
        let mut tx = self.db().begin().await?;
        let me = store::console_users::find(&mut tx, user)
            .await?
            .ok_or(UserError::SignInRequired)?;
        let problem = password_problem(new.expose_secret(), &me.email).or_else(|| {
            let same = new.expose_secret() == current.expose_secret();
            same.then(|| "This is the password you have. Choose another.".to_owned())
        });
        if let Some(problem) = problem {
            return Err(UserError::field("new_password", problem).into());
        }
        self.charge(&mut tx, &me.email).await?;
        let known = store::console_users::password_hash(&mut tx, user)
            .await?
            .ok_or(UserError::SignInRequired)?;
        tx.commit().await?;
        if !verify(current.expose_secret(), &known).await? {
            let wrong = "This is not your current password.";
            return Err(UserError::field("current_password", wrong).into());
        }
        let password_hash = hash(new.expose_secret()).await?;
        let mut tx = self.db().begin().await?;
        // Somebody else may have set another one meanwhile, by a link for instance: that one stands.
        self.set_password(&mut tx, user, &me.email, &password_hash, Some(&known))
            .await?;
        match this {
            Some(this) => store::sessions::delete_others(&mut tx, user, &store::sessions::key(this)).await?,
            None => store::sessions::delete_of_user(&mut tx, user).await?,
        };
        self.record(
            &mut tx,
            actor,
            me.customer,
            "user.password.change",
            &me.email,
            &json!({}),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Makes a link by which somebody of a team (`slug`: the customer's; `None`: the staff) sets a new password, for
    /// whoever makes it to hand over.
    pub async fn make_reset_link(
        &self,
        actor: &Actor,
        slug: Option<&str>,
        user: ConsoleUserId,
    ) -> Result<SealedLink, ServiceError> {
        let (mut tx, team) = self.change_team(actor, slug).await?;
        let member = active(self.other(&mut tx, actor, team, user).await?)?;
        let link = self.reset_link(&mut tx, user, &member.email).await?;
        let details = json!({ "until": link.until });
        self.record(
            &mut tx,
            actor,
            team,
            "user.password.link",
            &member.email,
            &details,
        )
        .await?;
        tx.commit().await?;
        self.seal_link(actor, &link)
    }

    /// The same for an address, at the word of an operator.
    pub async fn make_reset_link_for(&self, actor: &Actor, email: &str) -> Result<SealedLink, ServiceError> {
        let unknown = || UserError::field("email", "Nobody with this e-mail address can sign in.");
        let mut tx = self.db().read().await?;
        let known = store::console_users::credentials(&mut tx, email)
            .await?
            .ok_or_else(unknown)?;
        let user = store::console_users::find(&mut tx, known.id)
            .await?
            .ok_or_else(unknown)?;
        drop(tx);
        self.make_reset_link(actor, user.slug.as_deref(), user.id).await
    }

    /// The address of the one whose password a link sets; `None` when the link does not work. Uses nothing up.
    pub async fn password_reset(&self, token: &str) -> Result<Option<String>, ServiceError> {
        let mut tx = self.db().read().await?;
        let found = store::password_resets::by_token(&mut tx, &token_hash(token), self.now()).await?;
        let Some(user) = found else { return Ok(None) };
        let user = store::console_users::find(&mut tx, user).await?;
        Ok(user.map(|user| user.email))
    }

    /// Sets a new password by a link, uses the link up, and ends every session of that user.
    pub async fn reset_password(&self, token: &SecretString, new: &SecretString) -> Result<(), ServiceError> {
        let token = token_hash(token.expose_secret());
        let mut tx = self.db().read().await?;
        // Before the costly work on the password, so that nobody without a link can have it done.
        let user = store::password_resets::by_token(&mut tx, &token, self.now())
            .await?
            .ok_or(UserError::DeadLink)?;
        let user = store::console_users::find(&mut tx, user)
            .await?
            .ok_or(UserError::DeadLink)?;
        drop(tx);
        if let Some(problem) = password_problem(new.expose_secret(), &user.email) {
            return Err(UserError::field("password", problem).into());
        }
        let password_hash = hash(new.expose_secret()).await?;
        let mut tx = self.db().begin().await?;
        if !store::password_resets::spend(&mut tx, &token, self.now()).await? {
            return Err(UserError::DeadLink.into());
        }
        self.set_password(&mut tx, user.id, &user.email, &password_hash, None)
            .await?;
        store::sessions::delete_of_user(&mut tx, user.id).await?;
        let actor = actor_of(&user);
        self.record(
            &mut tx,
            &actor,
            user.customer,
            "user.password.reset",
            &user.email,
            &json!({}),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Sets a password, where `known` is given only in the place of that one, and forgets the failed sign-ins and the
    /// link that were for the old one.
    async fn set_password(
        &self,
        tx: &mut Tx,
        user: ConsoleUserId,
        email: &str,
        password_hash: &str,
        known: Option<&str>,
    ) -> Result<(), ServiceError> {
        // In the order of a sign-in (attempts, then the user), so that the two never wait for each other.
        store::password_resets::forget(tx, user).await?;
        store::console_users::forgive(tx, email).await?;
        store::console_users::forgive(tx, &counted_as(email)).await?;
        if !store::console_users::set_password(tx, user, password_hash, known).await? {
            return Err(UserError::SignInRequired.into());
        }
        Ok(())
    }

    /// Makes a link, which takes the place of an earlier one.
    pub(crate) async fn reset_link(
        &self,
        tx: &mut Tx,
        user: ConsoleUserId,
        email: &str,
    ) -> Result<NewLink, ServiceError> {
        let link = NewLink {
            purpose: LinkPurpose::PasswordReset,
            email: email.to_owned(),
            token: Token::new(),
            until: self.now() + TimeDelta::hours(RESET_HOURS),
        };
        store::password_resets::put(tx, user, &link.token.hash(), link.until).await?;
        Ok(link)
    }
}
