//! The two decisions: is there a user directory already, is single sign-on configured already.

use domain::deployment::{ExistingDirectory, SsoBefore, Step};
use domain::views::OldDirectoryView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::Before;

use super::before::BeforeEdit;
use crate::api::deployment::{AnswerExisting, AnswerSso};
use crate::api::take_flash;
use crate::components::{
    Answer, Banner, ErrorSummary, Panel, Submit, TextArea, Tone, awaited, customer, plural,
};

/// Step 3, with the facts of People beside it.
#[component]
pub(super) fn ExistingAnswer(
    answer: Option<ExistingDirectory>,
    others: u64,
    old: Vec<OldDirectoryView>,
    can_state: bool,
) -> impl IntoView {
    let fact = match others {
        0 => "People holds nobody beside the local administrators: it looks brand new.".to_owned(),
        n => format!(
            "People holds {} beside the local administrators: it looks as if there is a directory already.",
            plural(n, "account", "accounts")
        ),
    };
    let form = can_state.then(|| view! { <ExistingForm answer others/> });
    view! {
        <Banner tone=Tone::Neutral><p>{fact}" "<a href=customer().path("people")>"Look at People"</a></p></Banner>
        <OldDirectories old/>
        {form}
    }
}

/// The directories that the intranet followed before; nothing where there is none.
#[component]
pub(super) fn OldDirectories(old: Vec<OldDirectoryView>) -> impl IntoView {
    old.into_iter()
        .map(|old| {
            let accounts = plural(old.accounts, "account belongs", "accounts belong");
            let href = customer().path("people?directory=before");
            view! {
                <Banner>
                    <p>{format!("{accounts} to {}, which the intranet followed before. ", old.name)}<a href=href>"See whose"</a></p>
                </Banner>
            }
        })
        .collect_view()
}

#[component]
fn ExistingForm(answer: Option<ExistingDirectory>, others: u64) -> impl IntoView {
    let slug = customer().slug;
    let kept = take_flash::<(ExistingDirectory, String), ()>(AnswerExisting::PATH);
    awaited(kept, move |kept| {
        let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
        let typed = kept.and_then(|kept| kept.refused().cloned());
        let chosen = typed.as_ref().map(|typed| typed.0).or(answer);
        let reason = typed.map(|typed| typed.1).unwrap_or_default();
        let choice = move |value: ExistingDirectory, label: &'static str, help: &'static str| {
            let id = format!("answer-{value}");
            view! {
                <div class="field check">
                    <input type="radio" id=id.clone() name="answer" value=value.code() required=true
                        checked=chosen == Some(value)/>
                    <label for=id>{label}</label>
                    <p class="help">{help}</p>
                </div>
            }
        };
        let reason = (others > 0).then(|| {
            view! {
                <TextArea key="reason" label="Why it is brand new all the same" prose=true value=reason error=error.clone()
                    help="Only needed for “brand new” while People holds accounts."/>
            }
        });
        view! {
            <Panel title="Is there a user directory already?" id="existing">
                <form method="post" action=AnswerExisting::PATH class="in form">
                    <ErrorSummary error/>
                    {answer.map(|_| view! { <BeforeEdit before=Before::Answer(Step::Existing)/> })}
                    <input type="hidden" name="customer" value=slug/>
                    {choice(ExistingDirectory::Existing, "Yes, people work here already",
                        "Local accounts, or accounts of another directory. They get a user mapping and are migrated, so that nobody gets a second account.")}
                    {choice(ExistingDirectory::BrandNew, "No, the intranet is brand new",
                        "The sync makes everybody. User mapping and migration are skipped.")}
                    {reason}
                    <div class="actions"><Submit label="Save the answer" busy="Saving…" class="main"/></div>
                </form>
            </Panel>
        }
        .into_any()
    })
}

/// Step 7.
#[component]
pub(super) fn SsoAnswer(answer: Option<SsoBefore>, can_state: bool) -> impl IntoView {
    can_state.then(move || {
        let choice = move |value: SsoBefore, label: &'static str, help: &'static str| {
            let id = format!("sso-{value}");
            view! {
                <div class="field check">
                    <input type="radio" id=id.clone() name="sso" value=value.code() required=true
                        checked=answer == Some(value)/>
                    <label for=id>{label}</label>
                    <p class="help">{help}</p>
                </div>
            }
        };
        view! {
            <Answer of=AnswerSso::PATH done="Saved."/>
            <Panel title="Is single sign-on configured already?" id="sso">
                <form method="post" action=AnswerSso::PATH class="in form">
                    {answer.map(|_| view! { <BeforeEdit before=Before::Answer(Step::Sso)/> })}
                    <input type="hidden" name="customer" value=customer().slug/>
                    {choice(SsoBefore::Configured, "Yes, with the previous directory",
                        "The Login Handler has to be pointed to the new directory.")}
                    {choice(SsoBefore::NotConfigured, "No", "It is set up for the first time.")}
                    <TextArea key="evidence" label="Note (optional)" prose=true/>
                    <div class="actions"><Submit label="Save the answer" busy="Saving…" class="main"/></div>
                </form>
            </Panel>
        }
    })
}
