//! Profile fields: those every profile has, and the customer's own, for the data mapping to fill.

use domain::deployment::Step;
use domain::profile::FieldKind;
use domain::views::{ProfileFieldRow, ProfileFieldsView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::Before;

use super::parts::ReadOnly;
use crate::api::profile_fields::{RemoveProfileField, SaveProfileField, TypedField, show_profile_fields};
use crate::api::{ApiError, Flash, take_flash};
use crate::components::{
    Answer, Done, ErrorSummary, Field, Loaded, Option_, PageHeader, Panel, Scroll, SelectField, Submit,
    TextArea, address, customer, heads, param, query,
};
use crate::pages::steps::{BeforeEdit, step_line};

/// What was kept of the posted form.
type Kept = Option<Flash<TypedField, ()>>;

/// `/c/{customer}/profile-fields`
#[component]
pub fn ProfileFieldsPage() -> impl IntoView {
    let slug = customer().slug;
    let data = async move {
        let kept: Kept = take_flash(SaveProfileField::PATH).await;
        show_profile_fields(slug).await.map(|fields| (fields, kept))
    };
    view! {
        <div class="column wide">
            <PageHeader title="Profile fields" crumb=step_line(Step::DataMapping)
                lede="What a profile in People can hold. Add the fields your intranet has beside the usual ones, so that the data mapping can fill them and check what the directory says."/>
            <p><a href=customer().path("data-mapping")>"Back to the data mapping"</a></p>
            <Answer of=RemoveProfileField::PATH done="The field is removed. What profiles hold in it stays."/>
            <Loaded data draw=|(fields, kept): (ProfileFieldsView, Kept)| view! { <Fields fields kept/> }/>
        </div>
    }
}

#[component]
fn Fields(fields: ProfileFieldsView, kept: Kept) -> impl IntoView {
    let ProfileFieldsView { fields, can_edit } = fields;
    let is_saved = kept.as_ref().is_some_and(|kept| kept.result.is_ok());
    let edited = param(&query(), "edit");
    // A refused form is shown again as typed; otherwise the field in the address, or an empty one.
    let refused = kept.as_ref().and_then(Flash::refused).cloned();
    let error = kept.and_then(|kept| kept.result.err());
    let stored = fields
        .iter()
        .find(|row| row.is_own && row.field.key == edited)
        .map(|row| TypedField::of(&row.field));
    let typed = refused.or(stored).unwrap_or_default();
    let rows = fields
        .into_iter()
        .map(|row| view! { <Row row can_edit/> })
        .collect_view();
    view! {
        {is_saved.then(|| view! { <Done words="The field is saved."/> })}
        {if can_edit { view! { <BeforeEdit before=Before::Settings/> }.into_any() } else { view! { <ReadOnly/> }.into_any() }}
        <Panel title="Fields" id="fields">
            <div class="stack"><Scroll label="Profile fields and what fills them">
                {heads(["Field", "Holds", "Filled from"].into_iter().chain(can_edit.then_some("Change")))}
                <tbody>{rows}</tbody>
            </Scroll></div>
        </Panel>
        {can_edit.then(|| view! { <FieldForm typed error/> })}
    }
}

#[component]
fn Row(row: ProfileFieldRow, can_edit: bool) -> impl IntoView {
    let ProfileFieldRow {
        field,
        is_own,
        attribute,
    } = row;
    let edit = address(&customer().path("profile-fields"), [("edit", field.key.as_str())]);
    let (change, remove) = (
        format!("Change {}", field.title),
        format!("Remove {}", field.title),
    );
    let options = (!field.options.is_empty()).then(|| field.options.join(", "));
    let filled = match attribute {
        Some(attribute) => view! { <code>{attribute}</code> }.into_any(),
        None => view! { <span class="soft">"nothing"</span> }.into_any(),
    };
    let actions = if is_own {
        view! {
            <div class="actions">
                <a class="button quiet" href=format!("{edit}#field-form") aria-label=change>"Change"</a>
                <form method="post" action=RemoveProfileField::PATH>
                    <input type="hidden" name="customer" value=customer().slug/>
                    <input type="hidden" name="key" value=field.key.clone()/>
                    <button type="submit" class="button quiet" aria-label=remove>"Remove"</button>
                </form>
            </div>
        }
        .into_any()
    } else {
        view! { <span class="soft">"Every profile has it"</span> }.into_any()
    };
    view! {
        <tr>
            <th scope="row"><b>{field.title}</b><br/><code class="soft">{field.key}</code></th>
            <td data-label="Holds">
                {field.kind.label()}
                {options.map(|options| view! { <br/><span class="soft">{options}</span> })}
            </td>
            <td data-label="Filled from">{filled}</td>
            {can_edit.then(|| view! { <td>{actions}</td> })}
        </tr>
    }
}

#[component]
fn FieldForm(typed: TypedField, error: Option<ApiError>) -> impl IntoView {
    let is_new = typed.edited.is_empty();
    let (title, save) = if is_new {
        ("Add a field", "Add the field")
    } else {
        ("Change the field", "Save the field")
    };
    let kinds = FieldKind::ALL
        .iter()
        .map(|kind| Option_::new(kind.code(), kind.label()))
        .collect();
    view! {
        <Panel title id="field-form">
            <form method="post" action=SaveProfileField::PATH class="in form" novalidate=true>
                <ErrorSummary error=error.clone()/>
                <input type="hidden" name="customer" value=customer().slug/>
                <input type="hidden" name="field[edited]" value=typed.edited/>
                <Field key="title" name="field[title]" label="Title" value=typed.title error=error.clone()
                    help="As it stands in People."/>
                {is_new.then(|| view! {
                    <Field key="key" name="field[key]" label="Key (optional)" value=typed.key code=true error=error.clone()
                        help="The field’s name in People’s database and in its CSV files; it cannot be changed later. Left empty, it is made from the title."/>
                })}
                <SelectField key="kind" name="field[kind]" label="Holds" options=kinds value=typed.kind error=error.clone()
                    help="A value of the directory that is something else is reported and not written. Fields that choose a person cannot be filled from a directory; the manager has a switch in the data mapping."/>
                <TextArea key="options" name="field[options]" label="Options" value=typed.options prose=true error
                    help="One on each line, for fields with a choice. Letter case and spaces do not matter when a value is compared."/>
                <div class="actions">
                    <Submit label=save busy="Saving…" class="main"/>
                    {(!is_new).then(|| view! { <a class="button quiet" href=customer().path("profile-fields")>"Cancel"</a> })}
                </div>
            </form>
        </Panel>
    }
}
