//! The letters that carry links. They are sealed in the outbox, and gone from it once they have left.

use domain::Role;
use secrecy::ExposeSecret;
use store::Tx;
use store::console_users::ConsoleUserRow;
use store::invitations::InvitationRow;
use store::letters::LetterLink;

use super::NewLink;
use crate::mail::Letter;
use crate::when::moment;
use crate::{ServiceError, Services};

impl Services {
    /// Sends an invitation's link to the one who is invited.
    pub(crate) async fn post_invitation(
        &self,
        tx: &mut Tx,
        invitation: &InvitationRow,
        link: &NewLink,
    ) -> Result<(), ServiceError> {
        let customer = match invitation.customer {
            Some(customer) => store::customers::by_id(tx, customer).await?,
            None => None,
        };
        let what = match (&customer, invitation.role) {
            (Some(customer), Role::Viewer) => {
                format!("see how the people of {} are kept in step", customer.name)
            }
            (Some(customer), _) => format!("look after the people of {}", customer.name),
            (None, _) => "join the staff, who look after every customer".to_owned(),
        };
        let until = moment(link.until);
        let path = link.path();
        let paragraphs = [
            format!("{} invites you to {what} in User Sync.", invitation.by),
            format!("Open the link and choose a password. It works once, until {until}."),
        ];
        let letter = Letter {
            customer: invitation.customer,
            to_name: "",
            to_email: &invitation.email,
            subject: "You are invited to User Sync",
            paragraphs: &paragraphs,
            action: Some(("Accept the invitation", path.expose_secret())),
            reason: "Somebody typed this address into an invitation. If you do not know them, do nothing. Pass the link \
                on to nobody: whoever opens it first takes your place.",
            link: Some(LetterLink {
                until: link.until,
                invitation: Some(invitation.id),
            }),
        };
        self.post(tx, &letter).await
    }

    /// Sends the link to set a new password to the one who has lost theirs.
    pub(crate) async fn post_reset(
        &self,
        tx: &mut Tx,
        user: &ConsoleUserRow,
        link: &NewLink,
    ) -> Result<(), ServiceError> {
        let until = moment(link.until);
        let path = link.path();
        let paragraphs = [
            "Somebody, perhaps you, said on the sign-in page that your password is lost.".to_owned(),
            format!(
                "With this link you set a new one. It works once, until {until}; a newer link replaces it."
            ),
        ];
        let letter = Letter {
            customer: user.customer,
            to_name: &user.name,
            to_email: &user.email,
            subject: "Set a new password",
            paragraphs: &paragraphs,
            action: Some(("Set a new password", path.expose_secret())),
            reason: "If it was not you, do nothing: your password stays as it is.",
            link: Some(LetterLink {
                until: link.until,
                invitation: None,
            }),
        };
        self.post(tx, &letter).await
    }
}
