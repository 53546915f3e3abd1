//! A new contact, or a changed one.

use domain::notices::Topic;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::ApiError;
use crate::api::contacts::{SaveContact, TypedContact};
use crate::components::{CheckField, ErrorSummary, Field, Panel, Submit, customer};

/// What each topic is good for.
const fn help(topic: Topic) -> &'static str {
    match topic {
        Topic::Expiry => "30, 14 and 3 days before a secret or token ends.",
        Topic::Failures => "Once for each trouble, not for each run.",
        Topic::HeldRuns => "Nothing is applied until somebody decides.",
        Topic::Steps => {
            "Comments and appointments of the other side, and steps that become this side’s turn or are on hold."
        }
    }
}

#[component]
pub(super) fn ContactForm(
    typed: Option<TypedContact>,
    error: Option<ApiError>,
    is_staff: bool,
) -> impl IntoView {
    let is_new = typed.as_ref().is_none_or(|typed| typed.id.is_empty());
    let begins = TypedContact {
        expiry: true,
        failures: true,
        held_runs: true,
        steps: true,
        ..TypedContact::default()
    };
    let typed = typed.unwrap_or(begins);
    let (title, save) = if is_new {
        ("Add a contact", "Add the contact")
    } else {
        ("Change the contact", "Save the contact")
    };
    let topics_error = error.as_ref().and_then(|error| error.of_field("topics"));
    let described_by = topics_error.is_some().then_some("topics-error");
    let topics = Topic::ALL
        .iter()
        .map(|topic| {
            view! {
                <CheckField key=topic.code() name=format!("contact[{}]", topic.code()) label=topic.label()
                    checked=typed.tells(*topic) help=help(*topic)/>
            }
        })
        .collect_view();
    let on_staff_side = typed.is_staff;
    view! {
        <Panel title id="contact-form">
            <form method="post" action=SaveContact::PATH class="in form" novalidate=true>
                <ErrorSummary error=error.clone()/>
                <input type="hidden" name="customer" value=customer().slug/>
                <input type="hidden" name="contact[id]" value=typed.id/>
                <Field key="name" name="contact[name]" label="Name" value=typed.name error=error.clone()/>
                <Field key="email" name="contact[email]" label="E-mail address" kind="email" value=typed.email error
                    help="Whoever signs in here with this address finds the notices in their inbox, too."/>
                {is_staff.then(|| view! {
                    <CheckField key="is_staff" name="contact[is_staff]" label="One of our team" checked=on_staff_side
                        help="Told what the customer says and does. Only staff can change such a contact."/>
                })}
                <fieldset class="field choices" id="topics" tabindex="-1" aria-describedby=described_by>
                    <legend>"Told about"</legend>
                    <p class="help">"Once somebody is chosen for a topic, only those chosen are told about it."</p>
                    {topics_error.map(|text| view! { <p class="error" id="topics-error">{text}</p> })}
                    {topics}
                </fieldset>
                <div class="actions">
                    <Submit label=save busy="Saving…" class="main"/>
                    {(!is_new).then(|| view! { <a class="button quiet" href=customer().path("contacts")>"Cancel"</a> })}
                </div>
            </form>
        </Panel>
    }
}
