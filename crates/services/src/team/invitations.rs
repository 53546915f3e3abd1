//! Inviting: by a link that works once, for a week, and can be replaced or taken back.

use chrono::TimeDelta;
use domain::views::LinkPurpose;
use domain::{Actor, CustomerId, InvitationId, Role, UserError};
use serde_json::json;
use store::Tx;
use store::invitations::NewInvitation;

use super::{NewLink, SealedLink, Token, must_be_of};
use crate::auth::{email_problem, taken};
use crate::{ServiceError, Services};

/// How long an invitation's link works, in days.
const INVITATION_DAYS: i64 = 7;

impl Services {
    /// Invites an address to a team (`slug`: the customer's; `None`: the staff), and gives the link to hand over.
    pub async fn invite(
        &self,
        actor: &Actor,
        slug: Option<&str>,
        email: &str,
        role: Role,
    ) -> Result<SealedLink, ServiceError> {
        let (mut tx, team) = self.change_team(actor, slug).await?;
        must_be_of(team, role)?;
        let email = email.trim();
        if let Some(problem) = email_problem(email) {
            return Err(UserError::field("email", problem).into());
        }
        self.must_be_new(&mut tx, team, email).await?;
        let id: InvitationId = self.new_id();
        let link = self.invitation_link(email);
        let new = NewInvitation {
            id,
            customer: team,
            email,
            role,
            token_hash: &link.token.hash(),
            by: &actor.name,
            expires_at: link.until,
        };
        store::invitations::insert(&mut tx, &new, self.now()).await?;
        self.hand_to_mail(&mut tx, team, id, &link).await?;
        let details = json!({ "role": role, "until": link.until });
        self.record(&mut tx, actor, team, "user.invite", email, &details)
            .await?;
        tx.commit().await?;
        self.wake().wake();
        self.seal_link(actor, &link)
    }

    /// Gives an invitation a new link, valid from now on; the old one is worth nothing any more.
    pub async fn resend_invitation(
        &self,
        actor: &Actor,
        slug: Option<&str>,
        invitation: InvitationId,
    ) -> Result<SealedLink, ServiceError> {
        let (mut tx, team) = self.change_team(actor, slug).await?;
        let found = store::invitations::find(&mut tx, team, invitation)
            .await?
            .ok_or(UserError::NotFound)?;
        let link = self.invitation_link(&found.email);
        let hash = link.token.hash();
        if !store::invitations::renew(&mut tx, team, invitation, &hash, &actor.name, link.until).await? {
            return Err(UserError::Changed.into());
        }
        let newer = "A newer link has taken its place.";
        store::letters::recall(&mut tx, invitation, newer, self.now()).await?;
        self.hand_to_mail(&mut tx, team, invitation, &link).await?;
        let details = json!({ "role": found.role, "until": link.until });
        self.record(
            &mut tx,
            actor,
            team,
            "user.invitation.resend",
            &found.email,
            &details,
        )
        .await?;
        tx.commit().await?;
        self.wake().wake();
        self.seal_link(actor, &link)
    }

    /// Takes an invitation back: its link is worth nothing from now on.
    pub async fn revoke_invitation(
        &self,
        actor: &Actor,
        slug: Option<&str>,
        invitation: InvitationId,
    ) -> Result<(), ServiceError> {
        let (mut tx, team) = self.change_team(actor, slug).await?;
        let found = store::invitations::find(&mut tx, team, invitation)
            .await?
            .ok_or(UserError::NotFound)?;
        if !store::invitations::revoke(&mut tx, team, invitation, self.now()).await? {
            return Err(UserError::Changed.into());
        }
        let taken_back = "The invitation was taken back.";
        store::letters::recall(&mut tx, invitation, taken_back, self.now()).await?;
        let details = json!({ "role": found.role });
        self.record(
            &mut tx,
            actor,
            team,
            "user.invitation.revoke",
            &found.email,
            &details,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Refuses an address that has an account or an invitation to this team. Invitations to other teams are not told of.
    async fn must_be_new(
        &self,
        tx: &mut Tx,
        team: Option<CustomerId>,
        email: &str,
    ) -> Result<(), ServiceError> {
        if store::console_users::is_taken(tx, email).await? {
            return Err(taken().into());
        }
        if store::invitations::open_for(tx, team, email).await?.is_some() {
            let cure = "This address is invited already. Send it again from the list of invitations.";
            return Err(UserError::field("email", cure).into());
        }
        Ok(())
    }

    /// Posts the link of an invitation as it is stored now.
    async fn hand_to_mail(
        &self,
        tx: &mut Tx,
        team: Option<CustomerId>,
        invitation: InvitationId,
        link: &NewLink,
    ) -> Result<(), ServiceError> {
        let stored = store::invitations::find(tx, team, invitation)
            .await?
            .ok_or(UserError::Changed)?;
        self.post_invitation(tx, &stored, link).await
    }

    fn invitation_link(&self, email: &str) -> NewLink {
        NewLink {
            purpose: LinkPurpose::Invitation,
            email: email.to_owned(),
            token: Token::new(),
            until: self.now() + TimeDelta::days(INVITATION_DAYS),
        }
    }
}
