//! Notices: telling the people of a deployment what happened, once for each cause, in their inbox and by mail.

use std::collections::BTreeSet;

use domain::deployment::Responsibility;
use domain::ids::NoticeId;
use domain::notices::Topic;
use domain::views::{NoticeView, Page};
use domain::{Actor, ConsoleUserId, CustomerId, Role, UserError};
use store::Tx;
use store::contacts::{ContactRow, ToldUser};
use store::notices::NewNotice;

use crate::mail::Letter;
use crate::paging::{RUN_ROWS, one_more, page};
use crate::when::when;
use crate::{ServiceError, Services};

/// Something that people should know.
pub(crate) struct Notice<'a> {
    /// What made it, such as `run.held:12`. A second notice of the same cause is not made.
    pub(crate) cause: String,
    pub(crate) topic: Topic,
    pub(crate) title: String,
    pub(crate) text: Vec<String>,
    /// The page where it can be dealt with, below the customer's own: `runs/12`.
    pub(crate) page: String,
    /// Only the people of this side; `None` for both.
    pub(crate) side: Option<Responsibility>,
    /// Whoever did it knows already.
    pub(crate) author: Option<&'a Actor>,
}

/// Somebody who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recipient {
    pub(crate) name: String,
    pub(crate) email: String,
    /// Who they are in the console, if they sign in here.
    pub(crate) user: Option<ConsoleUserId>,
}

/// Who is told of a topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) recipients: Vec<Recipient>,
    /// Nobody was chosen, so these are told.
    pub(crate) by_default: bool,
}

impl Services {
    /// Tells people, in the unit of work of what happened. Of a cause that was told already nothing is said.
    pub(crate) async fn notify(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        notice: &Notice<'_>,
    ) -> Result<(), ServiceError> {
        let told = self.told(tx, customer, notice.topic, notice.side).await?;
        self.notify_those(tx, customer, notice, &told).await
    }

    /// The same for people who were found already.
    pub(crate) async fn notify_those(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        notice: &Notice<'_>,
        told: &Told,
    ) -> Result<(), ServiceError> {
        let customer = store::customers::by_id(tx, customer)
            .await?
            .ok_or(UserError::NotFound)?;
        let id: NoticeId = self.new_id();
        let path = format!("/c/{}/{}", customer.slug, notice.page);
        let new = NewNotice {
            id,
            cause: &notice.cause,
            topic: notice.topic,
            title: &notice.title,
            text: &notice.text.join("\n\n"),
            path: &path,
            at: self.now(),
        };
        if !store::notices::insert(tx, customer.id, &new).await? {
            return Ok(());
        }
        let author = notice.author.and_then(|author| author.user);
        let subject = format!("{}: {}", customer.name, notice.title);
        let reason = reason(&customer.name, notice.topic, told.by_default);
        for recipient in &told.recipients {
            if recipient.user.is_some() && recipient.user == author {
                continue;
            }
            if let Some(user) = recipient.user {
                store::notices::deliver(tx, user, customer.id, id).await?;
            }
            let letter = Letter {
                customer: Some(customer.id),
                to_name: &recipient.name,
                to_email: &recipient.email,
                subject: &subject,
                paragraphs: &notice.text,
                action: Some(("Open in User Sync", &path)),
                reason: &reason,
                link: None,
            };
            self.post(tx, &letter).await?;
        }
        Ok(())
    }

    /// Who is told of a topic: the contacts who chose it and can be reached. Where nobody is left, the customer's
    /// administrators are, and staff where there are none: a notice that reaches nobody is lost.
    pub(crate) async fn told(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        topic: Topic,
        side: Option<Responsibility>,
    ) -> Result<Told, ServiceError> {
        let contacts = store::contacts::all(tx, customer).await?;
        let chosen = chosen(&contacts, topic, side, self.sends_mail());
        if !chosen.is_empty() {
            return Ok(Told {
                recipients: chosen,
                by_default: false,
            });
        }
        self.told_by_default(tx, customer, side).await
    }

