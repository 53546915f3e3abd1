//! What is so with the connection, in one sentence, and what will need attention soon.

use domain::connection::Verdict as StageVerdict;
use domain::views::{ProviderView, ReportView, SavedProvider, SecretHint};
use leptos::prelude::*;

use crate::components::{Banner, Tone, Verdict, plural};

/// The verdict on the connection, and a warning for each secret that is about to expire (C-20).
#[component]
pub(super) fn ConnectionState(view: ProviderView) -> impl IntoView {
    let (tone, text) = sentence(&view);
    let idle = view.saved.as_ref().and_then(|saved| saved.idle.clone());
    let expiring: Vec<_> = view
        .saved
        .into_iter()
        .flat_map(|saved| saved.secrets)
        .filter(|hint| hint.expires_soon)
        .map(|hint| view! { <Banner tone=Tone::Waiting><p>{expiry(&hint)}</p></Banner> })
        .collect();
    view! {
        <Verdict tone>{text}</Verdict>
        {expiring}
        {idle.map(|words| view! { <Banner tone=Tone::Waiting><p>{words}</p></Banner> })}
    }
}

fn expiry(hint: &SecretHint) -> String {
    let name = hint.kind.label();
    let when = hint.expires.as_deref().unwrap_or("soon");
    let verb = if hint.expired { "expired" } else { "expires" };
    format!(
        "The {name} {verb} {when}. Make a new one at the provider and enter it here; runs stop without it."
    )
}

fn sentence(view: &ProviderView) -> (Tone, String) {
    let Some(saved) = &view.saved else {
        return (
            Tone::Yours,
            "No provider is connected yet. Nothing is read and nothing is changed.".to_owned(),
        );
    };
    let name = saved.provider.label();
    match &view.report {
        None => (
            Tone::Yours,
            format!("The values for {name} are saved and not tested yet."),
        ),
        Some(report) if report.stale => (
            Tone::Waiting,
            format!("The values for {name} changed after the last connection test. Test them again."),
        ),
        Some(report) => tested(saved, report),
    }
}

fn tested(saved: &SavedProvider, view: &ReportView) -> (Tone, String) {
    let name = saved.provider.label();
    let report = &view.report;
    let organisation = report
        .tenant_name
        .as_ref()
        .map(|tenant| format!(" ({tenant})"))
        .unwrap_or_default();
    let when = &view.when.words;
    if let Some(failed) = report
        .stages
        .iter()
        .find(|stage| stage.verdict == StageVerdict::Failed)
    {
        let text = format!(
            "{name} cannot be read: the test {when} stopped at “{}”.",
            failed.stage.label()
        );
        return (Tone::Problem, text);
    }
    if report.has_warnings() {
        let text = format!("{name}{organisation} can be read, with something to know. Tested {when}.");
        return (Tone::Waiting, text);
    }
    let follow = match saved.people {
        0 => String::new(),
        people => format!(" {} it.", plural(people, "person follows", "people follow")),
    };
    (
        Tone::Ready,
        format!("{name}{organisation} can be read.{follow} Tested {when}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::provider::SecretKind;
    use domain::views::When;

    #[test]
    fn c_20_a_secret_that_expires_says_when_and_what_to_do() {
        let hint = SecretHint {
            kind: SecretKind::ClientSecret,
            ends_in: "9f2c".into(),
            entered: When {
                words: "3 March".into(),
                iso: "2026-03-03T00:00:00Z".into(),
            },
            expires: Some("3 days ago".into()),
            expires_on: None,
            expires_soon: true,
            expired: true,
        };
        assert!(expiry(&hint).starts_with("The client secret expired 3 days ago."));
    }
}
