//! One version of the mapping: its file, and what came of its check.

use domain::user_mapping::{
    Coverage, FindingCode, FindingGroup, MappingOutcome, MappingState, MappingSummary, RenameKind, Severity,
    TargetLines,
};
use domain::views::{MappingDrift, MappingSample, MappingVersionView};
use leptos::prelude::*;

use super::again::CheckAgain;
use super::causes::Corrections;
use super::drift::{Changes, UNNAMED, is_nobody};
use super::lines::lines_of_kind;
use super::reading::{Begins, CameOfReading, FirstLines, How, Question, ReadAnew, WhichColumns};
use super::{Group, Lists, connected, target_of};
use crate::api::user_mapping::Shown;
use crate::components::{Banner, Panel, TimeOf, Tone, Verdict, customer, plural, thousands};
use crate::pages::runs::RefreshWithoutScripts;

/// Over the form that names the columns of a file.
const WHICH: &str = "Say which column is which";

#[component]
pub(super) fn Version(
    version: MappingVersionView,
    corrections: Corrections,
    drift: Option<MappingDrift>,
) -> impl IntoView {
    let (can_edit, shown) = (corrections.can_edit, corrections.shown());
    let connected = connected(&corrections);
    let MappingVersionView {
        number,
        file_name,
        by,
        when,
        what,
        is_uploaded,
        reading,
        samples,
        first,
        columns,
        meant,
        ..
    } = version;
    let has_columns = columns.is_some();
    let how = How { reading, columns };
    let can_read = can_edit && is_uploaded;
    let spreadsheets = if is_uploaded {
        "It comes back as it was uploaded: a spreadsheet may run cells that begin like formulas."
    } else {
        "Cells that begin like formulas are harmless in it: no spreadsheet runs them."
    };
    let file = (!version.hash.is_empty()).then(|| {
        let path = customer().path(&format!("user-mapping/{number}/file.csv"));
        view! {
            <p class="why">"The file of this version: " <a href=path download>"CSV"</a> ", SHA-256 " <code class="name">{version.hash}</code></p>
            <p class="why">{spreadsheets}</p>
        }
    });
    let what = what.map(|what| view! { <p class="soft"><bdi>{what}</bdi></p> });
    let drift = drift.map(|drift| view! { <Drift drift shown can_edit/> });
    let is_waiting = version.state == MappingState::Checking;
    let outcome = version.outcome.filter(|_| !is_waiting);
    let is_read = matches!(outcome, Some(MappingOutcome::Checked(_)));
    view! {
        <Panel title=format!("Version {number}") id="version" note=move || {
            let (file_name, by, when) = (file_name.clone(), by.clone(), when.clone());
            // While a correction is checked its file is still being made.
            let comma = if file_name.is_empty() { "" } else { ", " };
            view! { <bdi>{file_name}</bdi> {format!("{comma}by {by}, ")} <TimeOf when/> }
        }>
            <div class="in form">
                <CameOfReading number has_columns is_read is_waiting/>
                {what}
                {drift}
                {is_waiting.then(|| view! {
                    <Verdict tone=Tone::Waiting>"The file is being checked."</Verdict>
                    <div data-reload=""></div>
                    <RefreshWithoutScripts/>
                })}
                {outcome.map(|outcome| view! { <Outcome outcome shown how connected can_edit can_read samples first meant/> })}
                {file}
            </div>
        </Panel>
    }
}