    /// Who is told where nobody was chosen.
    pub(crate) async fn told_by_default(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        side: Option<Responsibility>,
    ) -> Result<Told, ServiceError> {
        let mut users = Vec::new();
        if side != Some(Responsibility::Staff) {
            users = store::contacts::users(tx, Some(customer), Role::CustomerAdmin).await?;
        }
        if users.is_empty() {
            users = store::contacts::users(tx, None, Role::Staff).await?;
        }
        Ok(Told {
            recipients: users.into_iter().map(Recipient::from).collect(),
            by_default: true,
        })
    }

    /// The inbox of whoever is signed in, newest first.
    pub async fn inbox(&self, actor: &Actor, after: Option<&str>) -> Result<Page<NoticeView>, ServiceError> {
        let user = actor.user.ok_or(UserError::Forbidden)?;
        let before = after
            .map(str::parse::<NoticeId>)
            .transpose()
            .map_err(|_| UserError::NotFound)?;
        let mut tx = self.db().read().await?;
        let rows = store::notices::inbox(&mut tx, user, before, one_more(RUN_ROWS)).await?;
        let now = self.now();
        let rows = rows
            .into_iter()
            .map(|row| {
                let view = NoticeView {
                    id: row.id,
                    customer: row.customer,
                    topic: row.topic,
                    title: row.title,
                    text: row.text.split("\n\n").map(ToOwned::to_owned).collect(),
                    path: row.path,
                    when: when(row.at, now),
                    is_read: row.read_at.is_some(),
                };
                (row.id, view)
            })
            .collect();
        Ok(page(rows, RUN_ROWS))
    }

    /// The newest notice in the inbox of whoever is signed in, while any of it is unread: what marking all as read means,
    /// on every page of it.
    pub async fn newest_unless_read(&self, actor: &Actor) -> Result<Option<NoticeId>, ServiceError> {
        let user = actor.user.ok_or(UserError::Forbidden)?;
        let mut tx = self.db().read().await?;
        if store::notices::unread(&mut tx, user).await? == 0 {
            return Ok(None);
        }
        let newest = store::notices::inbox(&mut tx, user, None, 1).await?;
        Ok(newest.first().map(|row| row.id))
    }

    /// Marks everything up to `latest` as read: what came in since the page was drawn stays unread.
    pub async fn read_inbox(&self, actor: &Actor, latest: NoticeId) -> Result<(), ServiceError> {
        let user = actor.user.ok_or(UserError::Forbidden)?;
        let mut tx = self.db().begin().await?;
        store::notices::read_up_to(&mut tx, user, latest, self.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Marks one notice as read.
    pub async fn read_notice(&self, actor: &Actor, notice: NoticeId) -> Result<(), ServiceError> {
        let user = actor.user.ok_or(UserError::Forbidden)?;
        let mut tx = self.db().begin().await?;
        store::notices::read(&mut tx, user, notice, self.now()).await?;
        tx.commit().await?;
        Ok(())
    }
}

impl From<ToldUser> for Recipient {
    fn from(user: ToldUser) -> Self {
        Self {
            name: user.name,
            email: user.email,
            user: Some(user.id),
        }
    }
}

/// The contacts of a side who want to know of a topic and can be reached, everybody once.
fn chosen(
    contacts: &[ContactRow],
    topic: Topic,
    side: Option<Responsibility>,
    by_mail: bool,
) -> Vec<Recipient> {
    let mut met = BTreeSet::new();
    contacts
        .iter()
        .filter(|contact| contact.topics.contains(&topic))
        .filter(|contact| !contact.is_removed && (by_mail || contact.user.is_some()))
        .filter(|contact| side.is_none_or(|side| contact.side == side))
        .filter(|contact| met.insert(contact.email.to_lowercase()))
        .map(|contact| Recipient {
            name: contact.name.clone(),
            email: contact.email.clone(),
            user: contact.user,
        })
        .collect()
}

fn reason(customer: &str, topic: Topic, by_default: bool) -> String {
    let about = topic.about();
    if by_default {
        format!("You get this because nobody else was chosen to be told about {about} of {customer}.")
    } else {
        format!("You get this because you are a contact of {customer} for {about}.")
    }
}
