//! Data mapping: which directory attribute feeds which profile field, tried on a real person before it is saved.

use domain::deployment::Step;
use domain::views::{AttributeNote, MappingEffect, MappingView, PersonChoice};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::de::IgnoredAny;
use services::Before;

use super::attributes::Attributes;
use super::draft::{Draft, draft_of};
use super::parts::{CannotStart, NotConnected, Outcome, ReadOnly, Stamp};
use crate::api::settings::{LookAtAttributes, SaveDataMapping, TypedMapping, show_data_mapping};
use crate::api::{ApiError, Flash, take_flash};
use crate::components::{
    Answer, Banner, CheckField, Field, Loaded, PageHeader, Panel, Submit, Tone, customer, param, plural,
    query, thousands,
};
use crate::islands::{MappingRow, MappingRows};
use crate::pages::steps::{BeforeEdit, StepFoot, step_line};

/// What was kept of the posted form: saved is `None`, otherwise it has to be confirmed first.
type Kept = Option<Flash<(i64, TypedMapping), Option<MappingEffect>>>;

/// What is drawn: everything known, what is being edited, and what came of the form.
struct Shown {
    view: MappingView,
    draft: Option<Draft>,
    came: Option<Result<(), ApiError>>,
    effect: Option<MappingEffect>,
}

/// `/c/{customer}/data-mapping`
#[component]
pub fn DataMappingPage() -> impl IntoView {
    let slug = customer().slug;
    let query = query();
    // The hidden field of the form comes first, the button of another person after it.
    let person = query
        .get_all("person")
        .and_then(|mut all| all.pop())
        .unwrap_or_default();
    let (in_address, search) = (draft_of(&query), param(&query, "who"));
    let shown = async move {
        let kept: Kept = take_flash(SaveDataMapping::PATH).await;
        let looked = take_flash::<IgnoredAny, IgnoredAny>(LookAtAttributes::PATH).await;
        let shown = shown(slug, kept, in_address, person, search).await?;
        Ok(shown.map(|shown| (shown, looked.is_some())))
    };
    view! {
        <div class="column wide">
            <PageHeader title="Data mapping" crumb=step_line(Step::DataMapping)
                lede="Which attribute of the directory fills which field of a profile. Mapped fields are read-only in People: the directory wins, and what is changed there by hand is taken back by the next run."/>
            <Answer of=LookAtAttributes::PATH/>
            <Loaded data=shown draw=move |shown| match shown {
                Some((shown, looked)) => view! { <Mapping shown looked/> }.into_any(),
                None => view! { <NotConnected/> }.into_any(),
            }/>
            <StepFoot step=Step::DataMapping/>
        </div>
    }
}

async fn shown(
    slug: String,
    kept: Kept,
    in_address: Option<Draft>,
    person: String,
    search: String,
) -> Result<Option<Shown>, ApiError> {
    let effect = kept.as_ref().and_then(|kept| kept.result.clone().ok().flatten());
    // What was refused, or waits to be confirmed, is shown again; what was saved is stored.
    let typed = kept
        .as_ref()
        .filter(|kept| kept.result.is_err() || effect.is_some())
        .map(|kept| kept.values.clone());
    let draft = match typed {
        Some((version, typed)) => Some(Draft { typed, version }),
        None => in_address,
    };
    let came = match kept.map(|kept| kept.result) {
        Some(Ok(Some(_))) | None => None,
        Some(Ok(None)) => Some(Ok(())),
        Some(Err(error)) => Some(Err(error)),
    };
    let typed = draft.as_ref().map(|draft| draft.typed.clone());
    let view = show_data_mapping(slug, typed, person, search).await?;
    Ok(view.map(|view| Shown {
        view,
        draft,
        came,
        effect,
    }))
}

