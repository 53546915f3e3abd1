//! The ways in.

mod forgot_password;
mod invitation;
mod reset_password;
mod sign_in;
mod welcome;

pub use forgot_password::ForgotPasswordPage;
pub use invitation::InvitationPage;
pub use reset_password::ResetPasswordPage;
pub use sign_in::SignInPage;
pub use welcome::WelcomePage;

use leptos::prelude::*;

use crate::components::Logo;
use crate::components::layout::Misfit;

/// What a new password must be.
pub const PASSWORD_RULES: &str =
    "At least 12 characters. A few unrelated words are easy to remember and hard to guess.";

/// The calm sheet all doors are drawn on.
#[component]
pub fn Doorway(children: Children) -> impl IntoView {
    view! {
        <main id="content" class="doorway" tabindex="-1">
            <p class="mark"><Logo/>"User Sync"</p>
            <Misfit/>
            {children()}
        </main>
    }
}
