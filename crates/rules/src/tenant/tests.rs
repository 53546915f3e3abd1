use super::*;

fn message<T: std::fmt::Debug>(result: Result<T, FieldError>, field: &str) -> String {
    let error = result.expect_err("refused");
    assert_eq!(error.field, field);
    error.message
}

#[test]
fn c_17_scheme_path_and_admin_are_taken_off() {
    for text in [
        "contoso.okta.com",
        " https://contoso.okta.com/ ",
        "https://Contoso-Admin.okta.com/admin/dashboard?x=1#y",
        "http://contoso.okta.com:443/app",
        "contoso-admin.okta.com.",
    ] {
        assert_eq!(
            normalise_okta_domain(text).as_deref(),
            Ok("contoso.okta.com"),
            "{text}"
        );
    }
    assert_eq!(
        normalise_okta_domain("contoso-admin.okta-emea.com").as_deref(),
        Ok("contoso.okta-emea.com")
    );
    // Only Okta's own domains have a console of that name.
    assert_eq!(
        normalise_okta_domain("login-admin.contoso.com").as_deref(),
        Ok("login-admin.contoso.com")
    );
}

#[test]
fn c_18_what_is_no_domain_is_refused() {
    for (text, says) in [
        ("", "Type your Okta domain"),
        ("contoso", "contoso.okta.com"),
        ("okta.com", "in front"),
        ("https://login.okta.com", "Okta's own pages"),
        ("anna@contoso.com", "e-mail"),
        ("127.0.0.1", "not a domain"),
        ("https://[::1]/", "without a port"),
        ("contoso.okta.com:8443", "without a port"),
        ("con toso.okta.com", "\u{201c} \u{201d}"),
        ("-x.okta.com", "not a domain"),
        ("a..okta.com", "not a domain"),
        ("user:secret@contoso.okta.com", "e-mail"),
    ] {
        let message = message(normalise_okta_domain(text), form::TENANT);
        assert!(message.contains(says), "{text}: {message}");
    }
}

#[test]
fn c_01_a_tenant_is_a_guid_or_a_domain() {
    assert_eq!(
        check_entra_tenant(" {1F0E2D3C-AAAA-bbbb-0000-000000000000} ").as_deref(),
        Ok("1f0e2d3c-aaaa-bbbb-0000-000000000000")
    );
    assert_eq!(
        check_entra_tenant("Contoso.onmicrosoft.com").as_deref(),
        Ok("contoso.onmicrosoft.com")
    );
    for (text, says) in [
        ("", "Directory (tenant) ID"),
        ("common", "any organisation"),
        ("anna@contoso.com", "contoso.com"),
        ("https://login.microsoftonline.com/x", "address"),
        ("1f0e2d3c-aaaa-bbbb-0000", "32 letters"),
        ("cont_oso.com", "\u{201c}_\u{201d}"),
    ] {
        let message = message(check_entra_tenant(text), form::TENANT);
        assert!(message.contains(says), "{text}: {message}");
    }
}

#[test]
fn c_02_a_client_id_has_the_providers_shape() {
    let guid = "6a5b4c3d-0000-1111-2222-333344445555";
    assert_eq!(
        check_client_id(Provider::Entra, &guid.to_uppercase()).as_deref(),
        Ok(guid)
    );
    assert_eq!(
        check_client_id(Provider::Okta, " 0oa1B2c3 ").as_deref(),
        Ok("0oa1B2c3")
    );
    for (provider, text) in [
        (Provider::Entra, ""),
        (Provider::Entra, "My app"),
        (Provider::Okta, ""),
        (Provider::Okta, "0oa/../x"),
    ] {
        message(check_client_id(provider, text), form::CLIENT_ID);
    }
}

#[test]
fn c_03_the_id_of_a_secret_is_not_its_value() {
    let says = message(
        check_client_secret("6a5b4c3d-0000-1111-2222-333344445555"),
        form::CLIENT_SECRET,
    );
    assert!(says.contains("Value"), "{says}");
    message(check_client_secret("  "), form::CLIENT_SECRET);
    assert_eq!(check_client_secret("abc8Q~x.y_z-0123456789"), Ok(()));
}
