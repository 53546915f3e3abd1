//! The lists of the page of the user mapping, and one line of them.

use domain::user_mapping::{FindingCode, ProposalClass, Severity};
use domain::views::{
    LeftOutMappingLine, MappingDiff, MappingFindings, MappingLineView, MappingRemark, MappingRow,
    MappingVersionLine, MissedPerson, Page, UndecidedAccount, UndecidedSearch,
};
use domain::{AccountId, UserError};
use services::ServiceError;
use services::user_mapping::{MappingFilter, MappingList};

use crate::api::{ApiError, act};

/// The lines of one group of findings. `None`: the version has no such group, any more.
pub async fn list_mapping_findings(
    customer: String,
    version: i64,
    (code, severity, about): (FindingCode, Severity, String),
    after: Option<String>,
) -> Result<Option<MappingFindings>, ApiError> {
    act(|services, actor| async move {
        let group = (code, severity, about.as_str());
        let found = services
            .mapping_findings(&actor, &customer, version, group, after.as_deref())
            .await;
        match found {
            Err(ServiceError::User(UserError::NotFound)) => Ok(None),
            found => found.map(Some),
        }
    })
    .await
}

/// Lines of a version, narrowed.
pub async fn list_mapping_rows(
    customer: String,
    version: i64,
    filter: MappingFilter,
    after: Option<String>,
) -> Result<Page<MappingRow>, ApiError> {
    act(|services, actor| async move {
        services
            .mapping_rows(&actor, &customer, version, &filter, after.as_deref())
            .await
    })
    .await
}

/// One line, people whose name or username holds `search`, and the line of `list` that comes behind it. `None`: the version has no
/// such line. The page is there all the same, whatever its address asks for.
pub async fn show_mapping_line(
    customer: String,
    (version, line): (i64, u64),
    search: String,
    list: Option<MappingList>,
) -> Result<Option<(MappingLineView, Option<u64>)>, ApiError> {
    act(|services, actor| async move {
        let place = (version, line);
        let view = match services.mapping_line(&actor, &customer, place, &search).await {
            Err(ServiceError::User(UserError::NotFound)) => return Ok(None),
            found => found?,
        };
        let next = match list {
            Some(list) => {
                services
                    .next_mapping_line(&actor, &customer, place, &list)
                    .await?
            }
            None => None,
        };
        Ok(Some((view, next)))
    })
    .await
}

/// Active accounts that no line is about, narrowed to a part of a name, and to the proposals of a class that may be accepted
/// together.
pub async fn list_undecided(
    customer: String,
    version: i64,
    (class, search): (Option<ProposalClass>, String),
    after: Option<String>,
) -> Result<Page<UndecidedAccount>, ApiError> {
    act(|services, actor| async move {
        services
            .undecided_accounts(&actor, &customer, version, (class, &search), after.as_deref())
            .await
    })
    .await
}

/// One account that no line is about, and people whose name or username holds `search`. `None`: it was decided about.
pub async fn search_for_undecided(
    customer: String,
    (version, account): (i64, AccountId),
    search: String,
) -> Result<Option<UndecidedSearch>, ApiError> {
    act(|services, actor| async move {
        services
            .search_for_undecided(&actor, &customer, (version, account), &search)
            .await
    })
    .await
}

/// People whom no line names although an account that has a line is probably theirs.
pub async fn list_missed(
    customer: String,
    version: i64,
    after: Option<String>,
) -> Result<Page<MissedPerson>, ApiError> {
    act(|services, actor| async move {
        services
            .missed_people(&actor, &customer, version, after.as_deref())
            .await
    })
    .await
}

/// The versions before the newest one.
pub async fn list_mapping_versions(
    customer: String,
    before: Option<String>,
) -> Result<Page<MappingVersionLine>, ApiError> {
    act(|services, actor| async move {
        services
            .mapping_versions(&actor, &customer, before.as_deref())
            .await
    })
    .await
}

/// Lines of an earlier version about accounts that an uploaded file left out.
pub async fn list_left_out(
    customer: String,
    version: i64,
    after: Option<String>,
) -> Result<Page<LeftOutMappingLine>, ApiError> {
    act(|services, actor| async move {
        services
            .left_out_lines(&actor, &customer, version, after.as_deref())
            .await
    })
    .await
}

/// A page of what was said about a mapping, seen from a version.
pub async fn list_mapping_remarks(
    customer: String,
    version: i64,
    after: Option<String>,
) -> Result<Page<MappingRemark>, ApiError> {
    act(|services, actor| async move {
        services
            .mapping_remarks(&actor, &customer, version, after.as_deref())
            .await
    })
    .await
}

/// What was said about a line; `None`: there is no such line.
pub async fn list_line_remarks(
    customer: String,
    place: (i64, u64),
) -> Result<Option<Vec<MappingRemark>>, ApiError> {
    act(|services, actor| async move { services.mapping_line_remarks(&actor, &customer, place).await }).await
}

/// How two versions differ.
pub async fn compare_mappings(
    customer: String,
    (older, newer): (i64, i64),
    after: Option<String>,
) -> Result<MappingDiff, ApiError> {
    act(|services, actor| async move {
        services
            .mapping_diff(&actor, &customer, (older, newer), after.as_deref())
            .await
    })
    .await
}
