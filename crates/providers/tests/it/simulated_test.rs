//! The staged connection test against the simulator: everything passes, and each spoilt value fails its own stage with
//! the advice that names it (C-01 to C-23).

use domain::ObjectId;
use domain::connection::{ConnectionReport, ConnectionStage as Stage, StageResult, Verdict};
use domain::provider::{AuthMethod, ProviderValues, SecretKind};
use domain::settings::{DataMapping, Scope, ScopeGroup};
use providers::Secrets;
use simulator::{Fault, FaultAction, Kind, Options, Simulator};

use crate::simulated::{providers_of, start, usual, values};

fn scope(simulator: &Simulator, kind: Kind, group: &str) -> Scope {
    let group = simulator.control().group(kind, group).expect("a group");
    Scope {
        groups: vec![ScopeGroup {
            object_id: ObjectId::new(group.id),
            name: group.name,
        }],
        nested: false,
        include_guests: false,
    }
}

fn nobody() -> Scope {
    Scope {
        groups: Vec::new(),
        nested: false,
        include_guests: false,
    }
}

async fn run(
    simulator: &Simulator,
    values: &ProviderValues,
    secrets: &Secrets,
    scope: &Scope,
) -> ConnectionReport {
    let mapping = DataMapping::initial(values.provider);
    providers_of(simulator)
        .test(values, secrets, &mapping, scope)
        .await
}

fn stage(report: &ConnectionReport, stage: Stage) -> &StageResult {
    report
        .stages
        .iter()
        .find(|result| result.stage == stage)
        .expect("every stage is in the report")
}

/// The stages before passed, this one failed, those after it did not run; its advice names the field.
fn failed_at(report: &ConnectionReport, at: Stage, field: Option<&str>, permission: Option<&str>) {
    assert!(!report.passed());
    for result in &report.stages {
        match result.stage.cmp(&at) {
            std::cmp::Ordering::Less => assert_eq!(result.verdict, Verdict::Passed, "{result:?}"),
            std::cmp::Ordering::Equal => assert_eq!(result.verdict, Verdict::Failed, "{result:?}"),
            std::cmp::Ordering::Greater => assert_eq!(result.verdict, Verdict::NotRun, "{result:?}"),
        }
    }
    let advice = stage(report, at).advice.as_ref().expect("advice");
    assert_eq!(advice.field.as_deref(), field, "{advice:?}");
    assert_eq!(advice.permission.as_deref(), permission, "{advice:?}");
}

async fn everything_passes(kind: Kind, auth: AuthMethod) {
    let simulator = start(Options::default()).await;
    let (values, secrets) = values(&simulator, kind, auth);
    let report = run(
        &simulator,
        &values,
        &secrets,
        &scope(&simulator, kind, "Intranet users"),
    )
    .await;
    assert!(report.passed() && !report.has_warnings(), "{report:#?}");
    let sample = report.sample.expect("a person");
    let real = simulator
        .control()
        .find(kind, sample.object_id.as_str())
        .expect("a real person");
    let principal = if kind == Kind::Entra {
        "userPrincipalName"
    } else {
        "login"
    };
    let shown = sample
        .values
        .iter()
        .find(|(name, _)| name == principal)
        .and_then(|(_, value)| value.clone());
    assert_eq!(shown, Some(real.principal_name));
    assert!(report.tenant_id.is_some());
}

#[tokio::test]
async fn entra_passes_every_stage() {
    everything_passes(Kind::Entra, AuthMethod::ClientSecret).await;
    everything_passes(Kind::Entra, AuthMethod::Certificate).await;
}

#[tokio::test]
async fn okta_passes_every_stage() {
    everything_passes(Kind::Okta, AuthMethod::ApiToken).await;
    everything_passes(Kind::Okta, AuthMethod::PrivateKey).await;
}

