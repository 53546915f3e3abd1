//! The contacts of a deployment: who is told about expiry, problems, held runs and steps, and how their letters fared.

use domain::deployment::Responsibility;
use domain::ids::{ContactId, LetterId};
use domain::notices::Topic;
use domain::views::{ContactView, ContactsView, LetterView, ToldView};
use domain::{Actor, FieldError, Permission, Role, UserError};
use serde_json::json;
use store::StoreError;
use store::contacts::{ContactRow, NewContact};

use crate::auth::{email_problem, name_problem};
use crate::when::when;
use crate::{ServiceError, Services};

/// Most contacts of one deployment: each gets every letter of their topics.
const MAX_CONTACTS: usize = 50;
/// Letters shown on the page.
const LETTERS_SHOWN: i64 = 30;

/// A contact as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedContact {
    /// `None` for a new one.
    pub id: Option<ContactId>,
    pub name: String,
    pub email: String,
    pub is_staff: bool,
    pub topics: Vec<Topic>,
}

impl Services {
    /// Who is told about a deployment, and the latest letters.
    pub async fn contacts(&self, actor: &Actor, slug: &str) -> Result<ContactsView, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadCustomer)
            .await?
            .id;
        let can_edit = actor.role.may(Permission::EditContacts);
        let is_staff = actor.role == Role::Staff;
        let contacts = store::contacts::all(&mut tx, customer).await?;
        let mut told = Vec::new();
        for (topic, side) in topics_by_side() {
            let all = self.told(&mut tx, customer, topic, side).await?;
            told.push(ToldView {
                topic,
                side,
                names: all.recipients.into_iter().map(|one| one.name).collect(),
                by_default: all.by_default,
            });
        }
        let by_mail = self.sends_mail();
        let now = self.now();
        let letters = store::letters::notices(&mut tx, customer, LETTERS_SHOWN).await?;
        Ok(ContactsView {
            contacts: contacts
                .into_iter()
                .map(|contact| ContactView {
                    id: contact.id,
                    reached: reached(&contact, by_mail).to_owned(),
                    can_edit: can_edit && (is_staff || contact.side == Responsibility::Customer),
                    name: contact.name,
                    email: contact.email,
                    side: contact.side,
                    topics: contact.topics,
                })
                .collect(),
            told,
            letters: letters
                .into_iter()
                .map(|letter| LetterView {
                    id: letter.id,
                    to: format!("{} <{}>", letter.to_name, letter.to_email),
                    subject: letter.subject,
                    state: letter.state,
                    when: when(letter.ended_at.unwrap_or(letter.created_at), now),
                    problem: letter.problem,
                })
                .collect(),
            mail_is_set_up: by_mail,
            can_edit,
            is_staff,
        })
    }

    /// Adds a contact, or changes one. Those of the staff's side are staff's to change.
    pub async fn save_contact(
        &self,
        actor: &Actor,
        slug: &str,
        typed: &TypedContact,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::EditContacts)
            .await?
            .id;
        let contacts = store::contacts::all(&mut tx, customer).await?;
        let before = match typed.id {
            Some(id) => Some(may_edit(actor, &contacts, id)?),
            None => None,
        };
        let errors = contact_errors(typed, before.is_none() && contacts.len() >= MAX_CONTACTS);
        if !errors.is_empty() {
            return Err(UserError::Invalid { errors }.into());
        }
        let side = if actor.role == Role::Staff && typed.is_staff {
            Responsibility::Staff
        } else {
            Responsibility::Customer
        };
        let new = NewContact {
            name: typed.name.trim(),
            email: typed.email.trim(),
            side,
            topics: &typed.topics,
        };
        let id = before.map_or_else(|| self.new_id(), |contact| contact.id);
        let written = if before.is_some() {
            store::contacts::update(&mut tx, customer, id, new).await
        } else {
            store::contacts::insert(&mut tx, customer, id, new, self.now()).await
        };
        match written {
            Err(StoreError::Conflict { .. }) => Err(UserError::field(
                "email",
                "There is a contact with this e-mail address already. Change that one.",
            ))?,
            other => other?,
        }
        let details = json!({
            "before": before.map(said),
            "after": { "name": new.name, "email": new.email, "side": side, "topics": new.topics },
        });
        let object = id.to_string();
        self.record(&mut tx, actor, Some(customer), "contact.save", &object, &details)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Removes a contact.
    pub async fn remove_contact(&self, actor: &Actor, slug: &str, id: ContactId) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::EditContacts)
            .await?
            .id;
        let contacts = store::contacts::all(&mut tx, customer).await?;
        let before = may_edit(actor, &contacts, id)?;
        store::contacts::remove(&mut tx, customer, id).await?;
        let details = json!({ "before": said(before) });
        let object = id.to_string();
        self.record(
            &mut tx,
            actor,
            Some(customer),
            "contact.remove",
            &object,
            &details,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Has a letter sent again that the mail server did not take.
    pub async fn send_again(&self, actor: &Actor, slug: &str, letter: LetterId) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::EditContacts)
            .await?
            .id;
        if !self.sends_mail() {
            let what = "A mail server in the configuration".to_owned();
            return Err(UserError::NeededFirst { what }.into());
        }
        store::letters::again(&mut tx, letter, customer).await?;
        self.queue_letter(&mut tx, letter, Some(customer)).await?;
        let object = letter.to_string();
        self.record(
            &mut tx,
            actor,
            Some(customer),
            "contact.letter",
            &object,
            &json!({}),
        )
        .await?;
        tx.commit().await?;
        self.wake().wake();
        Ok(())
    }
}

