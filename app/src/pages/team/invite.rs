use domain::Role;
use domain::views::InvitationRow;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::{Act, Kept};
use crate::api::team::{Invite, ResendInvitation, RevokeInvitation};
use crate::components::{
    ErrorSummary, Field, Option_, Panel, Scroll, SelectField, StateWord, Submit, TimeOf, Tone, heads,
};

/// Invitations that nobody has accepted yet.
#[component]
pub(super) fn Invitations(invitations: Vec<InvitationRow>, slug: String, can_manage: bool) -> impl IntoView {
    let is_empty = invitations.is_empty();
    let rows = invitations
        .into_iter()
        .map(|row| view! { <Invitation row slug=slug.clone() can_manage/> })
        .collect_view();
    let list = if is_empty {
        view! { <p class="in soft">"Nobody is invited at the moment."</p> }.into_any()
    } else {
        view! {
            <div class="stack"><Scroll label="Open invitations">
                {heads(["E-mail address", "Role", "Invited by", "State"].into_iter().chain(can_manage.then_some("Change")))}
                <tbody>{rows}</tbody>
            </Scroll></div>
        }
        .into_any()
    };
    view! { <Panel title="Invitations" id="invitations">{list}</Panel> }
}

#[component]
fn Invitation(row: InvitationRow, slug: String, can_manage: bool) -> impl IntoView {
    let (tone, word, until) = if row.is_over {
        (Tone::Problem, "Too old", "since ")
    } else {
        (Tone::Waiting, "Waiting", "until ")
    };
    let problem = row.letter_problem.map(|problem| {
        let words = format!("The letter could not be sent. {problem} Send the invitation again.");
        view! { <br/><span class="why">{words}</span> }
    });
    let id = row.id.to_string();
    let changes = can_manage.then(|| {
        view! {
            <td>
                <div class="actions">
                    <Act action=ResendInvitation::PATH slug=slug.clone() key="invitation" id=id.clone()
                        label="Send again" busy="Making a new link…" of=row.email.clone()/>
                    <Act action=RevokeInvitation::PATH slug key="invitation" id
                        label="Take back" busy="Taking back…" class="danger" of=row.email.clone()/>
                </div>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row" class="long">{row.email}</th>
            <td data-label="Role">{row.role.label()}</td>
            <td data-label="Invited by">{row.by}</td>
            <td><StateWord tone word/><br/><span class="why">{until}<TimeOf when=row.until/></span>{problem}</td>
            {changes}
        </tr>
    }
}

/// Invites somebody to a team; without a slug to the staff.
#[component]
pub(super) fn InviteForm(slug: String, kept: Kept) -> impl IntoView {
    let error = kept.as_ref().and_then(|kept| kept.result.as_ref().err().cloned());
    let typed = kept.and_then(|kept| kept.refused().cloned()).unwrap_or_default();
    let role = if slug.is_empty() {
        view! { <input type="hidden" name="role" value=Role::Staff.code()/> }.into_any()
    } else {
        let roles = [Role::CustomerAdmin, Role::Viewer].map(|role| Option_::new(role.code(), role.label()));
        view! { <SelectField key="role" label="Role" options=roles.to_vec() value=typed.role error=error.clone()/> }
            .into_any()
    };
    view! {
        <Panel title="Invite somebody" id="invite">
            <form method="post" action=Invite::PATH class="in form">
                <ErrorSummary error=error.clone()/>
                <input type="hidden" name="customer" value=slug/>
                <Field key="email" label="E-mail address" kind="email" required=true value=typed.email error
                    help="They get a link that works once, for seven days, and choose their password themselves."/>
                {role}
                <div class="actions"><Submit label="Invite" busy="Inviting…" class="main"/></div>
            </form>
        </Panel>
    }
}