async fn entra_with(spoil: impl Fn(&Simulator, &mut ProviderValues, &mut Secrets)) -> ConnectionReport {
    let simulator = start(Options {
        users: 80,
        ..Options::default()
    })
    .await;
    let (mut values, mut secrets) = values(&simulator, Kind::Entra, AuthMethod::ClientSecret);
    spoil(&simulator, &mut values, &mut secrets);
    run(&simulator, &values, &secrets, &nobody()).await
}

#[tokio::test]
async fn c_01_a_wrong_tenant_fails_at_the_token() {
    let report =
        entra_with(|_, values, _| values.tenant = "11111111-2222-3333-4444-555555555555".to_owned()).await;
    failed_at(&report, Stage::Token, Some("tenant"), None);
}

#[tokio::test]
async fn c_02_a_wrong_client_id_fails_at_the_token() {
    let report =
        entra_with(|_, values, _| values.client_id = "11111111-2222-3333-4444-555555555555".to_owned()).await;
    failed_at(&report, Stage::Token, Some("client_id"), None);
}

#[tokio::test]
async fn c_03_a_wrong_secret_fails_at_the_token() {
    let report = entra_with(|_, _, secrets| secrets.insert(SecretKind::ClientSecret, "wrong")).await;
    failed_at(&report, Stage::Token, Some("client_secret"), None);
}

#[tokio::test]
async fn c_04_an_expired_secret_fails_at_the_token() {
    let report = entra_with(|simulator, _, _| simulator.control().expire_secret(Kind::Entra)).await;
    failed_at(&report, Stage::Token, Some("client_secret"), None);
    assert!(
        stage(&report, Stage::Token)
            .advice
            .as_ref()
            .expect("advice")
            .problem
            .contains("expired")
    );
}

#[tokio::test]
async fn c_05_a_disabled_application_fails_at_the_token() {
    let report = entra_with(|simulator, _, _| simulator.control().set_app_enabled(Kind::Entra, false)).await;
    failed_at(&report, Stage::Token, Some("client_id"), None);
}

#[tokio::test]
async fn c_06_a_missing_permission_fails_at_the_users() {
    let report = entra_with(|simulator, _, _| {
        simulator
            .control()
            .revoke_permission(Kind::Entra, "User.Read.All");
    })
    .await;
    failed_at(&report, Stage::ReadUsers, None, Some("User.Read.All"));
}

#[tokio::test]
async fn c_09_users_without_groups_is_a_partial_pass() {
    let report = entra_with(|simulator, _, _| {
        simulator
            .control()
            .revoke_permission(Kind::Entra, "GroupMember.Read.All");
    })
    .await;
    assert!(report.passed() && report.has_warnings(), "{report:#?}");
    let groups = stage(&report, Stage::ReadGroups);
    assert_eq!(groups.verdict, Verdict::Warning);
    assert_eq!(
        groups.advice.as_ref().expect("advice").permission.as_deref(),
        Some("GroupMember.Read.All")
    );
}

#[tokio::test]
async fn c_10_a_chosen_group_with_hidden_members_is_told() {
    let simulator = start(Options::default()).await;
    let hidden = simulator
        .control()
        .groups(Kind::Entra)
        .into_iter()
        .find(|group| group.hidden)
        .expect("hidden")
        .id;
    let (values, secrets) = values(&simulator, Kind::Entra, AuthMethod::ClientSecret);
    let mut scope = scope(&simulator, Kind::Entra, "Intranet users");
    scope.groups.push(ScopeGroup {
        object_id: ObjectId::new(hidden),
        name: "Hidden".to_owned(),
    });
    let report = run(&simulator, &values, &secrets, &scope).await;
    let groups = stage(&report, Stage::ReadGroups);
    assert_eq!(groups.verdict, Verdict::Warning, "{groups:?}");
    assert_eq!(
        groups.advice.as_ref().expect("advice").permission.as_deref(),
        Some("Member.Read.Hidden")
    );
}

