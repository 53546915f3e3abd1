//! What is taken away of a mapping: lines with what was found about each, and the file of a version.

use domain::views::{MappingExportLine, Page};
use domain::{Actor, Permission, UserError};
use rules::export::original_cell;

use super::download::Place;
use super::lists::MappingFilter;
use crate::paging::{EXPORT_ROWS, one_more, page};
use crate::{ServiceError, Services};

impl Services {
    /// A page of the lines of the newest version that the filter lets through, with what was found about each: the rejects where
    /// it asks for problems.
    pub async fn export_mapping_lines(
        &self,
        actor: &Actor,
        slug: &str,
        filter: &MappingFilter,
        after: Option<&str>,
    ) -> Result<Page<MappingExportLine>, ServiceError> {
        let mut tx = self.db().read().await?;
        self.customer(&mut tx, actor, slug, Permission::Export).await?;
        let whose = self.reader_of_mapping(&mut tx, actor, slug).await?;
        let Some(begin) = Place::behind(&mut tx, whose.0, after).await? else {
            return Ok(Page::empty());
        };
        let version = begin.version;
        let (filter, place) = (filter.of_rows(), (begin.line, one_more(EXPORT_ROWS)));
        let rows = store::user_mapping::rows(&mut tx, whose, version, &filter, place).await?;
        let rows = rows.into_iter().map(|row| (begin.next(row.line), row)).collect();
        let Page { rows, next } = page(rows, EXPORT_ROWS);
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            let line = i64::try_from(row.line).unwrap_or(i64::MAX);
            let findings = store::user_mapping::findings_of_line(&mut tx, whose, version, line).await?;
            let mut reasons = Vec::with_capacity(findings.len());
            for finding in findings {
                let label = finding.finding.severity.label();
                let told = self.finding_row(&mut tx, (whose.0, version), finding).await?;
                reasons.push(format!("{label}: {}", told.sentence));
            }
            let cell = |cell: &str| original_cell(cell).into_owned();
            lines.push(MappingExportLine {
                line: row.line,
                existing: cell(&row.existing),
                new: cell(&row.new),
                target: cell(&row.target),
                kind: row.kind.label().to_owned(),
                reason: reasons.join(" "),
            });
        }
        Ok(Page { rows: lines, next })
    }

    /// The next bytes of the file of a version, and its name; `None` behind the last ones.
    pub async fn mapping_file_part(
        &self,
        actor: &Actor,
        slug: &str,
        (version, part): (i64, i64),
    ) -> Result<Option<Vec<u8>>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self.customer(&mut tx, actor, slug, Permission::Export).await?.id;
        let version = store::user_mapping::version(&mut tx, customer, version).await?;
        let file = version
            .and_then(|version| version.file)
            .ok_or(UserError::NotFound)?;
        Ok(store::user_mapping::part(&mut tx, customer, file, part).await?)
    }
}
