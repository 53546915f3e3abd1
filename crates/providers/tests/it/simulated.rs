//! Whole reads against the simulator, with its faults (G-01 to G-16).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::directory::DirectoryStatus;
use domain::provider::{AuthMethod, ProviderValues, SecretKind};
use domain::settings::SyncSettings;
use domain::{ObjectId, Provider};
use providers::{Cursor, DirectoryReader, Next, ProviderError, Providers, Secrets, UserEntry};
use simulator::{Fault, FaultAction, Kind, NewPerson, Options, Simulator};

use crate::support::*;

pub(crate) async fn start(options: Options) -> Simulator {
    Simulator::start(Options {
        start: now(),
        ..options
    })
    .await
    .expect("a simulator")
}

/// Everything that reaches this simulator.
pub(crate) fn providers_of(simulator: &Simulator) -> Providers {
    providers_at(simulator, now())
}

/// The same at another time.
pub(crate) fn providers_at(simulator: &Simulator, time: domain::Timestamp) -> Providers {
    let ca = simulator.ca_pem().map(str::to_owned);
    Providers::with_limits(
        vec![cloud(&simulator.entra().login_base, ca.clone())],
        vec![org(&simulator.okta().base_url, &simulator.okta().domain, ca)],
        Arc::new(Still(time)),
        limits(),
    )
}

pub(crate) fn values(simulator: &Simulator, kind: Kind, auth: AuthMethod) -> (ProviderValues, Secrets) {
    let (entra, okta) = (simulator.entra(), simulator.okta());
    let values = match kind {
        Kind::Entra => ProviderValues {
            auth,
            tenant: entra.tenant_id.clone(),
            client_id: entra.client_id.clone(),
            ..entra_values()
        },
        Kind::Okta => ProviderValues {
            auth,
            tenant: okta.domain.clone(),
            client_id: if auth == AuthMethod::PrivateKey {
                okta.client_id.clone()
            } else {
                String::new()
            },
            ..okta_values()
        },
    };
    let secrets = match auth {
        AuthMethod::ClientSecret => {
            Secrets::new().with(SecretKind::ClientSecret, entra.client_secret.clone())
        }
        AuthMethod::Certificate => Secrets::new()
            .with(SecretKind::Certificate, entra.certificate_pem.clone())
            .with(SecretKind::PrivateKey, entra.private_key_pem.clone()),
        AuthMethod::ApiToken => Secrets::new().with(SecretKind::ApiToken, okta.api_token.clone()),
        AuthMethod::PrivateKey => Secrets::new().with(SecretKind::PrivateKey, okta.private_key_pem.clone()),
    };
    (values, secrets)
}

/// The usual way to sign in.
pub(crate) fn usual(kind: Kind) -> AuthMethod {
    match kind {
        Kind::Entra => AuthMethod::ClientSecret,
        Kind::Okta => AuthMethod::ApiToken,
    }
}

pub(crate) fn connect(simulator: &Simulator, kind: Kind) -> Box<dyn DirectoryReader> {
    let (values, secrets) = values(simulator, kind, usual(kind));
    providers_of(simulator)
        .connect(&values, &secrets)
        .expect("connection")
}

pub(crate) fn present(simulator: &Simulator, kind: Kind) -> BTreeSet<String> {
    simulator
        .control()
        .people(kind, 0..10_000)
        .into_iter()
        .filter(|person| kind == Kind::Entra || person.status != simulator::Status::Deprovisioned)
        .map(|person| person.id)
        .collect()
}

async fn read_all(reader: &dyn DirectoryReader) -> Result<BTreeSet<String>, ProviderError> {
    let (users, _) = all_users(reader, &[]).await?;
    Ok(users.iter().map(|user| id_of(user).to_owned()).collect())
}

async fn reads_everybody(kind: Kind) {
    let simulator = start(Options::default()).await;
    simulator.control().limit_page_size(kind, Some(37));
    let reader = connect(&simulator, kind);
    let (users, pages) = all_users(reader.as_ref(), &[]).await.expect("read");
    let ids: BTreeSet<String> = users.iter().map(|user| id_of(user).to_owned()).collect();
    assert_eq!(ids.len(), users.len(), "nobody twice");
    assert_eq!(ids, present(&simulator, kind));
    assert!(pages >= users.len() / 37, "{pages} pages");
}

#[tokio::test]
async fn g_01_entra_everybody_is_read_exactly_once() {
    reads_everybody(Kind::Entra).await;
}

