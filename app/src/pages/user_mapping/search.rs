//! The search over the people of the directory, to take a username from: for a line, and for an account without one.

use domain::views::FoundUsername;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::lines::scope;
use super::{Hidden, HiddenShown};
use crate::api::user_mapping::{DecideMapping, Shown, WriteMappingLine};
use crate::components::{Field, Filters, Submit, customer, param, query};

/// Whose person is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// A line, with its existing username and its target directory, which stay.
    Line {
        line: u64,
        existing: String,
        target: String,
    },
    /// An account that no line is about, by its id, as the check left it.
    Account(String, Shown),
}

impl Whose {
    /// The form that takes a username, for this version: where it goes, its button, and what it says beside the username.
    fn form(&self, username: &str, version: i64) -> (&'static str, AnyView) {
        let (username, of) = (username.to_owned(), format!(": {username}"));
        match self.clone() {
            Whose::Line {
                line,
                existing,
                target,
            } => {
                let fields = view! {
                    <Hidden version/>
                    <input type="hidden" name="line" value=line/>
                    <input type="hidden" name="existing" value=existing/>
                    <input type="hidden" name="new" value=username/>
                    <input type="hidden" name="target" value=target/>
                    <Submit label="Take this username" busy="Checking…" of=of/>
                };
                (WriteMappingLine::PATH, fields.into_any())
            }
            Whose::Account(id, shown) => {
                let fields = view! {
                    <HiddenShown shown/>
                    <input type="hidden" name="undecided" value=id/>
                    <input type="hidden" name="new" value=username/>
                    <Submit label="Use it" busy="Deciding…" name="decision" value="username" of=of/>
                };
                (DecideMapping::PATH, fields.into_any())
            }
        }
    }
}

/// What the field of the search is called.
const LABEL: &str = "Part of a name, username or address";

/// The search for the person of an account, by its id.
#[component]
pub(super) fn Search(account: String, found: Vec<FoundUsername>, shown: Shown) -> impl IntoView {
    let (whose, version) = (Whose::Account(account.clone(), shown), shown.version);
    view! {
        <h3>"Find the person in the directory"</h3>
        <Filters path=customer().path("user-mapping") narrowed=false anchor="#undecided">
            <input type="hidden" name="for" value=account/>
            <Field key="person" label=LABEL kind="search" value=param(&query(), "person")/>
        </Filters>
        <FoundPeople whose found version/>
    }
}

/// The search in the form of a line: it asks for the page again, with everything that is typed in the form.
#[component]
pub(super) fn SearchInForm() -> impl IntoView {
    let page = format!("{}#lines", customer().path("user-mapping"));
    view! {
        <h3>"Find the person in the directory"</h3>
        // Empty: what stands in it when Enter is pressed is still to be looked for.
        <Field key="person" label=LABEL kind="search" placeholder=param(&query(), "person")/>
        <div class="actions">
            <button type="submit" class="button" formmethod="get" formaction=page>"Search the directory"</button>
        </div>
    }
}

/// Who was found, each to take the username from.
#[component]
pub(super) fn FoundPeople(whose: Whose, found: Vec<FoundUsername>, version: i64) -> impl IntoView {
    let search = param(&query(), "person");
    let nobody = !search.trim().is_empty() && found.is_empty();
    let rows = found
        .into_iter()
        .map(|person| {
            let (action, taken) = whose.form(&person.username, version);
            view! { <Person person action taken/> }
        })
        .collect_view();
    view! {
        {nobody.then(|| view! { <p class="nothing">"The directory has nobody like “" <bdi>{search}</bdi> "”."</p> })}
        <ul role="list" class="form">{rows}</ul>
    }
}

/// `taken`: what is posted if this person is the one, and the button.
#[component]
fn Person(person: FoundUsername, action: &'static str, taken: AnyView) -> impl IntoView {
    let mail = (!person.mail.is_empty()).then(|| view! { <bdi>{person.mail}</bdi> ", " });
    view! {
        <li>
            <form method="post" action=action class="row">
                <span><bdi>{person.name}</bdi> " " <span class="name"><bdi>{person.username}</bdi></span>
                    <br/><span class="why">{mail} {scope(person.in_scope)}</span></span>
                {taken}
            </form>
        </li>
    }
}
