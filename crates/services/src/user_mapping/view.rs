//! What the page of the user mapping shows.

use domain::deployment::{Step, standing};
use domain::user_mapping::{FindingCode, MappingOutcome, Severity};
use domain::views::{MappingFindingRow, MappingFindings, MappingVersionView, UserMappingView};
use domain::{Actor, CustomerId, Permission, UserError};
use store::Tx;
use store::user_mapping::{FindingRow, MappingVersion};

use crate::paging::{PAGE_ROWS, one_more, page};
use crate::when::when;
use crate::{ServiceError, Services};

impl Services {
    /// How the mapping of a customer stands: the newest version and what came of its check.
    pub async fn user_mapping(&self, actor: &Actor, slug: &str) -> Result<UserMappingView, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadCustomer)
            .await?
            .id;
        let known = crate::deployment::facts::known(&mut tx, customer, self.now()).await?;
        let standing = standing::of(&known.facts);
        let is_open = standing::find(&standing, Step::UserMapping).may_be_entered();
        let version = match store::user_mapping::latest(&mut tx, customer).await? {
            Some(version) => Some(self.version_view(&mut tx, customer, version).await?),
            None => None,
        };
        Ok(UserMappingView {
            can_edit: is_open && actor.role.may(Permission::EditMapping),
            version,
        })
    }

    async fn version_view(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        version: MappingVersion,
    ) -> Result<MappingVersionView, ServiceError> {
        let file = match version.file {
            Some(file) => store::user_mapping::file(tx, customer, file).await?,
            None => None,
        };
        Ok(MappingVersionView {
            number: version.number,
            file_name: file.map(|file| file.name).unwrap_or_default(),
            by: version.created_by,
            when: when(version.created_at, self.now()),
            state: version.state,
            reading: version.reading,
            outcome: version.outcome,
        })
    }

    /// A page of the lines one group of findings is about, at most 50; `after` is the `next` of the page before.
    pub async fn mapping_findings(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        (code, severity, about): (FindingCode, Severity, &str),
        after: Option<&str>,
    ) -> Result<MappingFindings, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadPeople)
            .await?
            .id;
        let found = store::user_mapping::version(&mut tx, customer, version).await?;
        let Some(MappingOutcome::Checked(summary)) = found.and_then(|found| found.outcome) else {
            return Err(UserError::NotFound.into());
        };
        let group = summary
            .groups
            .into_iter()
            .find(|group| {
                (group.example.code, group.example.severity) == (code, severity) && group.about == about
            })
            .ok_or(UserError::NotFound)?;
        let (line, place) = after.and_then(place).unwrap_or((0, ""));
        let limit = one_more(PAGE_ROWS);
        let rows = store::user_mapping::findings(
            &mut tx,
            customer,
            version,
            (code, severity, about),
            (line, place),
            limit,
        )
        .await?;
        let shown = page(
            rows.into_iter().map(|row| (key(&row), view(row))).collect(),
            PAGE_ROWS,
        );
        Ok(MappingFindings {
            group,
            rows: shown.rows,
            next: shown.next,
        })
    }
}

/// Where a row stands in its group: line and column.
fn key(row: &FindingRow) -> String {
    let place = row.finding.column.map_or("", domain::user_mapping::Column::code);
    format!("{}.{place}", row.finding.line)
}

fn place(after: &str) -> Option<(i64, &str)> {
    let (line, place) = after.split_once('.')?;
    Some((line.parse().ok()?, place))
}

fn view(row: FindingRow) -> MappingFindingRow {
    MappingFindingRow {
        line: row.finding.line,
        column: row.finding.column,
        sentence: row.finding.sentence(),
        existing: row.existing,
        new: row.new,
        target: row.target,
    }
}
