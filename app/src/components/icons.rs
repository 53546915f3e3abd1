use domain::Provider;
use leptos::prelude::*;

/// The product's mark: two arrows around a person's dot.
#[component]
pub fn Logo() -> impl IntoView {
    view! {
        <svg viewBox="0 0 24 24" aria-hidden="true" class="logo">
            <path d="M5 8.5a4 4 0 0 1 4-4h6.5M15.5 4.5 12.8 2M15.5 4.5l-2.7 2.6M19 15.5a4 4 0 0 1-4 4H8.5M8.5 19.5l2.7 2.5M8.5 19.5l2.7-2.6"
                fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>
            <circle cx="12" cy="12" r="2.6" fill="currentColor"/>
        </svg>
    }
}

/// How far a step is, as a mark. Always beside a word that says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DotKind {
    Done,
    Yours,
    Attention,
    /// Open at any time, and never "done".
    Open,
    Shut,
}

/// The mark of a [`DotKind`]; colours come from the style sheet.
#[component]
pub fn Dot(kind: DotKind) -> impl IntoView {
    let class = match kind {
        DotKind::Done => "dot done",
        DotKind::Yours => "dot yours",
        DotKind::Attention => "dot attention",
        DotKind::Open => "dot open",
        DotKind::Shut => "dot shut",
    };
    let drawing = match kind {
        DotKind::Done => view! {
            <circle cx="8" cy="8" r="8" class="disc"/>
            <path d="m4.6 8.2 2.3 2.3 4.5-4.8" class="tick"/>
        }
        .into_any(),
        DotKind::Yours => view! {
            <circle cx="8" cy="8" r="6.9" class="ring"/>
            <circle cx="8" cy="8" r="3" class="disc"/>
        }
        .into_any(),
        DotKind::Attention => view! {
            <circle cx="8" cy="8" r="8" class="disc"/>
            <path d="M8 4v4.6M8 11.6v.2" class="tick"/>
        }
        .into_any(),
        DotKind::Open => view! { <circle cx="8" cy="8" r="7" class="plain"/> }.into_any(),
        DotKind::Shut => view! { <circle cx="8" cy="8" r="7" class="dashed"/> }.into_any(),
    };
    view! { <svg class=class viewBox="0 0 16 16" aria-hidden="true">{drawing}</svg> }
}

/// A provider's tile mark: our own simple drawings, not the vendors' logos.
#[component]
pub fn ProviderMark(provider: Provider) -> impl IntoView {
    match provider {
        Provider::Entra => view! {
            <svg class="provider-mark entra" viewBox="0 0 32 32" aria-hidden="true">
                <path d="M16 3 29 18l-13 11L3 18Z" class="a"/>
                <path d="M16 3v26l13-11Z" class="b"/>
                <path d="m16 13 7 6.5-7 5.9-7-5.9Z" class="c"/>
            </svg>
        }
        .into_any(),
        Provider::Okta => view! {
            <svg class="provider-mark okta" viewBox="0 0 32 32" aria-hidden="true">
                <circle cx="16" cy="16" r="9" class="ring"/>
                <path d="M16 2v4M16 26v4M2 16h4M26 16h4M6.1 6.1l2.8 2.8M23.1 23.1l2.8 2.8M6.1 25.9l2.8-2.8M23.1 8.9l2.8-2.8" class="rays"/>
            </svg>
        }
        .into_any(),
    }
}
