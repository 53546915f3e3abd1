use leptos::prelude::*;

use crate::api::ApiError;
use crate::api::customers::NewCustomer;
use crate::components::{ErrorSummary, Field, Submit};

/// The fields of a new customer.
#[component]
pub(super) fn CreateForm(typed: NewCustomer, error: Option<ApiError>) -> impl IntoView {
    view! {
        <ErrorSummary error=error.clone()/>
        <Field key="name" label="Name" value=typed.name error=error.clone() required=true help="As the organisation calls itself: Contoso Ltd."/>
        <Field key="slug" label="Name in addresses" value=typed.slug error code=true
            help="Lower-case letters, digits and hyphens. Left empty, it is made from the name. It cannot be changed later."/>
        <div class="actions"><Submit label="Add the customer" busy="Adding…" class="main"/></div>
    }
}
