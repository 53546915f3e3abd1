//! What was done, told where the page shows it. It takes the focus there ([`Done`]): however much stands above, the page opens at
//! it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::api::user_mapping::{
    AddMappingLine, RemoveMappingLine, ReviewMapping, SubmitMapping, WriteMappingLine,
};
use crate::components::{Done, awaited, kept};

/// The words for the form at `of`, if it was carried out. Where the page `reloads` itself soon they wait for the next one, too.
pub(super) fn done(of: &'static str, words: &'static str, reloads: bool) -> AnyView {
    awaited(kept::<IgnoredAny>(of, reloads), move |kept| {
        let kept = kept.filter(|kept| kept.result.is_ok());
        kept.map(|_| view! { <Done words again=reloads/> }).into_any()
    })
}

/// The same in a panel, where the form stood here, by what was posted in it.
pub(super) fn done_if<V: DeserializeOwned + Send + 'static>(
    of: &'static str,
    is_here: impl FnOnce(&V) -> bool + Send + 'static,
    words: &'static str,
    reloads: bool,
) -> AnyView {
    awaited(kept::<V>(of, reloads), move |kept| {
        let kept = kept.filter(|kept| kept.result.is_ok() && is_here(&kept.values));
        kept.map(|_| view! { <div class="in"><Done words again=reloads/></div> })
            .into_any()
    })
}

/// That the newest version was submitted or decided about.
#[component]
pub(super) fn ReviewDone(
    /// As of [`done`].
    reloads: bool,
) -> impl IntoView {
    let submitted = "Submitted. The deployment team looks at it next.";
    view! {
        {done(SubmitMapping::PATH, submitted, reloads)}
        {done(ReviewMapping::PATH, "Your decision is on record.", reloads)}
    }
}

/// What was done to one line.
#[component]
pub(super) fn LineDone(
    /// As of [`done`].
    reloads: bool,
) -> impl IntoView {
    let saved = "Saved, in a new version. The one before is kept below.";
    let aside = "Renamed aside, by a line of its own in a new version. The one before is kept below.";
    let gone = "The line is gone, in a new version. The one before is kept below.";
    view! {
        {done(WriteMappingLine::PATH, saved, reloads)}
        {done(AddMappingLine::PATH, aside, reloads)}
        {done(RemoveMappingLine::PATH, gone, reloads)}
    }
}
