//! The wrapper around every server function: session, actor, status, log. The only file of the application that
//! knows axum, `leptos_axum` and the session.

use domain::text::chain;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::views::Me;
use domain::{Actor, ConsoleUserId, UserError};
use futures::lock::Mutex;
use http::StatusCode;
use http::header::{ACCEPT, REFERER, RETRY_AFTER, USER_AGENT};
use http::request::Parts;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use serde::Serialize;
use serde::de::DeserializeOwned;
use services::{ServiceError, Services};
use tower_sessions::Session;

use super::{ApiError, Flash};

/// The session's key of who is signed in.
const USER: &str = "user";
/// The session's key of the browser they signed in with; the session store reads it.
const BROWSER: &str = "browser";
/// The session's key of the form that waits to be shown again.
const FLASH: &str = "flash";
/// The most that waits for a page: more than anybody types, so that what was is not lost.
const FLASH_BYTES: usize = 1024 * 1024;

/// Runs a service for whoever is signed in; without a session the answer is 401, or the sign-in page.
pub async fn act<T, F, Fut>(run: F) -> Result<T, ApiError>
where
    F: FnOnce(Services, Actor) -> Fut,
    Fut: Future<Output = Result<T, ServiceError>>,
{
    answer(acted(run).await)
}

/// As [`act`], for a form: `values` (never with secrets) and the outcome are kept for the page that is drawn next. `path` is the server function's own `PATH`.
pub async fn act_form<V, T, F, Fut>(path: &str, values: &V, run: F) -> Result<T, ApiError>
where
    V: Serialize + Sync,
    T: Serialize + Sync,
    F: FnOnce(Services, Actor) -> Fut,
    Fut: Future<Output = Result<T, ServiceError>>,
{
    let result = acted(run).await;
    // Somebody who is not signed in leaves nothing behind.
    if !matches!(&result, Err(Failed(UserError::SignInRequired))) {
        keep(path, values, result.as_ref()).await;
    }
    answer(result)
}

/// Runs a service for anybody: signing in, the first visit, and links that let somebody in. The list of its callers may
/// only shrink.
pub async fn visit<T, F, Fut>(run: F) -> Result<T, ApiError>
where
    F: FnOnce(Services) -> Fut,
    Fut: Future<Output = Result<T, ServiceError>>,
{
    answer(visited(run).await)
}

/// As [`visit`], for a form whose success leads to another page: only a refusal is kept.
pub async fn visit_form<V, T, F, Fut>(path: &str, values: &V, run: F) -> Result<T, ApiError>
where
    V: Serialize + Sync,
    F: FnOnce(Services) -> Fut,
    Fut: Future<Output = Result<T, ServiceError>>,
{
    let result = visited(run).await;
    if let Err(failed) = &result {
        keep(path, values, Err::<&(), _>(failed)).await;
    }
    answer(result)
}

/// Who is signed in, if anybody.
pub(super) async fn who() -> Result<Option<(Actor, Me)>, ApiError> {
    identified().await.map_err(told)
}

/// Begins a session for `user`, under a new id (so that an id planted before the sign-in is worth nothing).
pub(super) async fn begin_session(user: ConsoleUserId) -> Result<(), ApiError> {
    let session = session().await.map_err(told)?;
    let browser = use_context::<Parts>()
        .and_then(|parts| {
            let sent = parts.headers.get(USER_AGENT)?.to_str().ok()?;
            Some(services::sessions::browser(sent))
        })
        .unwrap_or_default();
    let begun = async {
        session.cycle_id().await?;
        session.insert(BROWSER, browser).await?;
        session.insert(USER, user).await
    };
    begun
        .await
        .map_err(|error| told(Failed::internal("begin session", &error)))
}

/// Gives the session a new id: what stole the old one has nothing any more.
pub(super) async fn renew_session() -> Result<(), ApiError> {
    let session = session().await.map_err(told)?;
    session
        .cycle_id()
        .await
        .map_err(|error| told(Failed::internal("renew session", &error)))
}

/// The id of the session that asks, if it has one.
pub(super) async fn session_id() -> Result<Option<i128>, ApiError> {
    let session = session().await.map_err(told)?;
    Ok(session.id().map(|id| id.0))
}

/// Ends the session and forgets everything in it.
pub(super) async fn end_session() -> Result<(), ApiError> {
    let session = session().await.map_err(told)?;
    session
        .flush()
        .await
        .map_err(|error| told(Failed::internal("end session", &error)))
}

/// Forgets a kept form whose page will not be shown next.
pub(super) async fn forget() {
    if let Ok(session) = session().await
        && let Err(error) = session.remove_value(FLASH).await
    {
        tracing::warn!(error = %chain(&error), "a kept form could not be forgotten");
    }
}

/// Sends the browser to a page of ours.
pub(super) fn go(path: &str) {
    leptos_axum::redirect(&local(path));
}

/// The query of the page that a form was posted from, as its address has it; empty where it has none.
pub(super) fn query_of_page() -> String {
    let page = Asked::now().page;
    page.split_once('?')
        .map_or_else(String::new, |(_, query)| query.to_owned())
}

