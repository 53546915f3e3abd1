//! From the customer in an address to the customer an actor may act on.

use domain::{Actor, Permission, UserError};
use store::Tx;
use store::customers::CustomerRow;

use crate::{ServiceError, Services};

impl Services {
    /// The customer behind `slug`, if this actor may do this there. One that is not theirs does not exist for them
    /// (invariant 15).
    pub(crate) async fn customer(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        slug: &str,
        permission: Permission,
    ) -> Result<CustomerRow, ServiceError> {
        let customer = store::customers::by_slug(tx, slug)
            .await?
            .ok_or(UserError::NotFound)?;
        actor.require_for(permission, customer.id)?;
        Ok(customer)
    }
}
