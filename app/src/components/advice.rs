use domain::connection::Advice;
use leptos::prelude::*;

use super::Copy;

/// What is wrong with a connection and what to do: the permission to grant, the provider's own code. `way` leads to
/// what has to be corrected: its address and its words.
#[component]
pub fn Cure(advice: Advice, way: Option<(String, String)>) -> impl IntoView {
    let way = way.map(|(href, words)| view! { <p><a href=href>{words}</a></p> });
    let permission = advice
        .permission
        .map(|name| view! { <p>"Permission to grant: " <Copy value=name/></p> });
    let code = advice
        .code
        .map(|code| view! { <p class="why">"The provider’s own code: " <Copy value=code/></p> });
    view! {
        <p><b>{advice.problem}</b></p>
        <p>{advice.cure}</p>
        {way}
        {permission}
        {code}
    }
}
