//! How much one run may take away.

use domain::Actor;
use domain::settings::SafetyLimits;

use super::{Part, error, refuse};
use crate::{ServiceError, Services};

/// More people than any directory has: a limit above it is a typing error.
const MAX_LIMIT: u32 = 1_000_000;

impl Services {
    /// Chooses how much one run may take away before a person must decide (S-01). Zero and zero hold every run that
    /// takes something away.
    pub async fn save_limits(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        limits: SafetyLimits,
    ) -> Result<(), ServiceError> {
        let mut edit = self.edit(actor, slug, version, Part::Limits).await?;
        let mut errors = Vec::new();
        if limits.percent > 100 {
            errors.push(error("percent", "Type a number from 0 to 100."));
        }
        if limits.count > MAX_LIMIT {
            errors.push(error(
                "count",
                "Type a number of people; this is more than any directory has.",
            ));
        }
        if limits.licences.is_some_and(|licences| licences > MAX_LIMIT) {
            errors.push(error(
                "licences",
                "Type a number of accounts, or nothing when there is no limit.",
            ));
        }
        refuse(errors)?;
        let before = std::mem::replace(&mut edit.settings.limits, limits);
        self.save(edit, actor, "settings.limits", &before, &limits).await
    }
}