#[tokio::test]
async fn g_01_okta_everybody_is_read_exactly_once() {
    reads_everybody(Kind::Okta).await;
}

/// A read with one misbehaviour on its second page ends with everybody all the same.
async fn survives(kind: Kind, action: FaultAction) {
    let simulator = start(Options::default()).await;
    simulator.control().limit_page_size(kind, Some(60));
    let path_prefix = if kind == Kind::Entra {
        "/v1.0/users"
    } else {
        "/api/v1/users"
    }
    .to_owned();
    simulator.control().fault(Fault {
        kind,
        path_prefix,
        after: 1,
        times: 1,
        action,
    });
    let ids = read_all(connect(&simulator, kind).as_ref()).await.expect("read");
    assert_eq!(ids, present(&simulator, kind), "{action:?}");
    assert!(
        simulator.control().faults().is_empty(),
        "the fault was met: {action:?}"
    );
}

fn survivable() -> [FaultAction; 8] {
    [
        FaultAction::TooManyRequests {
            retry_after: Some(0.2),
        },
        FaultAction::TooManyRequests { retry_after: None },
        FaultAction::ServerError(503),
        FaultAction::ServerError(500),
        FaultAction::EmptyPageWithNext,
        FaultAction::DuplicateObjects,
        FaultAction::TruncatedBody,
        FaultAction::CutConnection,
    ]
}

#[tokio::test]
async fn g_02_g_06_g_07_g_09_entra_reads_survive_one_misbehaviour() {
    for action in survivable() {
        survives(Kind::Entra, action).await;
    }
}

#[tokio::test]
async fn g_02_g_06_g_07_g_09_okta_reads_survive_one_misbehaviour() {
    for action in survivable() {
        survives(Kind::Okta, action).await;
    }
}

