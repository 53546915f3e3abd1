use domain::Provider;
use leptos::prelude::*;

use services::Before;

use crate::components::{Banner, ProviderMark, Tone};
use crate::pages::steps::BeforeEdit;

/// The two tiles. Each says the former names people search for, the role that is needed and how long it takes.
#[component]
pub(super) fn Choose(saved: Option<Provider>, can_edit: bool) -> impl IntoView {
    let warning = saved.map(|saved| {
        view! {
            <Banner tone=Tone::Waiting>
                <p>
                    {format!("{} is connected now. Another provider knows your people by other ids: ", saved.label())}
                    "nothing is changed until you save new values, and the first run after that waits for your decision."
                </p>
            </Banner>
            {can_edit.then(|| view! { <BeforeEdit before=Before::OtherProvider/> })}
        }
    });
    let unable = (!can_edit).then(|| {
        view! { <p class="soft">"You may look, but not change anything here. Ask an administrator of your organisation."</p> }
    });
    view! {
        {warning}
        <section aria-labelledby="choose">
            <h2 id="choose">"Which directory holds your people?"</h2>
            {unable}
            <div class="providers">
                <Offer provider=Provider::Entra formerly="Formerly Azure Active Directory (Azure AD, AAD). Part of Microsoft 365."
                    role="Application Administrator, and somebody who may grant consent: Privileged Role Administrator or Global Administrator"
                    minutes="about 10 minutes" saved/>
                <Offer provider=Provider::Okta formerly="Okta Workforce Identity, Universal Directory."
                    role="Super Administrator" minutes="about 10 minutes" saved/>
            </div>
        </section>
    }
}

#[component]
fn Offer(
    provider: Provider,
    formerly: &'static str,
    role: &'static str,
    minutes: &'static str,
    saved: Option<Provider>,
) -> impl IntoView {
    let connected = (saved == Some(provider)).then(|| view! { <span class="soft">" (connected now)"</span> });
    view! {
        <a class="provider" href=format!("?provider={}", provider.code())>
            <ProviderMark provider/>
            <span class="provider-name">{provider.label()}{connected}</span>
            <span class="soft">{formerly}</span>
            <span class="needs"><b>"You need: "</b>{role}</span>
            <span class="needs"><b>"It takes: "</b>{minutes}</span>
        </a>
    }
}
