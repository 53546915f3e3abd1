//! Somebody's own account: name, password, sessions.

use domain::views::{Me, SessionView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::account::{ChangeName, ChangePassword, EndOtherSessions, EndOwnSession, show_account};
use crate::api::{ApiError, Flash, take_flash};
use crate::components::{
    Answer, Done, ErrorSummary, Field, Loaded, PageHeader, Panel, Scroll, StateWord, Submit, TimeOf, Tone,
    heads,
};
use crate::pages::auth::PASSWORD_RULES;

/// What came of the forms that keep what was typed.
#[derive(Default)]
struct Came {
    name: Option<Flash<String, ()>>,
    password: Option<Result<(), ApiError>>,
}

/// `/account`
#[component]
pub fn AccountPage() -> impl IntoView {
    let page = async {
        let came = Came {
            name: take_flash(ChangeName::PATH).await,
            password: take_flash::<(), ()>(ChangePassword::PATH)
                .await
                .map(|kept| kept.result),
        };
        show_account().await.map(|(me, sessions)| (me, sessions, came))
    };
    view! {
        <div class="column">
            <PageHeader title="Your account"/>
            <Loaded data=page draw=|(me, sessions, came): (Me, Vec<SessionView>, Came)| view! {
                <Name me=me.clone() kept=came.name/>
                <Password me came=came.password/>
                <Sessions sessions/>
            }/>
        </div>
    }
}

#[component]
fn Name(me: Me, kept: Option<Flash<String, ()>>) -> impl IntoView {
    let typed = kept.as_ref().and_then(Flash::refused).cloned();
    let is_done = kept.as_ref().is_some_and(|kept| kept.result.is_ok());
    let error = kept.and_then(|kept| kept.result.err());
    view! {
        {is_done.then(|| view! { <Done words="Your name is changed."/> })}
        <Panel title="Who you are" id="who" note=move || me.role.label()>
            <form method="post" action=ChangeName::PATH class="in form">
                <ErrorSummary error=error.clone()/>
                <Field key="name" label="Name" autocomplete="name" required=true value=typed.unwrap_or(me.name) error
                    help="It stands beside what you do. What you did before keeps the name you had."/>
                <div class="actions"><Submit label="Save the name" busy="Saving…"/></div>
            </form>
        </Panel>
    }
}

#[component]
fn Password(me: Me, came: Option<Result<(), ApiError>>) -> impl IntoView {
    let is_done = matches!(came, Some(Ok(())));
    let error = came.and_then(Result::err);
    view! {
        {is_done.then(|| view! { <Done words="Your password is changed, and every other session is signed out."/> })}
        <Panel title="Password" id="password">
            <form method="post" action=ChangePassword::PATH class="in form">
                <ErrorSummary error=error.clone()/>
                <Field key="email" label="E-mail address" kind="email" autocomplete="username" disabled=true value=me.email
                    help="You sign in with it."/>
                <Field key="current_password" label="Current password" kind="password" autocomplete="current-password"
                    required=true error=error.clone()/>
                <Field key="new_password" label="New password" kind="password" autocomplete="new-password"
                    required=true error help=PASSWORD_RULES/>
                <div class="actions"><Submit label="Change the password" busy="Changing…"/></div>
            </form>
        </Panel>
    }
}

#[component]
fn Sessions(sessions: Vec<SessionView>) -> impl IntoView {
    let has_others = sessions.iter().any(|session| !session.is_this);
    let rows = sessions
        .into_iter()
        .map(|session| view! { <SessionLine session/> })
        .collect_view();
    view! {
        <Answer of=EndOwnSession::PATH done="That session is signed out."/>
        <Answer of=EndOtherSessions::PATH done="Every other session is signed out."/>
        <Panel title="Where you are signed in" id="sessions">
            <div class="stack"><Scroll label="Sessions">
                {heads(["Browser", "Since", "Last used", "Change"])}
                <tbody>{rows}</tbody>
            </Scroll></div>
            {has_others.then(|| view! {
                <form method="post" action=EndOtherSessions::PATH class="in">
                    <Submit label="Sign out everywhere else" busy="Signing out…"/>
                </form>
            })}
        </Panel>
    }
}

#[component]
fn SessionLine(session: SessionView) -> impl IntoView {
    let which = format!("{}, since {}", session.browser, session.since.words);
    let change = if session.is_this {
        view! { <StateWord tone=Tone::Ready word="This session"/> }.into_any()
    } else {
        view! {
            <form method="post" action=EndOwnSession::PATH>
                <input type="hidden" name="session" value=session.key/>
                <Submit label="Sign out" busy="Signing out…" of=which/>
            </form>
        }
        .into_any()
    };
    view! {
        <tr>
            <th scope="row">{session.browser}</th>
            <td data-label="Since"><TimeOf when=session.since/></td>
            <td data-label="Last used"><TimeOf when=session.seen/></td>
            <td>{change}</td>
        </tr>
    }
}
