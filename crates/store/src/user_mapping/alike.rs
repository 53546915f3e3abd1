//! Lines of a version by how their existing username is written: for whoever compares versions whose cells are written in
//! different ways (F-30).

use domain::CustomerId;
use domain::ids::Id;
use serde::Serialize;
use sqlx::types::Json;

use crate::sql::{fetch_all, statements};
use crate::{StoreError, Tx};

statements! {
    // From the list to the lines: each is one step in the index.
    WRITTEN = {
        sqlite: "SELECT r.existing, r.nth, r.new, r.target
            FROM json_each($3) AS f CROSS JOIN mapping_rows AS r INDEXED BY mapping_rows_by_existing
            WHERE r.customer_id = $1 AND r.version = $2 AND r.existing = f.value->>'existing' AND r.nth = f.value->>'nth'",
        postgres: "SELECT r.existing, r.nth, r.new, r.target
            FROM jsonb_to_recordset($3) AS f(existing text, nth bigint)
            JOIN mapping_rows r ON r.customer_id = $1 AND r.version = $2 AND r.existing = f.existing AND r.nth = f.nth",
    };
}

/// A line that is looked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Written {
    /// The existing username as it is written.
    pub existing: String,
    /// How many lines before it have the same.
    pub nth: i64,
}

/// What a line says that was found.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct WrittenLine {
    pub existing: String,
    pub nth: i64,
    pub new: String,
    pub target: String,
}

/// Those of the lines that a version has, in no particular order.
pub async fn lines_written(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    lines: &[Written],
) -> Result<Vec<WrittenLine>, StoreError> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    fetch_all!(tx, WrittenLine, WRITTEN, customer.uuid(), version, Json(lines))
}
