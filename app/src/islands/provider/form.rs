//! The values to enter. One form, two buttons: try them, or save them.

use domain::Provider;
use domain::provider::{AuthMethod, SecretKind};
use domain::views::{ProviderForm, ProviderView, SecretHint};
use leptos::form::ActionForm;
use leptos::prelude::*;

use super::Outcome;
use super::secrets::Stored;
use super::shape;
use crate::api::ApiError;
use crate::api::provider::SubmitProvider;
use crate::components::{ErrorSummary, Field, Option_, SelectField, Submit, TextArea};

/// The label of a field of the form, by the key that errors and advice use.
pub(super) fn label_of(provider: Provider, key: &str) -> Option<&'static str> {
    Some(match (provider, key) {
        (_, "cloud") => "Cloud",
        (Provider::Entra, "tenant") => "Directory (tenant) ID",
        (Provider::Okta, "tenant") => "Okta domain",
        (Provider::Entra, "client_id") => "Application (client) ID",
        (Provider::Okta, "client_id") => "Client ID",
        (_, "key_id") => "Key ID (KID)",
        (_, "client_secret") => "Client secret: its Value",
        (_, "certificate") => "Certificate",
        (_, "private_key") => "Private key",
        (_, "api_token") => "API token",
        (_, "secret_expires") => "Expires on",
        _ => return None,
    })
}

/// Everything the fields are drawn from.
#[derive(Clone)]
struct Draft {
    provider: Provider,
    values: ProviderForm,
    secrets: Vec<SecretHint>,
    disabled: bool,
    error: Signal<Option<ApiError>>,
}

impl Draft {
    fn hint(&self, kind: SecretKind) -> Option<SecretHint> {
        self.secrets.iter().find(|hint| hint.kind == kind).cloned()
    }
    fn label(&self, key: &str) -> &'static str {
        label_of(self.provider, key).unwrap_or_default()
    }
}

/// What the form starts with: what was typed last, else what is stored, else the provider's recommended way.
fn initial(provider: Provider, view: &ProviderView, typed: Option<ProviderForm>) -> ProviderForm {
    let of_provider = |form: &ProviderForm| form.provider == provider.code();
    if let Some(typed) = typed.filter(of_provider) {
        return typed;
    }
    let first_cloud = || view.clouds.first().map(|(id, _)| id.clone()).unwrap_or_default();
    match view.saved.as_ref().filter(|saved| saved.provider == provider) {
        Some(saved) => ProviderForm {
            provider: provider.code().to_owned(),
            auth: saved.auth.code().to_owned(),
            cloud: saved.cloud.clone(),
            tenant: saved.tenant.clone(),
            client_id: saved.client_id.clone(),
            key_id: saved.key_id.clone(),
            secret_expires: saved
                .secrets
                .iter()
                .find_map(|hint| hint.expires_on.clone())
                .unwrap_or_default(),
            ..ProviderForm::default()
        },
        None => ProviderForm {
            provider: provider.code().to_owned(),
            auth: AuthMethod::of(provider)
                .first()
                .map(|auth| auth.code().to_owned())
                .unwrap_or_default(),
            cloud: first_cloud(),
            ..ProviderForm::default()
        },
    }
}

/// The form beside the clicks.
#[component]
pub(super) fn Form(
    customer: String,
    provider: Provider,
    view: ProviderView,
    typed: Option<ProviderForm>,
    submit: ServerAction<SubmitProvider>,
    outcome: Signal<Outcome>,
) -> impl IntoView {
    let error = Signal::derive(move || outcome.get().and_then(Result::err));
    let retype = typed.is_some();
    let saved = view.saved.clone().filter(|saved| saved.provider == provider);
    let draft = Draft {
        provider,
        values: initial(provider, &view, typed),
        secrets: saved.map(|saved| saved.secrets).unwrap_or_default(),
        disabled: !view.can_edit,
        error,
    };
    let pending = submit.pending();
    view! {
        <section class="panel" aria-labelledby="values">
            <header><h2 id="values">"Here"</h2><span class="soft">"the values from there"</span></header>
            <div class="in">
                <ActionForm action=submit attr:class="form" attr:novalidate=true attr:autocomplete="off">
                    <ErrorSummary error/>
                    <input type="hidden" name="customer" value=customer/>
                    <input type="hidden" name="form[provider]" value=provider.code()/>
                    <Fields draft clouds=view.clouds retype/>
                    {view.can_edit.then(|| view! { <Buttons pending/> })}
                </ActionForm>
            </div>
        </section>
    }
}

