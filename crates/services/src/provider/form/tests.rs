use domain::CustomerId;

use super::*;

const NOW: &str = "2026-03-03T09:00:00Z";
const TENANT: &str = "1f0e2d3c-1111-2222-3333-444455556666";
const CLIENT: &str = "6a5b4c3d-1111-2222-3333-444455556666";

fn now() -> Timestamp {
    NOW.parse().expect("a moment")
}

fn clouds() -> Vec<(String, String)> {
    vec![
        ("global".into(), "Microsoft".into()),
        ("usgov".into(), "US Government".into()),
    ]
}

fn entra() -> ProviderForm {
    ProviderForm {
        provider: "entra".into(),
        auth: "client_secret".into(),
        cloud: "global".into(),
        tenant: TENANT.into(),
        client_id: CLIENT.into(),
        client_secret: "abc8Q~thisIsALongSecretValue-9f2c".into(),
        ..ProviderForm::default()
    }
}

fn okta() -> ProviderForm {
    ProviderForm {
        provider: "okta".into(),
        auth: "api_token".into(),
        tenant: "https://fabrikam-admin.okta.com/admin/users".into(),
        api_token: "00abcdefghijklmnopqrstuvwxyz0123456789ABCD".into(),
        ..ProviderForm::default()
    }
}

fn fields(result: Result<Entered, Vec<FieldError>>) -> Vec<String> {
    result
        .err()
        .unwrap_or_default()
        .into_iter()
        .map(|error| error.field)
        .collect()
}

fn entered(form: &ProviderForm) -> Entered {
    check(form, &clouds(), now()).expect("a good form")
}

#[test]
fn a_good_form_is_taken_and_normalised() {
    let entra = entered(&ProviderForm {
        tenant: format!(" {} ", TENANT.to_uppercase()),
        ..entra()
    });
    assert_eq!(entra.values.tenant, TENANT);
    assert_eq!(entra.typed.len(), 1);
    // C-17
    let okta = entered(&okta());
    assert_eq!(
        (okta.values.tenant.as_str(), okta.values.cloud.as_str()),
        ("fabrikam.okta.com", "")
    );
    assert_eq!(okta.values.client_id, "");
}

#[test]
fn every_mistake_is_shown_at_once_beside_its_field() {
    let form = ProviderForm {
        cloud: "moon".into(),
        tenant: "contoso".into(),
        client_id: "x".into(),
        client_secret: CLIENT.into(),
        secret_expires: "31.03.2027".into(),
        ..entra()
    };
    let wrong = fields(check(&form, &clouds(), now()));
    assert_eq!(
        wrong,
        ["cloud", "tenant", "client_id", "client_secret", "secret_expires"]
    );
}

#[test]
fn a_way_of_signing_in_belongs_to_its_provider() {
    for (provider, auth, field) in [
        ("", "client_secret", "provider"),
        ("google", "client_secret", "provider"),
        ("entra", "api_token", "auth"),
        ("okta", "client_secret", "auth"),
        ("okta", "", "auth"),
    ] {
        let form = ProviderForm {
            provider: provider.into(),
            auth: auth.into(),
            ..entra()
        };
        assert_eq!(
            fields(check(&form, &clouds(), now())),
            [field],
            "{provider} {auth}"
        );
    }
}

#[test]
fn c_20_a_day_that_is_over_is_refused_with_a_new_secret_only() {
    let day = |day: &str, secret: &str| ProviderForm {
        secret_expires: day.into(),
        client_secret: secret.into(),
        ..entra()
    };
    let secret = entra().client_secret;
    assert_eq!(
        fields(check(&day("2026-03-02", &secret), &clouds(), now())),
        ["secret_expires"]
    );
    assert!(check(&day("2026-03-03", &secret), &clouds(), now()).is_ok());
    let kept = entered(&day("2026-03-02", ""));
    assert_eq!(
        kept.expires,
        Some("2026-03-02T23:59:59Z".parse().expect("a moment"))
    );
}

#[test]
fn a_public_half_or_a_protected_key_is_recognised() {
    for text in [
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----",
    ] {
        let form = ProviderForm {
            auth: "private_key".into(),
            client_id: "0oa1b2c3d4".into(),
            private_key: text.into(),
            ..okta()
        };
        assert_eq!(fields(check(&form, &clouds(), now())), ["private_key"], "{text}");
    }
}

fn stored(form: &ProviderForm) -> Connection {
    let entered = entered(form);
    Connection {
        directory: store::directories::DirectoryRow {
            id: "019a0000-0000-7000-8000-000000000001".parse().expect("an id"),
            provider: entered.values.provider,
            name: "Directory".into(),
            tenant_id: None,
        },
        secrets: entered.complete(None).expect("complete"),
        values: entered.values,
        version: 1,
        saved_at: now(),
        rows: Vec::new(),
    }
}

#[test]
fn c_21_an_empty_secret_keeps_the_stored_one() {
    let stored = stored(&entra());
    let again = entered(&ProviderForm {
        client_secret: String::new(),
        ..entra()
    });
    let secrets = again.complete(Some(&stored)).expect("complete");
    let kept = secrets
        .get(SecretKind::ClientSecret)
        .expect("kept")
        .expose_secret()
        .to_owned();
    assert_eq!(kept, entra().client_secret);
}

#[test]
fn c_21_a_stored_secret_is_never_sent_to_another_place() {
    let stored = stored(&entra());
    for changed in [
        ProviderForm {
            cloud: "usgov".into(),
            ..entra()
        },
        ProviderForm {
            tenant: "fabrikam.com".into(),
            ..entra()
        },
        ProviderForm {
            client_id: TENANT.into(),
            ..entra()
        },
    ] {
        let entered = entered(&ProviderForm {
            client_secret: String::new(),
            ..changed
        });
        let errors = entered.complete(Some(&stored)).expect_err("asked for");
        assert_eq!(errors[0].field, "client_secret");
    }
    let nothing = entered(&ProviderForm {
        client_secret: String::new(),
        ..entra()
    });
    assert_eq!(
        nothing.complete(None).expect_err("asked for")[0].message,
        "Paste the client secret's value."
    );
}

#[test]
fn a_fingerprint_names_exactly_these_values_and_secrets() {
    let customer: CustomerId = "019a0000-0000-7000-8000-000000000002".parse().expect("an id");
    let other: CustomerId = "019a0000-0000-7000-8000-000000000003".parse().expect("an id");
    let print = |customer, form: &ProviderForm| {
        let entered = entered(form);
        let secrets = entered.complete(None).expect("complete");
        fingerprint(customer, &entered.values, &secrets)
    };
    let one = print(customer, &entra());
    assert_eq!(one, print(customer, &entra()));
    assert_ne!(one, print(other, &entra()));
    assert_ne!(
        one,
        print(
            customer,
            &ProviderForm {
                client_secret: "abc8Q~anotherSecretValue".into(),
                ..entra()
            }
        )
    );
    assert_ne!(
        one,
        print(
            customer,
            &ProviderForm {
                tenant: "contoso.com".into(),
                ..entra()
            }
        )
    );
}

#[test]
fn c_21_only_the_end_of_a_long_secret_is_shown() {
    assert_eq!(
        ends_in(SecretKind::ClientSecret, &entra().client_secret.into()),
        "9f2c"
    );
    assert_eq!(ends_in(SecretKind::ClientSecret, &"short-secret".into()), "");
    assert_eq!(ends_in(SecretKind::PrivateKey, &"x".repeat(100).into()), "");
}