#[tokio::test]
async fn c_23_nobody_in_scope_is_not_a_pass() {
    let simulator = start(Options::default()).await;
    for kind in [Kind::Entra, Kind::Okta] {
        simulator.control().add_group(kind, "Empty");
        let (values, secrets) = values(&simulator, kind, usual(kind));
        let report = run(&simulator, &values, &secrets, &scope(&simulator, kind, "Empty")).await;
        let groups = stage(&report, Stage::ReadGroups);
        assert_eq!(groups.verdict, Verdict::Failed, "{groups:?}");
        assert!(
            groups
                .advice
                .as_ref()
                .expect("advice")
                .problem
                .contains("nobody is in scope")
        );
        assert!(!report.passed());
        let report = run(&simulator, &values, &secrets, &nobody()).await;
        assert_eq!(
            stage(&report, Stage::ReadGroups).verdict,
            Verdict::Warning,
            "no group chosen yet"
        );
    }
}

#[tokio::test]
async fn c_07_an_unknown_cloud_fails_at_reaching() {
    let report = entra_with(|_, values, _| values.cloud = "mars".to_owned()).await;
    failed_at(&report, Stage::Reach, Some("cloud"), None);
}

#[tokio::test]
async fn c_08_a_throttling_token_service_is_no_configuration_fault() {
    let report = entra_with(|simulator, values, _| {
        simulator.control().fault(Fault {
            kind: Kind::Entra,
            path_prefix: format!("/{}/oauth2", values.tenant),
            after: 0,
            times: 50,
            action: FaultAction::TooManyRequests {
                retry_after: Some(0.01),
            },
        });
    })
    .await;
    failed_at(&report, Stage::Token, None, None);
    assert!(
        stage(&report, Stage::Token)
            .advice
            .as_ref()
            .expect("advice")
            .cure
            .contains("Nothing is wrong")
    );
}

#[tokio::test]
async fn an_attribute_that_does_not_exist_names_the_mapping() {
    let simulator = start(Options::default()).await;
    let (values, secrets) = values(&simulator, Kind::Entra, AuthMethod::ClientSecret);
    let mut mapping = DataMapping::initial(values.provider);
    mapping.fields[0].attribute = "badgeNumber".to_owned();
    let scope = scope(&simulator, Kind::Entra, "Intranet users");
    let report = providers_of(&simulator)
        .test(&values, &secrets, &mapping, &scope)
        .await;
    let result = stage(&report, Stage::ReadAttributes);
    assert_eq!(result.verdict, Verdict::Failed, "{result:?}");
    assert_eq!(
        result.advice.as_ref().expect("advice").field.as_deref(),
        Some("mapping")
    );
}

#[tokio::test]
async fn what_was_not_entered_fails_before_any_call() {
    let report = entra_with(|_, _, secrets| *secrets = Secrets::new()).await;
    assert_eq!(stage(&report, Stage::Reach).verdict, Verdict::NotRun);
    let token = stage(&report, Stage::Token);
    assert_eq!(token.verdict, Verdict::Failed);
    assert_eq!(
        token.advice.as_ref().expect("advice").field.as_deref(),
        Some("client_secret")
    );
}

#[tokio::test]
async fn c_22_the_report_names_the_tenant_by_its_immutable_id() {
    let report =
        entra_with(|simulator, values, _| values.tenant.clone_from(&simulator.entra().tenant_domain)).await;
    let by_id = entra_with(|_, _, _| {}).await;
    assert!(report.tenant_id.is_some());
    assert_eq!(report.tenant_id, by_id.tenant_id);
}

async fn okta_with(
    auth: AuthMethod,
    spoil: impl Fn(&Simulator, &mut ProviderValues, &mut Secrets),
) -> ConnectionReport {
    let simulator = start(Options {
        users: 80,
        ..Options::default()
    })
    .await;
    let (mut values, mut secrets) = values(&simulator, Kind::Okta, auth);
    spoil(&simulator, &mut values, &mut secrets);
    run(&simulator, &values, &secrets, &nobody()).await
}