/// How somebody is reached, or why not.
const fn reached(contact: &ContactRow, by_mail: bool) -> &'static str {
    match (contact.is_removed, contact.user.is_some(), by_mail) {
        (true, ..) => "not told: removed from the team",
        (_, true, true) => "by mail and in the inbox",
        (_, true, false) => "in the inbox",
        (_, false, true) => "by mail",
        (_, false, false) => "not told: there is no mail server",
    }
}

/// Every topic; what one side says and does is told to the other only.
fn topics_by_side() -> impl Iterator<Item = (Topic, Option<Responsibility>)> {
    Topic::ALL.iter().flat_map(|topic| match topic {
        Topic::Steps => vec![
            (*topic, Some(Responsibility::Customer)),
            (*topic, Some(Responsibility::Staff)),
        ],
        _ => vec![(*topic, None)],
    })
}

/// The contact, if this actor may change it.
fn may_edit<'a>(
    actor: &Actor,
    contacts: &'a [ContactRow],
    id: ContactId,
) -> Result<&'a ContactRow, UserError> {
    let contact = contacts
        .iter()
        .find(|contact| contact.id == id)
        .ok_or(UserError::Changed)?;
    if contact.side == Responsibility::Staff && actor.role != Role::Staff {
        return Err(UserError::Forbidden);
    }
    Ok(contact)
}

fn contact_errors(typed: &TypedContact, is_full: bool) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: String| {
        errors.push(FieldError {
            field: field.to_owned(),
            message,
        });
    };
    if is_full {
        wrong(
            "name",
            format!("A deployment has at most {MAX_CONTACTS} contacts. Remove one first."),
        );
    }
    if let Some(problem) = name_problem(&typed.name) {
        wrong("name", problem);
    }
    if let Some(problem) = email_problem(&typed.email) {
        wrong("email", problem);
    }
    if typed.topics.is_empty() {
        wrong("topics", "Choose at least one thing to be told about.".to_owned());
    }
    errors
}

fn said(contact: &ContactRow) -> serde_json::Value {
    json!({ "name": contact.name, "email": contact.email, "side": contact.side, "topics": contact.topics })
}
