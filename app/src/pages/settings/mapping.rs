//! Data mapping: which directory attribute feeds which profile field.

use domain::deployment::Step;
use domain::settings::WhenEmpty;
use domain::views::SettingsView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::params::ParamsMap;
use services::Before;

use super::parts::{NotConnected, Outcome, ReadOnly, Stamp};
use crate::api::settings::{SaveDataMapping, TypedMapping, show_settings};
use crate::api::{Flash, take_flash};
use crate::components::{CheckField, Field, Loaded, PageHeader, Panel, Submit, customer, param, query};
use crate::islands::{MappingRow, MappingRows, next_free};
use crate::pages::steps::{BeforeEdit, StepFoot};

/// What was kept of the posted form.
type Kept = Option<Flash<(i64, TypedMapping), ()>>;

/// `/c/{customer}/data-mapping`
#[component]
pub fn DataMappingPage() -> impl IntoView {
    let slug = customer().slug;
    let draft = draft_of(&query());
    let settings = async move {
        let kept: Kept = take_flash(SaveDataMapping::PATH).await;
        show_settings(slug).await.map(|settings| (settings, kept))
    };
    view! {
        <div class="column wide">
            <PageHeader title="Data mapping"
                lede="Which attribute of the directory fills which field of a profile. Mapped fields are read-only in People: the directory wins."/>
            <Loaded data=settings draw=move |(settings, kept)| match settings {
                Some(settings) => view! { <Mapping settings kept draft/> }.into_any(),
                None => view! { <NotConnected/> }.into_any(),
            }/>
            <StepFoot step=Step::DataMapping/>
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
        typed.when_empty.push(WhenEmpty::Keep.code().to_owned());
    }
    Some(Draft { typed, version })
}

#[component]
fn Mapping(settings: SettingsView, kept: Kept, draft: Option<Draft>) -> impl IntoView {
    let SettingsView {
        version,
        mapping,
        attributes,
        can_edit,
        ..
    } = settings;
    let (typed, version) = match (kept.as_ref().and_then(Flash::refused).cloned(), draft) {
        (Some((version, typed)), _) => (typed, version),
        (None, Some(draft)) => (draft.typed, draft.version),
        (None, None) => (TypedMapping::of(&mapping), version),
    };
    let came = kept.map(|kept| kept.result);
    let error = came.clone().and_then(Result::err);
    let at_username = error.clone();
    let rows = MappingRow::all(typed.clone().into_mapping().fields);
    let page = customer().path("data-mapping");
    view! {
        {(!can_edit).then(|| view! { <ReadOnly/> })}
        {can_edit.then(|| view! { <BeforeEdit before=Before::Settings/> })}
        <Outcome came/>
        <form method="post" action=SaveDataMapping::PATH class="settings-form">
            <Stamp version/>
            <datalist id="attributes">{attributes.into_iter().map(|name| view! { <option value=name></option> }).collect_view()}</datalist>
            <Panel title="Username" id="username">
                <fieldset class="in settings-form" disabled=!can_edit>
                    <legend class="visually-hidden">"Username"</legend>
                    <Field key="username_attribute" name="mapping[username_attribute]" label="Directory attribute" code=true
                        value=typed.username_attribute error=at_username
                        help="Gives new accounts their username. It must be filled and different for everybody."/>
                    <CheckField key="username_follows" name="mapping[username_follows]" checked=typed.username_follows
                        label="Usernames follow the directory"
                        help="On: when somebody is renamed in the directory, their account is renamed in the next run and they sign in with the new name. Content, groups and history stay with them. Off: the account keeps its username, and the person’s page shows the difference."/>
                </fieldset>
            </Panel>
            <Panel title="Profile fields" id="fields-panel">
                <fieldset disabled=!can_edit class="rows">
                    <legend class="visually-hidden">"Profile fields"</legend>
                    <MappingRows rows error can_edit page/>
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
                    <Submit label="Save" busy="Saving…" class="main"/>
                    <span class="soft">"The next run after a change is held, so that you can look at what it does first."</span>
                </div>
            })}
        </form>
    }
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
