//! Data mapping: which directory attribute feeds which profile field.

use domain::people::field;
use domain::views::SettingsView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

use super::limits::Outcome;
use super::mapping_rows::{MappingRows, Row};
use super::parts::{NotConnected, ReadOnly, Saves, Stamp};
use crate::api::settings::{SaveDataMapping, TypedMapping, show_settings};
use crate::api::{ApiError, Flash, outcome, take_flash};
use crate::components::links::param;
use crate::components::{CheckField, Field, Loaded, PageHeader, Panel, Submit, customer};

/// `/c/{customer}/data-mapping`
#[component]
pub fn DataMappingPage() -> impl IntoView {
    let customer = customer();
    let query = use_query_map();
    let saves = Saves::new();
    let save = ServerAction::<SaveDataMapping>::new();
    saves.watch(save);
    let settings = Resource::new(
        move || (customer.slug.get(), saves.get()),
        |(slug, _)| async {
            let flash = take_flash::<(i64, TypedMapping), ()>(SaveDataMapping::PATH).await;
            show_settings(slug).await.map(|settings| (settings, flash))
        },
    );
    view! {
        <div class="column wide">
            <PageHeader title="Data mapping"
                lede="Which attribute of the directory fills which field of a profile. Mapped fields are read-only in People: the directory wins."/>
            <Loaded resource=settings draw=move |(settings, flash)| match settings {
                Some(settings) => {
                    let draft = draft_of(&query.get_untracked());
                    view! { <Mapping settings flash draft save/> }.into_any()
                }
                None => view! { <NotConnected/> }.into_any(),
            }/>
        </div>
    }
}

/// What is being edited: the rows and switches as typed, and the version of the settings it was started on.
struct Draft {
    typed: TypedMapping,
    version: i64,
}

/// The draft in the address: adding and removing a row is a GET form of everything typed so far.
fn draft_of(query: &ParamsMap) -> Option<Draft> {
    let version = param(query, "version").parse().ok()?;
    let all = |key: &str| query.get_all(&format!("mapping[{key}][]")).unwrap_or_default();
    let mut typed = TypedMapping {
        username_attribute: param(query, "mapping[username_attribute]"),
        username_follows: param(query, "mapping[username_follows]") == "true",
        manager: param(query, "mapping[manager]") == "true",
        attribute: all("attribute"),
        field: all("field"),
        when_empty: all("when_empty"),
    };
    if let Ok(index) = param(query, "remove").parse::<usize>() {
        for list in [&mut typed.attribute, &mut typed.field, &mut typed.when_empty] {
            if index < list.len() {
                list.remove(index);
            }
        }
    }
    if param(query, "add") == "1"
        && let Some(key) = next_free(&typed.field)
    {
        typed.attribute.push(String::new());
        typed.field.push(key.to_owned());
        typed.when_empty.push("keep".to_owned());
    }
    Some(Draft { typed, version })
}

/// The first profile field no row fills yet.
pub fn next_free(taken: &[String]) -> Option<&'static str> {
    field::MAPPABLE
        .iter()
        .copied()
        .find(|key| !taken.iter().any(|taken| taken == key))
}

