//! Microsoft's words as of the Entra admin centre's documentation ("Register an application", "Add credentials").

use domain::views::PermissionRow;
use leptos::prelude::*;

use super::Permissions;

#[component]
pub(super) fn EntraClicks(permissions: Vec<PermissionRow>) -> impl IntoView {
    view! {
        <Register/>
        <Ids/>
        <li>
            <h3>"Let it read people and groups"</h3>
            <p>
                "In the same app: " <b>"API permissions"</b> " › " <b>"Add a permission"</b> " › " <b>"Microsoft Graph"</b> " › "
                <b>"Application permissions"</b> " (not Delegated). Tick each of these, then " <b>"Add permissions"</b> "."
            </p>
            <Permissions rows=permissions/>
        </li>
        <li>
            <h3>"Grant consent"</h3>
            <p>
                "Still under " <b>"API permissions"</b> ": " <b>"Grant admin consent for (your organisation)"</b> " › " <b>"Yes"</b>
                ". Every line must then say " <b>"Granted"</b> ". If the button is grey, you need a Privileged Role Administrator or a Global Administrator."
            </p>
        </li>
        <SecretClicks/>
        <CertificateClicks/>
    }
}

#[component]
fn Register() -> impl IntoView {
    view! {
        <li>
            <h3>"Register an application"</h3>
            <p>
                "Open the Microsoft Entra admin centre (entra.microsoft.com): " <b>"App registrations"</b> " › " <b>"New registration"</b>
                ". Name it " <b>"User Sync"</b> ", leave " <b>"Accounts in this organizational directory only"</b>
                " chosen, leave the redirect URI empty, and press " <b>"Register"</b> "."
            </p>
        </li>
    }
}

#[component]
fn Ids() -> impl IntoView {
    view! {
        <li>
            <h3>"Copy two IDs"</h3>
            <p>
                "On the app’s " <b>"Overview"</b> ": " <b>"Directory (tenant) ID"</b> " and " <b>"Application (client) ID"</b>
                " go into the fields of the same names. Not the Object ID."
            </p>
        </li>
    }
}

#[component]
fn SecretClicks() -> impl IntoView {
    view! {
        <li class="for-client_secret">
            <h3>"Make a client secret"</h3>
            <p>
                <b>"Certificates & secrets"</b> " › " <b>"Client secrets"</b> " › " <b>"New client secret"</b> " › "
                <b>"Add"</b> ". Copy the " <b>"Value"</b> ", not the Secret ID: it is shown only now, and hidden when you leave that page. "
                "Note the date under " <b>"Expires"</b> "; we remind you before it comes."
            </p>
        </li>
    }
}

#[component]
fn CertificateClicks() -> impl IntoView {
    view! {
        <li class="for-certificate">
            <h3>"Upload a certificate"</h3>
            <p>
                <b>"Certificates & secrets"</b> " › " <b>"Certificates"</b> " › " <b>"Upload certificate"</b>
                ". Upload the public part only (.cer, .pem or .crt). Its private key goes into the form, nowhere else."
            </p>
        </li>
    }
}
