//! A check that is made once more, beside People and the directory as they are by then.

use domain::user_mapping::FindingCode;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::HiddenShown;
use crate::api::user_mapping::{CheckMapping, Shown};
use crate::components::{Submit, customer};

/// Whether something that is done on another page mends it, and moves nothing there by which this one could tell (P-18, T-11,
/// T-12).
pub(super) const fn is_mended_elsewhere(code: FindingCode) -> bool {
    matches!(
        code,
        FindingCode::FewLicences | FindingCode::SnapshotOld | FindingCode::SnapshotUnknown
    )
}

/// The way to that page.
#[component]
pub(super) fn Elsewhere(code: FindingCode) -> impl IntoView {
    let (page, words) = if code == FindingCode::FewLicences {
        ("limits", "Enter the licences")
    } else {
        ("test-sync", "Run the test sync")
    };
    view! { <p><a href=customer().path(page)>{words}</a></p> }
}

/// The form that has the newest version checked again.
#[component]
pub(super) fn CheckAgain(
    shown: Shown,
    /// As of a [`Submit`].
    #[prop(optional)]
    class: &'static str,
    /// What it is pressed for, for screen readers.
    #[prop(optional, into)]
    of: String,
) -> impl IntoView {
    view! {
        <form method="post" action=CheckMapping::PATH class="actions">
            <HiddenShown shown/>
            <Submit label="Check again" busy="Checking…" class of/>
        </form>
    }
}
