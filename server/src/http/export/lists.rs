//! The lists that can be taken away: a table of columns each, and where their pages come from.

use async_trait::async_trait;
use domain::UserError;
use domain::people::Directory;
use domain::sync::FieldChange;
use domain::views::{
    AuditFilter, AuditRow, BoardFilter, ChangeFilter, ChangeRow, CustomerRow, FoundPerson, MappingExportLine,
    MappingTemplateRow, Page, PeopleFilter, PersonRow, ProposalView, RunFilter, RunRow,
};
use services::ServiceError;
use services::user_mapping::MappingFilter;

use super::{Asked, Column, List, code};

pub(super) struct Customers;
pub(super) struct People;
pub(super) struct MappingTemplate;
pub(super) struct MappingLines;
pub(super) struct Found;
pub(super) struct Runs;
pub(super) struct Changes;
pub(super) struct Audit;

#[async_trait]
impl List for Customers {
    type Row = CustomerRow;

    const COLUMNS: &'static [Column<CustomerRow>] = &[
        ("name", |row| row.name.clone()),
        ("address", |row| row.slug.clone()),
        ("provider", |row| {
            row.provider
                .map_or_else(String::new, |provider| provider.label().to_owned())
        }),
        ("people", |row| row.people.to_string()),
        ("last_run", |row| {
            row.last_run
                .as_ref()
                .map_or_else(String::new, |run| run.number.to_string())
        }),
        ("last_run_state", |row| {
            row.last_run
                .as_ref()
                .map_or_else(String::new, |run| run.state.label().to_owned())
        }),
        ("turn", |row| {
            row.turn.map_or_else(String::new, |turn| turn.label().to_owned())
        }),
        ("next", |row| row.next.clone()),
        ("waits_for_customer_too", |row| or_empty(row.theirs_too.as_ref())),
        ("steps_done", |row| row.done.to_string()),
        ("steps", |row| row.of.to_string()),
        ("appointment", |row| {
            row.appointment
                .as_ref()
                .map_or_else(String::new, |line| line.words.clone())
        }),
        ("health", |row| row.health.join(" ")),
    ];

    fn noted(_asked: &Asked) -> String {
        "customers".to_owned()
    }

    fn file(_asked: &Asked) -> String {
        "customers".to_owned()
    }

    async fn page(asked: &Asked, _after: Option<&str>) -> Result<Page<CustomerRow>, ServiceError> {
        let filter = BoardFilter {
            search: asked.narrowed.search.clone(),
            show: code(&asked.narrowed.show)?,
        };
        let rows = asked.services.board(&asked.actor, &filter).await?;
        Ok(Page { rows, next: None })
    }
}

#[async_trait]
impl List for People {
    type Row = PersonRow;

    const COLUMNS: &'static [Column<PersonRow>] = &[
        ("id", |row| row.id.to_string()),
        ("name", |row| row.name.clone()),
        ("username", |row| row.username.clone()),
        ("email", |row| or_empty(row.email.as_ref())),
        ("job_title", |row| or_empty(row.job_title.as_ref())),
        ("department", |row| or_empty(row.department.as_ref())),
        ("state", |row| row.state.label().to_owned()),
        ("directory", |row| row.directory.clone()),
        ("administrator", |row| yes_no(row.is_administrator)),
    ];

    fn noted(_asked: &Asked) -> String {
        "people".to_owned()
    }

    fn file(asked: &Asked) -> String {
        format!("{}-people", asked.customer())
    }

    async fn page(asked: &Asked, after: Option<&str>) -> Result<Page<PersonRow>, ServiceError> {
        let filter = PeopleFilter {
            state: code(&asked.narrowed.state)?,
            search: asked.narrowed.search.clone(),
            directory: asked.narrowed.directory.clone(),
        };
        asked
            .services
            .export_people(&asked.actor, asked.customer(), &filter, after)
            .await
    }
}

/// The user mapping to fill in: a line for every account, in the three columns of the guide, and beside them what helps
/// to tell who it is, and who is proposed; a mapping file may have more columns (F-06). Local administrators stay as they
/// are (P-07).
#[async_trait]
impl List for MappingTemplate {
    type Row = MappingTemplateRow;

