//! The data mapping: which attribute of the directory fills which profile field.

use domain::Actor;
use domain::deployment::{Said, Step};
use domain::settings::DataMapping;

use super::{Part, refuse};
use crate::deployment::record::Entry;
use crate::{ServiceError, Services};

impl Services {
    /// Chooses which attribute feeds which field, and puts on record that somebody has looked at it.
    pub async fn save_mapping(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        mapping: DataMapping,
    ) -> Result<(), ServiceError> {
        let mut edit = self.edit(actor, slug, version, Part::Mapping).await?;
        let mapping = trimmed(mapping);
        refuse(rules::mapping::validate(&mapping))?;
        // Whoever saves it has looked at it, also when nothing differs.
        let checked = Entry {
            step: Step::DataMapping,
            said: Said::Done,
            happened_on: &self.today(),
            evidence: "",
        };
        // Before a test sync there was nothing to look at.
        if self
            .may_enter(&mut edit.tx, edit.customer, Step::DataMapping)
            .await?
        {
            self.put_on_record(&mut edit.tx, actor, edit.customer, checked)
                .await?;
        }
        let before = std::mem::replace(&mut edit.settings.mapping, mapping.clone());
        self.save(edit, actor, "settings.mapping", &before, &mapping)
            .await
    }
}

fn trimmed(mut mapping: DataMapping) -> DataMapping {
    mapping.username_attribute = mapping.username_attribute.trim().to_owned();
    for row in &mut mapping.fields {
        row.attribute = row.attribute.trim().to_owned();
        row.field = row.field.trim().to_owned();
    }
    mapping
}
