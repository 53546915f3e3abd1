//! The staged connection test (domain 3.1): a verdict first, then each stage, then a real person.

use domain::Provider;
use domain::connection::{
    Advice, ConnectionReport, ConnectionStage, SamplePerson, StageResult, Verdict as StageVerdict,
};
use domain::views::ReportView;
use leptos::html::Div;
use leptos::prelude::*;

use super::form::label_of;
use crate::components::{Banner, Cure, Panel, Scroll, StateWord, TimeOf, Tone, Verdict, plural};

/// A test: of what was just typed (`fresh`), or the last one of what is stored. A fresh one takes the focus, so that the
/// page stands at its verdict, with and without scripts.
#[component]
pub(super) fn Report(report: ReportView, provider: Provider, fresh: bool) -> impl IntoView {
    let ReportView {
        saved,
        report,
        when,
        stale,
    } = report;
    let unsaved = fresh && !saved;
    let (tone, text) = verdict(&report);
    let passed = report.passed();
    let note = move || view! { "Tested " <TimeOf when=when.clone()/> };
    let result: NodeRef<Div> = NodeRef::new();
    Effect::new(move |_| {
        if fresh && let Some(element) = result.get() {
            _ = element.focus();
        }
    });
    let stages = ConnectionStage::ALL
        .iter()
        .map(|stage| {
            let result = report
                .stages
                .iter()
                .find(|result| result.stage == *stage)
                .cloned();
            view! { <Stage stage=*stage result provider/> }
        })
        .collect_view();
    view! {
        <Panel id="report" title="Connection test" note>
            <div class="in report">
                <div class="result" tabindex="-1" autofocus=fresh node_ref=result><Verdict tone>{text}</Verdict></div>
                <Standing unsaved stale passed/>
                <ol role="list" class="stages">{stages}</ol>
                {report.sample.map(|person| view! { <Sample person/> })}
            </div>
        </Panel>
    }
}

/// How far the report may be trusted.
#[component]
fn Standing(unsaved: bool, stale: bool, passed: bool) -> impl IntoView {
    let text = match (unsaved, stale, passed) {
        (true, _, true) => "These values work and are not saved yet. Press Save to use them.",
        (true, _, false) => "These values are not saved. What is stored has not changed.",
        (false, true, _) => "This test is older than the stored values. Test them again.",
        (false, false, _) => return None,
    };
    Some(view! { <Banner tone=Tone::Waiting><p>{text}</p></Banner> })
}

fn verdict(report: &ConnectionReport) -> (Tone, String) {
    let warnings = report
        .stages
        .iter()
        .filter(|stage| stage.verdict == StageVerdict::Warning)
        .count();
    let failed = report
        .stages
        .iter()
        .find(|stage| stage.verdict == StageVerdict::Failed);
    let name = report.tenant_name.as_deref().unwrap_or("the organisation");
    match failed {
        Some(failed) => {
            let problem = failed
                .advice
                .as_ref()
                .map_or(failed.seen.as_str(), |advice| advice.problem.as_str());
            (
                Tone::Problem,
                format!("Stopped at “{}”. {problem}", failed.stage.label()),
            )
        }
        None if warnings > 0 => {
            let warnings = plural(u64::try_from(warnings).unwrap_or(u64::MAX), "thing", "things");
            (
                Tone::Waiting,
                format!("Connected to {name}, with {warnings} to know."),
            )
        }
        None => (
            Tone::Ready,
            format!(
                "Connected to {name}. All {} stages passed.",
                ConnectionStage::ALL.len()
            ),
        ),
    }
}