#[component]
fn Outcome(
    outcome: MappingOutcome,
    shown: Shown,
    how: How,
    /// The name of the connected directory.
    connected: String,
    can_edit: bool,
    /// Its file was uploaded, and whoever looks may have it read in another way.
    can_read: bool,
    samples: Vec<MappingSample>,
    first: Vec<[String; 3]>,
    /// The directories that the values of the target directory were taken for.
    meant: Vec<String>,
) -> impl IntoView {
    let number = shown.version;
    match outcome {
        MappingOutcome::Asks(question) => {
            view! { <Question question number how can_edit=can_read samples/> }.into_any()
        }
        MappingOutcome::Refused(rejection) => view! {
            <Banner tone=Tone::Problem><p>{rejection.sentence()}</p></Banner>
            <Begins samples/>
            <WhichColumns number how=how.clone() title=WHICH is_open=true/>
            {can_read.then(|| view! { <ReadAnew number reading=how.reading/> })}
        }
        .into_any(),
        MappingOutcome::Failed => {
            let cure = match (can_edit, number) {
                (false, _) => "Whoever works on the mapping can have it checked again.",
                (true, 1) => "Check again; if that does not help, tell the deployment team.",
                (true, _) => {
                    "Check again. If that does not help, take an earlier version up again below, or tell the deployment team."
                }
            };
            view! {
                <Banner tone=Tone::Problem>
                    <p>"The check broke off on our side, again and again. Nothing was lost. " {cure}</p>
                    {can_edit.then(|| view! { <CheckAgain shown class="main"/> })}
                </Banner>
            }
            .into_any()
        }
        MappingOutcome::Checked(summary) => {
            view! { <Summary summary=*summary number how connected can_read first meant/> }.into_any()
        }
    }
}

#[component]
fn Summary(
    summary: MappingSummary,
    number: i64,
    how: How,
    connected: String,
    can_read: bool,
    first: Vec<[String; 3]>,
    meant: Vec<String>,
) -> impl IntoView {
    let (encoding, delimiter) = (summary.encoding, summary.delimiter);
    let (tone, sentence) = (tone(&summary), summary.sentence());
    let facts = facts(&summary, &connected, &meant);
    let coverage = summary.coverage;
    let is_unknown = |group: &FindingGroup| group.example.code == FindingCode::SnapshotUnknown;
    let is_read = !summary.groups.iter().any(is_unknown);
    let causes = lock_out_causes(&summary);
    let locked_out = locked_out(&summary)
        .map(|words| view! { <Banner tone=Tone::Waiting><p>{words}</p>{causes}</Banner> });
    let all = Lists::All.href();
    let without_headings = (!summary.has_header && how.reading.columns.is_none()).then(|| {
        let cure = if how.columns.is_some() {
            " If it names the columns, say below which is which."
        } else {
            ""
        };
        view! { <p class="soft">"The first line was read as a user: it holds no heading that is known." {cure}</p> }
    });
    view! {
        <Verdict tone>{sentence}</Verdict>
        {(coverage.active > 0).then(|| view! { <Everybody coverage is_read/> })}
        {locked_out}
        <FirstLines first encoding delimiter/>
        {without_headings}
        <p><a href=all>"Show all lines"</a></p>
        <details class="fold">
            <summary>"How it was read, and what its lines do"</summary>
            <dl class="facts">{facts}</dl>
        </details>
        {can_read.then(|| view! { <ReadAnew number reading=how.reading.clone()/> })}
        <WhichColumns number how title=WHICH is_open=false/>
    }
}

/// What becomes of the active accounts: a bar, and the numbers that make it.
#[component]
fn Everybody(
    coverage: Coverage,
    /// People of the directory are known: else nothing was found, and nothing is said to be missing (T-12).
    is_read: bool,
) -> impl IntoView {
    let parts = [
        (
            "ready",
            coverage.mapped + coverage.there,
            "move, or are there already",
        ),
        ("local", coverage.local, "local by choice"),
        ("left", coverage.left, "stay in the old directory by choice"),
        ("undecided", coverage.undecided + coverage.unclear, "undecided"),
    ];
    let mut from = 0;
    let bars = parts
        .iter()
        .filter(|(_, count, _)| *count > 0)
        .map(|(class, count, _)| {
            let x = from;
            from += count;
            view! { <rect class=*class x=x.to_string() width=count.to_string() height="10"/> }
        })
        .collect_view();
    let words = parts
        .map(|(_, count, word)| format!("{} {word}", thousands(count)))
        .join(", ");
    let legend = parts
        .into_iter()
        .filter(|(_, count, _)| *count > 0)
        .map(|(class, count, word)| {
            let words = format!("{} {word}", thousands(count));
            let words = if class == "undecided" && coverage.undecided > 0 {
                view! { <a href="#undecided">{words}</a> }.into_any()
            } else {
                words.into_any()
            };
            view! { <span><i class=class></i>{words}</span> }
        })
        .collect_view();
    let sentence = found(coverage, is_read);
    let read = (!is_read).then(|| {
        let href = customer().path("test-sync");
        view! { " " <a href=href>"Run the test sync"</a> ", then check again." }
    });
    let view_box = format!("0 0 {} 10", coverage.active);
    view! {
        <div>
            <svg class="bar" viewBox=view_box preserveAspectRatio="none" role="img" aria-label=words>{bars}</svg>
            <p class="legend">{legend}</p>
        </div>
        <p class="soft">{sentence}{read}</p>
    }
}

