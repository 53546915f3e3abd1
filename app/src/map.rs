//! The map: the document around the application and the table of addresses. One screen; everything else hangs below it.

use domain::deployment::Step;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::SsrMode::Async;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::path;

use crate::api::auth::provide_me;
use crate::components::layout::{ConsoleFrame, CustomerFrame};
use crate::pages::access::AccessPage;
use crate::pages::account::AccountPage;
use crate::pages::audit::AuditPage;
use crate::pages::auth::{ForgotPasswordPage, InvitationPage, ResetPasswordPage, SignInPage, WelcomePage};
use crate::pages::contacts::ContactsPage;
use crate::pages::customers::CustomersPage;
use crate::pages::inbox::InboxPage;
use crate::pages::migration::{HelpDeskPage, SheetPage};
use crate::pages::not_found::NotFoundPage;
use crate::pages::overview::OverviewPage;
use crate::pages::people::{PeoplePage, PersonPage};
use crate::pages::people_file::OldAccountsPage;
use crate::pages::provider::ProviderPage;
use crate::pages::runs::{RunPage, RunsPage};
use crate::pages::schedule::SchedulePage;
use crate::pages::settings::{
    DataMappingPage, GroupSyncPage, LimitsPage, ProfileFieldsPage, SecurityGroupsPage,
};
use crate::pages::steps::StepPage;
use crate::pages::team::{StaffPage, TeamPage};
use crate::pages::test_sync::TestSyncPage;

/// The document around the application, made for every page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en-GB">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                <HashedStylesheet options=options.clone() id="usersync"/>
                <HydrationScripts options islands=true/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The application: context shared by all pages, and the table of addresses.
/// Every route is drawn whole (`Async`), so that status codes are right and nothing needs scripts.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_me();

    view! {
        <Title formatter=|text: String| if text.is_empty() { "User Sync".to_owned() } else { format!("{text} · User Sync") }/>
        <Router>
            <a class="skip" href="#content">"Skip to content"</a>
            <Routes fallback=|| view! { <NotFoundPage/> }.into_any()>
                <Route ssr=Async path=path!("/sign-in") view=|| view! { <SignInPage/> }.into_any()/>
                <Route ssr=Async path=path!("/welcome") view=|| view! { <WelcomePage/> }.into_any()/>
                <Route ssr=Async path=path!("/invitation/:token") view=|| view! { <InvitationPage/> }.into_any()/>
                <Route ssr=Async path=path!("/forgot-password") view=|| view! { <ForgotPasswordPage/> }.into_any()/>
                <Route ssr=Async path=path!("/reset-password/:token") view=|| view! { <ResetPasswordPage/> }.into_any()/>
                <Route ssr=Async path=path!("/access/:customer") view=|| view! { <AccessPage/> }.into_any()/>
                <ParentRoute ssr=Async path=path!("") view=|| view! { <ConsoleFrame/> }.into_any()>
                    <Route ssr=Async path=path!("/") view=|| view! { <CustomersPage/> }.into_any()/>
                    <Route ssr=Async path=path!("/inbox") view=|| view! { <InboxPage/> }.into_any()/>
                    <Route ssr=Async path=path!("/team") view=|| view! { <StaffPage/> }.into_any()/>
                    <Route ssr=Async path=path!("/account") view=|| view! { <AccountPage/> }.into_any()/>
                </ParentRoute>
                <ParentRoute ssr=Async path=path!("/c/:customer") view=|| view! { <CustomerFrame/> }.into_any()>
                    <Route ssr=Async path=path!("") view=|| view! { <OverviewPage/> }.into_any()/>
                    <Route ssr=Async path=path!("provider") view=|| view! { <ProviderPage/> }.into_any()/>
                    <Route ssr=Async path=path!("test-sync") view=|| view! { <TestSyncPage/> }.into_any()/>
                    <Route ssr=Async path=path!("groups") view=|| view! { <SecurityGroupsPage/> }.into_any()/>
                    <Route ssr=Async path=path!("data-mapping") view=|| view! { <DataMappingPage/> }.into_any()/>
                    <Route ssr=Async path=path!("profile-fields") view=|| view! { <ProfileFieldsPage/> }.into_any()/>
                    <Route ssr=Async path=path!("group-sync") view=|| view! { <GroupSyncPage/> }.into_any()/>
                    <Route ssr=Async path=path!("login-handler") view=|| view! { <StepPage step=Step::LoginHandler/> }.into_any()/>
                    <Route ssr=Async path=path!("local-admin") view=|| view! { <StepPage step=Step::LocalAdmin/> }.into_any()/>
                    <Route ssr=Async path=path!("module") view=|| view! { <StepPage step=Step::Module/> }.into_any()/>
                    <Route ssr=Async path=path!("existing") view=|| view! { <StepPage step=Step::Existing/> }.into_any()/>
                    <Route ssr=Async path=path!("old-accounts") view=|| view! { <OldAccountsPage/> }.into_any()/>
                    <Route ssr=Async path=path!("user-mapping") view=|| view! { <StepPage step=Step::UserMapping/> }.into_any()/>
                    <Route ssr=Async path=path!("migration") view=|| view! { <StepPage step=Step::Migration/> }.into_any()/>
                    <Route ssr=Async path=path!("migration/sheet") view=|| view! { <SheetPage/> }.into_any()/>
                    <Route ssr=Async path=path!("migration/help-desk") view=|| view! { <HelpDeskPage/> }.into_any()/>
                    <Route ssr=Async path=path!("first-run") view=|| view! { <StepPage step=Step::FirstRun/> }.into_any()/>
                    <Route ssr=Async path=path!("schedule") view=|| view! { <SchedulePage/> }.into_any()/>
                    <Route ssr=Async path=path!("sso") view=|| view! { <StepPage step=Step::Sso/> }.into_any()/>
                    <Route ssr=Async path=path!("sso-reconfiguration") view=|| view! { <StepPage step=Step::ReconfigureSso/> }.into_any()/>
                    <Route ssr=Async path=path!("sso-set-up") view=|| view! { <StepPage step=Step::SetUpSso/> }.into_any()/>
                    <Route ssr=Async path=path!("sign-in-check") view=|| view! { <StepPage step=Step::SignInCheck/> }.into_any()/>
                    <Route ssr=Async path=path!("limits") view=|| view! { <LimitsPage/> }.into_any()/>
                    <Route ssr=Async path=path!("runs") view=|| view! { <RunsPage/> }.into_any()/>
                    <Route ssr=Async path=path!("runs/:run") view=|| view! { <RunPage/> }.into_any()/>
                    <Route ssr=Async path=path!("contacts") view=|| view! { <ContactsPage/> }.into_any()/>
                    <Route ssr=Async path=path!("team") view=|| view! { <TeamPage/> }.into_any()/>
                    <Route ssr=Async path=path!("audit") view=|| view! { <AuditPage/> }.into_any()/>
                    <Route ssr=Async path=path!("people") view=|| view! { <PeoplePage/> }.into_any()/>
                    <Route ssr=Async path=path!("people/:account") view=|| view! { <PersonPage/> }.into_any()/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
