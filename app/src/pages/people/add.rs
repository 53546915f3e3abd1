//! A new local account: on the page of People, and as an administrator where the guide asks for one (P2).

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::people::{AddLocalAccount, TypedAccount};
use crate::api::take_flash;
use crate::components::{CheckField, Done, ErrorSummary, Field, Submit, awaited, customer};

/// The form, folded until it is wanted. `administrator`: the account is to be one, whatever is typed.
#[component]
pub fn AddAccount(#[prop(optional)] administrator: bool) -> impl IntoView {
    let slug = customer().slug;
    let (title, button, is) = if administrator {
        (
            "Add a local administrator",
            "Add the administrator",
            view! { <input type="hidden" name="new_account[is_administrator]" value="true"/> }.into_any(),
        )
    } else {
        ("Add a local account", "Add the account", ().into_any())
    };
    awaited(
        take_flash::<TypedAccount, ()>(AddLocalAccount::PATH),
        move |kept| {
            let is_added = kept.as_ref().is_some_and(|kept| kept.result.is_ok());
            let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
            let is_open = error.is_some();
            let typed = kept.and_then(|kept| kept.refused().cloned()).unwrap_or_default();
            let may_be_one = (!administrator).then(|| {
                view! {
                    <CheckField key="is_administrator" name="new_account[is_administrator]" checked=typed.is_administrator
                        label="Administrator of the intranet"/>
                }
            });
            view! {
                {is_added.then(|| view! { <Done words="The account is added."/> })}
                <details class="panel fold" open=is_open>
                    <summary><h2>{title}</h2></summary>
                    <form method="post" action=AddLocalAccount::PATH class="in form" novalidate=true>
                        <ErrorSummary error=error.clone()/>
                        <input type="hidden" name="customer" value=slug/>
                        {is}
                        <Field key="username" name="new_account[username]" label="Username" code=true value=typed.username error=error.clone()
                            help="As they type it on the intranet’s own sign-in form."/>
                        <Field key="first_name" name="new_account[first_name]" label="First name" value=typed.first_name error=error.clone()/>
                        <Field key="surname" name="new_account[surname]" label="Surname" value=typed.surname error=error.clone()/>
                        <Field key="email" name="new_account[email]" label="E-mail" kind="email" value=typed.email error/>
                        {may_be_one}
                        <div class="actions"><Submit label=button busy="Adding…"/></div>
                    </form>
                </details>
            }
            .into_any()
        },
    )
}
