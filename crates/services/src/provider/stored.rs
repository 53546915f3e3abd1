//! The stored connection of a customer, opened.

use domain::provider::ProviderValues;
use domain::{CustomerId, Timestamp};
use providers::Secrets;
use store::Tx;
use store::directories::DirectoryRow;
use store::providers::SecretRow;

use crate::seal::{Place, Sealed};
use crate::{ServiceError, Services};

/// Everything it takes to reach a customer's directory.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) directory: DirectoryRow,
    pub(crate) values: ProviderValues,
    /// The version of the configuration.
    pub(crate) version: i64,
    pub(crate) saved_at: Timestamp,
    pub(crate) secrets: Secrets,
    /// The same secrets as they are stored, for what may be shown of them.
    pub(crate) rows: Vec<SecretRow>,
}

impl Services {
    /// The saved connection of the directory a customer follows, with its secrets opened; `None` before the first
    /// save. Never hold `tx` while calling the provider.
    pub(crate) async fn connection(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
    ) -> Result<Option<Connection>, ServiceError> {
        let Some(directory) = store::directories::current(tx, customer).await? else {
            return Ok(None);
        };
        let Some(config) = store::providers::find(tx, customer, directory.id).await? else {
            return Ok(None);
        };
        let rows = store::providers::secrets(tx, customer, directory.id).await?;
        let mut secrets = Secrets::new();
        for row in &rows {
            let place = Place::provider_secret(customer, directory.id, row.kind);
            let sealed = Sealed {
                key_id: row.key_id.clone(),
                nonce: row.nonce.clone(),
                ciphertext: row.ciphertext.clone(),
            };
            secrets.insert(row.kind, self.keys().open(&place, &sealed)?);
        }
        Ok(Some(Connection {
            directory,
            values: config.values,
            version: config.version,
            saved_at: config.saved_at,
            secrets,
            rows,
        }))
    }
}
