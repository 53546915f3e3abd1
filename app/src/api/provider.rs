//! The provider page: what is stored, the staged connection test, saving.

#[cfg(feature = "ssr")]
use domain::views::{NewSecret, ProviderView, Swapped};
use domain::views::{ProviderForm, ReportView};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::ApiError;

/// The provider page of a customer.
#[cfg(feature = "ssr")]
pub async fn read_provider(customer: String) -> Result<ProviderView, ApiError> {
    super::act(|services, actor| async move { services.provider(&actor, &customer).await }).await
}

/// What became of the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Submitted {
    /// The values were tried, and not saved.
    Tested(Box<ReportView>),
    Saved,
}

/// Tries or saves what was typed, by the button that was pressed: `intent` is `test` or `save`. One function for
/// both, so that one form serves both buttons with and without scripts.
#[server(endpoint = "provider/submit")]
pub async fn submit_provider(
    customer: String,
    form: ProviderForm,
    intent: String,
) -> Result<Submitted, ApiError> {
    let path = <SubmitProvider as leptos::server_fn::ServerFn>::PATH;
    let typed = without_secrets(&form);
    let submitted = super::act_form(path, &typed, |services, actor| async move {
        if intent == "save" {
            services.save_provider(&actor, &customer, &form).await?;
            Ok(Submitted::Saved)
        } else {
            let report = services.test_provider(&actor, &customer, &form).await?;
            Ok(Submitted::Tested(Box::new(report)))
        }
    })
    .await?;
    if submitted == Submitted::Saved {
        // The island loads the page again, which then says that it is done.
        super::server::keep_for_island(path, &typed, &submitted).await;
    }
    Ok(submitted)
}

/// Tries a new secret with the saved values, and puts it in the place of the old one when it works. Nothing of what was
/// typed is kept but the day.
#[cfg(feature = "ssr")]
#[server(endpoint = "provider/swap-secret")]
pub async fn swap_secret(customer: String, secret: NewSecret) -> Result<Swapped, ApiError> {
    let path = <SwapSecret as leptos::server_fn::ServerFn>::PATH;
    super::act_form(
        path,
        &secret.secret_expires.clone(),
        |services, actor| async move { services.swap_secret(&actor, &customer, &secret).await },
    )
    .await
}

/// What may be kept and shown again: everything but the secrets (C-21).
#[cfg(feature = "ssr")]
pub fn without_secrets(form: &ProviderForm) -> ProviderForm {
    ProviderForm {
        client_secret: String::new(),
        certificate: String::new(),
        private_key: String::new(),
        api_token: String::new(),
        ..form.clone()
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn c_21_no_secret_is_kept_for_the_page() {
        let typed = ProviderForm {
            provider: "entra".into(),
            auth: "client_secret".into(),
            cloud: "global".into(),
            tenant: "t".into(),
            client_id: "c".into(),
            key_id: "k".into(),
            client_secret: "SECRET-1".into(),
            certificate: "SECRET-2".into(),
            private_key: "SECRET-3".into(),
            api_token: "SECRET-4".into(),
            secret_expires: "2027-01-01".into(),
        };
        let kept = without_secrets(&typed);
        assert!(!format!("{kept:?}").contains("SECRET"));
        assert_eq!(
            (kept.tenant, kept.secret_expires),
            (typed.tenant, typed.secret_expires)
        );
    }
}
