//! The form a file comes in by. It works without scripts: the browser posts it as it is. With scripts the file is looked at
//! in the browser before, and its way is shown (`crates/mapping-worker`).

use domain::user_mapping::{MappingReceived, Severity};
use leptos::nonce::use_nonce;
use leptos::prelude::*;

use super::tone_of;
use crate::Package;
use crate::api::user_mapping::UPLOAD;
use crate::api::{peek_flash, take_flash};
use crate::components::{Done, Field, Panel, StateWord, Submit, WhyRefused, awaited, customer, heads};

/// That a file came in, above its version.
#[component]
pub(super) fn Received(
    /// The page loads itself again soon, and tells it again then.
    is_checking: bool,
) -> impl IntoView {
    let kept = async move {
        if is_checking {
            peek_flash::<(), MappingReceived>(UPLOAD).await
        } else {
            take_flash::<(), MappingReceived>(UPLOAD).await
        }
    };
    awaited(kept, move |kept| {
        let received = kept.and_then(|kept| kept.result.ok());
        let words = received.map(|MappingReceived { version, again }| {
            if again {
                format!("This file was uploaded before, byte for byte. It stands here as version {version}.")
            } else {
                format!("The file came in, as version {version}.")
            }
        });
        words
            .map(|words| view! { <Done words again=is_checking/> })
            .into_any()
    })
}

#[component]
pub(super) fn Upload(is_first: bool) -> impl IntoView {
    awaited(take_flash::<(), MappingReceived>(UPLOAD), move |kept| {
        // One that came in is told above its version.
        let error = kept.and_then(|kept| kept.result.err());
        let path = customer().path("user-mapping");
        let (action, known) = (format!("{path}/file"), format!("{path}/known"));
        view! {
            <Panel title=if is_first { "Upload the filled list" } else { "Upload another file" } id="upload">
                <form method="post" action=action enctype="multipart/form-data" class="in form" data-known=known data-page=path>
                    <WhyRefused error=error.clone()/>
                    <Field key="file" label="CSV file" kind="file" error
                        help="With the columns existing_username, new_username and, where it is needed, target_directory; where they are called otherwise, you say after the upload which is which. Separated by commas, semicolons or tabs; at most 100 MB and 1,000,000 lines."/>
                    <WithScripts/>
                    <div class="actions"><Submit label="Upload and check" busy="Uploading…" class="main"/></div>
                </form>
            </Panel>
        }
        .into_any()
    })
}

/// What only scripts fill: hidden until then.
#[component]
fn WithScripts() -> impl IntoView {
    let words = Severity::ALL
        .iter()
        .map(|severity| {
            view! {
                <template data-part=severity.code()>
                    <StateWord tone=tone_of(*severity) word=severity.label()/>
                </template>
            }
        })
        .collect_view();
    let script = use_context::<Package>().map(|package| format!("/{}/mapping.js", package.0));
    view! {
        <p class="help" data-part="drop" hidden>"You can also drop the file here."</p>
        <section class="look" data-part="look" aria-labelledby="first-look" hidden>
            <h3 id="first-look">"First look"</h3>
            <p class="soft">"Made in your browser, before the upload: the file itself, each line, and lines among each other. What counts is the check after the upload."</p>
            <p data-part="said" aria-live="polite"></p>
            <p class="soft" data-part="count" hidden></p>
            <ul role="list" data-part="found"></ul>
            <div data-part="lines" hidden>
                <p class="soft">"The first lines, as they are read:"</p>
                <div class="stack">
                    <table class="table">
                        <caption class="visually-hidden">"The first lines, as they are read"</caption>
                        {heads(["existing_username", "new_username", "target_directory"])}
                        <tbody data-part="first"></tbody>
                    </table>
                </div>
            </div>
        </section>
        {words}
        <p data-part="progress" hidden><progress aria-label="Upload"></progress></p>
        <p class="error" role="alert" data-part="broke" hidden></p>
        {script.map(|src| view! { <script type="module" nonce=use_nonce() src=src></script> })}
    }
}
