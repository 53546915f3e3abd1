//! What must not be in the log is not in it.

use std::io;
use std::sync::{Arc, Mutex};

use domain::{Actor, Role};
use services::NewLocalAccount;
use tracing_subscriber::fmt::MakeWriter;

use crate::app::{PASSWORD, TestApp};

/// A log that is kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .expect("nobody panics while writing")
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self::Writer {
        self.clone()
    }
}

/// Somebody is invited, and joins by their link; gives the secret part of it.
async fn somebody_joins(app: &TestApp) -> String {
    let (services, system) = (&app.parties.services, Actor::system("test"));
    let invited = services
        .invite(&system, Some("contoso"), "xaver@contoso.example", Role::Viewer)
        .await
        .expect("invited");
    let link = services.open_link(&system, &invited).expect("a link").url;
    let token = link.rsplit('/').next().expect("a token").to_owned();
    app.get(&format!("/invitation/{token}")).await;
    let join = [
        ("token", token.as_str()),
        ("name", "Xaver"),
        ("password", PASSWORD),
    ];
    app.post("/api/auth/accept-invitation", &join, None).await;
    app.post("/api/auth/accept-invitation", &join, None).await;
    token
}

#[tokio::test]
async fn no_secret_and_no_personal_data() {
    let kept = Kept::default();
    let app = TestApp::with(|config| config.log = "trace".to_owned()).await;
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_env_filter(server::logging::filter(&app.config).expect("a filter"))
        .with_writer(kept.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let app = app.with_people().await;
    let account = NewLocalAccount {
        username: "xaver.zwirbel".into(),
        surname: "Zwirbel".into(),
        ..NewLocalAccount::default()
    };
    let system = Actor::system("test");
    app.parties
        .services
        .create_local_accounts(&system, "contoso", &[account])
        .await
        .expect("created");
    app.try_sign_in("admin@contoso.example", "the wrong secret 1")
        .await;
    let cookie = app.sign_in("admin@contoso.example").await;
    app.get_as("/c/contoso/people?search=zwirbel", Some(&cookie))
        .await;
    app.get_as("/c/contoso/people.csv?search=zwirbel", Some(&cookie))
        .await;
    let secret = "S3CRET-VALUE-OF-THE-CLIENT";
    let form = [
        ("customer", "contoso"),
        ("intent", "save"),
        ("form[provider]", "entra"),
        ("form[auth]", "client_secret"),
        ("form[cloud]", "global"),
        ("form[tenant]", "11111111-2222-3333-4444-555555555555"),
        ("form[client_id]", "11111111-2222-3333-4444-666666666666"),
        ("form[client_secret]", secret),
    ];
    let saved = app.post("/api/provider/submit", &form, Some(&cookie)).await;
    assert!(saved.status.is_success(), "{}", saved.body);
    let token = somebody_joins(&app).await;
    drop(guard);

    let log = String::from_utf8(kept.0.lock().expect("kept").clone()).expect("text");
    // The log is there, and requests are in it by the pattern of their route.
    assert!(log.contains("\"route\":\"/c/{customer}/people.csv\""), "{log}");
    // SQLx logs statements with their placeholders at debug; the values must not be there.
    let session = cookie.split_once('=').map(|(_, value)| value).expect("a value");
    for hidden in [
        PASSWORD,
        "the wrong secret",
        "admin@contoso.example",
        "zwirbel",
        "Zwirbel",
        secret,
        session,
        &token,
        "xaver@",
        "Person ",
    ] {
        let found = log.lines().find(|line| line.contains(hidden));
        assert!(found.is_none(), "{hidden:?} in {found:?}");
    }
}
