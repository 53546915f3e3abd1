//! The frame around every page: top bar, rail of the customer's steps, content.

use domain::Role;
use domain::views::{CustomerOverview, Me, Task, TaskState};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::components::{A, Outlet};

use super::answer::Refused;
use super::links::{param, part, query};
use super::loaded::awaited;
use super::{Dot, DotKind, Logo};
use crate::api::ApiError;
use crate::api::auth::{CurrentMe, SignOut};
use crate::api::customers::overview;

/// The customer whose pages these are: provided to every page below `/c/{customer}`.
#[derive(Clone)]
pub struct Customer {
    /// The name in addresses.
    pub slug: String,
    /// Name, tasks and numbers.
    pub overview: Resource<Result<CustomerOverview, ApiError>>,
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
    let resource = Resource::new(move || of.clone(), overview);
    let customer = Customer {
        slug,
        overview: resource,
    };
    provide_context(customer.clone());
    let name = awaited(async move { resource.await }, |overview| {
        let name = overview.map(|overview| overview.name).unwrap_or_default();
        view! { <span class="soft customer-name">{name}</span> }.into_any()
    });
    let rail = awaited(async move { resource.await }, move |overview| {
        let tasks = overview.map(|overview| overview.tasks).unwrap_or_default();
        rail(&customer, &tasks).into_any()
    });
    view! {
        <TopBar name/>
        <div class="shell">
            <nav class="rail" aria-label="Customer">{rail}</nav>
            <main id="content" tabindex="-1"><Misfit/><Outlet/></main>
        </div>
    }
}

/// The steps of setting up, in order: address and name.
const STEPS: &[(&str, &str)] = &[
    ("provider", "Provider"),
    ("groups", "Security groups"),
    ("data-mapping", "Data mapping"),
    ("test-sync", "Test sync"),
    ("group-sync", "Group sync"),
    ("limits", "Safety limits"),
];

/// The mark of a task's state.
pub const fn dot_of(state: TaskState) -> DotKind {
    match state {
        TaskState::Done => DotKind::Done,
        TaskState::Yours => DotKind::Yours,
        TaskState::Attention => DotKind::Attention,
        TaskState::CannotStart => DotKind::Shut,
    }
}

/// The words of a task's state.
pub const fn words_of(state: TaskState) -> &'static str {
    match state {
        TaskState::Done => "Done",
        TaskState::Yours => "Your task",
        TaskState::Attention => "Needs attention",
        TaskState::CannotStart => "Cannot start yet",
    }
}

fn rail(customer: &Customer, tasks: &[Task]) -> impl IntoView + use<> {
    let step = |(path, label): (&'static str, &'static str)| {
        let state = tasks.iter().find(|task| task.path == path).map(|task| task.state);
        let said = state.map(|state| format!(" ({})", words_of(state).to_lowercase()));
        view! {
            <li>
                <A href=customer.path(path)>
                    <Dot kind=state.map_or(DotKind::Open, dot_of)/>
                    {label}
                    <span class="visually-hidden">{said}</span>
                </A>
            </li>
        }
    };
    view! {
        <h2>"Set up"</h2>
        <ol role="list">{STEPS.iter().copied().map(step).collect_view()}</ol>
        <h2>"Directory"</h2>
        <ul role="list">
            <li><A href=customer.path("") exact=true>"Overview"</A></li>
            <li><A href=customer.path("runs")>"Runs"</A></li>
            <li><A href=customer.path("people")>"People"</A></li>
        </ul>
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

/// Who is signed in, and the way out.
#[component]
fn Who(me: Me) -> impl IntoView {
    view! {
        <div class="who">
            {(me.role == Role::Staff).then(|| view! { <a href="/">"Customers"</a> })}
            <details class="menu">
                <summary><span class="name-of">{me.name}</span></summary>
                <div class="sheet">
                    <p><b>{me.email}</b><br/><span class="soft">{me.role.label()}</span></p>
                    <form method="post" action=SignOut::PATH><button type="submit" class="button">"Sign out"</button></form>
                </div>
            </details>
        </div>
    }
}