#[component]
fn Mapping(shown: Shown, looked: bool) -> impl IntoView {
    let Shown {
        view,
        draft,
        came,
        effect,
    } = shown;
    let settings = &view.settings;
    let until = settings.shut_until(Step::DataMapping);
    let is_reader = !settings.can_edit;
    let can_edit = settings.may_edit(Step::DataMapping);
    // What is in the address is a draft only for those who were given a form to type in.
    let Draft { typed, version } = draft
        .filter(|_| can_edit)
        .unwrap_or_else(|| Draft {
            typed: TypedMapping::of(&settings.mapping),
            version: settings.version,
        })
        .with_field(&settings.fields);
    let error = came.clone().and_then(Result::err);
    let rows = typed.clone().into_mapping().fields;
    let said = rows.iter().zip(&view.rows);
    let said = said.map(|(row, note)| notes(&row.attribute, note)).collect();
    let rows = MappingRow::all(rows, said);
    let (names, fields) = (settings.attributes.clone(), settings.fields.clone());
    let page = customer().path("data-mapping");
    let has_people = view.person.is_some() || !view.found.is_empty();
    view! {
        {is_reader.then(|| view! { <ReadOnly/> })}
        <CannotStart until/>
        {can_edit.then(|| view! { <BeforeEdit before=Before::Settings/> })}
        <Outcome came/>
        <form method="post" action=SaveDataMapping::PATH class="settings-form">
            <Stamp version/>
            // What Enter in a field presses is the first button: it shows the values of what is typed. The first one that
            // is seen may be the one that saves, or that removes a row.
            <button type="submit" class="visually-hidden" tabindex="-1" aria-hidden="true" formmethod="get" formnovalidate
                formaction=page.clone()>"Show values"</button>
            <datalist id="attributes">{names.into_iter().map(|name| view! { <option value=name></option> }).collect_view()}</datalist>
            {effect.map(|effect| view! { <Confirm effect/> })}
            {has_people.then(|| view! {
                <SomePerson person=view.person.clone() found=view.found.clone() is_found=view.is_found page=page.clone()/>
            })}
            <UsernamePanel typed=typed.clone() note=view.username.clone() error=error.clone() can_edit/>
            <Panel title="Profile fields" id="fields-panel">
                <fieldset disabled=!can_edit class="rows">
                    <legend class="visually-hidden">"Profile fields"</legend>
                    <MappingRows rows fields error can_edit page/>
                </fieldset>
                <p class="in soft">
                    "Does a field of your profiles stand in no row? "
                    <a href=customer().path("profile-fields")>{if can_edit { "Add it to the profile fields" } else { "See the profile fields" }}</a>
                </p>
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
        <Attributes view can_edit is_open=looked/>
    }
}

/// What is known of an attribute, and what does not fit.
fn notes(attribute: &str, note: &AttributeNote) -> (String, String) {
    let person = match &note.value {
        Some(value) if note.becomes == format!("becomes {value}") => format!("{attribute}: {value}."),
        Some(value) => format!("{attribute}: {value} ({}).", note.becomes),
        None if note.becomes.is_empty() || attribute.is_empty() => String::new(),
        None => format!("{attribute}: no value ({}).", note.becomes),
    };
    let filled = match note.filled.as_str() {
        "" => String::new(),
        filled => format!("{filled}."),
    };
    let known = [person, filled].join(" ");
    (known.trim().to_owned(), note.warnings.join(" "))
}

/// What saving would do to people who have accounts (B-14), and the button that does it all the same.
#[component]
fn Confirm(effect: MappingEffect) -> impl IntoView {
    let sentences = effect_words(&effect);
    view! {
        <Banner tone=Tone::Held live=true>
            <p>{sentences}" Nothing is saved yet. After saving, the next run reads everybody and is held until you accept its list."</p>
            <div class="actions">
                <Submit label="Save this data mapping" busy="Saving…" class="main" name="confirmed" value=effect.stamp/>
                <a class="button" href=customer().path("data-mapping")>"Leave it as it was"</a>
            </div>
        </Banner>
    }
}

/// The worst first: who signs in otherwise, then what changes.
fn effect_words(effect: &MappingEffect) -> String {
    let renamed = (effect.renamed > 0).then(|| {
        let people = plural(effect.renamed, "person", "people");
        format!("{people} will sign in with another username.")
    });
    let managers = (effect.managers > 0).then(|| {
        let people = plural(effect.managers, "person", "people");
        format!("{people} will get another manager, or lose theirs.")
    });
    let changes = match (effect.changes, effect.emptied) {
        (0, _) if renamed.is_some() || managers.is_some() => None,
        (0, _) => Some("No profile will change as far as is known.".to_owned()),
        (1, 0) => Some("1 profile will change and lose no value.".to_owned()),
        (1, _) => Some("1 profile will change and lose a value.".to_owned()),
        (changes, emptied) => {
            let lose = match emptied {
                0 => "none".to_owned(),
                emptied => thousands(emptied),
            };
            let profiles = thousands(changes);
            Some(format!(
                "{profiles} profiles will change, {lose} of them will lose a value."
            ))
        }
    };
    let unread = (!effect.unread.is_empty()).then(|| {
        let names = effect.unread.join(", ");
        format!("Not read yet: {names}. What that changes shows in the preview after a full read.")
    });
    let sentences: Vec<String> = [renamed, changes, managers, unread]
        .into_iter()
        .flatten()
        .collect();
    sentences.join(" ")
}

