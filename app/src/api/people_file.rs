//! What the page asks for on which accounts of the old directory come in. The file itself comes in by a plain route
//! (`server`, `http::people_upload`).

use domain::views::{Page, PeopleFileView, RefusedLine};

use super::ApiError;

/// The key under which the answer to an upload waits for its page.
pub const PEOPLE_FILE: &str = "old-accounts/file";

/// The old directories, and what became of the newest file.
pub async fn show_people_file(customer: String) -> Result<PeopleFileView, ApiError> {
    super::act(|services, actor| async move { services.people_file(&actor, &customer).await }).await
}

/// The lines of the newest file that changed nothing.
pub async fn list_refused_lines(
    customer: String,
    after: Option<String>,
) -> Result<Page<RefusedLine>, ApiError> {
    super::act(
        |services, actor| async move { services.refused_lines(&actor, &customer, after.as_deref()).await },
    )
    .await
}
