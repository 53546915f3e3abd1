//! The HTTP edge: pages, server functions, plain routes, and the layers around them in order.

use std::sync::Arc;
use std::time::Duration;

use ::http::header::{self, HeaderName};
use ::http::{HeaderValue, Method, Request, Response as HttpResponse, StatusCode};
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, MatchedPath, State};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::UserError;
use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list};
use services::Services;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::classify::{ServerErrorsAsFailures, SharedClassifier};
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::sensitive_headers::{SetSensitiveRequestHeadersLayer, SetSensitiveResponseHeadersLayer};
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use tower_sessions::cookie::SameSite;
use tower_sessions::{Expiry, SessionManagerLayer};
use tracing::{Level, Span};

use crate::config::Config;
use crate::errors::Failure;
use crate::http::assets::Assets;
use crate::http::export;
use crate::http::limit::{SignInLimit, sign_ins};
use crate::http::refused::Refusals;
use crate::http::request_id::MakeId;
use crate::http::size::{Bounds, in_time, not_too_large};
use crate::http::text::storable_text;
use crate::http::{access, calendar, events, health, metrics, upload};
use crate::session_store::DbSessionStore;
use crate::wiring::Parties;

/// Bytes of the largest request: a form with a certificate chain and a key in it is far below.
pub(crate) const BODY: usize = 1024 * 1024;
/// [`BODY`] as it is told.
pub(crate) const BODY_MEGABYTES: u64 = 1;
/// How long an answer may take to begin. The longest is a connection test with a slow provider.
pub(crate) const ANSWER: Duration = Duration::from_mins(2);
/// Pages leave their own, with a nonce; everything else needs nothing.
const BARE_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// What handlers need.
#[derive(Clone)]
pub struct AppState {
    pub services: Services,
    pub sessions: DbSessionStore,
    pub assets: Assets,
    pub leptos: LeptosOptions,
    /// Cancelled when the server goes down.
    pub stopping: CancellationToken,
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

/// Everything the main address serves.
pub fn build(config: &Config, parties: &Parties, stopping: CancellationToken) -> Result<Router, Failure> {
    let assets = Assets::new(config.site_dir.clone());
    let leptos = LeptosOptions::builder()
        .output_name("usersync")
        .site_pkg_dir(assets.package().to_owned())
        .site_addr(config.listen)
        .build();
    let state = AppState {
        services: parties.services.clone(),
        sessions: DbSessionStore::new(parties.db.clone(), Arc::clone(&parties.clock)),
        assets,
        leptos,
        stopping,
    };
    layered(config, &state, routes(config, state.clone()))
}

fn routes(config: &Config, state: AppState) -> Router {
    let context = page_context(&state);
    let options = state.leptos.clone();
    let pages = generate_route_list(app::App);
    let mut router = Router::new()
        .merge(export::routes())
        .route("/c/{customer}/runs/{run}/events", get(events::run_events))
        .route("/c/{customer}/appointments/{file}", get(calendar::appointment))
        .route("/access/{customer}/status", get(access::status))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .leptos_routes_with_context(&state, pages, context, move || app::shell(options.clone()))
        .fallback(fallback);
    if let Some(token) = &config.metrics_token {
        router = router.route("/metrics", get(metrics::guarded).with_state(token.clone()));
    }
    let refusals = Refusals::new(&state.assets);
    bounded(router, Bounds::of_forms(&refusals))
        .merge(bounded(upload::routes(), Bounds::of_files(&refusals)))
        .with_state(state)
}

/// How much a request may bring, and how long its answer may take to begin.
fn bounded(router: Router<AppState>, bounds: Bounds) -> Router<AppState> {
    router
        // What does not say how large it is, is cut off here.
        .layer(RequestBodyLimitLayer::new(bounds.bytes))
        .layer(middleware::from_fn_with_state(bounds.clone(), not_too_large))
        .layer(middleware::from_fn_with_state(bounds, in_time))
}

/// The layers, from the inside out: a request meets the last one first.
fn layered(config: &Config, state: &AppState, routes: Router) -> Result<Router, Failure> {
    let origin = config.public_url.origin().ascii_serialization();
    let csrf = CsrfLayer::new()
        .add_trusted_origin(&origin)
        .map_err(|error| Failure::new(format!("the public address {origin:?} is not an origin"), error))?;
    let refusals = Refusals::new(&state.assets);
    let limit = SignInLimit::new(config, refusals.clone());
    let sensitive = [header::AUTHORIZATION, header::COOKIE];
    Ok(routes
        .layer(sessions(config, state.sessions.clone()))
        .layer(middleware::map_response_with_state(
            config.secure(),
            removed_cookies,
        ))
        .layer(middleware::from_fn_with_state(limit, sign_ins))
        .layer(middleware::from_fn_with_state(
            Bounds::of_forms(&refusals),
            storable_text,
        ))
        .layer(csrf)
        // Whatever happens before a route is reached; the routes have limits of their own.
        .layer(middleware::from_fn_with_state(
            Bounds::of_files(&refusals),
            in_time,
        ))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(CompressionLayer::new())
        .layer(middleware::map_response_with_state(
            config.secure(),
            security_headers,
        ))
        .layer(middleware::from_fn(metrics::measure))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(trace())
        .layer(SetSensitiveResponseHeadersLayer::new([header::SET_COOKIE]))
        .layer(SetSensitiveRequestHeadersLayer::new(sensitive))
        .layer(SetRequestIdLayer::x_request_id(MakeId))
        .layer(middleware::map_request(without_client_id)))
}

/// The session's cookie: `__Host-` and Secure wherever browsers reach us over TLS. `SameSite=Lax`, because Strict
/// would lose the session on the way back from an identity provider.
fn sessions(config: &Config, store: DbSessionStore) -> SessionManagerLayer<DbSessionStore> {
    let name = if config.secure() {
        "__Host-usersync"
    } else {
        "usersync"
    };
    SessionManagerLayer::new(store)
        .with_name(name)
        .with_secure(config.secure())
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnSessionEnd)
}

