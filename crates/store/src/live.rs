//! What a directory answered when a page asked it: one row for each question.

use domain::ids::Id;
use domain::{CustomerId, DirectoryId, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::types::Json;

use crate::sql::{execute, fetch_optional, statements};
use crate::{StoreError, Tx};

statements! {
    FIND = "SELECT asked_at, problem, answer FROM live_answers
        WHERE customer_id = $1 AND directory_id = $2 AND question = $3";
    KEEP = "INSERT INTO live_answers (customer_id, directory_id, question, asked_at, problem, answer)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (customer_id, directory_id, question) DO UPDATE SET
            asked_at = excluded.asked_at, problem = excluded.problem, answer = excluded.answer";
}

domain::codes! {
    /// What was asked.
    pub enum Question {
        /// `domain::live::LiveGroups`
        Groups = "groups",
        /// `Option<domain::live::AttributeLook>`
        Attributes = "attributes",
    }
}

/// A kept answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept<T> {
    /// When the directory was last asked, whether or not it answered.
    pub asked_at: Timestamp,
    /// What to do about it, if it did not answer.
    pub problem: Option<String>,
    /// What it has answered so far.
    pub answer: T,
}

#[derive(sqlx::FromRow)]
struct Row<T: DeserializeOwned> {
    asked_at: Timestamp,
    problem: Option<String>,
    answer: Json<T>,
}

/// The answer kept to a question; `None` when it was never asked.
pub async fn find<T>(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    question: Question,
) -> Result<Option<Kept<T>>, StoreError>
where
    T: DeserializeOwned + Send + Unpin + 'static,
{
    let row = fetch_optional!(
        tx,
        Row<T>,
        FIND,
        customer.uuid(),
        directory.uuid(),
        question.code()
    )?;
    Ok(row.map(|row| Kept {
        asked_at: row.asked_at,
        problem: row.problem,
        answer: row.answer.0,
    }))
}

/// Keeps an answer in the place of the one before.
pub async fn keep<T>(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    question: Question,
    kept: &Kept<T>,
) -> Result<(), StoreError>
where
    T: Serialize + Sync,
{
    execute!(
        tx,
        KEEP,
        customer.uuid(),
        directory.uuid(),
        question.code(),
        kept.asked_at,
        kept.problem.as_deref(),
        Json(&kept.answer)
    )?;
    Ok(())
}
