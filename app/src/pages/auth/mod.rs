//! The ways in.

mod sign_in;
mod welcome;

pub use sign_in::SignInPage;
pub use welcome::WelcomePage;

use leptos::prelude::*;

use crate::components::Logo;
use crate::components::layout::Misfit;

/// The calm sheet both doors are drawn on.
#[component]
fn Doorway(children: Children) -> impl IntoView {
    view! {
        <main id="content" class="doorway" tabindex="-1">
            <p class="mark"><Logo/>"User Sync"</p>
            <Misfit/>
            {children()}
        </main>
    }
}
