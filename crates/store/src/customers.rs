//! Customers: the organisations whose intranets follow a directory.

use domain::ids::Id;
use domain::{CustomerId, Timestamp};
use uuid::Uuid;

use crate::sql::{execute, fetch_all, fetch_optional, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    INSERT = "INSERT INTO customers (id, slug, name, created_at) VALUES ($1, $2, $3, $4)";
    BY_SLUG = "SELECT id, slug, name FROM customers WHERE slug = $1";
    BY_ID = "SELECT id, slug, name FROM customers WHERE id = $1";
    ALL_BY_NAME = "SELECT id, slug, name FROM customers ORDER BY name, slug";
    NEXT_RUN_NUMBER = "UPDATE customers SET next_run_number = next_run_number + 1 WHERE id = $1 RETURNING next_run_number - 1";
}

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerRow {
    pub id: CustomerId,
    /// The name in addresses.
    pub slug: String,
    pub name: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    slug: String,
    name: String,
}

impl From<Row> for CustomerRow {
    fn from(row: Row) -> Self {
        Self { id: CustomerId::from_uuid(row.id), slug: row.slug, name: row.name }
    }
}

/// Adds a customer; a slug that is taken is [`StoreError::Conflict`].
pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    slug: &str,
    name: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(tx, INSERT, customer.uuid(), slug, name, now)?;
    Ok(())
}

/// The customer with this name in addresses.
pub async fn by_slug(tx: &mut Tx, slug: &str) -> Result<Option<CustomerRow>, StoreError> {
    Ok(fetch_optional!(tx, Row, BY_SLUG, slug)?.map(Into::into))
}

/// One customer.
pub async fn find(tx: &mut Tx, customer: CustomerId) -> Result<Option<CustomerRow>, StoreError> {
    Ok(fetch_optional!(tx, Row, BY_ID, customer.uuid())?.map(Into::into))
}

/// Every customer, by name.
pub async fn all(tx: &mut Tx) -> Result<Vec<CustomerRow>, StoreError> {
    Ok(fetch_all!(tx, Row, ALL_BY_NAME)?.into_iter().map(Into::into).collect())
}

/// Takes the number of the customer's next run: 1, 2, 3, ...
pub async fn next_run_number(tx: &mut Tx, customer: CustomerId) -> Result<i64, StoreError> {
    fetch_value!(tx, i64, NEXT_RUN_NUMBER, customer.uuid())
}
