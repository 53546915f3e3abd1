//! The form a file comes in by. It works without scripts: the browser posts it as it is.

use domain::user_mapping::MappingReceived;
use leptos::prelude::*;

use crate::api::take_flash;
use crate::api::user_mapping::UPLOAD;
use crate::components::{Banner, Field, Panel, Submit, WhyRefused, awaited, customer};

#[component]
pub(super) fn Upload(is_first: bool) -> impl IntoView {
    awaited(take_flash::<(), MappingReceived>(UPLOAD), move |kept| {
        let result = kept.map(|kept| kept.result);
        let is_again = matches!(&result, Some(Ok(received)) if received.again);
        let error = result.and_then(Result::err);
        let action = customer().path("user-mapping/file");
        view! {
            {is_again.then(|| view! {
                <Banner live=true><p>"This file was uploaded before, byte for byte."</p></Banner>
            })}
            <Panel title=if is_first { "Upload the filled list" } else { "Upload another file" } id="upload">
                <form method="post" action=action enctype="multipart/form-data" class="in form">
                    <WhyRefused error=error.clone()/>
                    <Field key="file" label="CSV file" kind="file" error
                        help="With the columns existing_username, new_username and, where it is needed, target_directory. Separated by commas, semicolons or tabs; at most 100 MB and 1,000,000 lines."/>
                    <div class="actions"><Submit label="Upload and check" busy="Uploading…" class="main"/></div>
                </form>
            </Panel>
        }
        .into_any()
    })
}