/// How many new usernames the directory knows, and how many people of it will be new (T-01, T-09, T-12).
fn found(coverage: Coverage, is_read: bool) -> String {
    if !is_read {
        let words = "Whether the directory has the new usernames is unknown: nobody was read from it.";
        return words.to_owned();
    }
    let newcomers = plural(coverage.newcomers, "person", "people");
    let newcomers = format!("{newcomers} of the directory without an account here will be new.");
    if coverage.mapped == 0 {
        return newcomers;
    }
    let (confirmed, mapped) = (thousands(coverage.confirmed), thousands(coverage.mapped));
    format!("{confirmed} of {mapped} new usernames were found in the directory. {newcomers}")
}

/// What changed since the version was checked (P-17).
#[component]
fn Drift(drift: MappingDrift, shown: Shown, can_edit: bool) -> impl IntoView {
    let check = can_edit.then(|| view! { <CheckAgain shown class="main"/> });
    let what = if is_nobody(&drift) {
        view! { <p>{UNNAMED}</p> }.into_any()
    } else {
        view! {
            <details class="fold">
                <summary>"What changed"</summary>
                <Changes changes=drift/>
            </details>
        }
        .into_any()
    };
    view! {
        <Banner tone=Tone::Waiting>
            <p>"People or the directory changed since this version was checked. What is shown here is about how they were; an approval does not count for how they are."</p>
            {what}
            {check}
        </Banner>
    }
}

fn tone(summary: &MappingSummary) -> Tone {
    if summary.count(Severity::Error) > 0 {
        Tone::Problem
    } else if summary.count(Severity::Warning) > 0 {
        Tone::Waiting
    } else {
        Tone::Ready
    }
}