    const COLUMNS: &'static [Column<MappingTemplateRow>] = &[
        ("existing_username", |row| row.person.username.clone()),
        ("new_username", |row| stays(&row.person, &row.person.username)),
        ("target_directory", |row| {
            stays(&row.person, &row.person.directory)
        }),
        ("name", |row| row.person.name.clone()),
        ("email", |row| or_empty(row.person.email.as_ref())),
        ("state", |row| row.person.state.label().to_owned()),
        ("directory", |row| row.person.directory.clone()),
        ("suggestion", |row| suggested(row, |proposal| &proposal.username)),
        ("class", |row| suggested(row, |proposal| proposal.class.label())),
        ("reason", |row| suggested(row, |proposal| &proposal.reason)),
    ];

    fn noted(_asked: &Asked) -> String {
        "user mapping to fill in".to_owned()
    }

    fn file(asked: &Asked) -> String {
        format!("{}-user-mapping", asked.customer())
    }

    async fn page(asked: &Asked, after: Option<&str>) -> Result<Page<MappingTemplateRow>, ServiceError> {
        let (services, actor) = (&asked.services, &asked.actor);
        services
            .export_mapping_template(actor, asked.customer(), after)
            .await
    }
}

/// Something of who is proposed for an account; nothing where nobody is.
fn suggested(row: &MappingTemplateRow, what: fn(&ProposalView) -> &str) -> String {
    row.proposal
        .as_ref()
        .map_or_else(String::new, |proposal| what(proposal).to_owned())
}

/// What a mapping says of a local administrator, who stays; of others nothing yet.
fn stays(row: &PersonRow, what: &str) -> String {
    let is_local = row.directory == Directory::LOCAL;
    if is_local && row.is_administrator {
        what.to_owned()
    } else {
        String::new()
    }
}

/// The lines of a mapping as they stand, with what is wrong with each: what is uploaded again after it was mended
/// elsewhere, or kept. More columns than the guide's three are left out when it comes back (F-06).
#[async_trait]
impl List for MappingLines {
    type Row = MappingExportLine;

    const COLUMNS: &'static [Column<MappingExportLine>] = &[
        ("existing_username", |row| row.existing.clone()),
        ("new_username", |row| row.new.clone()),
        ("target_directory", |row| row.target.clone()),
        ("line", |row| row.line.to_string()),
        ("change", |row| row.kind.clone()),
        ("reason", |row| row.reason.clone()),
    ];

    fn noted(asked: &Asked) -> String {
        let narrowed = &asked.narrowed;
        // What was searched for is part of somebody's name.
        let searched = if narrowed.search.is_empty() { "" } else { "search" };
        let by = [
            "lines of the user mapping",
            narrowed.with.as_str(),
            narrowed.kind.as_str(),
            narrowed.account.as_str(),
            searched,
        ];
        let by: Vec<&str> = by.into_iter().filter(|word| !word.is_empty()).collect();
        by.join(" ")
    }

    fn file(asked: &Asked) -> String {
        format!("{}-user-mapping-lines", asked.customer())
    }

    async fn page(asked: &Asked, after: Option<&str>) -> Result<Page<MappingExportLine>, ServiceError> {
        let narrowed = &asked.narrowed;
        let filter = MappingFilter {
            kind: code(&narrowed.kind)?,
            severity: code(&narrowed.with)?,
            unused: match narrowed.account.as_str() {
                "" => false,
                MappingFilter::UNUSED => true,
                _ => return Err(UserError::NotFound.into()),
            },
            search: narrowed.search.clone(),
        };
        let (services, actor) = (&asked.services, &asked.actor);
        services
            .export_mapping_lines(actor, asked.customer(), &filter, after)
            .await
    }
}

#[async_trait]
impl List for Found {
    type Row = FoundPerson;

    const COLUMNS: &'static [Column<FoundPerson>] = &[
        ("object_id", |row| row.object_id.clone()),
        ("name", |row| row.name.clone()),
        ("principal_name", |row| row.principal_name.clone()),
        ("mail", |row| or_empty(row.mail.as_ref())),
        ("status", |row| row.status.clone()),
        ("in_scope", |row| yes_no(row.in_scope)),
    ];

    fn noted(_asked: &Asked) -> String {
        "found".to_owned()
    }

    fn file(asked: &Asked) -> String {
        format!("{}-found", asked.customer())
    }

    async fn page(asked: &Asked, after: Option<&str>) -> Result<Page<FoundPerson>, ServiceError> {
        asked.services.found(&asked.actor, asked.customer(), after).await
    }
}

#[async_trait]
impl List for Runs {
    type Row = RunRow;