/// Whose values stand beside the rows, and the search for somebody else. It keeps what is typed below.
#[component]
fn SomePerson(
    person: Option<PersonChoice>,
    found: Vec<PersonChoice>,
    is_found: bool,
    page: String,
) -> impl IntoView {
    let current = person.as_ref().map(|person| person.object_id.clone());
    let searched = param(&query(), "who");
    let nobody = !searched.trim().is_empty() && !is_found;
    let choices = found
        .into_iter()
        .map(|person| {
            let label = format!("Show {}", person.name);
            view! {
                <li>
                    <div class="pick"><b>{person.name}</b><span class="why">{person.principal_name}</span></div>
                    <button type="submit" class="button" name="person" value=person.object_id aria-label=label
                        formmethod="get" formnovalidate formaction=page.clone()>"Show"</button>
                </li>
            }
        })
        .collect_view();
    view! {
        <Panel title="Try it with a real person" id="person-panel">
            <input type="hidden" name="person" value=current/>
            <div class="in settings-form">
                {person.map(|person| view! {
                    <p>"Beside each row: the values of "<b>{person.name}</b>" ("{person.principal_name}"), and what the field becomes."</p>
                })}
                <div class="filters">
                    <Field key="who" label="Somebody else" kind="search" value=searched
                        help="A part of the name, username or e-mail address."/>
                    <div class="actions">
                        <button type="submit" class="button" formmethod="get" formnovalidate formaction=page.clone()>"Show values"</button>
                    </div>
                </div>
                {nobody.then(|| view! { <p class="soft" role="status">"Nobody who was read has this in their name, username or e-mail address."</p> })}
            </div>
            <ul class="picks" role="list">{choices}</ul>
        </Panel>
    }
}

#[component]
fn UsernamePanel(
    typed: TypedMapping,
    note: AttributeNote,
    error: Option<ApiError>,
    can_edit: bool,
) -> impl IntoView {
    let (known, warning) = notes(&typed.username_attribute, &note);
    view! {
        <Panel title="Username" id="username">
            <fieldset class="in settings-form" disabled=!can_edit>
                <legend class="visually-hidden">"Username"</legend>
                <div>
                    <Field key="username_attribute" name="mapping[username_attribute]" label="Directory attribute" code=true
                        value=typed.username_attribute error
                        help="Gives new accounts their username. It must be filled and different for everybody."/>
                    <p class="why">{known}</p>
                    {(!warning.is_empty()).then(|| view! { <p class="caution">{warning}</p> })}
                </div>
                <CheckField key="username_follows" name="mapping[username_follows]" checked=typed.username_follows
                    label="Usernames follow the directory"
                    help="On: when somebody is renamed in the directory, their account is renamed in the next run and they sign in with the new name. Content, groups and history stay with them. Off: the account keeps its username, and the person’s page shows the difference."/>
            </fieldset>
        </Panel>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b_14_the_effect_is_said_before_it_happens() {
        let effect = |changes, emptied, renamed, unread: &[&str]| MappingEffect {
            changes,
            emptied,
            renamed,
            managers: 0,
            unread: unread.iter().map(|name| (*name).to_owned()).collect(),
            stamp: String::new(),
        };
        assert_eq!(
            effect_words(&effect(812, 14, 0, &[])),
            "812 profiles will change, 14 of them will lose a value."
        );
        assert_eq!(
            effect_words(&effect(1_812, 0, 1, &[])),
            "1 person will sign in with another username. 1,812 profiles will change, none of them will lose a value."
        );
        assert_eq!(
            effect_words(&effect(0, 0, 300, &[])),
            "300 people will sign in with another username."
        );
        assert!(effect_words(&effect(0, 0, 0, &["city"])).contains("Not read yet: city."));
        let managers = MappingEffect {
            managers: 40,
            ..effect(0, 0, 0, &[])
        };
        assert_eq!(
            effect_words(&managers),
            "40 people will get another manager, or lose theirs."
        );
    }

    #[test]
    fn b_02_a_row_says_what_becomes_of_the_value() {
        let note = |value: Option<&str>, becomes: &str| {
            let note = AttributeNote {
                filled: "Filled for all 12 people".into(),
                value: value.map(ToOwned::to_owned),
                becomes: becomes.into(),
                warnings: vec!["Odd.".into(), "Long.".into()],
            };
            notes("title", &note)
        };
        let said = |value, becomes| note(value, becomes).0;
        assert_eq!(
            said(Some("Clerk"), "becomes Clerk"),
            "title: Clerk. Filled for all 12 people."
        );
        assert_eq!(
            said(Some("a, b"), "becomes a"),
            "title: a, b (becomes a). Filled for all 12 people."
        );
        assert_eq!(
            said(None, "stays as it is"),
            "title: no value (stays as it is). Filled for all 12 people."
        );
        assert_eq!(said(None, ""), "Filled for all 12 people.");
        assert_eq!(note(None, "").1, "Odd. Long.");
    }
}
