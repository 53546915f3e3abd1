//! The audit log as the use cases write it.

use domain::{Actor, Clock, CustomerId};
use store::Tx;
use store::audit::AuditEntry;

pub use store::audit::Chain;

use crate::{ServiceError, Services};

/// Writes one row in the caller's unit of work: `action` is a verb phrase with dots (`provider.save`), `object` an id
/// or a number, `details` what was before and after. Never with a secret in it.
pub async fn record(
    tx: &mut Tx,
    clock: &dyn Clock,
    actor: &Actor,
    customer: Option<CustomerId>,
    action: &str,
    object: &str,
    details: &serde_json::Value,
) -> Result<(), ServiceError> {
    let entry = AuditEntry {
        at: clock.now(),
        customer,
        actor: actor.user,
        actor_name: &actor.name,
        action,
        object,
        details: &details.to_string(),
    };
    store::audit::append(tx, &entry).await?;
    Ok(())
}

impl Services {
    /// [`record`] with the clock of these services.
    pub(crate) async fn record(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: Option<CustomerId>,
        action: &str,
        object: &str,
        details: &serde_json::Value,
    ) -> Result<(), ServiceError> {
        record(tx, self.clock(), actor, customer, action, object, details).await
    }

    /// Whether the log is as it was written: for the operator's `check`.
    pub async fn verify_audit(&self) -> Result<Chain, ServiceError> {
        let mut tx = self.db().read().await?;
        Ok(store::audit::verify(&mut tx).await?)
    }
}