#[tokio::test]
async fn g_04_an_error_in_the_middle_fails_the_read() {
    for kind in [Kind::Entra, Kind::Okta] {
        let simulator = start(Options::default()).await;
        simulator.control().limit_page_size(kind, Some(60));
        let path_prefix = if kind == Kind::Entra {
            "/v1.0/users"
        } else {
            "/api/v1/users"
        }
        .to_owned();
        let action = FaultAction::ServerError(500);
        simulator.control().fault(Fault {
            kind,
            path_prefix,
            after: 2,
            times: 50,
            action,
        });
        let error = read_all(connect(&simulator, kind).as_ref())
            .await
            .expect_err("failed");
        assert!(
            matches!(error, ProviderError::Unavailable { status: 500, .. }),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn g_08_tokens_that_die_in_the_middle_are_renewed() {
    let simulator = start(Options::default()).await;
    simulator.control().limit_page_size(Kind::Entra, Some(60));
    let reader = connect(&simulator, Kind::Entra);
    let first = reader.users(&[], None).await.expect("read");
    simulator.control().forget_tokens(Kind::Entra);
    let Next::Page(cursor) = first.next else {
        panic!("more pages")
    };
    reader.users(&[], Some(&cursor)).await.expect("read on");
}

#[tokio::test]
async fn an_expired_page_token_asks_to_start_over() {
    for kind in [Kind::Entra, Kind::Okta] {
        let simulator = start(Options::default()).await;
        simulator.control().limit_page_size(kind, Some(60));
        let action = FaultAction::ExpiredPageToken;
        simulator.control().fault(Fault {
            kind,
            path_prefix: String::new(),
            after: 0,
            times: 1,
            action,
        });
        let error = read_all(connect(&simulator, kind).as_ref())
            .await
            .expect_err("expired");
        assert!(error.restart_read(), "{error:?}");
        assert_eq!(
            read_all(connect(&simulator, kind).as_ref()).await.expect("again"),
            present(&simulator, kind)
        );
    }
}

/// All changes since a cursor, the last entry of each person, and the next cursor.
async fn changes(reader: &dyn DirectoryReader, since: &Cursor) -> (BTreeMap<String, UserEntry>, Cursor) {
    let (mut all, mut cursor) = (BTreeMap::new(), since.clone());
    let attributes = names(&["department"]);
    loop {
        let page = reader.user_changes(&attributes, &cursor).await.expect("changes");
        all.extend(
            page.items
                .into_iter()
                .map(|entry| (id_of(&entry).to_owned(), entry)),
        );
        match page.next {
            Next::Page(next) => cursor = next,
            Next::End { changes } => return (all, changes.expect("a cursor")),
        }
    }
}

/// Changes six people in six ways and adds one: the ids of ten people, and of the joiner.
fn change_some(control: &simulator::Control) -> (Vec<String>, String) {
    let people = control.people(Kind::Entra, 60..70);
    let ids: Vec<String> = people.into_iter().map(|person| person.id).collect();
    control
        .rename(Kind::Entra, &ids[0], "renamed@contoso.com")
        .expect("renamed");
    control.disable(Kind::Entra, &ids[1]).expect("disabled");
    control.delete(Kind::Entra, &ids[2]).expect("deleted");
    control.delete(Kind::Entra, &ids[3]).expect("deleted");
    control.purge(Kind::Entra, &ids[3]).expect("purged");
    control
        .update(Kind::Entra, &ids[4], "department", None)
        .expect("cleared");
    control
        .update(Kind::Entra, &ids[5], "manager", Some(&ids[6]))
        .expect("moved");
    let joiner = NewPerson {
        principal_name: "new@contoso.com".to_owned(),
        ..NewPerson::default()
    };
    let joiner = control.add_person(Kind::Entra, joiner).expect("added");
    (ids, joiner)
}

#[tokio::test]
async fn g_13_entra_changes_are_exactly_those_that_were_made() {
    let simulator = start(Options::default()).await;
    let control = simulator.control();
    let reader = connect(&simulator, Kind::Entra);
    let attributes = names(&["department"]);
    let since = reader.changes_cursor(&attributes).await.expect("cursor");
    let (nothing, since) = changes(reader.as_ref(), &since).await;
    assert!(nothing.is_empty(), "{nothing:?}");

    let (ids, joiner) = change_some(control);
    let (found, next) = changes(reader.as_ref(), &since).await;
    let expected: BTreeSet<String> = ids[..6].iter().cloned().chain([joiner.clone()]).collect();
    assert_eq!(found.keys().cloned().collect::<BTreeSet<_>>(), expected);
    let user = |key: &str| match &found[key] {
        UserEntry::Present(user) => user.clone(),
        UserEntry::Removed { .. } => panic!("{key} is present"),
    };
    assert_eq!(user(&ids[0]).principal_name, "renamed@contoso.com");
    assert_eq!(user(&ids[1]).status, DirectoryStatus::Disabled);
    assert_eq!(
        found[&ids[2]],
        UserEntry::Removed {
            object_id: ObjectId::new(ids[2].clone()),
            final_: false
        }
    );
    assert_eq!(
        found[&ids[3]],
        UserEntry::Removed {
            object_id: ObjectId::new(ids[3].clone()),
            final_: true
        }
    );
    assert_eq!(
        user(&ids[4]).attributes["department"],
        domain::directory::AttributeValue::Null
    );
    assert_eq!(user(&ids[5]).manager, Some(ids[6].clone()));
    assert_eq!(user(&joiner).principal_name, "new@contoso.com");
    let (nothing, _) = changes(reader.as_ref(), &next).await;
    assert!(nothing.is_empty(), "{nothing:?}");
}

#[tokio::test]
async fn g_17_okta_changes_include_the_deactivated() {
    let simulator = start(Options::default()).await;
    let control = simulator.control();
    control.advance(chrono::Duration::hours(1));
    let reader = connect(&simulator, Kind::Okta);
    let since = reader.changes_cursor(&[]).await.expect("cursor");
    let person = control.people(Kind::Okta, 60..61).remove(0);
    control
        .set_status(&person.id, simulator::Status::Deprovisioned)
        .expect("deactivated");
    let (found, _) = changes(reader.as_ref(), &since).await;
    let Some(UserEntry::Present(user)) = found.get(&person.id) else {
        panic!("{found:?}")
    };
    assert_eq!(user.status, DirectoryStatus::Deprovisioned);
    assert!(
        !read_all(reader.as_ref())
            .await
            .expect("read")
            .contains(&person.id)
    );
}

#[tokio::test]
async fn g_12_an_expired_delta_token_asks_for_a_full_read() {
    let simulator = start(Options::default()).await;
    let reader = connect(&simulator, Kind::Entra);
    let since = reader.changes_cursor(&[]).await.expect("cursor");
    let fault = Fault {
        kind: Kind::Entra,
        path_prefix: String::new(),
        after: 0,
        times: 1,
        action: FaultAction::ExpiredDeltaToken,
    };
    simulator.control().fault(fault);
    let error = reader.user_changes(&[], &since).await.expect_err("expired");
    assert!(matches!(error, ProviderError::ChangesExpired { .. }), "{error:?}");
}

#[tokio::test]
async fn every_way_of_signing_in_works_over_tls() {
    let simulator = start(Options {
        tls: true,
        users: 60,
        ..Options::default()
    })
    .await;
    let providers = providers_of(&simulator);
    for (kind, auth) in [
        (Kind::Entra, AuthMethod::ClientSecret),
        (Kind::Entra, AuthMethod::Certificate),
        (Kind::Okta, AuthMethod::ApiToken),
        (Kind::Okta, AuthMethod::PrivateKey),
    ] {
        let (values, secrets) = values(&simulator, kind, auth);
        let reader = providers.connect(&values, &secrets).expect("connection");
        let page = reader
            .users(&[], None)
            .await
            .unwrap_or_else(|error| panic!("{auth:?}: {error:?}"));
        assert!(!page.items.is_empty(), "{auth:?}");
    }
    let (mut values, _) = values(&simulator, Kind::Okta, AuthMethod::PrivateKey);
    values.client_id.clone_from(&simulator.okta().dpop_client_id);
    let secrets = Secrets::new().with(
        SecretKind::PrivateKey,
        simulator.okta().dpop_private_key_pem.clone(),
    );
    let reader = providers.connect(&values, &secrets).expect("connection");
    assert_eq!(reader.provider(), Provider::Okta);
    reader.users(&[], None).await.expect("DPoP");
}

#[tokio::test]
async fn c_19_a_certificate_of_nobody_we_trust_is_a_tls_failure() {
    let simulator = start(Options {
        tls: true,
        users: 60,
        ..Options::default()
    })
    .await;
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()])
        .expect("a certificate")
        .cert
        .pem();
    let providers = Providers::with_limits(
        vec![cloud(&simulator.entra().login_base, Some(other))],
        Vec::new(),
        Arc::new(Still(now())),
        limits(),
    );
    let (values, secrets) = values(&simulator, Kind::Entra, AuthMethod::ClientSecret);
    let reader = providers.connect(&values, &secrets).expect("connection");
    let error = reader.users(&[], None).await.expect_err("not trusted");
    assert!(matches!(error, ProviderError::Tls { .. }), "{error:?}");
    assert!(error.advice().problem.contains("not trusted"));
}

#[tokio::test]
async fn c_19_a_cloud_nobody_finds_is_no_matter_of_spelling() {
    let simulator = start(Options::default()).await;
    let providers = Providers::with_limits(
        vec![cloud("https://login.nowhere.invalid", None)],
        Vec::new(),
        Arc::new(Still(now())),
        limits(),
    );
    let (values, secrets) = values(&simulator, Kind::Entra, AuthMethod::ClientSecret);
    let settings = SyncSettings::initial(Provider::Entra);
    let report = providers
        .test(&values, &secrets, &settings.mapping, &settings.scope)
        .await;
    let advice = report.stages[0].advice.as_ref().expect("advice");
    assert_eq!(advice.field.as_deref(), Some("cloud"));
    assert!(advice.problem.contains("login.nowhere.invalid"), "{advice:?}");
}

#[tokio::test]
async fn a_certificate_and_a_key_that_do_not_belong_together_are_told() {
    let simulator = start(Options {
        users: 60,
        ..Options::default()
    })
    .await;
    let (values, secrets) = values(&simulator, Kind::Entra, AuthMethod::Certificate);
    let other = secrets
        .clone()
        .with(SecretKind::PrivateKey, simulator.okta().private_key_pem.clone());
    let error = providers_of(&simulator)
        .connect(&values, &other)
        .err()
        .expect("refused");
    assert!(
        matches!(
            error,
            ProviderError::Key {
                field: "private_key",
                ..
            }
        ),
        "{error:?}"
    );
    let expiry = providers::certificate_expiry(&simulator.entra().certificate_pem).expect("a date");
    assert!(expiry > now());
    let late = Providers::with_limits(
        vec![cloud(&simulator.entra().login_base, None)],
        Vec::new(),
        Arc::new(Still(expiry + Duration::from_secs(1))),
        limits(),
    );
    let error = late.connect(&values, &secrets).err().expect("expired");
    assert!(matches!(error, ProviderError::CertificateExpired { .. }));
}
