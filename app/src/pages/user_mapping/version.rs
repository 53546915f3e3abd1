//! One version of the mapping: how its file is read, and what came of its check.

use domain::user_mapping::{
    Delimiter, FileEncoding, MappingOutcome, MappingQuestion, MappingReading, MappingState, MappingSummary,
    RenameKind, Severity,
};
use domain::views::MappingVersionView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::user_mapping::ReadMappingFile;
use crate::components::{
    Answer, Banner, Option_, Panel, SelectField, Submit, TimeOf, Tone, Verdict, customer, thousands,
};
use crate::pages::runs::RefreshWithoutScripts;

#[component]
pub(super) fn Version(version: MappingVersionView, can_edit: bool) -> impl IntoView {
    let MappingVersionView {
        number,
        file_name,
        by,
        when,
        reading,
        ..
    } = version;
    let is_waiting = version.state == MappingState::Checking;
    let outcome = version.outcome.filter(|_| !is_waiting);
    view! {
        <Panel title=format!("Version {number}") id="version" note=move || {
            let (file_name, by, when) = (file_name.clone(), by.clone(), when.clone());
            view! { <bdi>{file_name}</bdi> {format!(", by {by}, ")} <TimeOf when/> }
        }>
            <div class="in form">
                <Answer of=ReadMappingFile::PATH/>
                {is_waiting.then(|| view! {
                    <Verdict tone=Tone::Waiting>"The file is being checked."</Verdict>
                    <div data-reload=""></div>
                    <RefreshWithoutScripts/>
                })}
                {outcome.map(|outcome| view! { <Outcome outcome number reading can_edit/> })}
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
    view! {
        <Verdict tone>{sentence}</Verdict>
        <p class="soft">
            "Looked at so far: the file itself, each line, and lines among each other. Whether the accounts are in People and in \
             the new directory, corrections on this page and the review follow in this console."
        </p>
        <dl class="facts">{facts}</dl>
        {can_edit.then(|| view! { <ReadAnew number reading/> })}
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
    rows.into_iter()
        .map(|(term, value)| view! { <dt>{term}</dt><dd><bdi>{value}</bdi></dd> })
        .collect_view()
}
