//! The rows of the data mapping. Without scripts adding and removing a row sends the form as GET to the page itself,
//! which draws what was typed with a row more or less; with scripts the same happens here at once.

use domain::people::field;
use domain::settings::WhenEmpty;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::mapping::{error_at, next_free};
use crate::api::ApiError;
use crate::api::settings::TypedMapping;
use crate::components::{Scroll, customer};

/// One row as it was when it was drawn; the inputs hold what is typed since.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// Tells rows apart while they come and go; never shown.
    key: usize,
    attribute: String,
    field: String,
    when_empty: WhenEmpty,
}

impl Row {
    /// The rows of a typed mapping.
    pub fn all(typed: &TypedMapping) -> Vec<Row> {
        let mapping = typed.clone().into_mapping();
        let row = |(key, row): (usize, domain::settings::FieldMapping)| Row {
            key,
            attribute: row.attribute,
            field: row.field,
            when_empty: row.when_empty,
        };
        mapping.fields.into_iter().enumerate().map(row).collect()
    }

    fn is_mandatory(&self) -> bool {
        field::MANDATORY.contains(&self.field.as_str())
    }
}

/// The table of rows and the button that adds one.
#[component]
pub fn MappingRows(
    rows: RwSignal<Vec<Row>>,
    error: RwSignal<Option<ApiError>>,
    can_edit: bool,
) -> impl IntoView {
    let table_error = error_at(error, "fields".to_owned());
    let page = customer().path("data-mapping");
    let free = Memo::new(move |_| {
        let taken: Vec<String> = rows.read().iter().map(|row| row.field.clone()).collect();
        next_free(&taken)
    });
    let add = move |event: MouseEvent| {
        event.prevent_default();
        error.set(None);
        if let Some(key) = free.get_untracked() {
            rows.update(|rows| {
                let next = rows.iter().map(|row| row.key + 1).max().unwrap_or(0);
                rows.push(Row {
                    key: next,
                    attribute: String::new(),
                    field: key.to_owned(),
                    when_empty: WhenEmpty::Keep,
                });
            });
        }
    };
    view! {
        <div id="fields-table" class="mapping-table stack">
            {move || table_error.get().map(|text| view! { <p class="error in" id="fields">{text}</p> })}
            <Scroll label="Attributes and the fields they fill">
                <thead>
                    <tr>
                        <th scope="col">"Directory attribute"</th>
                        <th scope="col">"Profile field"</th>
                        <th scope="col">"When the attribute is empty"</th>
                        <th scope="col"><span class="visually-hidden">"Remove"</span></th>
                    </tr>
                </thead>
                <tbody>
                    <ForEnumerate each=move || rows.get() key=|row| row.key let(index, row)>
                        <RowView row index rows error can_edit/>
                    </ForEnumerate>
                </tbody>
            </Scroll>
            <div class="below-table actions">
                {move || match free.get() {
                    Some(_) if can_edit => Some(view! {
                        <button type="submit" class="button" name="add" value="1" formmethod="get" formnovalidate
                            formaction=page.clone() on:click=add>"Add a row"</button>
                    }.into_any()),
                    Some(_) => None,
                    None => Some(view! { <span class="soft">"Every profile field has a row."</span> }.into_any()),
                }}
            </div>
        </div>
    }
}

#[component]
fn RowView(
    row: Row,
    index: ReadSignal<usize>,
    rows: RwSignal<Vec<Row>>,
    error: RwSignal<Option<ApiError>>,
    can_edit: bool,
) -> impl IntoView {
    let place = move |part: &str| format!("fields.{}.{part}", index.get());
    let problem = Signal::derive(move || {
        let error = error.read();
        let of = |part: &str| error.as_ref().and_then(|error| error.of_field(&place(part)));
        let all: Vec<String> = [of("attribute"), of("field")].into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.join(" "))
    });
    let problem_id = move || format!("fields.{}.problem", index.get());
    let label = field::label(&row.field).to_owned();
    let is_mandatory = row.is_mandatory();
    let attribute_label = format!("Directory attribute for {label}");
    let empty_label = format!("When the attribute for {label} is empty");
    let when_empty = WhenEmpty::ALL
        .iter()
        .map(|rule| {
            let words = match rule {
                WhenEmpty::Keep => "keep what the profile has",
                WhenEmpty::Clear => "clear the field",
            };
            view! { <option value=rule.code() selected=*rule == row.when_empty>{words}</option> }
        })
        .collect_view();
    view! {
        <tr>
            <td>
                <input type="text" class="code" name="mapping[attribute][]" list="attributes" autocomplete="off"
                    spellcheck="false" autocapitalize="none" id=move || place("attribute") value=row.attribute
                    aria-label=attribute_label aria-invalid=move || problem.read().is_some().then_some("true")
                    aria-describedby=move || problem.read().is_some().then(problem_id)/>
                {move || problem.get().map(|text| view! { <p class="error" id=problem_id>{text}</p> })}
            </td>
            <td data-label="Fills"><FieldChoice row_field=row.field is_mandatory id=Signal::derive(move || place("field"))/></td>
            <td><select name="mapping[when_empty][]" aria-label=empty_label>{when_empty}</select></td>
            <td>
                {if is_mandatory {
                    view! { <span class="fixed">"Required"</span> }.into_any()
                } else if can_edit {
                    view! { <Remove key=row.key label index rows error/> }.into_any()
                } else {
                    ().into_any()
                }}
            </td>
        </tr>
    }
}

/// The profile field of a row: fixed for the mandatory ones (B-13), a choice for the others.
#[component]
fn FieldChoice(row_field: String, is_mandatory: bool, #[prop(into)] id: Signal<String>) -> impl IntoView {
    let label = field::label(&row_field).to_owned();
    if is_mandatory {
        return view! {
            <input type="hidden" name="mapping[field][]" value=row_field/>
            <span id=move || id.get()>{label}</span>
        }
        .into_any();
    }
    let options = field::MAPPABLE
        .iter()
        .filter(|key| !field::MANDATORY.contains(key))
        .map(|key| view! { <option value=*key selected=**key == row_field>{field::label(key).to_owned()}</option> })
        .collect_view();
    view! { <select name="mapping[field][]" aria-label="Profile field" id=move || id.get()>{options}</select> }
        .into_any()
}

#[component]
fn Remove(
    key: usize,
    label: String,
    index: ReadSignal<usize>,
    rows: RwSignal<Vec<Row>>,
    error: RwSignal<Option<ApiError>>,
) -> impl IntoView {
    let page = customer().path("data-mapping");
    let remove = move |event: MouseEvent| {
        event.prevent_default();
        error.set(None);
        rows.update(|rows| rows.retain(|row| row.key != key));
    };
    view! {
        <button type="submit" class="button quiet" name="remove" value=move || index.get().to_string() formmethod="get"
            formnovalidate formaction=page aria-label=format!("Remove the row for {label}") on:click=remove>"Remove"</button>
    }
}