#[component]
fn Mapping(
    settings: SettingsView,
    flash: Option<Flash<(i64, TypedMapping), ()>>,
    draft: Option<Draft>,
    save: ServerAction<SaveDataMapping>,
) -> impl IntoView {
    let SettingsView {
        version,
        mapping,
        attributes,
        can_edit,
        ..
    } = settings;
    let refused = flash
        .as_ref()
        .filter(|flash| flash.result.is_err())
        .map(|flash| flash.values.clone());
    let (typed, version) = match (refused, draft) {
        (Some((version, typed)), _) => (typed, version),
        (None, Some(draft)) => (draft.typed, draft.version),
        (None, None) => (TypedMapping::of(&mapping), version),
    };
    let outcome = outcome(save, flash.map(|flash| flash.result));
    let error = RwSignal::new(outcome.get_untracked().and_then(Result::err));
    Effect::new(move |_| error.set(outcome.get().and_then(Result::err)));
    let error_prop = Signal::derive(move || error.get());
    let rows = RwSignal::new(Row::all(&typed));
    let pending = save.pending();
    view! {
        {(!can_edit).then(|| view! { <ReadOnly/> })}
        <Outcome outcome=outcome/>
        <ActionForm action=save attr:class="settings-form">
            <Stamp version/>
            <datalist id="attributes">{attributes.into_iter().map(|name| view! { <option value=name></option> }).collect_view()}</datalist>
            <Panel title="Username" id="username">
                <fieldset class="in settings-form" disabled=!can_edit>
                    <legend class="visually-hidden">"Username"</legend>
                    <Field key="username_attribute" name="mapping[username_attribute]" label="Directory attribute" code=true
                        value=typed.username_attribute error=error_prop
                        help="Gives new accounts their username. It must be filled and different for everybody."/>
                    <CheckField key="username_follows" name="mapping[username_follows]" checked=typed.username_follows
                        label="Usernames follow the directory"
                        help="On: when somebody is renamed in the directory, their account is renamed in the next run and they sign in with the new name. Content, groups and history stay with them. Off: the account keeps its username, and the difference is only reported."/>
                </fieldset>
            </Panel>
            <Panel title="Profile fields" id="fields">
                <fieldset disabled=!can_edit class="rows">
                    <legend class="visually-hidden">"Profile fields"</legend>
                    <MappingRows rows error can_edit/>
                </fieldset>
            </Panel>
            <Panel title="Manager" id="manager-panel">
                <fieldset class="in settings-form" disabled=!can_edit>
                    <legend class="visually-hidden">"Manager"</legend>
                    <CheckField key="manager" name="mapping[manager]" checked=typed.manager label="Take over the manager"
                        help="Set when the manager has an account in People, too."/>
                </fieldset>
            </Panel>
            {can_edit.then(|| view! {
                <div class="actions">
                    <Submit label="Save" busy="Saving…" pending class="main"/>
                    <span class="soft">"The next run after a change is held, so that you can look at what it does first."</span>
                </div>
            })}
        </ActionForm>
    }
}

/// The error beside a part of the table, by its place.
pub fn error_at(error: RwSignal<Option<ApiError>>, place: String) -> Signal<Option<String>> {
    Signal::derive(move || error.read().as_ref().and_then(|error| error.of_field(&place)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&str, &str)]) -> ParamsMap {
        let mut map = ParamsMap::new();
        for (key, value) in pairs {
            map.insert((*key).to_owned(), (*value).to_owned());
        }
        map
    }

    const TWO_ROWS: &[(&str, &str)] = &[
        ("version", "12"),
        ("mapping[username_attribute]", "login"),
        ("mapping[manager]", "true"),
        ("mapping[attribute][]", "firstName"),
        ("mapping[field][]", "first_name"),
        ("mapping[when_empty][]", "clear"),
        ("mapping[attribute][]", "title"),
        ("mapping[field][]", "job_title"),
        ("mapping[when_empty][]", "keep"),
    ];

    #[test]
    fn a_row_is_added_to_what_was_typed_for_the_first_free_field() {
        let draft =
            draft_of(&query(&[TWO_ROWS, &[("add", "1")]].concat())).expect("a draft is in the address");
        assert_eq!(draft.version, 12);
        assert_eq!(draft.typed.attribute, ["firstName", "title", ""]);
        assert_eq!(draft.typed.field, ["first_name", "job_title", "surname"]);
        assert!(draft.typed.manager && !draft.typed.username_follows);
    }

    #[test]
    fn b_13_a_removed_row_takes_its_three_parts_along() {
        let draft =
            draft_of(&query(&[TWO_ROWS, &[("remove", "0")]].concat())).expect("a draft is in the address");
        assert_eq!(draft.typed.attribute, ["title"]);
        assert_eq!(draft.typed.field, ["job_title"]);
        assert_eq!(draft.typed.when_empty, ["keep"]);
    }

    #[test]
    fn without_a_draft_the_stored_mapping_is_shown() {
        assert!(draft_of(&query(&[("saved", "1")])).is_none());
    }
}