#[tokio::test]
async fn c_12_a_wrong_api_token_fails_at_the_token() {
    let report = okta_with(AuthMethod::ApiToken, |_, _, secrets| {
        secrets.insert(SecretKind::ApiToken, "00wrong");
    })
    .await;
    failed_at(&report, Stage::Token, Some("api_token"), None);
}

#[tokio::test]
async fn c_13_a_token_without_a_role_fails_at_the_users() {
    let report = okta_with(AuthMethod::ApiToken, |simulator, _, _| {
        simulator.control().set_admin_role(false);
    })
    .await;
    failed_at(&report, Stage::ReadUsers, None, Some("okta.users.read"));
}

#[tokio::test]
async fn c_16_a_wrong_client_id_fails_at_the_token() {
    let report = okta_with(AuthMethod::PrivateKey, |_, values, _| {
        values.client_id = "0oawrong".to_owned();
    })
    .await;
    failed_at(&report, Stage::Token, Some("client_id"), None);
}

#[tokio::test]
async fn c_16_a_wrong_private_key_fails_at_the_token() {
    let report = okta_with(AuthMethod::PrivateKey, |simulator, _, secrets| {
        secrets.insert(SecretKind::PrivateKey, simulator.entra().private_key_pem.clone());
    })
    .await;
    failed_at(&report, Stage::Token, Some("private_key"), None);
}

#[tokio::test]
async fn c_17_a_pasted_admin_address_works() {
    let report = okta_with(AuthMethod::ApiToken, |_, values, _| {
        values.tenant = format!("https://{}/admin/dashboard", values.tenant);
    })
    .await;
    assert!(report.passed(), "{report:#?}");
}

#[tokio::test]
async fn c_18_a_host_of_our_network_fails_at_reaching() {
    let report = okta_with(AuthMethod::ApiToken, |_, values, _| {
        values.tenant = "192.168.0.1".to_owned();
    })
    .await;
    failed_at(&report, Stage::Reach, Some("tenant"), None);
}

#[tokio::test]
async fn c_20_a_certificate_that_expires_soon_is_a_warning() {
    let pem = start(Options {
        users: 60,
        ..Options::default()
    })
    .await
    .entra()
    .certificate_pem
    .clone();
    let soon = providers::certificate_expiry(&pem).expect("a date") - chrono::Duration::days(10);
    let simulator = Simulator::start(Options {
        start: soon,
        users: 60,
        ..Options::default()
    })
    .await
    .expect("started");
    let (values, secrets) = values(&simulator, Kind::Entra, AuthMethod::Certificate);
    let providers = crate::simulated::providers_at(&simulator, soon);
    let report = providers
        .test(
            &values,
            &secrets,
            &DataMapping::initial(values.provider),
            &nobody(),
        )
        .await;
    let token = stage(&report, Stage::Token);
    assert_eq!(token.verdict, Verdict::Warning, "{report:#?}");
    let advice = token.advice.as_ref().expect("advice");
    assert!(
        advice.problem.starts_with("The certificate expires on"),
        "{advice:?}"
    );
}

#[tokio::test]
async fn c_14_okta_shows_how_many_people_are_visible() {
    let simulator = start(Options {
        users: 80,
        ..Options::default()
    })
    .await;
    let group = simulator
        .control()
        .group(Kind::Okta, "Intranet users")
        .expect("a group")
        .id;
    let (values, secrets) = values(&simulator, Kind::Okta, AuthMethod::ApiToken);
    let all = run(&simulator, &values, &secrets, &nobody()).await;
    simulator.control().limit_to_groups(Some(vec![group]));
    let limited = run(&simulator, &values, &secrets, &nobody()).await;
    // No error, only fewer people: the number is what gives it away.
    assert_eq!(stage(&limited, Stage::ReadUsers).verdict, Verdict::Passed);
    assert_ne!(
        stage(&all, Stage::ReadUsers).seen,
        stage(&limited, Stage::ReadUsers).seen
    );
}