#[component]
fn Buttons(#[prop(into)] pending: Signal<bool>) -> impl IntoView {
    view! {
        <div class="actions">
            <Submit label="Test connection" busy="Testing…" pending name="intent" value="test"/>
            <Submit label="Save" busy="One moment…" pending class="main" name="intent" value="save"/>
        </div>
        <p class="help">"Test the values first; testing changes nothing. It reads a few people and groups, which takes a few seconds."</p>
    }
}

#[component]
fn Fields(draft: Draft, clouds: Vec<(String, String)>, retype: bool) -> impl IntoView {
    let ways = AuthMethod::of(draft.provider);
    let retype = retype.then(|| {
        view! { <p class="odd">"Secrets do not come back to the browser. Enter the secret again before you test or save."</p> }
    });
    let id = match draft.provider {
        Provider::Entra => view! { <EntraIds draft=draft.clone() clouds/> }.into_any(),
        Provider::Okta => view! { <OktaIds draft=draft.clone()/> }.into_any(),
    };
    let secrets = ways
        .iter()
        .map(|way| view! { <div class=format!("way for-{}", way.code())><SecretsOf draft=draft.clone() way=*way/></div> })
        .collect_view();
    view! {
        {id}
        <Ways draft=draft.clone() ways/>
        {retype}
        {secrets}
        <Field key="secret_expires" name="form[secret_expires]" label=draft.label("secret_expires") kind="date"
            value=draft.values.secret_expires.clone() error=draft.error disabled=draft.disabled
            help="This page warns from 30 days before. Leave it empty when it does not expire, or you do not know."/>
    }
}

/// How to sign in: radio buttons; the style sheet shows the fields of the chosen one.
#[component]
fn Ways(draft: Draft, ways: &'static [AuthMethod]) -> impl IntoView {
    let chosen = draft.values.auth.clone();
    let buttons = ways
        .iter()
        .map(|way| {
            let (label, help) = words_of(*way);
            let id = format!("auth-{}", way.code());
            view! {
                <div class="choice">
                    <input type="radio" id=id.clone() name="form[auth]" value=way.code() checked=chosen == way.code()
                        disabled=draft.disabled/>
                    <label for=id>{label}<span class="help">{help}</span></label>
                </div>
            }
        })
        .collect_view();
    view! { <fieldset class="choices" id="auth"><legend>"How User Sync signs in"</legend>{buttons}</fieldset> }
}

const fn words_of(way: AuthMethod) -> (&'static str, &'static str) {
    match way {
        AuthMethod::ClientSecret => (
            "Client secret",
            "Quickest to set up. It expires, at the latest after two years.",
        ),
        AuthMethod::Certificate => (
            "Certificate",
            "The private key never leaves this server; nothing secret is sent.",
        ),
        AuthMethod::PrivateKey => (
            "Service app with a key",
            "What Okta recommends: its own rights, tied to nobody’s account.",
        ),
        AuthMethod::ApiToken => (
            "API token",
            "Has the rights of the person who made it, and ends with their account.",
        ),
    }
}

#[component]
fn EntraIds(draft: Draft, clouds: Vec<(String, String)>) -> impl IntoView {
    let options: Vec<Option_> = clouds
        .into_iter()
        .map(|(id, name)| Option_::new(id, name))
        .collect();
    let cloud = if options.len() > 1 {
        view! {
            <SelectField key="cloud" name="form[cloud]" label=draft.label("cloud") options value=draft.values.cloud.clone()
                error=draft.error disabled=draft.disabled
                help="Only organisations in a national cloud choose another one."/>
        }
        .into_any()
    } else {
        view! { <input type="hidden" name="form[cloud]" value=draft.values.cloud.clone()/> }.into_any()
    };
    view! {
        {cloud}
        <Field key="tenant" name="form[tenant]" label=draft.label("tenant") code=true value=draft.values.tenant.clone()
            error=draft.error disabled=draft.disabled look=shape::TENANT help="From the app’s Overview."/>
        <Field key="client_id" name="form[client_id]" label=draft.label("client_id") code=true
            value=draft.values.client_id.clone() error=draft.error disabled=draft.disabled look=shape::ENTRA_CLIENT
            help="From the app’s Overview. Not the Object ID."/>
    }
}

