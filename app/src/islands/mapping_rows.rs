//! The rows of the data mapping. Adding and removing a row sends the form as GET to the page itself, which draws what
//! was typed with a row more or less; with scripts the same happens here at once.

use domain::people::field;
use domain::profile::ProfileFields;
use domain::settings::{FieldMapping, WhenEmpty};
use leptos::ev::{Event, MouseEvent};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::components::Scroll;

/// One row as it was when it was drawn; the inputs hold what is typed since.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingRow {
    /// Tells rows apart while they come and go; never shown.
    key: usize,
    attribute: String,
    field: String,
    when_empty: WhenEmpty,
    /// What is known of the attribute, and what does not fit. Both name it: another one may be typed since.
    note: String,
    warning: String,
}

impl MappingRow {
    /// The rows of a mapping, with the note and the warning of each.
    pub fn all(fields: Vec<FieldMapping>, notes: Vec<(String, String)>) -> Vec<Self> {
        let row = |(key, (row, (note, warning))): (usize, (FieldMapping, _))| Self {
            key,
            attribute: row.attribute,
            field: row.field,
            when_empty: row.when_empty,
            note,
            warning,
        };
        fields.into_iter().zip(notes).enumerate().map(row).collect()
    }

    fn is_mandatory(&self) -> bool {
        field::MANDATORY.contains(&self.field.as_str())
    }
}

/// The key of the first profile field no row fills yet.
pub fn next_free<'a>(fields: &'a ProfileFields, taken: &[String]) -> Option<&'a str> {
    fields
        .iter()
        .map(|field| field.key.as_str())
        .find(|key| !taken.iter().any(|taken| taken == key))
}

