//! C-21: whatever happens, the log holds no secret, no token and nobody's name.

use std::io::Write;
use std::sync::{Arc, Mutex};

use domain::provider::{AuthMethod, SecretKind};
use simulator::{Fault, FaultAction, Kind, Options};

use crate::simulated::{providers_of, start, values};
use crate::support::all_users;

/// Keeps what is written.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn c_21_the_log_holds_no_secret_and_no_person() {
    let kept = Kept::default();
    let writer = kept.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let simulator = start(Options {
        users: 60,
        ..Options::default()
    })
    .await;
    let mut forbidden = vec![
        simulator.entra().client_secret.clone(),
        simulator.okta().api_token.clone(),
    ];
    for (kind, auth) in [
        (Kind::Entra, AuthMethod::ClientSecret),
        (Kind::Entra, AuthMethod::Certificate),
        (Kind::Okta, AuthMethod::ApiToken),
        (Kind::Okta, AuthMethod::PrivateKey),
    ] {
        let (values, secrets) = values(&simulator, kind, auth);
        let action = FaultAction::TooManyRequests { retry_after: None };
        simulator.control().fault(Fault {
            kind,
            path_prefix: String::new(),
            after: 1,
            times: 1,
            action,
        });
        let reader = providers_of(&simulator)
            .connect(&values, &secrets)
            .expect("connection");
        all_users(reader.as_ref(), &[]).await.expect("read");
        let wrong = secrets
            .with(SecretKind::ClientSecret, "wrong-secret")
            .with(SecretKind::ApiToken, "00wrong-token");
        let reader = providers_of(&simulator)
            .connect(&values, &wrong)
            .expect("connection");
        let outcome = reader.users(&[], None).await;
        forbidden.extend(outcome.err().map(|_| "wrong-secret".to_owned()));
        for person in simulator.control().people(kind, 0..60) {
            forbidden.push(person.principal_name);
            forbidden.extend(person.display_name.filter(|name| name.len() > 6));
            forbidden.push(person.id);
        }
    }
    forbidden.extend(["00wrong-token", "Bearer ey", "SSWS 0", "eyJ", "client_assertion="].map(str::to_owned));

    let log = String::from_utf8(kept.0.lock().expect("lock").clone()).expect("text");
    assert!(
        log.contains("provider call refused") && log.contains("request_id"),
        "the calls are in the log"
    );
    for word in forbidden {
        assert!(!log.contains(&word), "the log holds {word:?}");
    }
}
