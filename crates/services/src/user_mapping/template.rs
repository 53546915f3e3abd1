//! The list to fill in: every account, and beside it who is proposed for it.

use std::collections::BTreeMap;

use domain::views::{MappingTemplateRow, Page, PeopleFilter};
use domain::{AccountId, Actor, Permission};

use super::rows::proposal_view;
use crate::{ServiceError, Services};

impl Services {
    /// A page of every account by name, with who is proposed for it as the newest check found out.
    pub async fn export_mapping_template(
        &self,
        actor: &Actor,
        slug: &str,
        after: Option<&str>,
    ) -> Result<Page<MappingTemplateRow>, ServiceError> {
        let everybody = PeopleFilter::default();
        let Page { rows, next } = self.export_people(actor, slug, &everybody, after).await?;
        let mut tx = self.db().read().await?;
        let customer = self.customer(&mut tx, actor, slug, Permission::Export).await?.id;
        let directory = store::directories::current(&mut tx, customer).await?;
        let latest = store::user_mapping::latest(&mut tx, customer).await?;
        // Proposals name people by their place in what was read of the directory of that check.
        let directory = directory.map(|directory| directory.id).filter(|id| {
            let marks = latest.as_ref().and_then(|version| version.marks);
            marks.is_some_and(|marks| marks.directory == *id)
        });
        let mut proposals = match directory {
            Some(directory) => {
                let accounts: Vec<AccountId> = rows.iter().map(|row| row.id).collect();
                store::user_mapping::proposals_of(&mut tx, (customer, directory), &accounts).await?
            }
            None => BTreeMap::new(),
        };
        let rows = rows
            .into_iter()
            .map(|person| MappingTemplateRow {
                proposal: proposals.remove(&person.id).map(proposal_view),
                person,
            })
            .collect();
        Ok(Page { rows, next })
    }
}
