use domain::Role;
use domain::views::TeamMember;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::Act;
use crate::api::team::{ChangeRole, MakeResetLink, RemoveMember, RestoreMember};
use crate::components::{Panel, Scroll, StateWord, TimeOf, Tone, heads, plural};

/// Who may sign in, and who was removed.
#[component]
pub(super) fn People(people: Vec<TeamMember>, slug: String, can_manage: bool) -> impl IntoView {
    let count = people.iter().filter(|member| member.removed.is_none()).count();
    let count = plural(u64::try_from(count).unwrap_or(u64::MAX), "person", "people");
    let rows = people
        .into_iter()
        .map(|member| view! { <Member member slug=slug.clone() can_manage/> })
        .collect_view();
    view! {
        <Panel title="People" id="people" note=move || count.clone()>
            <div class="stack"><Scroll label="People of the team">
                {heads(["Name", "Role", "Last sign-in", "State"].into_iter().chain(can_manage.then_some("Change")))}
                <tbody>{rows}</tbody>
            </Scroll></div>
        </Panel>
    }
}

#[component]
fn Member(member: TeamMember, slug: String, can_manage: bool) -> impl IntoView {
    let state = match member.removed.clone() {
        None => view! { <StateWord tone=Tone::Ready word="Active"/> }.into_any(),
        Some(when) => view! {
            <StateWord tone=Tone::Neutral word="Removed"/>
            <br/>
            <span class="why"><TimeOf when/></span>
        }
        .into_any(),
    };
    let last = match member.last_sign_in.clone() {
        Some(when) => view! { <TimeOf when/> }.into_any(),
        None => view! { <span class="soft">"never"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="long">
                <b>{member.name.clone()}</b>
                {member.is_self.then_some(" (you)")}
                <br/>
                <span class="why">{member.email.clone()}</span>
            </th>
            <td data-label="Role">{member.role.label()}</td>
            <td data-label="Last sign-in">{last}</td>
            <td>{state}</td>
            {can_manage.then(|| view! { <td><Changes member slug/></td> })}
        </tr>
    }
}

/// What can be done about somebody. About oneself: on the page of one's own account.
#[component]
fn Changes(member: TeamMember, slug: String) -> impl IntoView {
    if member.is_self {
        return view! { <a href="/account">"Your account"</a> }.into_any();
    }
    let (id, name) = (member.id.to_string(), member.name);
    if member.removed.is_some() {
        return view! {
            <Act action=RestoreMember::PATH slug key="user" id label="Bring back" busy="Bringing back…" of=name/>
        }
        .into_any();
    }
    let other = match member.role {
        Role::Staff => None,
        Role::CustomerAdmin => Some((Role::Viewer, "Make viewer")),
        Role::Viewer => Some((Role::CustomerAdmin, "Make customer admin")),
    };
    let role = other.map(|(role, label)| {
        view! {
            <Act action=ChangeRole::PATH slug=slug.clone() key="user" id=id.clone() label busy="Changing…"
                of=name.clone() role/>
        }
    });
    view! {
        <details>
            <summary>"Change" <span class="visually-hidden">{format!(" {name}")}</span></summary>
            <div class="actions">
                {role}
                <Act action=MakeResetLink::PATH slug=slug.clone() key="user" id=id.clone()
                    label="Make a password link" busy="Making…" of=format!("for {name}")/>
                <Act action=RemoveMember::PATH slug key="user" id label="Remove" busy="Removing…" class="danger" of=name/>
            </div>
        </details>
    }
    .into_any()
}
