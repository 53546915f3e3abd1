//! People as a file that can be read again, and the lines of a file that were refused. Columns by their symbolic names.

use domain::people::{Directory, field};
use domain::people_file::{DIRECTORY_COLUMN, LineProblem, PeopleLineState, STATE_COLUMN, state_word};
use domain::views::{Page, PeopleFilter};
use domain::{Actor, Permission};
use store::people_list::ListedPerson;

use super::line_after;
use crate::paging::{EXPORT_ROWS, one_more, page};
use crate::{ServiceError, Services};

/// Columns of the refused lines that an import leaves out again.
const LINE: &str = "line";
const PROBLEM: &str = "problem";

impl Services {
    /// The columns of a customer's People, by their symbolic names.
    pub async fn people_columns(&self, actor: &Actor, slug: &str) -> Result<Vec<String>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self.customer(&mut tx, actor, slug, Permission::Export).await?.id;
        let fields = store::profile_fields::all(&mut tx, customer).await?;
        Ok(rules::people_file::table(&fields))
    }

    /// A page of People as cells of these columns, blocked accounts too (domain 1.5).
    pub async fn people_table(
        &self,
        actor: &Actor,
        slug: &str,
        (filter, columns): (&PeopleFilter, &[String]),
        after: Option<&str>,
    ) -> Result<Page<Vec<String>>, ServiceError> {
        let people = self.export_people_accounts(actor, slug, filter, after).await?;
        let rows = people.rows.iter().map(|person| {
            let cells = columns.iter().map(|column| cell(person, column));
            cells.collect()
        });
        Ok(Page {
            rows: rows.collect(),
            next: people.next,
        })
    }

    /// The columns of the refused lines of the newest file: those it had, and why.
    pub async fn refused_columns(&self, actor: &Actor, slug: &str) -> Result<Vec<String>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self.customer(&mut tx, actor, slug, Permission::Export).await?.id;
        let latest = store::people_file::latest(&mut tx, customer).await?;
        let read = latest.map(|file| file.reading.read).unwrap_or_default();
        let around = [LINE, PROBLEM].map(str::to_owned);
        Ok(read.into_iter().chain(around).collect())
    }

    /// A page of the refused lines of the newest file as cells of these columns.
    pub async fn refused_table(
        &self,
        actor: &Actor,
        slug: &str,
        columns: &[String],
        after: Option<&str>,
    ) -> Result<Page<Vec<String>>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self.customer(&mut tx, actor, slug, Permission::Export).await?.id;
        let after = line_after(after)?;
        let Some(file) = store::people_file::latest(&mut tx, customer).await? else {
            return Ok(Page::empty());
        };
        let which = (file.number, PeopleLineState::Refused);
        let limit = one_more(EXPORT_ROWS);
        let lines = store::people_file::lines(&mut tx, customer, which, after, limit).await?;
        let rows = lines.into_iter().map(|line| {
            let cell = |column: &String| match column.as_str() {
                LINE => line.line.to_string(),
                PROBLEM => {
                    let all: Vec<String> = line.problems.iter().map(LineProblem::sentence).collect();
                    all.join(" ")
                }
                // Of a line whose cells cannot be told apart only its beginning is known.
                field::USERNAME if line.cells.is_empty() => line.username.clone(),
                key => line.cells.get(key).cloned().unwrap_or_default(),
            };
            (line.line, columns.iter().map(cell).collect())
        });
        Ok(page(rows.collect(), EXPORT_ROWS))
    }
}

/// What an export writes into a column.
fn cell(person: &ListedPerson, column: &str) -> String {
    match column {
        field::USERNAME => person.username.clone(),
        STATE_COLUMN => state_word(person.state).to_owned(),
        DIRECTORY_COLUMN => person
            .directory
            .clone()
            .unwrap_or_else(|| Directory::LOCAL.to_owned()),
        key => person.profile.get(key).cloned().unwrap_or_default(),
    }
}
