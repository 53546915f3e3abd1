//! The two decisions: is there a user directory already, is single sign-on configured already.

use domain::Permission;
use domain::deployment::{ExistingDirectory, SsoBefore, Step};
use domain::views::OldDirectoryView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::Before;

use super::before::BeforeEdit;
use crate::api::deployment::{AnswerExisting, AnswerSso};
use crate::api::take_flash;
use crate::components::{
    Allowed, Banner, Choice, Done, Panel, RadioField, Submit, TextArea, Tone, WhyRefused, awaited, customer,
    plural,
};
use crate::pages::people_file::OldDirectories;

const EXISTING: &str = "Is there a user directory already?";
const SSO: &str = "Is single sign-on configured already?";

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
        <Allowed permission=Permission::ReadPeople>
            <p>
                <a href=customer().path("old-accounts")>"Add the accounts of a directory from before, from a file"</a>
                ", so that they get a user mapping, too."
            </p>
        </Allowed>
        {form}
    }
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
        let reason = (others > 0).then(|| {
            view! {
                <TextArea key="reason" label="Why it is brand new all the same" prose=true value=reason error=error.clone()
                    help="Only needed for “brand new” while People holds accounts."/>
            }
        });
        let choices = vec![
            Choice {
                value: ExistingDirectory::Existing.code(),
                label: "Yes, people work here already",
                help: "Local accounts, or accounts of another directory. They get a user mapping and are migrated, so that nobody gets a second account.",
            },
            Choice {
                value: ExistingDirectory::BrandNew.code(),
                label: "No, the intranet is brand new",
                help: "The sync makes everybody. User mapping and migration are skipped.",
            },
        ];
        view! {
            <Panel title=EXISTING id="existing">
                <form method="post" action=AnswerExisting::PATH class="in form">
                    <WhyRefused error=error.clone()/>
                    {answer.map(|_| view! { <BeforeEdit before=Before::Answer(Step::Existing)/> })}
                    <input type="hidden" name="customer" value=slug/>
                    <RadioField key="answer" label=EXISTING choices value=chosen.map_or("", ExistingDirectory::code) error/>
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
    can_state.then(|| view! { <SsoForm answer/> })
}

#[component]
fn SsoForm(answer: Option<SsoBefore>) -> impl IntoView {
    let slug = customer().slug;
    let kept = take_flash::<(SsoBefore, String), ()>(AnswerSso::PATH);
    awaited(kept, move |kept| {
        let is_saved = kept.as_ref().is_some_and(|kept| kept.result.is_ok());
        let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
        let typed = kept.and_then(|kept| kept.refused().cloned());
        let chosen = typed.as_ref().map(|typed| typed.0).or(answer);
        let evidence = typed.map(|typed| typed.1).unwrap_or_default();
        let choices = vec![
            Choice {
                value: SsoBefore::Configured.code(),
                label: "Yes, with the previous directory",
                help: "The Login Handler has to be pointed to the new directory.",
            },
            Choice {
                value: SsoBefore::NotConfigured.code(),
                label: "No",
                help: "It is set up for the first time.",
            },
        ];
        view! {
            {is_saved.then(|| view! { <Done words="Saved."/> })}
            <Panel title=SSO id="sso-answer">
                <form method="post" action=AnswerSso::PATH class="in form">
                    <WhyRefused error=error.clone()/>
                    {answer.map(|_| view! { <BeforeEdit before=Before::Answer(Step::Sso)/> })}
                    <input type="hidden" name="customer" value=slug/>
                    <RadioField key="sso" label=SSO choices value=chosen.map_or("", SsoBefore::code) error=error.clone()/>
                    <TextArea key="evidence" label="Note (optional)" prose=true value=evidence error/>
                    <div class="actions"><Submit label="Save the answer" busy="Saving…" class="main"/></div>
                </form>
            </Panel>
        }
        .into_any()
    })
}
