//! How the file of a version is read: what a person has to say first, how its lines read, and how to read it in another way
//! (F-09, F-11, F-12, F-14).

use domain::user_mapping::{Column, Delimiter, FileEncoding, MappingQuestion, MappingReading};
use domain::views::MappingSample;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::Hidden;
use crate::api::user_mapping::ReadMappingFile;
use crate::components::{Option_, SelectField, Submit, Tone, Verdict, heads};

/// What a person has to say before the file can be read (F-09, F-12).
#[component]
pub(super) fn Question(
    question: MappingQuestion,
    number: i64,
    reading: MappingReading,
    can_edit: bool,
    samples: Vec<MappingSample>,
) -> impl IntoView {
    let sentence = question.sentence();
    match question {
        MappingQuestion::Encoding { .. } => {
            view! { <WhichEncoding sentence number reading can_edit samples/> }.into_any()
        }
        MappingQuestion::Heading { .. } => view! {
            <Verdict tone=Tone::Yours>{sentence}</Verdict>
            <Begins samples/>
            <p class="soft">"That is the heading of a People export. If it holds something else, rename the right column to existing_username and upload the file again."</p>
            {can_edit.then(|| view! {
                <ReadForm number>
                    <input type="hidden" name="encoding" value=reading.encoding.map_or("", FileEncoding::code)/>
                    <input type="hidden" name="delimiter" value=reading.delimiter.map_or("", Delimiter::code)/>
                    <input type="hidden" name="heading_is_right" value="true"/>
                    <div class="actions"><Submit label="Yes, read it so" busy="Reading…" class="main"/></div>
                </ReadForm>
            })}
        }
        .into_any(),
    }
}

/// The same lines in each encoding, side by side, and a button for each; another one can be chosen below (F-11, F-12).
#[component]
fn WhichEncoding(
    sentence: String,
    number: i64,
    reading: MappingReading,
    can_edit: bool,
    samples: Vec<MappingSample>,
) -> impl IntoView {
    let buttons = samples
        .iter()
        .enumerate()
        .map(|(place, sample)| {
            let label = format!("Read it as {}", sample.encoding.label());
            let class = if place == 0 { "main" } else { "" };
            view! { <Submit label busy="Reading…" class name="encoding" value=sample.encoding.code()/> }
        })
        .collect_view();
    let confirmed = reading.heading_is_confirmed;
    let delimiter = reading.delimiter.map_or("", Delimiter::code);
    view! {
        <Verdict tone=Tone::Yours>{sentence}</Verdict>
        <SideBySide samples/>
        <p class="soft">"Western European spreadsheets write Windows-1252. Where a reading shows “�”, a letter is lost in it. If no reading is right, save the list as “CSV UTF-8” and upload that."</p>
        {can_edit.then(|| view! {
            <ReadForm number>
                <input type="hidden" name="delimiter" value=delimiter/>
                {confirmed.then(|| view! { <input type="hidden" name="heading_is_right" value="true"/> })}
                <div class="actions">{buttons}</div>
            </ReadForm>
            <ReadAnew number reading/>
        })}
    }
}

/// Lines of the file, a column for each encoding.
#[component]
fn SideBySide(samples: Vec<MappingSample>) -> impl IntoView {
    let labels: Vec<&'static str> = samples.iter().map(|sample| sample.encoding.label()).collect();
    let count = samples.iter().map(|sample| sample.lines.len()).max();
    let rows = (0..count.unwrap_or_default())
        .map(|place| {
            let cells = samples
                .iter()
                .map(|sample| {
                    let text = sample.lines.get(place).cloned().unwrap_or_default();
                    view! { <td class="name" data-label=sample.encoding.label()><bdi>{text}</bdi></td> }
                })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    view! {
        <div class="stack">
            <table class="table">
                <caption class="visually-hidden">"Lines of the file in each encoding"</caption>
                {heads(labels)}
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// The first lines of a file whose cells are not told apart, in the encoding it was read in.
#[component]
pub(super) fn Begins(samples: Vec<MappingSample>) -> impl IntoView {
    samples
        .into_iter()
        .map(|sample| {
            let lines = sample
                .lines
                .into_iter()
                .map(|line| view! { <li class="name"><bdi>{line}</bdi></li> })
                .collect_view();
            view! {
                <p class="soft">{format!("The file begins so, read as {}:", sample.encoding.label())}</p>
                <ul role="list">{lines}</ul>
            }
        })
        .collect_view()
}

/// The first lines in the columns as they were understood: a wrong encoding or separator is seen at once (F-12, F-14).
#[component]
pub(super) fn FirstLines(
    first: Vec<[String; 3]>,
    encoding: FileEncoding,
    delimiter: Delimiter,
) -> impl IntoView {
    if first.is_empty() {
        return ().into_any();
    }
    let rows = first
        .into_iter()
        .map(|cells| {
            let cells = Column::ALL
                .iter()
                .zip(cells)
                .map(|(column, cell)| view! { <td class="name" data-label=column.label()><bdi>{cell}</bdi></td> })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    let (encoding, delimiter) = (encoding.label(), delimiter.label());
    view! {
        <p class="soft">{format!("Read as {encoding}; separator: {delimiter}. The first lines, as they were read:")}</p>
        <div class="stack">
            <table class="table">
                <caption class="visually-hidden">"The first lines, as they were read"</caption>
                {heads(Column::ALL.iter().map(|column| column.label()))}
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn ReadForm(number: i64, children: Children) -> impl IntoView {
    view! {
        <form method="post" action=ReadMappingFile::PATH class="form">
            <Hidden version=number/>
            {children()}
        </form>
    }
}

/// Another encoding or separator than the one that was detected (F-11, F-12, F-14).
#[component]
pub(super) fn ReadAnew(number: i64, reading: MappingReading) -> impl IntoView {
    let encodings = FileEncoding::ALL
        .iter()
        .map(|encoding| (encoding.code(), encoding.label()));
    let encodings = Option_::filter("As detected", encodings);
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
