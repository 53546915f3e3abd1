//! The server under test.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::response::Response;
use domain::sync::RunKind;
use domain::views::ProviderForm;
use domain::{Actor, Role};
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, SET_COOKIE};
use http::{Request, StatusCode};
use server::config::{Config, Flags, KeyFile};
use server::wiring::{self, Parties};
use services::auth::NewUser;
use test_support::{Backend, FakeClock, TestDb};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// The router with everything behind it.
pub(crate) struct TestApp {
    pub(crate) router: Router,
    pub(crate) parties: Parties,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) config: Config,
    pub(crate) stopping: CancellationToken,
    pub(crate) _db: TestDb,
    pub(crate) _dir: tempfile::TempDir,
}

impl TestApp {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With another configuration than the documented one.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::over(TestDb::open(Backend::Sqlite).await, change).await
    }

    /// Over this database.
    #[expect(clippy::unused_async, reason = "pools are made inside the runtime")]
    pub(crate) async fn over(db: TestDb, change: impl FnOnce(&mut Config)) -> Self {
        server::wiring::install_crypto().expect("the only TLS implementation");
        let dir = tempfile::tempdir().expect("a folder");
        let key = dir.path().join("key");
        std::fs::write(&key, [7_u8; 32]).expect("written");
        let mut config = Config::load(&Flags::default()).expect("the documented configuration");
        config.database = db.url.clone().into();
        config.keys = vec![KeyFile {
            id: "test".into(),
            file: key,
        }];
        config.site_dir = Some(dir.path().to_owned());
        config.sign_ins_per_minute = 1000;
        change(&mut config);
        let clock = Arc::new(FakeClock::default());
        let keys = config.key_ring().expect("a key");
        let parties = wiring::build(&config, db.db.clone(), keys, clock.clone());
        let stopping = CancellationToken::new();
        let router = server::router::build(&config, &parties, stopping.clone()).expect("a router");
        Self {
            router,
            parties,
            clock,
            config,
            stopping,
            _db: db,
            _dir: dir,
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the router answers");
        Answer::read(response).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_as(path, None).await
    }

    pub(crate) async fn get_as(&self, path: &str, cookie: Option<&str>) -> Answer {
        let mut request = Request::get(path).header(ACCEPT, "*/*");
        if let Some(cookie) = cookie {
            request = request.header(COOKIE, cookie);
        }
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)], cookie: Option<&str>) -> Answer {
        self.send(form_request(path, form, cookie)).await
    }

    /// A customer with an admin, and staff. Everybody has [`PASSWORD`].
    pub(crate) async fn with_people(self) -> Self {
        let system = Actor::system("test");
        let services = &self.parties.services;
        for slug in ["contoso", "fabrikam"] {
            services
                .create_customer(&system, &format!("The {slug}"), slug)
                .await
                .expect("created");
        }
        for (email, role, customer) in [
            ("staff@vendor.example", Role::Staff, None),
            ("admin@contoso.example", Role::CustomerAdmin, Some("contoso")),
            ("viewer@contoso.example", Role::Viewer, Some("contoso")),
            ("admin@fabrikam.example", Role::CustomerAdmin, Some("fabrikam")),
        ] {
            let user = NewUser {
                name: format!("Person {email}"),
                email: email.into(),
                password: PASSWORD.into(),
                role,
                customer: customer.map(Into::into),
            };
            services.create_user(&system, &user).await.expect("created");
        }
        self
    }

    /// A run of Contoso that waits for a worker, of which there is none.
    pub(crate) async fn waiting_run(&self) -> i64 {
        let (services, system) = (&self.parties.services, Actor::system("test"));
        let form = ProviderForm {
            provider: "entra".into(),
            auth: "client_secret".into(),
            cloud: "global".into(),
            tenant: "6f1c5a52-6b1e-4b57-9a0c-0d2a9c2f7d11".into(),
            client_id: "0b6a3f0e-51a0-4f0a-8f2b-5f0b8a3c9e44".into(),
            client_secret: "not-a-secret-value-1234567890~abcdef".into(),
            ..ProviderForm::default()
        };
        services
            .save_provider(&system, "contoso", &form)
            .await
            .expect("saved");
        services
            .start_run(&system, "contoso", RunKind::TestSync)
            .await
            .expect("started")
    }

    /// Signs in and gives the cookie.
    pub(crate) async fn sign_in(&self, email: &str) -> String {
        let answer = self.try_sign_in(email, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.cookie().expect("a session's cookie")
    }

    pub(crate) async fn try_sign_in(&self, email: &str, password: &str) -> Answer {
        let form = [("email", email), ("password", password), ("next", "/")];
        self.post("/api/auth/sign-in", &form, None).await
    }
}

/// A form as the hydrated page sends it.
pub(crate) fn form_request(path: &str, form: &[(&str, &str)], cookie: Option<&str>) -> Request<Body> {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let mut request = Request::post(path)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, cookie);
    }
    request.body(Body::from(body)).expect("a request")
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 64 * 1024 * 1024).await.expect("a body");
        Self {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    /// `name=value` of the session's cookie.
    pub(crate) fn cookie(&self) -> Option<String> {
        let set = self.headers.get(SET_COOKIE)?.to_str().ok()?;
        set.split(';').next().map(ToOwned::to_owned)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }
}
