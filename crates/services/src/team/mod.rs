//! Teams: who may use the console for a customer, and who of the vendor's staff may; invitations, roles, removal.
//!
//! A team is a customer's (by its slug), or the staff's (`None`). Whoever is removed stays on record, so that what they
//! did keeps its name; they cannot sign in, and their sessions are over. A team keeps somebody who can look after it:
//! the last of the staff cannot be removed, and a customer's last admin neither leaves nor becomes a viewer by the hand
//! of their own side. Staff may do that, because an organisation whose only admin has left asks them to; they
//! can invite the next one. Every change holds the same lock, so two people who remove each other cannot both succeed.

mod invitations;
mod joining;
mod letters;
mod links;

use domain::views::{InvitationRow, TeamMember, TeamView};
use domain::{Actor, ConsoleUserId, CustomerId, Permission, Role, UserError};
use serde_json::json;
use store::Tx;
use store::console_users::MemberRow;

use crate::when::when;
use crate::{ServiceError, Services};

pub use joining::Joining;
pub use links::SealedLink;
pub(crate) use links::{NewLink, Token, token_hash};

/// People and invitations shown of a team: far more than any has.
const SHOWN: i64 = 500;

impl Services {
    /// Who is in a team, and who is invited. `slug` is the customer's; `None` means the staff.
    pub async fn team(&self, actor: &Actor, slug: Option<&str>) -> Result<TeamView, ServiceError> {
        let mut tx = self.db().read().await?;
        let team = self.team_of(&mut tx, actor, slug, Permission::ReadTeam).await?;
        let now = self.now();
        let people = store::console_users::team(&mut tx, team, SHOWN).await?;
        let invitations = store::invitations::open(&mut tx, team, SHOWN).await?;
        let mut failed = store::invitations::failed_letters(&mut tx, team).await?;
        Ok(TeamView {
            people: people
                .into_iter()
                .map(|row| TeamMember {
                    is_self: actor.user == Some(row.id),
                    id: row.id,
                    name: row.name,
                    email: row.email,
                    role: row.role,
                    last_sign_in: row.last_sign_in_at.map(|at| when(at, now)),
                    removed: row.deactivated_at.map(|at| when(at, now)),
                })
                .collect(),
            invitations: invitations
                .into_iter()
                .map(|row| InvitationRow {
                    letter_problem: failed.remove(&row.id),
                    id: row.id,
                    email: row.email,
                    role: row.role,
                    by: row.by,
                    until: when(row.expires_at, now),
                    is_over: row.expires_at <= now,
                })
                .collect(),
            can_manage: actor.role.may(Permission::ManageTeam),
        })
    }