/// How the file was read, and what its lines do.
fn facts(summary: &MappingSummary, connected: &str, meant: &[String]) -> impl IntoView + use<> {
    let mut rows = vec![
        ("Encoding", summary.encoding.label().to_owned()),
        ("Separator", summary.delimiter.label().to_owned()),
        (
            "First line",
            if summary.has_header {
                "names the columns"
            } else {
                "is a user: there are no headings"
            }
            .to_owned(),
        ),
    ];
    if !summary.ignored.is_empty() {
        rows.push(("Columns not read", summary.ignored.join(", ")));
    }
    if summary.blank_lines > 0 {
        rows.push(("Blank lines", thousands(summary.blank_lines)));
    }
    let fact = |(term, value): (&'static str, String)| view! { <dt>{term}</dt><dd><bdi>{value}</bdi></dd> };
    let read = rows.into_iter().map(fact).collect_view();
    let kinds = RenameKind::ALL.iter().filter(|kind| summary.kind(**kind) > 0);
    let kinds = kinds.map(|kind| {
        let (label, href) = (kind.label(), lines_of_kind(*kind));
        let lines = plural(summary.kind(*kind), "line", "lines");
        view! { <dt>{label}</dt><dd><a href=href>{lines}<span class="visually-hidden">{format!(": {label}")}</span></a></dd> }
    });
    let kinds = kinds.collect_view();
    let targets = targets(&summary.targets, connected, meant);
    view! { {read} {kinds} {targets.into_iter().map(fact).collect_view()} }
}

/// Who could not sign in any more after the first sync, in words; `None`: nobody, as far as is known. Whoever moves is blocked
/// by it unless somebody who is enabled and in a synchronised group has the new username (T-02, T-04, T-05), and whoever is
/// left in the old directory when that one's sync ends (P-13). Whoever becomes local has no local password before one is set
/// (D-10). Ways in that would be lost are told even of one account (P-07, P-08).
fn locked_out(summary: &MappingSummary) -> Option<String> {
    let coverage = summary.coverage;
    let lines = |code: FindingCode| {
        let of_code = summary.groups.iter().filter(|group| group.example.code == code);
        of_code.map(|group| group.lines.max(1)).sum::<u64>()
    };
    // T-12: where the directory was not read nothing is known of it.
    let unconfirmed = if lines(FindingCode::SnapshotUnknown) > 0 {
        0
    } else {
        coverage.mapped.saturating_sub(coverage.confirmed)
    };
    let all = unconfirmed + coverage.left;
    let why = [
        (
            unconfirmed,
            "with a new username that nobody enabled in a synchronised group has",
        ),
        (coverage.left, "left in the old directory"),
    ];
    let why = why
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{} {words}", thousands(count)));
    let why: Vec<String> = why.collect();
    let mut told = Vec::new();
    if all > 0 {
        let who = plural(all, "account", "accounts");
        told.push(format!("{who} would be locked out: {}.", why.join(", ")));
    }
    let local = lines(FindingCode::BecomesLocal);
    if local > 0 {
        let who = plural(
            local,
            "account becomes local, without a local password: nobody can sign in with it",
            "accounts become local, without a local password: nobody can sign in with them",
        );
        told.push(format!("{who} until one is set."));
    }
    let recovery = lines(FindingCode::RecoveryAccount);
    if recovery > 0 {
        let who = plural(recovery, "line changes", "lines change");
        told.push(format!("{who} the local administrator for emergencies."));
    }
    if lines(FindingCode::NoLocalAdministrator) > 0 {
        told.push("No local administrator could sign in.".to_owned());
    }
    (!told.is_empty()).then(|| told.join(" "))
}

/// The causes of that, each with the lines behind its number.
fn lock_out_causes(summary: &MappingSummary) -> impl IntoView + use<> {
    use FindingCode as C;
    let is_one = |group: &&FindingGroup| {
        let codes = [
            C::NotInDirectory,
            C::PersonDisabled,
            C::PersonOutOfScope,
            C::LeftBehind,
            C::BecomesLocal,
            C::RecoveryAccount,
        ];
        !group.is_whole() && codes.contains(&group.example.code)
    };
    let causes = summary.groups.iter().filter(is_one).map(|group| {
        let (title, lines) = (group.example.code.title(), plural(group.lines, "line", "lines"));
        let href = Lists::Group(Group::of(group)).href();
        view! { <li><a href=href>{format!("{title}: {lines}")}</a></li> }
    });
    let causes: Vec<_> = causes.collect();
    (!causes.is_empty()).then(|| view! { <ul>{causes}</ul> })
}

/// Every distinct value of the target directory, as it is written in the file, and the directory that it was taken for (D-03); lines
/// that say nothing are counted apart (D-01).
fn targets(targets: &[TargetLines], connected: &str, meant: &[String]) -> Vec<(&'static str, String)> {
    let each = targets.iter().zip(meant).map(|(target, meant)| {
        let lines = plural(target.lines, "line", "lines");
        let taken_for = match meant.as_str() {
            "" => ", which directory is still to be said".to_owned(),
            meant if meant == target.value || target.value.is_empty() => String::new(),
            meant => format!(", {meant}"),
        };
        let value = target_of(&target.value, connected);
        ("Target directory", format!("{value}: {lines}{taken_for}"))
    });
    each.collect()
}
