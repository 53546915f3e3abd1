//! The frame around every page: top bar, rail of the customer's steps, content.

use domain::deployment::Step;
use domain::views::{DeploymentView, Me, Task, TaskState};
use domain::{Permission, Role};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::components::{A, Outlet};

use super::answer::Refused;
use super::links::{param, part, query};
use super::loaded::awaited;
use super::{Dot, DotKind, Logo, Tone};
use crate::api::ApiError;
use crate::api::auth::{CurrentMe, SignOut};
use crate::api::deployment::show_deployment;

/// The customer whose pages these are: provided to every page below `/c/{customer}`.
#[derive(Clone)]
pub struct Customer {
    /// The name in addresses.
    pub slug: String,
    /// Name, tasks and numbers.
    pub deployment: Resource<Result<DeploymentView, ApiError>>,
}

impl Customer {
    /// The address of a page of this customer: `path` below `/c/{slug}/`, or empty for the overview.
    pub fn path(&self, path: &str) -> String {
        if path.is_empty() {
            format!("/c/{}", self.slug)
        } else {
            format!("/c/{}/{path}", self.slug)
        }
    }
}

/// The customer of the present page.
pub fn customer() -> Customer {
    expect_context::<Customer>()
}

/// Heading of a page: what it is, with the way back above and a sentence below. Sets the document's title.
#[component]
pub fn PageHeader(
    #[prop(into)] title: String,
    #[prop(optional, into)] lede: String,
    /// Above the heading: where this belongs.
    #[prop(optional, into)]
    crumb: ViewFn,
) -> impl IntoView {
    view! {
        <Title text=title.clone()/>
        <header class="page-header">
            <p class="crumb">{crumb.run()}</p>
            <h1>{title}</h1>
            {(!lede.is_empty()).then(|| view! { <p class="lede">{lede}</p> })}
        </header>
    }
}

/// Said when a form was not understood: a page that was open while the server was replaced. The framework leads back to
/// the page with its own error in the address.
#[component]
pub fn Misfit() -> impl IntoView {
    (!param(&query(), "__err").is_empty()).then(|| view! { <Refused error=ApiError::Malformed/> })
}

/// The frame of pages that belong to no customer.
#[component]
pub fn ConsoleFrame() -> impl IntoView {
    view! {
        <TopBar name=().into_any()/>
        <main id="content" tabindex="-1"><Misfit/><Outlet/></main>
    }
}

/// The frame of one customer's pages, and the context they share.
#[component]
pub fn CustomerFrame() -> impl IntoView {
    let slug = part("customer");
    let of = slug.clone();
    let resource = Resource::new(move || of.clone(), show_deployment);
    let customer = Customer {
        slug,
        deployment: resource,
    };
    provide_context(customer.clone());
    let name = awaited(async move { resource.await }, |deployment| {
        let name = deployment.map(|deployment| deployment.name).unwrap_or_default();
        view! { <span class="soft customer-name">{name}</span> }.into_any()
    });
    let CurrentMe(me) = expect_context::<CurrentMe>();
    let known = async move { (resource.await, me.await) };
    let rail = awaited(known, move |(deployment, me)| {
        let tasks = deployment.map(|deployment| deployment.tasks).unwrap_or_default();
        let role = me.ok().flatten().map(|me| me.role);
        rail(&customer, &tasks, role).into_any()
    });
    view! {
        <TopBar name/>
        <div class="shell">
            <nav class="rail" aria-label="Customer">{rail}</nav>
            <main id="content" tabindex="-1"><Misfit/><Outlet/></main>
        </div>
    }
}

/// The mark of a task's state.
pub const fn dot_of(state: TaskState) -> DotKind {
    match state {
        TaskState::Done => DotKind::Done,
        TaskState::Yours | TaskState::Together => DotKind::Yours,
        TaskState::Again => DotKind::Attention,
        TaskState::Theirs => DotKind::Open,
        TaskState::OnHold | TaskState::CannotStart | TaskState::Skipped => DotKind::Shut,
    }
}

