//! Sealed values of every customer, for the rotation of keys. Nothing here can open them.

use domain::ids::Id;
use domain::provider::SecretKind;
use domain::{CustomerId, DirectoryId};
use uuid::Uuid;

use crate::error::{code, one_row};
use crate::sql::{execute, fetch_all, statements};
use crate::{StoreError, Tx};

statements! {
    FIRST_PAGE = "SELECT customer_id, directory_id, kind, key_id, nonce, ciphertext FROM provider_secrets ORDER BY customer_id, directory_id, kind LIMIT $1";
    NEXT_PAGE = "SELECT customer_id, directory_id, kind, key_id, nonce, ciphertext FROM provider_secrets WHERE (customer_id, directory_id, kind) > ($1, $2, $3) ORDER BY customer_id, directory_id, kind LIMIT $4";
    REPLACE = "UPDATE provider_secrets SET key_id = $5, nonce = $6, ciphertext = $7 WHERE customer_id = $1 AND directory_id = $2 AND kind = $3 AND key_id = $4 AND nonce = $8";
}

/// Which secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedKey {
    pub customer: CustomerId,
    pub directory: DirectoryId,
    pub kind: SecretKind,
}

/// One sealed secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRow {
    pub key: SealedKey,
    pub key_id: String,
    pub nonce: Vec<u8>,
    pub ciphertext: Vec<u8>,
}

#[derive(sqlx::FromRow)]
struct Row {
    customer_id: Uuid,
    directory_id: Uuid,
    kind: String,
    key_id: String,
    nonce: Vec<u8>,
    ciphertext: Vec<u8>,
}

impl Row {
    fn read(self) -> Result<SealedRow, StoreError> {
        Ok(SealedRow {
            key: SealedKey {
                customer: CustomerId::from_uuid(self.customer_id),
                directory: DirectoryId::from_uuid(self.directory_id),
                kind: code("provider_secrets", "kind", &self.kind)?,
            },
            key_id: self.key_id,
            nonce: self.nonce,
            ciphertext: self.ciphertext,
        })
    }
}

/// Up to `limit` sealed secrets in key order, of every customer, after the given one.
pub async fn page(tx: &mut Tx, after: Option<&SealedKey>, limit: i64) -> Result<Vec<SealedRow>, StoreError> {
    let rows = match after {
        None => fetch_all!(tx, Row, FIRST_PAGE, limit)?,
        Some(key) => {
            let (customer, directory) = (key.customer.uuid(), key.directory.uuid());
            fetch_all!(tx, Row, NEXT_PAGE, customer, directory, key.kind.code(), limit)?
        }
    };
    rows.into_iter().map(Row::read).collect()
}

/// Puts the same secret under another key; refuses when somebody entered a new one meanwhile.
pub async fn replace(
    tx: &mut Tx,
    key: &SealedKey,
    old_key_id: &str,
    old_nonce: &[u8],
    new_key_id: &str,
    nonce: &[u8],
    ciphertext: &[u8],
) -> Result<(), StoreError> {
    let (customer, directory, kind) = (key.customer.uuid(), key.directory.uuid(), key.kind.code());
    let touched = execute!(
        tx, REPLACE, customer, directory, kind, old_key_id, new_key_id, nonce, ciphertext, old_nonce
    )?;
    one_row(touched, "the secret")
}
