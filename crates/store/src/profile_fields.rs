//! The fields a customer has added to the profiles of their People directory.

use domain::CustomerId;
use domain::ids::Id;
use domain::profile::{ProfileField, ProfileFields};
use sqlx::types::Json;

use crate::error::{code, one_row};
use crate::sql::{execute, fetch_all, statements};
use crate::{StoreError, Tx};

statements! {
    OWN = "SELECT key, title, kind, options FROM profile_fields WHERE customer_id = $1 ORDER BY title, key";
    INSERT = "INSERT INTO profile_fields (customer_id, key, title, kind, options) VALUES ($1, $2, $3, $4, $5)";
    UPDATE = "UPDATE profile_fields SET title = $3, kind = $4, options = $5 WHERE customer_id = $1 AND key = $2";
    DELETE = "DELETE FROM profile_fields WHERE customer_id = $1 AND key = $2";
}

#[derive(sqlx::FromRow)]
struct Row {
    key: String,
    title: String,
    kind: String,
    options: Json<Vec<String>>,
}

/// The fields a customer has added, by title.
pub async fn own(tx: &mut Tx, customer: CustomerId) -> Result<Vec<ProfileField>, StoreError> {
    fetch_all!(tx, Row, OWN, customer.uuid())?
        .into_iter()
        .map(|row| {
            Ok(ProfileField {
                key: row.key,
                title: row.title,
                kind: code("profile_fields", "kind", &row.kind)?,
                options: row.options.0,
            })
        })
        .collect()
}

/// All fields the profiles of a customer's People directory have.
pub async fn all(tx: &mut Tx, customer: CustomerId) -> Result<ProfileFields, StoreError> {
    Ok(ProfileFields::with(own(tx, customer).await?))
}

/// Adds a field; a key that is there already is [`StoreError::Conflict`].
pub async fn insert(tx: &mut Tx, customer: CustomerId, field: &ProfileField) -> Result<(), StoreError> {
    execute!(
        tx,
        INSERT,
        customer.uuid(),
        &field.key,
        &field.title,
        field.kind.code(),
        Json(&field.options)
    )?;
    Ok(())
}

/// Writes the field with this key anew; one that is gone is [`StoreError::Stale`].
pub async fn update(tx: &mut Tx, customer: CustomerId, field: &ProfileField) -> Result<(), StoreError> {
    let touched = execute!(
        tx,
        UPDATE,
        customer.uuid(),
        &field.key,
        &field.title,
        field.kind.code(),
        Json(&field.options)
    )?;
    one_row(touched, "the profile field")
}

/// Removes a field. What profiles hold in it stays. One that is gone already is no error.
pub async fn remove(tx: &mut Tx, customer: CustomerId, key: &str) -> Result<(), StoreError> {
    execute!(tx, DELETE, customer.uuid(), key)?;
    Ok(())
}