/// Keeps what came of a form that a plain route has taken, and what was typed, for the page it leads back to.
pub async fn leave<V: Serialize + Sync, T: Serialize + Sync>(
    session: &Session,
    path: &str,
    typed: &V,
    result: Result<T, UserError>,
) {
    let result = result.as_ref().map_err(|error| ApiError::User(error.clone()));
    keep_in(session, path, typed, result).await;
}

/// Gives the page being drawn the status 404.
pub fn not_found() {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(StatusCode::NOT_FOUND);
    }
}

/// Gives the page being drawn the status 503, and says in how many seconds it is worth asking again.
pub(super) fn unavailable(seconds: u64) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(StatusCode::SERVICE_UNAVAILABLE);
        response.insert_header(RETRY_AFTER, seconds.into());
    }
}

/// Gives a call that was not understood the status 400. A form is led back to its page by the framework.
pub(super) fn malformed() {
    if !Asked::now().form
        && let Some(response) = use_context::<ResponseOptions>()
    {
        response.set_status(StatusCode::BAD_REQUEST);
    }
}

/// What was kept for the page being drawn, once it has been asked for: which form, and what of it. A part of a page may
/// be drawn more than once, and all of them must see the same.
#[derive(Clone, Default)]
pub(super) struct Kept(Arc<Mutex<Option<(String, serde_json::Value)>>>);

/// Takes the kept form of the server function at `path` out of the session, for this page and no other.
pub(super) async fn take<V: DeserializeOwned, O: DeserializeOwned>(path: &str) -> Option<Flash<V, O>> {
    let Kept(kept) = expect_context::<Kept>();
    let mut kept = kept.lock().await;
    if kept.as_ref().is_none_or(|(of, _)| of != path) {
        let session = session().await.ok()?;
        let (of, found): (String, serde_json::Value) = session.get(FLASH).await.ok()??;
        if of != path {
            return None;
        }
        session.remove_value(FLASH).await.ok()?;
        *kept = Some((of, found));
    }
    let (_, found) = kept.as_ref()?;
    serde_json::from_value(found.clone()).ok()
}

/// What is kept of the server function at `path`, which stays kept.
pub(super) async fn peek<V: DeserializeOwned, O: DeserializeOwned>(path: &str) -> Option<Flash<V, O>> {
    let session = session().await.ok()?;
    let (of, found): (String, serde_json::Value) = session.get(FLASH).await.ok()??;
    if of != path {
        return None;
    }
    serde_json::from_value(found).ok()
}

/// What went wrong, before it is told: the sentence for the person.
struct Failed(UserError);

impl Failed {
    /// Logs a cause the person cannot do anything about, and makes the sentence that names its reference.
    fn internal(what: &str, error: &dyn std::error::Error) -> Self {
        let reference = reference();
        tracing::error!(%reference, what, error = %chain(error), "request failed");
        Self(UserError::Internal { reference })
    }

    fn of(error: ServiceError) -> Self {
        Self(error.into_user(|error| {
            let reference = reference();
            tracing::error!(%reference, error = %chain(error), "request failed");
            reference
        }))
    }
}

async fn acted<T, F, Fut>(run: F) -> Result<T, Failed>
where
    F: FnOnce(Services, Actor) -> Fut,
    Fut: Future<Output = Result<T, ServiceError>>,
{
    match identified().await? {
        Some((actor, _)) => run(services(), actor).await.map_err(Failed::of),
        None => Err(Failed(UserError::SignInRequired)),
    }
}

async fn visited<T, F, Fut>(run: F) -> Result<T, Failed>
where
    F: FnOnce(Services) -> Fut,
    Fut: Future<Output = Result<T, ServiceError>>,
{
    run(services()).await.map_err(Failed::of)
}

async fn identified() -> Result<Option<(Actor, Me)>, Failed> {
    let session = session().await?;
    let user: Option<ConsoleUserId> = session
        .get(USER)
        .await
        .map_err(|error| Failed::internal("read session", &error))?;
    match user {
        Some(user) => services().identify(user).await.map_err(Failed::of),
        None => Ok(None),
    }
}

fn services() -> Services {
    expect_context::<Services>()
}

async fn session() -> Result<Session, Failed> {
    leptos_axum::extract::<Session>()
        .await
        .map_err(|error| Failed::internal("find session", &error))
}

/// Keeps a form for its page, unless an island posted it, which shows the answer itself.
async fn keep<V: Serialize + Sync, T: Serialize + Sync>(path: &str, values: &V, result: Result<&T, &Failed>) {
    if Asked::now().form {
        remember(
            path,
            values,
            result.map_err(|Failed(error)| ApiError::User(error.clone())),
        )
        .await;
    }
}

/// Keeps what came of a form an island posted, when the page is loaded again to show it.
pub(super) async fn keep_for_island<V: Serialize + Sync, T: Serialize + Sync>(
    path: &str,
    values: &V,
    came: &T,
) {
    if !Asked::now().form {
        remember(path, values, Ok(came)).await;
    }
}

