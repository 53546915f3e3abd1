//! What the audit page may ask for. The bodies live in `services`, `audit`.

use domain::views::{AuditFilter, AuditRow, Page};

use super::ApiError;

/// The audit log of a customer, newest first. `after` continues a page.
pub async fn list_audit(
    customer: String,
    filter: AuditFilter,
    after: Option<String>,
) -> Result<Page<AuditRow>, ApiError> {
    super::act(|services, actor| async move {
        services
            .audit_log(&actor, &customer, &filter, after.as_deref())
            .await
    })
    .await
}