/// The colour of a task's state.
pub const fn tone_of(state: TaskState) -> Tone {
    match state {
        TaskState::Done => Tone::Ready,
        TaskState::Yours | TaskState::Together => Tone::Yours,
        TaskState::Again => Tone::Problem,
        TaskState::Theirs => Tone::Waiting,
        TaskState::OnHold => Tone::Held,
        TaskState::CannotStart | TaskState::Skipped => Tone::Neutral,
    }
}

/// The state in a few words: what it waits for is said elsewhere.
pub fn short(words: &str) -> &str {
    words.split_once(':').map_or(words, |(short, _)| short)
}

/// Pages of the customer that are no step: address, name, and who may see it.
const DIRECTORY: &[(&str, &str, Permission)] = &[
    ("runs", "Runs", Permission::ReadCustomer),
    ("people", "People", Permission::ReadPeople),
    ("team", "Team", Permission::ReadTeam),
    ("contacts", "Contacts", Permission::ReadCustomer),
    ("audit", "Audit log", Permission::ReadAudit),
    ("limits", "Safety limits", Permission::ReadCustomer),
];

fn rail(customer: &Customer, tasks: &[Task], role: Option<Role>) -> impl IntoView + use<> {
    let step = |task: &Task| {
        let (step, state) = (task.step, task.state);
        let said = format!(" ({})", short(&task.words));
        view! {
            <li>
                <A href=customer.path(step.code())>
                    <Dot kind=dot_of(state)/>
                    <span class="step-number soft">{step.number()}</span>
                    {rail_title(step)}
                    <span class="visually-hidden">{said}</span>
                </A>
            </li>
        }
    };
    let steps = tasks
        .iter()
        .filter(|task| task.state != TaskState::Skipped)
        .map(step)
        .collect_view();
    let pages = DIRECTORY
        .iter()
        .filter(|(.., permission)| role.is_some_and(|role| role.may(*permission)))
        .map(|(path, label, _)| view! { <li><A href=customer.path(path)>{*label}</A></li> })
        .collect_view();
    view! {
        <h2>"Deployment"</h2>
        <ul role="list"><li><A href=customer.path("") exact=true>"Overview"</A></li></ul>
        <ol role="list">{steps}</ol>
        <h2>"Directory"</h2>
        <ul role="list">{pages}</ul>
    }
}

/// Questions are short in the rail.
const fn rail_title(step: Step) -> &'static str {
    match step {
        Step::Provider => "Provider",
        Step::LocalAdmin => "Local admin",
        Step::Existing => "Existing users",
        Step::Migration => "Migration",
        Step::Sso => "Single sign-on",
        Step::ReconfigureSso => "Reconfigure SSO",
        Step::SetUpSso => "Set up SSO",
        other => other.title(),
    }
}

/// The slim bar at the top: mark, whose pages these are, who is signed in.
#[component]
fn TopBar(name: AnyView) -> impl IntoView {
    let CurrentMe(me) = expect_context::<CurrentMe>();
    let who = awaited(async move { me.await }, |me| {
        me.ok().flatten().map(|me| view! { <Who me/> }).into_any()
    });
    view! {
        <header class="top">
            <a class="mark" href="/"><Logo/>"User Sync"</a>
            {name}
            {who}
        </header>
    }
}

/// The way to the inbox says how much in it is new.
fn inbox(unread: u64) -> String {
    match unread {
        0 => "Inbox".to_owned(),
        1..=99 => format!("Inbox ({unread} new)"),
        _ => "Inbox (99+ new)".to_owned(),
    }
}

/// Who is signed in, and the way out.
#[component]
fn Who(me: Me) -> impl IntoView {
    view! {
        <div class="who">
            {(me.role == Role::Staff).then(|| view! { <a href="/">"Deployments"</a> })}
            <a href="/inbox">{inbox(me.unread)}</a>
            <details class="menu">
                <summary><span class="name-of">{me.name}</span></summary>
                <div class="sheet">
                    <p><b>{me.email}</b><br/><span class="soft">{me.role.label()}</span></p>
                    <a href="/account">"Your account"</a>
                    {(me.role == Role::Staff).then(|| view! { <a href="/team">"Team"</a> })}
                    <form method="post" action=SignOut::PATH><button type="submit" class="button">"Sign out"</button></form>
                </div>
            </details>
        </div>
    }
}