#[component]
fn OktaIds(draft: Draft) -> impl IntoView {
    view! {
        <Field key="tenant" name="form[tenant]" label=draft.label("tenant") code=true value=draft.values.tenant.clone()
            error=draft.error disabled=draft.disabled look=shape::OKTA_DOMAIN placeholder="contoso.okta.com"
            help="The domain only, without “-admin” and without what follows it."/>
        <div class="way for-private_key">
            <Field key="client_id" name="form[client_id]" label=draft.label("client_id") code=true
                value=draft.values.client_id.clone() error=draft.error disabled=draft.disabled look=shape::OKTA_CLIENT
                help="From the integration’s General tab."/>
            <Field key="key_id" name="form[key_id]" label=draft.label("key_id") code=true value=draft.values.key_id.clone()
                error=draft.error disabled=draft.disabled help="Needed only when the integration has several keys."/>
        </div>
    }
}

/// The secrets of one way of signing in.
#[component]
fn SecretsOf(draft: Draft, way: AuthMethod) -> impl IntoView {
    SecretKind::of(way)
        .iter()
        .map(|kind| view! { <Secret draft=draft.clone() kind=*kind/> })
        .collect_view()
}

#[component]
fn Secret(draft: Draft, kind: SecretKind) -> impl IntoView {
    let hint = draft.hint(kind);
    let (error, disabled) = (draft.error, draft.disabled);
    match kind {
        SecretKind::ClientSecret => view! {
            <Field key="client_secret" name="form[client_secret]" label=draft.label("client_secret") kind="password" code=true
                autocomplete="new-password" error disabled look=shape::CLIENT_SECRET help="The Value, not the Secret ID.">
                <Stored hint=hint.clone()/>
            </Field>
        }
        .into_any(),
        SecretKind::ApiToken => view! {
            <Field key="api_token" name="form[api_token]" label=draft.label("api_token") kind="password" code=true
                autocomplete="new-password" error disabled look=shape::API_TOKEN help="The Token Value, shown once by Okta.">
                <Stored hint=hint.clone()/>
            </Field>
        }
        .into_any(),
        SecretKind::Certificate => view! {
            <TextArea key="certificate" name="form[certificate]" label=draft.label("certificate") error disabled
                look=shape::CERTIFICATE placeholder="-----BEGIN CERTIFICATE-----" help="PEM, the same one that was uploaded to Entra.">
                <Stored hint=hint.clone()/>
            </TextArea>
        }
        .into_any(),
        SecretKind::PrivateKey => view! {
            <TextArea key="private_key" name="form[private_key]" label=draft.label("private_key") error disabled
                look=shape::PRIVATE_KEY placeholder="-----BEGIN PRIVATE KEY-----"
                help="PEM with its first and last line. Encrypted before it is stored, and never shown again.">
                <Stored hint=hint.clone()/>
            </TextArea>
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing_saved() -> ProviderView {
        ProviderView {
            saved: None,
            clouds: vec![("global".into(), "Worldwide".into())],
            report: None,
            permissions: Vec::new(),
            can_edit: true,
        }
    }

    #[test]
    fn a_new_form_starts_with_the_recommended_way() {
        let form = initial(Provider::Okta, &nothing_saved(), None);
        assert_eq!(
            (form.auth.as_str(), form.provider.as_str()),
            ("private_key", "okta")
        );
    }

    #[test]
    fn what_was_typed_for_one_provider_is_not_shown_for_the_other() {
        let typed = ProviderForm {
            provider: "entra".into(),
            tenant: "typed".into(),
            ..ProviderForm::default()
        };
        assert_eq!(
            initial(Provider::Entra, &nothing_saved(), Some(typed.clone())).tenant,
            "typed"
        );
        assert_eq!(initial(Provider::Okta, &nothing_saved(), Some(typed)).tenant, "");
    }
}