#[component]
fn Stage(stage: ConnectionStage, result: Option<StageResult>, provider: Provider) -> impl IntoView {
    let verdict = result
        .as_ref()
        .map_or(StageVerdict::NotRun, |result| result.verdict);
    let (tone, word) = match verdict {
        StageVerdict::Passed => (Tone::Ready, "Passed"),
        StageVerdict::Warning => (Tone::Waiting, "Passed, but"),
        StageVerdict::Failed => (Tone::Problem, "Failed"),
        StageVerdict::NotRun => (Tone::Neutral, "Not run"),
    };
    let ran = verdict != StageVerdict::NotRun;
    let took = result
        .as_ref()
        .filter(|_| ran)
        .map(|result| duration(result.took_ms));
    let advice = result.as_ref().and_then(|result| result.advice.clone());
    let seen = result.map(|result| result.seen).unwrap_or_default();
    view! {
        <li class=format!("stage {}", tone.class())>
            <StateWord tone word/>
            <div>
                <h3>{stage.label()}</h3>
                {(!seen.is_empty()).then(|| view! { <p class="why">{seen}</p> })}
                {advice.map(|advice| view! { <div class="advice"><Cure way=way_to(provider, &advice) advice/></div> })}
            </div>
            <span class="took num">{took}</span>
        </li>
    }
}

/// The field to correct, on the same page.
fn way_to(provider: Provider, advice: &Advice) -> Option<(String, String)> {
    let field = advice.field.as_deref()?;
    let label = label_of(provider, field)?;
    Some((format!("#{field}"), format!("Go to the field “{label}”")))
}

/// "320 ms", "1.4 s".
fn duration(ms: u64) -> String {
    if ms < 1000 {
        format!("{ms} ms")
    } else {
        format!("{}.{} s", ms / 1000, ms % 1000 / 100)
    }
}

/// One real person, as the data mapping would see them.
#[component]
fn Sample(person: SamplePerson) -> impl IntoView {
    let rows = person
        .values
        .into_iter()
        .map(|(attribute, value)| {
            let value = match value {
                Some(value) => view! { {value} }.into_any(),
                None => view! { <span class="soft">"empty"</span> }.into_any(),
            };
            view! { <tr><th scope="row" class="name">{attribute}</th><td>{value}</td></tr> }
        })
        .collect_view();
    let title = format!("One real person: {}", person.name);
    view! {
        <div class="sample">
            <h3>{title.clone()}</h3>
            <Scroll label=title>
                <thead><tr><th scope="col">"Attribute"</th><th scope="col">"Value"</th></tr></thead>
                <tbody>{rows}</tbody>
            </Scroll>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(verdicts: &[StageVerdict]) -> ConnectionReport {
        let stages = ConnectionStage::ALL
            .iter()
            .zip(verdicts)
            .map(|(stage, verdict)| StageResult {
                stage: *stage,
                verdict: *verdict,
                took_ms: 12,
                seen: "seen".into(),
                advice: None,
            })
            .collect();
        ConnectionReport {
            at: "2026-03-03T09:41:00Z".parse().expect("a moment"),
            stages,
            sample: None,
            tenant_id: None,
            tenant_name: Some("Contoso Ltd".into()),
        }
    }

    #[test]
    fn c_09_a_partial_pass_is_never_called_a_plain_pass() {
        use StageVerdict::{Passed, Warning};
        let (tone, text) = verdict(&report(&[Passed, Passed, Passed, Passed, Warning, Passed]));
        assert_eq!(
            (tone, text.as_str()),
            (Tone::Waiting, "Connected to Contoso Ltd, with 1 thing to know.")
        );
    }

    #[test]
    fn the_first_failure_is_the_verdict() {
        use StageVerdict::{Failed, NotRun, Passed};
        let (tone, text) = verdict(&report(&[Passed, Failed, NotRun, NotRun, NotRun, NotRun]));
        assert_eq!(
            (tone, text.as_str()),
            (Tone::Problem, "Stopped at “Sign in as the application”. seen")
        );
    }

    #[test]
    fn durations_are_short() {
        assert_eq!(
            (duration(320), duration(1449)),
            ("320 ms".to_owned(), "1.4 s".to_owned())
        );
    }
}
