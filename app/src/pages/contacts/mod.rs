//! Contacts: who is told about expiry, problems, held runs and steps, and how their letters fared.

mod form;
mod letters;

use domain::deployment::Responsibility;
use domain::views::{ContactView, ContactsView, ToldView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::contacts::{RemoveContact, SaveContact, SendAgain, TypedContact, show_contacts};
use crate::api::{Flash, take_flash};
use crate::components::{
    Answer, Banner, Done, Loaded, PageHeader, Panel, Scroll, address, customer, heads, param, query,
};

use form::ContactForm;
use letters::Letters;

/// What was kept of the posted form.
type Kept = Option<Flash<TypedContact, ()>>;

/// `/c/{customer}/contacts`
#[component]
pub fn ContactsPage() -> impl IntoView {
    let slug = customer().slug;
    let data = async move {
        let kept: Kept = take_flash(SaveContact::PATH).await;
        show_contacts(slug).await.map(|contacts| (contacts, kept))
    };
    view! {
        <div class="column wide">
            <PageHeader title="Contacts"
                lede="Who is told when a secret is about to expire, when a run has problems or waits for a decision, and what the other side says and does."/>
            <Answer of=RemoveContact::PATH done="The contact is removed."/>
            <Answer of=SendAgain::PATH done="It is on its way again."/>
            <Loaded data draw=|(contacts, kept): (ContactsView, Kept)| view! { <Contacts contacts kept/> }/>
        </div>
    }
}

#[component]
fn Contacts(contacts: ContactsView, kept: Kept) -> impl IntoView {
    let ContactsView {
        contacts,
        told,
        letters,
        mail_is_set_up,
        can_edit,
        is_staff,
    } = contacts;
    let is_saved = kept.as_ref().is_some_and(|kept| kept.result.is_ok());
    let edited = param(&query(), "edit");
    // A refused form is shown again as typed; otherwise the contact in the address, or an empty one.
    let refused = kept.as_ref().and_then(Flash::refused).cloned();
    let error = kept.and_then(|kept| kept.result.err());
    let stored = contacts
        .iter()
        .find(|contact| contact.can_edit && contact.id.to_string() == edited)
        .map(TypedContact::of);
    let typed = refused.or(stored);
    view! {
        {is_saved.then(|| view! { <Done words="The contact is saved."/> })}
        {(!mail_is_set_up).then(|| view! {
            <Banner><p>"This console has no mail server, so notices stay in the inbox of those who sign in here. Contacts without an account get nothing."</p></Banner>
        })}
        <Panel title="Who is told" id="told">
            <dl class="facts in">{told.into_iter().map(|told| view! { <Told told/> }).collect_view()}</dl>
        </Panel>
        <List contacts can_edit/>
        {can_edit.then(|| view! { <ContactForm typed error is_staff/> })}
        <Letters letters can_edit/>
    }
}

#[component]
fn Told(told: ToldView) -> impl IntoView {
    let names = if told.names.is_empty() {
        "Nobody".to_owned()
    } else {
        told.names.join(", ")
    };
    let label = match told.side {
        Some(Responsibility::Customer) => "What the deployment team says and does",
        Some(_) => "What the customer says and does",
        None => told.topic.label(),
    };
    view! {
        <dt>{label}</dt>
        <dd>{names}{told.by_default.then(|| view! { " " <span class="soft">"(nobody was chosen)"</span> })}</dd>
    }
}

#[component]
fn List(contacts: Vec<ContactView>, can_edit: bool) -> impl IntoView {
    if contacts.is_empty() {
        let more = if can_edit { " Add the first below." } else { "" };
        return view! {
            <Panel title="Contacts" id="contacts">
                <p class="in soft">{format!("Nobody was chosen yet, so the customer’s administrators are told.{more}")}</p>
            </Panel>
        }
        .into_any();
    }
    let rows = contacts
        .into_iter()
        .map(|contact| view! { <Row contact can_edit/> })
        .collect_view();
    view! {
        <Panel title="Contacts" id="contacts">
            <Scroll label="Contacts of this deployment">
                {heads(["Name", "Side", "Told about"].into_iter().chain(can_edit.then_some("Change")))}
                <tbody>{rows}</tbody>
            </Scroll>
        </Panel>
    }
    .into_any()
}

#[component]
fn Row(contact: ContactView, can_edit: bool) -> impl IntoView {
    let side = match contact.side {
        Responsibility::Staff => "Deployment team",
        Responsibility::Customer | Responsibility::Joint => "Customer",
    };
    let topics: Vec<&str> = contact.topics.iter().map(|topic| topic.label()).collect();
    let id = contact.id.to_string();
    let edit = address(&customer().path("contacts"), [("edit", id.as_str())]);
    let (change, remove) = (
        format!("Change {}", contact.name),
        format!("Remove {}", contact.name),
    );
    // A customer changes no contact of the other side.
    let actions = contact.can_edit.then(|| {
        view! {
            <div class="actions">
                <a class="button quiet" href=format!("{edit}#contact-form") aria-label=change>"Change"</a>
                <form method="post" action=RemoveContact::PATH>
                    <input type="hidden" name="customer" value=customer().slug/>
                    <input type="hidden" name="id" value=id/>
                    <button type="submit" class="button quiet" aria-label=remove>"Remove"</button>
                </form>
            </div>
        }
    });
    view! {
        <tr>
            <th scope="row"><b>{contact.name}</b><br/>{contact.email}</th>
            <td>{side}<br/><span class="soft">{contact.reached}</span></td>
            <td>{topics.join(", ")}</td>
            {can_edit.then(|| view! { <td>{actions}</td> })}
        </tr>
    }
}
