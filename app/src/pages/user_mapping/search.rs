//! The search over the people of the directory, to take a username from: for a line, and for an account without one.

use domain::views::FoundUsername;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::Hidden;
use super::lines::scope;
use crate::api::user_mapping::{DecideMapping, WriteMappingLine};
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
    /// An account that no line is about, by its id.
    Account(String),
}

impl Whose {
    /// The parameter of the page's address that names it, and its value.
    fn argument(&self) -> (&'static str, String) {
        match self {
            Whose::Line { line, .. } => ("line", line.to_string()),
            Whose::Account(id) => ("for", id.clone()),
        }
    }

    /// Where it stands on the page.
    const fn anchor(&self) -> &'static str {
        match self {
            Whose::Line { .. } => "#lines",
            Whose::Account(_) => "#undecided",
        }
    }

    /// The form that takes a username: where it goes, its button, and what it says beside the username.
    fn form(&self, username: &str) -> (&'static str, AnyView) {
        let (username, of) = (username.to_owned(), format!(": {username}"));
        match self.clone() {
            Whose::Line {
                line,
                existing,
                target,
            } => {
                let fields = view! {
                    <input type="hidden" name="line" value=line/>
                    <input type="hidden" name="existing" value=existing/>
                    <input type="hidden" name="new" value=username/>
                    <input type="hidden" name="target" value=target/>
                    <Submit label="Take this username" busy="Checking…" of=of/>
                };
                (WriteMappingLine::PATH, fields.into_any())
            }
            Whose::Account(id) => {
                let fields = view! {
                    <input type="hidden" name="undecided" value=id/>
                    <input type="hidden" name="new" value=username/>
                    <Submit label="Use it" busy="Deciding…" name="decision" value="username" of=of/>
                };
                (DecideMapping::PATH, fields.into_any())
            }
        }
    }
}

/// People of the directory, to take a username from.
#[component]
pub(super) fn Search(whose: Whose, found: Vec<FoundUsername>, version: i64) -> impl IntoView {
    let search = param(&query(), "person");
    let nobody = !search.is_empty() && found.is_empty();
    let (name, value) = whose.argument();
    let anchor = whose.anchor();
    let rows = found
        .into_iter()
        .map(|person| {
            let (action, taken) = whose.form(&person.username);
            view! { <Person person action version taken/> }
        })
        .collect_view();
    view! {
        <h3>"Find the person in the directory"</h3>
        <Filters path=customer().path("user-mapping") narrowed=false anchor=anchor>
            <input type="hidden" name=name value=value/>
            <Field key="person" label="Part of a name, username or address" kind="search" value=search/>
        </Filters>
        {nobody.then(|| view! { <p class="nothing">"The directory has nobody like that."</p> })}
        <ul role="list" class="form">{rows}</ul>
    }
}

/// `taken`: what is posted if this person is the one, and the button.
#[component]
fn Person(person: FoundUsername, action: &'static str, version: i64, taken: AnyView) -> impl IntoView {
    view! {
        <li>
            <form method="post" action=action class="row">
                <Hidden version/>
                <span><bdi>{person.name}</bdi> " " <span class="name"><bdi>{person.username}</bdi></span>
                    <br/><span class="why"><bdi>{person.mail}</bdi> ", " {scope(person.in_scope)}</span></span>
                {taken}
            </form>
        </li>
    }
}
