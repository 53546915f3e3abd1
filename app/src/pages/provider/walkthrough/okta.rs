//! Okta's words as of its Admin Console's documentation ("Implement OAuth for Okta with a service app",
//! "Create an API token").

use domain::views::PermissionRow;
use leptos::prelude::*;

use super::Permissions;

#[component]
pub(super) fn OktaClicks(permissions: Vec<PermissionRow>) -> impl IntoView {
    // Scopes have a dot in their name; what is left is the admin role.
    let (scopes, roles): (Vec<_>, Vec<_>) = permissions.into_iter().partition(|row| row.name.contains('.'));
    view! {
        <Integration/>
        <Key/>
        <li class="for-private_key">
            <h3>"Grant the scopes"</h3>
            <p>"Tab " <b>"Okta API Scopes"</b> ": press " <b>"Grant"</b> " beside each of these."</p>
            <Permissions rows=scopes/>
        </li>
        <li class="for-private_key">
            <h3>"Give it an admin role"</h3>
            <p>
                "Tab " <b>"Admin roles"</b> " › " <b>"Edit assignments"</b> " › " <b>"Add assignment"</b>
                ": choose this role and save. Without a role the scopes alone read nobody."
            </p>
            <Permissions rows=roles/>
        </li>
        <TokenClicks/>
        <li>
            <h3>"Note your domain"</h3>
            <p>
                "Press your name at the top right of the Admin Console: the domain stands below it, such as "
                <code>"contoso.okta.com"</code> ", without " <code>"-admin"</code> "."
            </p>
        </li>
    }
}

#[component]
fn Integration() -> impl IntoView {
    view! {
        <li class="for-private_key">
            <h3>"Create an app integration"</h3>
            <p>
                "In the Admin Console: " <b>"Applications"</b> " › " <b>"Applications"</b> " › " <b>"Create App Integration"</b> " › "
                <b>"API Services"</b> " › " <b>"Next"</b> ". Name it " <b>"User Sync"</b> " and press " <b>"Save"</b>
                ". Its " <b>"Client ID"</b> " goes into the form."
            </p>
        </li>
    }
}

#[component]
fn Key() -> impl IntoView {
    view! {
        <li class="for-private_key">
            <h3>"Make a key"</h3>
            <p>
                "Tab " <b>"General"</b> " › " <b>"Client Credentials"</b> " › " <b>"Edit"</b> " › " <b>"Public key / Private key"</b>
                " › " <b>"Save keys in Okta"</b> " › " <b>"Add key"</b> " › " <b>"Generate new key"</b> ". Choose " <b>"PEM"</b>
                ", copy the private key at once (it is shown only now), then " <b>"Done"</b> " and " <b>"Save"</b> ". "
                <b>"Require Demonstrating Proof of Possession (DPoP)"</b> " may stay on or off; both work."
            </p>
        </li>
    }
}

#[component]
fn TokenClicks() -> impl IntoView {
    view! {
        <li class="for-api_token">
            <h3>"Sign in as the right administrator"</h3>
            <p>
                "A token may do what the person who makes it may do, and dies with their account. Use a service account with the role "
                <b>"Read-only Administrator"</b> ", not your own."
            </p>
        </li>
        <li class="for-api_token">
            <h3>"Create a token"</h3>
            <p>
                <b>"Security"</b> " › " <b>"API"</b> " › " <b>"Tokens"</b> " › " <b>"Create token"</b> ". Name it " <b>"User Sync"</b>
                " and copy the " <b>"Token Value"</b> ": it is shown only now. A token that is not used for 30 days stops working."
            </p>
        </li>
    }
}