/// The cookie that removes the session's: tower-sessions leaves `Secure` out, and without it browsers refuse every
/// cookie with our `__Host-` name (RFC 6265bis, section 5.7), so that the old one would stay.
async fn removed_cookies(State(secure): State<bool>, mut response: Response) -> Response {
    if let header::Entry::Occupied(mut cookies) = response.headers_mut().entry(header::SET_COOKIE) {
        for cookie in cookies.iter_mut() {
            let whole = cookie
                .to_str()
                .ok()
                .filter(|text| secure && text.starts_with("__Host-") && !text.contains("Secure"))
                .and_then(|text| {
                    HeaderValue::try_from(format!("{text}; Secure; HttpOnly; SameSite=Lax")).ok()
                });
            if let Some(whole) = whole {
                *cookie = whole;
            }
        }
    }
    response
}

/// What pages and server functions find: the services, where scripts are; and for a page the policy with the nonce of its scripts.
fn page_context(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let services = state.services.clone();
    let package = app::Package(state.assets.package().into());
    move || {
        provide_context(services.clone());
        provide_context(package.clone());
        let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else {
            return;
        };
        let policy = format!(
            "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; \
             style-src-attr 'none'; img-src 'self' data:; connect-src 'self'; form-action 'self'; \
             frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
        );
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
}

/// A file of the browser's part, or the page that says there is no such page.
async fn fallback(State(state): State<AppState>, request: Request<Body>) -> Response {
    if let Some(file) = state.assets.serve(&request) {
        return file;
    }
    let path = request.uri().path();
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if request.method() != Method::GET || is_file || path.starts_with("/api/") {
        return (StatusCode::NOT_FOUND, UserError::NotFound.to_string()).into_response();
    }
    let options = state.leptos.clone();
    let render =
        leptos_axum::render_app_async_with_context(page_context(&state), move || app::shell(options.clone()));
    let mut response = render(request).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// Requests by the pattern of their route: their address may hold a search for a person.
fn trace() -> TraceLayer<
    SharedClassifier<ServerErrorsAsFailures>,
    impl Fn(&Request<Body>) -> Span + Clone,
    (),
    DefaultOnResponse,
> {
    TraceLayer::new_for_http()
        .make_span_with(|request: &Request<Body>| {
            let route = request
                .extensions()
                .get::<MatchedPath>()
                .map_or("unmatched", MatchedPath::as_str);
            let id = request
                .headers()
                .get("x-request-id")
                .and_then(|id| id.to_str().ok())
                .unwrap_or_default();
            tracing::info_span!("request", method = %request.method(), route, id)
        })
        .on_request(())
        .on_response(DefaultOnResponse::new().level(Level::INFO))
}

/// An id that the client sent is dropped, so that ours is the one in the log.
async fn without_client_id(mut request: Request<Body>) -> Request<Body> {
    request.headers_mut().remove("x-request-id");
    request
}

/// Sent with everything. What a handler has set stays.
async fn security_headers(State(secure): State<bool>, mut response: Response) -> Response {
    let mut absent = |name: HeaderName, value: &'static str| {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    absent(header::CONTENT_SECURITY_POLICY, BARE_POLICY);
    absent(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    absent(header::X_FRAME_OPTIONS, "DENY");
    absent(header::REFERRER_POLICY, "same-origin");
    absent(header::CACHE_CONTROL, "no-store");
    absent(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    );
    absent(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    absent(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    if secure {
        absent(
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000; includeSubDomains",
        );
    }
    response
}

/// What a panic leaves behind: the hook has logged the place, the person gets a sentence.
fn panicked(_panic: Box<dyn std::any::Any + Send + 'static>) -> HttpResponse<Body> {
    let sentence = "Something went wrong on our side. Nothing was changed. Go back and try again.";
    (StatusCode::INTERNAL_SERVER_ERROR, sentence).into_response()
}