    /// Makes a customer admin of a viewer, or the other way round.
    pub async fn change_role(
        &self,
        actor: &Actor,
        slug: &str,
        user: ConsoleUserId,
        role: Role,
    ) -> Result<(), ServiceError> {
        let (mut tx, team) = self.change_team(actor, Some(slug)).await?;
        let member = active(self.other(&mut tx, actor, team, user).await?)?;
        let customer = team.ok_or(UserError::NotFound)?;
        must_be_of(team, role)?;
        if member.role == role {
            return Ok(());
        }
        self.keep_an_admin(&mut tx, actor, team, &member).await?;
        store::console_users::set_role(&mut tx, customer, user, role).await?;
        let details = json!({ "before": member.role, "after": role });
        self.record(&mut tx, actor, team, "user.role", &member.email, &details)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Removes somebody from a team: they cannot sign in any more, and their sessions are over.
    pub async fn remove_member(
        &self,
        actor: &Actor,
        slug: Option<&str>,
        user: ConsoleUserId,
    ) -> Result<(), ServiceError> {
        let (mut tx, team) = self.change_team(actor, slug).await?;
        let member = active(self.other(&mut tx, actor, team, user).await?)?;
        self.keep_an_admin(&mut tx, actor, team, &member).await?;
        store::password_resets::forget(&mut tx, user).await?;
        store::console_users::set_deactivated(&mut tx, team, user, Some(self.now())).await?;
        self.set_standing(tx, actor, team, &member, "user.remove").await
    }

    /// Brings somebody back who was removed, with the role they had.
    pub async fn restore_member(
        &self,
        actor: &Actor,
        slug: Option<&str>,
        user: ConsoleUserId,
    ) -> Result<(), ServiceError> {
        let (mut tx, team) = self.change_team(actor, slug).await?;
        let member = self.other(&mut tx, actor, team, user).await?;
        if member.deactivated_at.is_none() {
            return Ok(());
        }
        store::console_users::set_deactivated(&mut tx, team, user, None).await?;
        self.set_standing(tx, actor, team, &member, "user.restore").await
    }

    /// Ends the sessions of somebody who was removed or is brought back (a sign-in may have been on its way when they
    /// were removed), and the unit of work.
    async fn set_standing(
        &self,
        mut tx: Tx,
        actor: &Actor,
        team: Option<CustomerId>,
        member: &MemberRow,
        action: &str,
    ) -> Result<(), ServiceError> {
        store::sessions::delete_of_user(&mut tx, member.id).await?;
        let details = json!({ "name": member.name, "role": member.role });
        self.record(&mut tx, actor, team, action, &member.email, &details)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Begins a change of a team, after whoever else changes one.
    pub(crate) async fn change_team(
        &self,
        actor: &Actor,
        slug: Option<&str>,
    ) -> Result<(Tx, Option<CustomerId>), ServiceError> {
        let mut tx = self.db().begin().await?;
        store::console_users::lock(&mut tx).await?;
        let team = self.team_of(&mut tx, actor, slug, Permission::ManageTeam).await?;
        Ok((tx, team))
    }

    /// The team behind a slug, if this actor may do this there.
    async fn team_of(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        slug: Option<&str>,
        permission: Permission,
    ) -> Result<Option<CustomerId>, ServiceError> {
        let Some(slug) = slug else {
            actor.require(Permission::ManageStaff)?;
            return Ok(None);
        };
        Ok(Some(self.customer(tx, actor, slug, permission).await?.id))
    }

    /// Somebody of a team who is not the actor: nobody removes or demotes themself by accident.
    pub(crate) async fn other(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        team: Option<CustomerId>,
        user: ConsoleUserId,
    ) -> Result<MemberRow, ServiceError> {
        let member = store::console_users::member(tx, team, user)
            .await?
            .ok_or(UserError::NotFound)?;
        if actor.user == Some(user) {
            let cure = "This is your own account. Somebody else of your team has to do that.";
            return Err(UserError::field("user", cure).into());
        }
        Ok(member)
    }

    /// Refuses to take away the last one who looks after a team. Staff may take a customer's last admin.
    async fn keep_an_admin(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        team: Option<CustomerId>,
        member: &MemberRow,
    ) -> Result<(), ServiceError> {
        let looks_after = match member.role {
            Role::Staff => true,
            Role::CustomerAdmin => actor.role != Role::Staff,
            Role::Viewer => false,
        };
        if looks_after && store::console_users::others(tx, team, member.role, member.id).await? == 0 {
            let cure = format!(
                "{} is the last {} who can sign in. Invite another one first.",
                member.name,
                if team.is_some() {
                    "customer admin"
                } else {
                    "of the staff"
                }
            );
            return Err(UserError::field("user", cure).into());
        }
        Ok(())
    }
}

/// Whoever was removed is brought back first.
pub(crate) fn active(member: MemberRow) -> Result<MemberRow, UserError> {
    match member.deactivated_at {
        None => Ok(member),
        Some(_) => Err(UserError::Changed),
    }
}

/// Staff belong to the staff, everybody else to a customer: nobody becomes staff by way of a customer's team.
fn must_be_of(team: Option<CustomerId>, role: Role) -> Result<(), UserError> {
    match (team, role) {
        (None, Role::Staff) | (Some(_), Role::CustomerAdmin | Role::Viewer) => Ok(()),
        (None, _) => Err(UserError::field("role", "Staff have one role: Staff.")),
        (Some(_), Role::Staff) => Err(UserError::field("role", "Choose Customer admin or Viewer.")),
    }
}
