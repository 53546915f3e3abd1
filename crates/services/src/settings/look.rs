//! How often each attribute of the directory is filled, among a few people looked at live.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::live::{AttributeLook, Fill};
use domain::{Actor, CustomerId};
use providers::{ProviderError, UserEntry};
use store::live::{Kept, Question};

use super::live::PAUSE;
use super::mapping::known_names;
use crate::provider::{Connection, what_to_do};
use crate::{ServiceError, Services};

/// How long a look is shown before the directory is asked again.
const FRESH: TimeDelta = TimeDelta::hours(24);
/// Longest example kept, in characters.
const EXAMPLE_CHARS: usize = 80;

impl Services {
    /// Looks at the attributes of a few people again, at once.
    pub async fn look_at_attributes_again(&self, actor: &Actor, slug: &str) -> Result<(), ServiceError> {
        let (tx, customer) = self.before_edit(actor, slug).await?;
        drop(tx);
        self.attribute_look(customer, true).await.map(drop)
    }

    /// How often attributes are filled among the first people the directory gives: as it was kept while that is fresh,
    /// else asked now.
    pub(super) async fn attribute_look(
        &self,
        customer: CustomerId,
        at_once: bool,
    ) -> Result<Option<Kept<Option<AttributeLook>>>, ServiceError> {
        let mut tx = self.db().read().await?;
        let Some(connection) = self.connection(&mut tx, customer).await? else {
            return Ok(None);
        };
        let directory = connection.directory.id;
        let known: Option<Kept<Option<AttributeLook>>> =
            store::live::find(&mut tx, customer, directory, Question::Attributes).await?;
        let names = known_names(&mut tx, customer).await?.known;
        drop(tx);
        let now = self.now();
        let is_fresh = known
            .as_ref()
            .is_some_and(|known| match (&known.problem, &known.answer) {
                (Some(_), _) => now - known.asked_at < PAUSE,
                (None, Some(look)) => now - look.at < FRESH && look.at >= connection.saved_at,
                (None, None) => false,
            });
        if names.is_empty() || (is_fresh && !at_once) {
            return Ok(known);
        }
        let names: Vec<String> = names.into_iter().collect();
        let kept = match self.look(&connection, &names).await {
            Ok(look) => Kept {
                asked_at: now,
                problem: None,
                answer: Some(look),
            },
            Err(failed) => Kept {
                asked_at: now,
                problem: Some(what_to_do(&failed)),
                answer: known.and_then(|known| known.answer),
            },
        };
        let mut tx = self.db().begin().await?;
        store::live::keep(&mut tx, customer, directory, Question::Attributes, &kept).await?;
        tx.commit().await?;
        Ok(Some(kept))
    }

    async fn look(&self, connection: &Connection, names: &[String]) -> Result<AttributeLook, ProviderError> {
        let reader = self.connect_for_page(connection)?;
        let page = reader.users(names, None).await?;
        let mut look = AttributeLook {
            at: self.now(),
            people: 0,
            attributes: names
                .iter()
                .map(|name| (name.clone(), Fill::default()))
                .collect::<BTreeMap<_, _>>(),
        };
        for entry in page.items {
            let UserEntry::Present(user) = entry else { continue };
            look.people += 1;
            for (name, value) in &user.attributes {
                let (Some(text), Some(fill)) = (value.as_text(), look.attributes.get_mut(name)) else {
                    continue;
                };
                fill.filled += 1;
                fill.example
                    .get_or_insert_with(|| text.chars().take(EXAMPLE_CHARS).collect());
            }
        }
        Ok(look)
    }
}
