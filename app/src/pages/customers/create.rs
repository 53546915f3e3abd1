use leptos::prelude::*;

use crate::api::ApiError;
use crate::api::customers::NewCustomer;
use crate::components::{ErrorSummary, Field, Look, Submit};

/// The fields of a new customer.
#[component]
pub(super) fn CreateForm(
    typed: NewCustomer,
    error: Signal<Option<ApiError>>,
    #[prop(into)] pending: Signal<bool>,
) -> impl IntoView {
    view! {
        <ErrorSummary error/>
        <Field key="name" label="Name" value=typed.name error required=true help="As the organisation calls itself: Contoso Ltd."/>
        <Field key="slug" label="Name in addresses" value=typed.slug error code=true look=ADDRESS
            help="Lower-case letters, digits and hyphens. Left empty, it is made from the name. It cannot be changed later."/>
        <div class="actions"><Submit label="Add the customer" busy="Adding…" pending class="main"/></div>
    }
}

const ADDRESS: Look = |typed| {
    let fits = typed
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    (!fits).then_some("Only lower-case letters a to z, digits and hyphens can be in an address.")
};
