//! Teams: who may use the console for a customer, and who of the staff may.

mod invite;
mod links;
mod people;

use domain::Role;
use domain::views::{HandedLink, TeamView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::team::{
    ChangeRole, Invite, MakeResetLink, RemoveMember, ResendInvitation, RestoreMember, RevokeInvitation,
    TypedInvitation, handed_link, show_team,
};
use crate::api::{ApiError, Flash, take_flash};
use crate::components::{Answer, Loaded, PageHeader, Submit, customer};

use invite::{Invitations, InviteForm};
use links::Handed;
use people::People;

/// What was kept of the form that invites; its link is opened apart.
type Kept = Option<Flash<TypedInvitation, serde::de::IgnoredAny>>;

/// What a team page shows.
struct Shown {
    team: TeamView,
    link: Option<HandedLink>,
    kept: Kept,
}

async fn shown(customer: String) -> Result<Shown, ApiError> {
    Ok(Shown {
        kept: take_flash(Invite::PATH).await,
        link: handed_link().await?,
        team: show_team(customer).await?,
    })
}

/// `/c/{customer}/team`
#[component]
pub fn TeamPage() -> impl IntoView {
    let slug = customer().slug;
    view! {
        <div class="column wide">
            <PageHeader title="Team"
                lede="Who may sign in for this organisation. Customer admins do everything here; viewers look and change nothing."/>
            <Loaded data=shown(slug.clone()) draw=move |shown| view! { <Team shown slug/> }/>
        </div>
    }
}

/// `/team`: the staff.
#[component]
pub fn StaffPage() -> impl IntoView {
    view! {
        <div class="column wide">
            <PageHeader title="Team" lede="The staff: they see every customer and may do everything."/>
            <Loaded data=shown(String::new()) draw=|shown| view! { <Team shown slug=String::new()/> }/>
        </div>
    }
}

/// A team; without a slug that of the staff.
#[component]
fn Team(shown: Shown, slug: String) -> impl IntoView {
    let Shown { team, link, kept } = shown;
    let TeamView {
        people,
        invitations,
        can_manage,
    } = team;
    view! {
        {link.map(|link| view! { <Handed link/> })}
        <Answer of=ResendInvitation::PATH/>
        <Answer of=MakeResetLink::PATH/>
        <Answer of=RevokeInvitation::PATH done="The invitation is taken back. Its link does not work any more."/>
        <Answer of=ChangeRole::PATH done="The role is changed."/>
        <Answer of=RemoveMember::PATH done="Removed. They are signed out and cannot sign in any more."/>
        <Answer of=RestoreMember::PATH done="They can sign in again, with the password they had."/>
        <People people slug=slug.clone() can_manage/>
        {(can_manage || !invitations.is_empty())
            .then(|| view! { <Invitations invitations slug=slug.clone() can_manage/> })}
        {can_manage.then(|| view! { <InviteForm slug kept/> })}
    }
}

/// A form that is one button about a person or an invitation, whose `id` is posted as `key`.
#[component]
fn Act(
    action: &'static str,
    slug: String,
    key: &'static str,
    #[prop(into)] id: String,
    label: &'static str,
    busy: &'static str,
    /// Whom it is about.
    of: String,
    #[prop(optional)] class: &'static str,
    /// The role it gives.
    #[prop(optional)]
    role: Option<Role>,
) -> impl IntoView {
    view! {
        <form method="post" action=action>
            <input type="hidden" name="customer" value=slug/>
            <input type="hidden" name=key value=id/>
            {role.map(|role| view! { <input type="hidden" name="role" value=role.code()/> })}
            <Submit label busy class of/>
        </form>
    }
}