/// Keeps what came of a form for the page that is drawn next.
async fn remember<V: Serialize + Sync, T: Serialize + Sync>(
    path: &str,
    values: &V,
    result: Result<&T, ApiError>,
) {
    if let Ok(session) = session().await {
        keep_in(&session, path, values, result).await;
    }
}

/// The same, in this session. One that cannot be written only loses the repetition of what was typed, not the work, so
/// that is logged and no more.
async fn keep_in<V: Serialize + Sync, T: Serialize + Sync>(
    session: &Session,
    path: &str,
    values: &V,
    result: Result<&T, ApiError>,
) {
    let kept = serde_json::json!({ "values": values, "result": result });
    // Nobody typed that.
    if kept.to_string().len() > FLASH_BYTES {
        return;
    }
    if let Err(error) = session.insert(FLASH, (path, kept)).await {
        tracing::warn!(error = %chain(&error), "a form could not be kept for its page");
    }
}

/// How a call came: as a page being drawn, as a form, or as a call of an island.
struct Asked {
    /// The page the person is on, as a local address.
    page: String,
    /// A form posted by the browser itself.
    form: bool,
    /// A page being drawn, in which this is one of several calls.
    drawing: bool,
}

impl Asked {
    fn now() -> Self {
        let Some(parts) = use_context::<Parts>() else {
            return Self {
                page: "/".into(),
                form: false,
                drawing: true,
            };
        };
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let drawing = !parts.uri.path().starts_with("/api/");
        let html = header(ACCEPT).is_some_and(|accept| accept.contains("text/html"));
        let page = if drawing {
            parts
                .uri
                .path_and_query()
                .map_or("/", http::uri::PathAndQuery::as_str)
                .to_owned()
        } else {
            referring_page(header(REFERER).unwrap_or("/"))
        };
        Self {
            page: local(&page),
            form: html && !drawing,
            drawing,
        }
    }
}

/// Turns an outcome into the answer: sets the status, or the way to the sign-in page.
fn answer<T>(result: Result<T, Failed>) -> Result<T, ApiError> {
    result.map_err(told)
}

fn told(Failed(error): Failed) -> ApiError {
    let asked = Asked::now();
    if error == UserError::SignInRequired {
        leptos_axum::redirect(&sign_in_for(&asked));
    } else if asked.form {
        // The framework would carry the error in the address; the flash in the session does it better.
        leptos_axum::redirect(&asked.page);
    }
    // A redirect must keep its own status; everything else says what happened.
    let redirects = asked.form || (asked.drawing && error == UserError::SignInRequired);
    if !redirects && let Some(response) = use_context::<ResponseOptions>() {
        response
            .set_status(StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    }
    ApiError::User(error)
}

/// The sign-in page that leads back to the page of this call; it says so when what a form sent was not done.
fn sign_in_for(asked: &Asked) -> String {
    let page = if asked.page.starts_with("/sign-in") {
        "/"
    } else {
        &asked.page
    };
    let next = if page == "/" { "" } else { page };
    let ended = if asked.form { "1" } else { "" };
    crate::components::address("/sign-in", [("next", next), ("ended", ended)])
}

/// A path of this site, never another host: exactly one leading slash and no backslash or control character.
pub(super) fn local(path: &str) -> String {
    let safe = path.starts_with('/')
        && !path.starts_with("//")
        && !path.chars().any(|c| c == '\\' || c.is_control())
        && path.is_ascii();
    if safe { path.to_owned() } else { "/".to_owned() }
}

/// Path and query of a `Referer`.
fn referring_page(referer: &str) -> String {
    referer
        .parse::<http::Uri>()
        .ok()
        .and_then(|uri| uri.path_and_query().map(ToString::to_string))
        .unwrap_or_else(|| "/".to_owned())
}

/// What a person quotes and the log finds: the request's id, or a number of this process where there is none.
fn reference() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    use_context::<Parts>()
        .and_then(|parts| {
            let id = parts.headers.get("x-request-id")?.to_str().ok()?;
            Some(
                id.chars()
                    .filter(char::is_ascii_alphanumeric)
                    .take(12)
                    .collect::<String>(),
            )
        })
        .filter(|id| !id.is_empty())
        .unwrap_or_else(|| format!("local-{}", NEXT.fetch_add(1, Ordering::Relaxed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        for (given, followed) in [
            ("/c/contoso?x=1", "/c/contoso?x=1"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example/", "/"),
            ("/a\r\nSet-Cookie: x", "/"),
            ("", "/"),
        ] {
            assert_eq!(local(given), followed, "{given:?}");
        }
    }

    #[test]
    fn the_page_of_a_referer_is_its_path_and_query() {
        assert_eq!(
            referring_page("https://console.example:8443/c/x/provider?provider=okta"),
            "/c/x/provider?provider=okta"
        );
        assert_eq!(referring_page("not an address"), "/");
    }
}
