use domain::Role;
use domain::views::TeamMember;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::team::{ChangeRole, MakeResetLink, RemoveMember, RestoreMember};
use crate::components::{Panel, Scroll, StateWord, Submit, TimeOf, Tone, plural};

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
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col">"Last sign-in"</th>
                        <th scope="col">"State"</th>
                        {can_manage.then(|| view! { <th scope="col">"Change"</th> })}
                    </tr>
                </thead>
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
    if member.removed.is_some() {
        return view! {
            <form method="post" action=RestoreMember::PATH>
                <Whom member slug/>
                <Submit label="Bring back" busy="Bringing back…"/>
            </form>
        }
        .into_any();
    }
    let other = match member.role {
        Role::Staff => None,
        Role::CustomerAdmin => Some((Role::Viewer, "Make viewer")),
        Role::Viewer => Some((Role::CustomerAdmin, "Make customer admin")),
    };
    let whom = member.clone();
    let of = slug.clone();
    let role = other.map(|(role, label)| {
        view! {
            <form method="post" action=ChangeRole::PATH>
                <Whom member=whom slug=of/>
                <input type="hidden" name="role" value=role.code()/>
                <Submit label busy="Changing…"/>
            </form>
        }
    });
    view! {
        <details>
            <summary>"Change" <span class="visually-hidden">{format!(" {}", member.name)}</span></summary>
            <div class="actions">
                {role}
                <form method="post" action=MakeResetLink::PATH>
                    <Whom member=member.clone() slug=slug.clone()/>
                    <Submit label="Make a password link" busy="Making…"/>
                </form>
                <form method="post" action=RemoveMember::PATH>
                    <Whom member slug/>
                    <Submit label="Remove" busy="Removing…" class="danger"/>
                </form>
            </div>
        </details>
    }
    .into_any()
}

/// The hidden inputs of every form about somebody.
#[component]
fn Whom(member: TeamMember, slug: String) -> impl IntoView {
    view! {
        <input type="hidden" name="customer" value=slug/>
        <input type="hidden" name="user" value=member.id.to_string()/>
    }
}
