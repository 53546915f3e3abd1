//! One version of the mapping: how its file is read, and what came of its check.

use domain::user_mapping::{
    Coverage, Delimiter, FileEncoding, MappingOutcome, MappingQuestion, MappingReading, MappingState,
    MappingSummary, RenameKind, Severity, TargetLines,
};
use domain::views::{MappingDrift, MappingVersionView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::Lists;
use super::causes::Corrections;
use crate::api::user_mapping::{CheckMapping, ReadMappingFile};
use crate::components::{
    Answer, Banner, Option_, Panel, SelectField, Submit, TimeOf, Tone, Verdict, customer, plural, thousands,
};
use crate::pages::runs::RefreshWithoutScripts;

#[component]
pub(super) fn Version(
    version: MappingVersionView,
    corrections: Corrections,
    drift: Option<MappingDrift>,
) -> impl IntoView {
    let can_edit = corrections.can_edit;
    let MappingVersionView {
        number,
        file_name,
        by,
        when,
        what,
        reading,
        ..
    } = version;
    let file = (!version.hash.is_empty()).then(|| {
        let path = customer().path(&format!("user-mapping/{number}/file.csv"));
        view! { <p class="why">"The file of this version: " <a href=path download>"CSV"</a> ", SHA-256 " <code class="name">{version.hash}</code></p> }
    });
    let what = what.map(|what| view! { <p class="soft"><bdi>{what}</bdi></p> });
    let drift = drift.map(|drift| view! { <Drift drift number can_edit/> });
    let is_waiting = version.state == MappingState::Checking;
    let outcome = version.outcome.filter(|_| !is_waiting);
    view! {
        <Panel title=format!("Version {number}") id="version" note=move || {
            let (file_name, by, when) = (file_name.clone(), by.clone(), when.clone());
            view! { <bdi>{file_name}</bdi> {format!(", by {by}, ")} <TimeOf when/> }
        }>
            <div class="in form">
                <Answer of=ReadMappingFile::PATH/>
                {what}
                {drift}
                {is_waiting.then(|| view! {
                    <Verdict tone=Tone::Waiting>"The file is being checked."</Verdict>
                    <div data-reload=""></div>
                    <RefreshWithoutScripts/>
                })}
                {outcome.map(|outcome| view! { <Outcome outcome number reading can_edit/> })}
                {file}
            </div>
        </Panel>
    }
}

#[component]
fn Outcome(outcome: MappingOutcome, number: i64, reading: MappingReading, can_edit: bool) -> impl IntoView {
    match outcome {
        MappingOutcome::Asks(question) => view! { <Question question number reading can_edit/> }.into_any(),
        MappingOutcome::Refused(rejection) => view! {
            <Banner tone=Tone::Problem><p>{rejection.sentence()}</p></Banner>
            {can_edit.then(|| view! { <ReadAnew number reading/> })}
        }
        .into_any(),
        MappingOutcome::Failed => view! {
            <Banner tone=Tone::Problem>
                <p>"The check broke off on our side, again and again. The file is safe. Upload it once more; if that does not help, tell the deployment team."</p>
            </Banner>
        }
        .into_any(),
        MappingOutcome::Checked(summary) => view! { <Summary summary=*summary number reading can_edit/> }.into_any(),
    }
}

/// What a person has to say before the file can be read (F-09, F-12).
#[component]
fn Question(
    question: MappingQuestion,
    number: i64,
    reading: MappingReading,
    can_edit: bool,
) -> impl IntoView {
    let sentence = question.sentence();
    match question {
        MappingQuestion::Encoding { samples } => {
            let samples = samples
                .into_iter()
                .map(|line| view! { <li class="name"><bdi>{line}</bdi></li> })
                .collect_view();
            view! {
                <Verdict tone=Tone::Yours>{sentence}</Verdict>
                <ul role="list">{samples}</ul>
                <p class="soft">"This is how they read in Windows-1252, which Western European spreadsheets write. If letters are wrong, save the list as “CSV UTF-8” and upload that."</p>
                {can_edit.then(|| view! {
                    <ReadForm number>
                        <input type="hidden" name="encoding" value=FileEncoding::Windows1252.code()/>
                        <div class="actions"><Submit label="Yes, read it so" busy="Reading…" class="main"/></div>
                    </ReadForm>
                })}
            }
            .into_any()
        }
        MappingQuestion::Heading { .. } => view! {
            <Verdict tone=Tone::Yours>{sentence}</Verdict>
            <p class="soft">"That is the heading of a People export. If it holds something else, rename the right column to existing_username and upload the file again."</p>
            {can_edit.then(|| view! {
                <ReadForm number>
                    <Kept reading/>
                    <input type="hidden" name="heading_is_right" value="true"/>
                    <div class="actions"><Submit label="Yes, read it so" busy="Reading…" class="main"/></div>
                </ReadForm>
            })}
        }
        .into_any(),
    }
}

/// What was chosen before stays chosen.
#[component]
fn Kept(reading: MappingReading) -> impl IntoView {
    view! {
        <input type="hidden" name="encoding" value=reading.encoding.map_or("", FileEncoding::code)/>
        <input type="hidden" name="delimiter" value=reading.delimiter.map_or("", Delimiter::code)/>
    }
}

#[component]
fn ReadForm(number: i64, children: Children) -> impl IntoView {
    view! {
        <form method="post" action=ReadMappingFile::PATH class="form">
            <input type="hidden" name="customer" value=customer().slug/>
            <input type="hidden" name="version" value=number/>
            {children()}
        </form>
    }
}

/// Another encoding or separator than the one that was detected (F-12, F-14).
#[component]
fn ReadAnew(number: i64, reading: MappingReading) -> impl IntoView {
    let encodings = [FileEncoding::Utf8, FileEncoding::Windows1252];
    let encodings = Option_::filter(
        "As detected",
        encodings.map(|encoding| (encoding.code(), encoding.label())),
    );
    let delimiters = Delimiter::ALL
        .iter()
        .map(|delimiter| (delimiter.code(), delimiter.label()));
    let delimiters = Option_::filter("As detected", delimiters);
    let confirmed = reading.heading_is_confirmed;
    view! {
        <details class="fold">
            <summary>"Read the file in another way"</summary>
            <ReadForm number>
                <SelectField key="encoding" label="Encoding" options=encodings value=reading.encoding.map_or("", FileEncoding::code)/>
                <SelectField key="delimiter" label="Separator" options=delimiters value=reading.delimiter.map_or("", Delimiter::code)/>
                {confirmed.then(|| view! { <input type="hidden" name="heading_is_right" value="true"/> })}
                <div class="actions"><Submit label="Read it so" busy="Reading…"/></div>
            </ReadForm>
        </details>
    }
}

#[component]
fn Summary(summary: MappingSummary, number: i64, reading: MappingReading, can_edit: bool) -> impl IntoView {
    let (tone, sentence) = (tone(&summary), summary.sentence());
    let facts = facts(&summary);
    let coverage = summary.coverage;
    let all = Lists::All.href();
    view! {
        <Verdict tone>{sentence}</Verdict>
        {(coverage.active > 0).then(|| view! { <Everybody coverage/> })}
        <p><a href=all>"Show all lines"</a></p>
        <details class="fold">
            <summary>"How it was read, and what its lines do"</summary>
            <dl class="facts">{facts}</dl>
        </details>
        {can_edit.then(|| view! { <ReadAnew number reading/> })}
    }
}

/// What becomes of the active accounts: a bar, and the numbers that make it.
#[component]
fn Everybody(coverage: Coverage) -> impl IntoView {
    let parts = [
        (
            "ready",
            coverage.mapped + coverage.there,
            "move, or are there already",
        ),
        ("local", coverage.local, "stay local by choice"),
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
        .map(|(class, count, word)| view! { <span><i class=class></i>{format!("{} {word}", thousands(count))}</span> })
        .collect_view();
    let administrators = (coverage.undecided_administrators > 0).then(|| {
        let many = plural(coverage.undecided_administrators, "administrator is", "administrators are");
        view! { <Banner tone=Tone::Waiting><p>{format!("{many} among the undecided, each to be decided about by name.")}</p></Banner> }
    });
    let newcomers = plural(coverage.newcomers, "person", "people");
    let newcomers = format!("{newcomers} of the directory without an account here will be new.");
    let sentence = if coverage.mapped == 0 {
        newcomers
    } else {
        let (confirmed, mapped) = (thousands(coverage.confirmed), thousands(coverage.mapped));
        format!("{confirmed} of {mapped} new usernames were found in the directory. {newcomers}")
    };
    let view_box = format!("0 0 {} 10", coverage.active);
    view! {
        <div>
            <svg class="bar" viewBox=view_box preserveAspectRatio="none" role="img" aria-label=words>{bars}</svg>
            <p class="legend">{legend}</p>
        </div>
        <p class="soft">{sentence}</p>
        {administrators}
    }
}

/// What changed since the version was checked (P-17).
#[component]
fn Drift(drift: MappingDrift, number: i64, can_edit: bool) -> impl IntoView {
    let accounts = drift
        .accounts
        .into_iter()
        .map(|account| {
            let href = customer().path(&format!("people/{}", account.id));
            view! { <li><a href=href><bdi>{account.text}</bdi></a></li> }
        })
        .collect_view();
    let people = drift
        .people
        .into_iter()
        .map(|text| view! { <li><bdi>{text}</bdi></li> })
        .collect_view();
    let more = |count: u64, one: &str, many: &str| {
        (count > 0).then(|| view! { <li>{format!("and {}", plural(count, one, many))}</li> })
    };
    let more_accounts = more(drift.more_accounts, "more account", "more accounts");
    let more_people = more(
        drift.more_people,
        "more person of the directory",
        "more people of the directory",
    );
    let check = can_edit.then(|| {
        view! {
            <form method="post" action=CheckMapping::PATH class="actions">
                <input type="hidden" name="customer" value=customer().slug/>
                <input type="hidden" name="version" value=number/>
                <Submit label="Check again" busy="Checking…" class="main"/>
            </form>
        }
    });
    view! {
        <Banner tone=Tone::Waiting>
            <p>"People or the directory changed since this version was checked. What is shown here is about how they were; an approval does not count for how they are."</p>
            <details class="fold">
                <summary>"What changed"</summary>
                <ul>{accounts}{more_accounts}{people}{more_people}</ul>
            </details>
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
fn facts(summary: &MappingSummary) -> impl IntoView + use<> {
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
        rows.push(("Left out", summary.ignored.join(", ")));
    }
    if summary.blank_lines > 0 {
        rows.push(("Blank lines", thousands(summary.blank_lines)));
    }
    let kinds = RenameKind::ALL.iter().filter(|kind| summary.kind(**kind) > 0);
    rows.extend(kinds.map(|kind| (kind.label(), thousands(summary.kind(*kind)))));
    rows.extend(targets(&summary.targets));
    rows.into_iter()
        .map(|(term, value)| view! { <dt>{term}</dt><dd><bdi>{value}</bdi></dd> })
        .collect_view()
}

/// Every distinct value of the target directory, as it is written in the file.
fn targets(targets: &[TargetLines]) -> Vec<(&'static str, String)> {
    let value = |target: &TargetLines| {
        if target.value.is_empty() {
            "nothing, which is the connected directory".to_owned()
        } else {
            target.value.clone()
        }
    };
    let count = |target: &TargetLines| plural(target.lines, "line", "lines");
    let each = targets.iter().map(|target| {
        (
            "Target directory",
            format!("{}: {}", value(target), count(target)),
        )
    });
    each.collect()
}
