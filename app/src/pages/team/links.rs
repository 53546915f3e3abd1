use domain::views::{HandedLink, LinkPurpose};
use leptos::prelude::*;

use crate::components::{Banner, Copy, TimeOf, Tone};

/// A link that was just made, for the one who made it to hand over.
#[component]
pub(super) fn Handed(link: HandedLink) -> impl IntoView {
    let what = match link.purpose {
        LinkPurpose::Invitation => format!("The invitation for {} is ready.", link.email),
        LinkPurpose::PasswordReset => format!("{} can set a new password with this link.", link.email),
    };
    let send = if link.is_posted {
        "It is on its way to them by mail. You can also give it to them yourself, and to nobody else. "
    } else {
        "Send it to them, and to nobody else. "
    };
    view! {
        <Banner tone=Tone::Ready live=true>
            <p><b>{what}</b></p>
            <p>{send} "It works once, until " <TimeOf when=link.until/> ", and is shown only now."</p>
            <p><Copy value=link.url what="the link"/></p>
        </Banner>
    }
}
