use domain::connection::Advice;
use leptos::prelude::*;

use crate::components::{Banner, Cure, Tone, customer};

/// What to do about a failed run, and the page where it is done.
#[component]
pub fn AdviceBanner(advice: Advice) -> impl IntoView {
    let way = advice.field.as_deref().map(|field| {
        let (path, words) = match field {
            "groups" => ("groups", "Open the security groups"),
            "mapping" => ("data-mapping", "Open the data mapping"),
            _ => ("provider", "Open the provider’s settings"),
        };
        (customer().path(path), words.to_owned())
    });
    view! { <Banner tone=Tone::Problem><Cure advice way/></Banner> }
}
