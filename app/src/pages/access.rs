//! What people of an intranet see who cannot sign in there, because a directory migration is under way (M-07). Needs no session:
//! they have none. The intranet leads them here, and asks the address beside it (`server`, `http::access`).

use domain::views::AccessView;
use leptos::prelude::*;
use leptos_meta::{Meta, Title};

use super::auth::Doorway;
use crate::api::migration::show_access;
use crate::components::{Loaded, TimeOf, Tone, Verdict, part};

/// `/access/{customer}`
#[component]
pub fn AccessPage() -> impl IntoView {
    view! {
        <Title text="Access to the intranet"/>
        <Meta name="robots" content="noindex"/>
        <Doorway>
            <Loaded data=show_access(part("customer")) draw=|access| view! { <Access access/> }/>
        </Doorway>
    }
}

#[component]
fn Access(access: AccessView) -> impl IntoView {
    match access.paused_until {
        Some(until) => view! {
            <h1>"Access is paused"</h1>
            <Verdict tone=Tone::Waiting>"Nobody can sign in to the intranet until " <TimeOf when=until/> "."</Verdict>
            <p>"The directory of its people moves to a new system. Your content, groups and permissions stay with your account."</p>
            <p class="soft">"Afterwards sign in as your administrators have told you. Local administrators may enter now."</p>
        }
        .into_any(),
        None => view! {
            <h1>"Access is open"</h1>
            <p>"Nothing keeps people from signing in to the intranet."</p>
        }
        .into_any(),
    }
}
