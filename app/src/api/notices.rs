//! The inbox of whoever is signed in. The bodies live in `services`, `notices`.

use domain::ids::NoticeId;
use domain::views::{NoticeView, Page};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::ApiError;

/// What lies in the inbox, newest first, and the newest of all pages while anything is unread. `after` continues a page.
pub async fn list_inbox(after: Option<String>) -> Result<(Page<NoticeView>, Option<NoticeId>), ApiError> {
    super::act(|services, actor| async move {
        let newest = services.newest_unless_read(&actor).await?;
        let page = services.inbox(&actor, after.as_deref()).await?;
        Ok((page, newest))
    })
    .await
}

/// Marks a notice as read and goes on to the page it is about.
#[server(endpoint = "notices/open")]
pub async fn open_notice(notice: NoticeId, path: String) -> Result<(), ApiError> {
    super::act_form(
        <OpenNotice as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.read_notice(&actor, notice).await },
    )
    .await?;
    super::server::forget().await;
    super::server::go(&path);
    Ok(())
}

/// Marks everything up to this notice as read.
#[server(endpoint = "notices/read-all")]
pub async fn read_inbox(latest: NoticeId) -> Result<(), ApiError> {
    super::act_form(<ReadInbox as ServerFn>::PATH, &(), |services, actor| async move {
        services.read_inbox(&actor, latest).await
    })
    .await
}
