//! Accounts of a directory that the intranet followed before, out of a People CSV, and People as such a file.
//!
//! The upload keeps each line as it comes (`receive`) and a job makes accounts of them (`work`), some hundred lines in each
//! unit of work, with what became of each. So nothing is ever half known: a line waits or is done, whatever dies, and the job
//! goes on with those that wait. Nobody is deleted, and nobody is blocked for not being in a file.

mod receive;
mod table;
mod work;

pub use receive::{PeopleUpload, TypedPeopleFile};
pub use work::PEOPLE_FILE_JOB;

use domain::people_file::{PeopleFileState, PeopleLineState};
use domain::views::{OldDirectoryView, Page, PeopleFileResult, PeopleFileView, RefusedLine};
use domain::{Actor, Permission, UserError};
use store::people_file::PeopleFile;

use crate::deployment::old_directories;
use crate::paging::{PAGE_ROWS, one_more, page};
use crate::when::when;
use crate::{ServiceError, Services};

impl Services {
    /// The directories that the intranet followed before, and what became of the newest file.
    pub async fn people_file(&self, actor: &Actor, slug: &str) -> Result<PeopleFileView, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadPeople)
            .await?
            .id;
        let directories = old_directories(&mut tx, customer, self.now()).await?;
        let latest = store::people_file::latest(&mut tx, customer).await?;
        Ok(PeopleFileView {
            can_edit: actor.role.may(Permission::EditSettings),
            latest: latest.map(|file| self.result(file, &directories)),
            directories,
        })
    }

    fn result(&self, file: PeopleFile, directories: &[OldDirectoryView]) -> PeopleFileResult {
        let directory = directories
            .iter()
            .find(|directory| directory.id == file.directory);
        PeopleFileResult {
            number: file.number,
            name: file.name,
            directory: directory.map_or_else(String::new, |directory| directory.name.clone()),
            state: file.state,
            reading: file.reading,
            lines: file.lines,
            counts: file.counts,
            by: file.uploaded_by,
            when: when(file.finished_at.unwrap_or(file.uploaded_at), self.now()),
        }
    }

    /// The lines of the newest file that changed nothing, and why, at most 50; `after` is the `next` of the page before.
    pub async fn refused_lines(
        &self,
        actor: &Actor,
        slug: &str,
        after: Option<&str>,
    ) -> Result<Page<RefusedLine>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadPeople)
            .await?
            .id;
        let after = line_after(after)?;
        let Some(file) = store::people_file::latest(&mut tx, customer).await? else {
            return Ok(Page::empty());
        };
        let which = (file.number, PeopleLineState::Refused);
        let limit = one_more(PAGE_ROWS);
        let lines = store::people_file::lines(&mut tx, customer, which, after, limit).await?;
        let rows = lines.into_iter().map(|line| {
            let problems = line
                .problems
                .iter()
                .map(domain::people_file::LineProblem::sentence);
            let row = RefusedLine {
                line: line.line,
                username: line.username,
                problems: problems.collect(),
            };
            (row.line, row)
        });
        Ok(page(rows.collect(), PAGE_ROWS))
    }
}

/// The line a page begins behind.
fn line_after(after: Option<&str>) -> Result<i64, UserError> {
    after.map_or(Ok(0), str::parse).map_err(|_| UserError::NotFound)
}

/// Whether the file is still worked on.
fn is_working(file: &PeopleFile) -> bool {
    file.state == PeopleFileState::Working
}