    const COLUMNS: &'static [Column<RunRow>] = &[
        ("number", |row| row.number.to_string()),
        ("kind", |row| row.kind.label().to_owned()),
        ("state", |row| row.state.label().to_owned()),
        ("started_by", |row| row.started_by.clone()),
        ("queued", |row| row.queued.iso.clone()),
        ("took", |row| or_empty(row.took.as_ref())),
        ("read", |row| row.counts.read.to_string()),
        ("in_scope", |row| row.counts.in_scope.to_string()),
        ("created", |row| row.counts.created.to_string()),
        ("updated", |row| row.counts.updated.to_string()),
        ("renamed", |row| row.counts.renamed.to_string()),
        ("linked", |row| row.counts.linked.to_string()),
        ("blocked", |row| row.counts.blocked.to_string()),
        ("unblocked", |row| row.counts.unblocked.to_string()),
        ("added_to_groups", |row| row.counts.group_added.to_string()),
        ("removed_from_groups", |row| row.counts.group_removed.to_string()),
        ("skipped", |row| row.counts.skipped.to_string()),
        ("flagged", |row| row.counts.flagged.to_string()),
        ("need_a_decision", |row| row.counts.disputed.to_string()),
        ("failed", |row| row.counts.failed.to_string()),
    ];

    fn noted(_asked: &Asked) -> String {
        "runs".to_owned()
    }

    fn file(asked: &Asked) -> String {
        format!("{}-runs", asked.customer())
    }

    async fn page(asked: &Asked, after: Option<&str>) -> Result<Page<RunRow>, ServiceError> {
        let filter = RunFilter {
            kind: code(&asked.narrowed.kind)?,
            state: code(&asked.narrowed.state)?,
        };
        asked
            .services
            .export_runs(&asked.actor, asked.customer(), filter, after)
            .await
    }
}

#[async_trait]
impl List for Changes {
    type Row = ChangeRow;

    const COLUMNS: &'static [Column<ChangeRow>] = &[
        ("kind", |row| row.kind.code().to_owned()),
        ("state", |row| row.state.code().to_owned()),
        ("name", |row| row.name.clone()),
        ("username", |row| row.username.clone()),
        ("reason", |row| row.reason.clone()),
        ("what_to_do", |row| or_empty(row.remedy.as_ref())),
        ("changes", |row| {
            let fields: Vec<String> = row.fields.iter().map(change).collect();
            fields.join("; ")
        }),
        ("account", |row| {
            row.account.map_or_else(String::new, |id| id.to_string())
        }),
        ("object_id", |row| or_empty(row.object_id.as_ref())),
    ];

    fn noted(asked: &Asked) -> String {
        format!("changes of run {}", asked.run())
    }

    fn file(asked: &Asked) -> String {
        format!("{}-run-{}-changes", asked.customer(), asked.run())
    }

    async fn page(asked: &Asked, after: Option<&str>) -> Result<Page<ChangeRow>, ServiceError> {
        let filter = ChangeFilter {
            kind: code(&asked.narrowed.kind)?,
            state: code(&asked.narrowed.state)?,
            search: asked.narrowed.search.clone(),
        };
        asked
            .services
            .export_changes(&asked.actor, asked.customer(), asked.run(), &filter, after)
            .await
    }
}

/// A field's value before and after, in words.
fn change(field: &FieldChange) -> String {
    let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "(empty)".to_owned());
    let (before, after) = (side(&field.before), side(&field.after));
    format!("{}: {before} → {after}", field.field)
}

pub(super) fn yes_no(value: bool) -> String {
    if value { "yes".to_owned() } else { "no".to_owned() }
}

pub(super) fn or_empty(value: Option<&String>) -> String {
    value.cloned().unwrap_or_default()
}

#[async_trait]
impl List for Audit {
    type Row = AuditRow;

    const COLUMNS: &'static [Column<AuditRow>] = &[
        ("entry", |row| row.number.to_string()),
        ("at", |row| row.when.iso.clone()),
        ("who", |row| row.who.clone()),
        ("action", |row| row.action.clone()),
        ("about", |row| row.object.clone()),
        ("about_name", |row| row.about.clone()),
        ("details", |row| row.details.clone()),
    ];

    fn noted(_asked: &Asked) -> String {
        "audit".to_owned()
    }

    fn file(asked: &Asked) -> String {
        format!("{}-audit", asked.customer())
    }

    async fn page(asked: &Asked, after: Option<&str>) -> Result<Page<AuditRow>, ServiceError> {
        let narrowed = &asked.narrowed;
        let filter = AuditFilter {
            who: narrowed.who.clone(),
            area: code(&narrowed.area)?,
            about: narrowed.about.clone(),
            from: narrowed.from.clone(),
            until: narrowed.until.clone(),
        };
        let (services, actor) = (&asked.services, &asked.actor);
        services
            .export_audit(actor, asked.customer(), &filter, after)
            .await
    }
}
