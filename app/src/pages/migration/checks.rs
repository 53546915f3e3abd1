//! What has to be so before a run: looked at by the program, but for the backup, of which only people know.

use domain::views::MigrationCheckView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::migration::{NoteMigrationBackup, show_migration_checks};
use crate::api::take_flash;
use crate::components::{Loaded, Panel, StateWord, Submit, TextArea, Tone, WhyRefused, awaited, customer};

#[component]
pub(super) fn Checks(number: i64, backup: Option<String>, is_migration: bool) -> impl IntoView {
    let checks = show_migration_checks(customer().slug, number);
    view! {
        <Panel title="Before it runs" id="checks">
            <div class="in parts">
                <Loaded data=checks draw=|checks| view! { <CheckList checks/> }/>
                {is_migration.then(|| view! { <Backup number backup/> })}
                <p><a href=customer().path("migration/sheet")>"Go / no-go sheet, to print"</a></p>
            </div>
        </Panel>
    }
}

#[component]
pub(super) fn CheckList(checks: Vec<MigrationCheckView>) -> impl IntoView {
    let rows = checks
        .into_iter()
        .map(|check| {
            let (tone, word) = if check.is_ok {
                (Tone::Ready, "Yes")
            } else {
                (Tone::Problem, "No")
            };
            view! { <dt>{check.check.label()}</dt><dd><StateWord tone word/> " " <bdi>{check.words}</bdi></dd> }
        })
        .collect_view();
    view! { <dl class="facts">{rows}</dl> }
}

#[component]
fn Backup(number: i64, backup: Option<String>) -> impl IntoView {
    let is_noted = backup.is_some();
    awaited(take_flash::<String, ()>(NoteMigrationBackup::PATH), move |kept| {
        let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
        let typed = kept.and_then(|kept| kept.refused().cloned()).unwrap_or_default();
        let is_open = !is_noted || error.is_some();
        view! {
            <details class="fold" open=is_open>
                <summary>"Put the backup on record"</summary>
                <form method="post" action=NoteMigrationBackup::PATH class="form">
                    <WhyRefused error=error.clone()/>
                    <input type="hidden" name="customer" value=customer().slug/>
                    <input type="hidden" name="plan" value=number/>
                    <TextArea key="backup" label="Which backup, and who made sure" prose=true value=typed error
                        help="The migration can be undone here; the backup is for what nobody thought of."/>
                    <div class="actions"><Submit label="Put on record" busy="Saving…"/></div>
                </form>
            </details>
        }
        .into_any()
    })
}