/// The table of rows and the button that adds one. `page` is the address of the page itself.
#[island]
pub fn MappingRows(
    rows: Vec<MappingRow>,
    fields: ProfileFields,
    error: Option<ApiError>,
    can_edit: bool,
    page: String,
) -> impl IntoView {
    let rows = RwSignal::new(rows);
    let fields = StoredValue::new(fields);
    let error = RwSignal::new(error);
    let table_error = Memo::new(move |_| error.read().as_ref().and_then(|error| error.of_field("fields")));
    let remove_to = page.clone();
    let free = Memo::new(move |_| {
        let taken: Vec<String> = rows.read().iter().map(|row| row.field.clone()).collect();
        fields.with_value(|fields| next_free(fields, &taken).map(ToOwned::to_owned))
    });
    let add = move |event: MouseEvent| {
        event.prevent_default();
        error.set(None);
        if let Some(key) = free.get_untracked() {
            rows.update(|rows| {
                let next = rows.iter().map(|row| row.key + 1).max().unwrap_or(0);
                rows.push(MappingRow {
                    key: next,
                    attribute: String::new(),
                    field: key,
                    when_empty: WhenEmpty::Keep,
                    note: String::new(),
                    warning: String::new(),
                });
            });
            let last = rows.read_untracked().len().saturating_sub(1);
            focus_soon(format!("fields.{last}.attribute"));
        }
    };
    view! {
        <div class="mapping-table stack">
            {move || table_error.get().map(|text| view! { <p class="error in" id="fields">{text}</p> })}
            <Scroll label="Attributes and the fields they fill">
                <thead>
                    <tr>
                        <th scope="col">"Directory attribute"</th>
                        <th scope="col">"Its values"</th>
                        <th scope="col">"Profile field"</th>
                        <th scope="col">"When the attribute is empty"</th>
                        <th scope="col"><span class="visually-hidden">"Remove"</span></th>
                    </tr>
                </thead>
                <tbody>
                    <ForEnumerate each=move || rows.get() key=|row| row.key let(index, row)>
                        <RowView row fields index rows error can_edit page=remove_to.clone()/>
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
    row: MappingRow,
    fields: StoredValue<ProfileFields>,
    index: ReadSignal<usize>,
    rows: RwSignal<Vec<MappingRow>>,
    error: RwSignal<Option<ApiError>>,
    can_edit: bool,
    page: String,
) -> impl IntoView {
    let place = move |part: &str| format!("fields.{}.{part}", index.get());
    let problem = Signal::derive(move || {
        let error = error.read();
        let of = |part: &str| error.as_ref().and_then(|error| error.of_field(&place(part)));
        let all: Vec<String> = [of("attribute"), of("field")].into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.join(" "))
    });
    let problem_id = move || format!("fields.{}.problem", index.get());
    let label = fields.with_value(|fields| fields.label(&row.field).to_owned());
    let is_mandatory = row.is_mandatory();
    let attribute_label = format!("Directory attribute for {label}");
    let empty_label = format!("When the attribute for {label} is empty");
    let when_empty = WhenEmpty::ALL
        .iter()
        .map(|rule| {
            let words = match rule {
                WhenEmpty::Keep => "keep the value",
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
            <td>
                <p class="why">{row.note}</p>
                <p class="caution">{row.warning}</p>
            </td>
            <td data-label="Fills"><FieldChoice key=row.key row_field=row.field fields is_mandatory rows id=Signal::derive(move || place("field"))/></td>
            <td><select name="mapping[when_empty][]" aria-label=empty_label>{when_empty}</select></td>
            <td>
                {if is_mandatory {
                    view! { <span class="fixed">"Required"</span> }.into_any()
                } else if can_edit {
                    view! { <Remove key=row.key label index rows error page/> }.into_any()
                } else {
                    ().into_any()
                }}
            </td>
        </tr>
    }
}

/// The profile field of a row: fixed for the mandatory ones (B-13), a choice for the others.
#[component]
fn FieldChoice(
    key: usize,
    row_field: String,
    fields: StoredValue<ProfileFields>,
    is_mandatory: bool,
    rows: RwSignal<Vec<MappingRow>>,
    #[prop(into)] id: Signal<String>,
) -> impl IntoView {
    if is_mandatory {
        let label = fields.with_value(|fields| fields.label(&row_field).to_owned());
        return view! {
            <input type="hidden" name="mapping[field][]" value=row_field/>
            <span id=move || id.get()>{label}</span>
        }
        .into_any();
    }
    let options = fields
        .get_value()
        .iter()
        .filter(|field| !field::MANDATORY.contains(&field.key.as_str()))
        .map(|field| {
            let selected = field.key == row_field;
            view! { <option value=field.key.clone() selected=selected>{field.title.clone()}</option> }
        })
        .collect_view();
    // The next row is offered a field that no row has now.
    let choose = move |event: Event| {
        let chosen = event_target_value(&event);
        rows.update(|rows| {
            if let Some(row) = rows.iter_mut().find(|row| row.key == key) {
                row.field = chosen;
            }
        });
    };
    view! {
        <select name="mapping[field][]" aria-label="Profile field" id=move || id.get() on:change=choose>{options}</select>
    }
    .into_any()
}

/// Moves the focus to a control once the rows are drawn: the pressed button may be gone.
fn focus_soon(id: String) {
    request_animation_frame(move || {
        #[cfg(feature = "hydrate")]
        if let Some(control) = document().get_element_by_id(&id) {
            use wasm_bindgen::JsCast;
            _ = control.unchecked_ref::<web_sys::HtmlElement>().focus();
        }
        #[cfg(not(feature = "hydrate"))]
        drop(id);
    });
}

#[component]
fn Remove(
    key: usize,
    label: String,
    index: ReadSignal<usize>,
    rows: RwSignal<Vec<MappingRow>>,
    error: RwSignal<Option<ApiError>>,
    page: String,
) -> impl IntoView {
    let remove = move |event: MouseEvent| {
        event.prevent_default();
        error.set(None);
        rows.update(|rows| rows.retain(|row| row.key != key));
        let last = rows.read_untracked().len().saturating_sub(1);
        focus_soon(format!("fields.{}.attribute", index.get_untracked().min(last)));
    };
    view! {
        <button type="submit" class="button quiet" name="remove" value=move || index.get().to_string() formmethod="get"
            formnovalidate formaction=page aria-label=format!("Remove the row for {label}") on:click=remove>"Remove"</button>
    }
}
