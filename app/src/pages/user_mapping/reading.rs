//! How the file of a version is read: what a person has to say first, how its lines read, and how to read it in another way
//! (F-03, F-07 to F-09, F-11, F-12, F-14).

use domain::user_mapping::{Column, ColumnsForm, Delimiter, FileEncoding, MappingQuestion, MappingReading};
use domain::views::{MappingColumnsView, MappingSample};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::de::IgnoredAny;

use super::{Hidden, under};
use crate::api::user_mapping::{OfVersion, ReadMappingFile};
use crate::api::{ApiError, take_flash};
use crate::components::{
    Done, Option_, Refused, SelectField, Submit, Tone, Verdict, WhyRefused, awaited, heads, kept,
};

/// How a file is read, and its columns, for whoever may say which is which.
#[derive(Clone)]
pub(super) struct How {
    pub reading: MappingReading,
    pub columns: Option<MappingColumnsView>,
}

/// What came of reading a file in another way. What was refused of its columns is told in their form, where they stand as they were
/// chosen.
#[component]
pub(super) fn CameOfReading(
    number: i64,
    /// The form of the columns is on the page.
    has_columns: bool,
    /// Every line of it was looked at: not that it was refused, or asks again.
    is_read: bool,
    /// The page loads itself again soon, and tells it again then.
    is_waiting: bool,
) -> impl IntoView {
    let flash = kept::<OfVersion<ColumnsForm>>(ReadMappingFile::PATH, is_waiting);
    awaited(flash, move |kept| {
        match kept.map(|kept| (kept.result, kept.values)) {
            Some((Ok(_), _)) => {
                let words = if is_read {
                    "Read so, as a new version.".to_owned()
                } else {
                    format!("It is version {number} now.")
                };
                view! { <Done words again=is_waiting/> }.into_any()
            }
            Some((Err(error), values)) if !(has_columns && is_of(&values, number)) => {
                view! { <Refused error/> }.into_any()
            }
            _ => ().into_any(),
        }
    })
}

/// Whether columns were said of this version.
fn is_of((version, columns): &OfVersion<ColumnsForm>, number: i64) -> bool {
    *version == number && columns.said
}

/// What a person has to say before the file can be read (F-09, F-12).
#[component]
pub(super) fn Question(
    question: MappingQuestion,
    number: i64,
    how: How,
    can_edit: bool,
    samples: Vec<MappingSample>,
) -> impl IntoView {
    let sentence = question.sentence();
    let reading = how.reading.clone();
    match question {
        MappingQuestion::Encoding { .. } => {
            view! { <WhichEncoding sentence number reading can_edit samples/> }.into_any()
        }
        MappingQuestion::Heading { .. } => view! {
            <Verdict tone=Tone::Yours>{sentence}</Verdict>
            <Begins samples/>
            <p class="soft">"That is the heading of a People export. " {how.columns.is_some().then_some("If the column holds something else, say below which one holds the existing usernames.")}</p>
            {can_edit.then(|| view! {
                <ReadForm number>
                    <AsRead reading/>
                    <input type="hidden" name="heading_is_right" value="true"/>
                    <div class="actions"><Submit label="Yes, read it so" busy="Reading…" class="main"/></div>
                </ReadForm>
            })}
            <WhichColumns number how title="No, say which column is which" is_open=false/>
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
    let along = reading.clone();
    let delimiter = reading.delimiter.map_or("", Delimiter::code);
    view! {
        <Verdict tone=Tone::Yours>{sentence}</Verdict>
        <SideBySide samples/>
        <p class="soft">"Western European spreadsheets write Windows-1252. Where a reading shows “�”, a letter is lost in it. If no reading is right, save the list as “CSV UTF-8” and upload that."</p>
        {can_edit.then(|| view! {
            <ReadForm number>
                <input type="hidden" name="delimiter" value=delimiter/>
                <Along reading=along/>
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
    let encodings = Option_::encodings("As detected");
    let delimiters = Delimiter::ALL
        .iter()
        .map(|delimiter| (delimiter.code(), delimiter.label()));
    let delimiters = Option_::filter("As detected", delimiters);
    let along = reading.clone();
    view! {
        <details class="fold">
            <summary>"Read the file in another way"</summary>
            <ReadForm number>
                <SelectField key="encoding" label="Encoding" options=encodings value=reading.encoding.map_or("", FileEncoding::code)/>
                <SelectField key="delimiter" label="Separator" options=delimiters value=reading.delimiter.map_or("", Delimiter::code)/>
                <Along reading=along/>
                <div class="actions"><Submit label="Read it so" busy="Reading…"/></div>
            </ReadForm>
        </details>
    }
}

/// The encoding and the separator as they are.
#[component]
fn AsRead(reading: MappingReading) -> impl IntoView {
    view! {
        <input type="hidden" name="encoding" value=reading.encoding.map_or("", FileEncoding::code)/>
        <input type="hidden" name="delimiter" value=reading.delimiter.map_or("", Delimiter::code)/>
    }
}

/// What was said of headings and columns: it is said of every encoding.
#[component]
fn Along(reading: MappingReading) -> impl IntoView {
    let columns = reading.columns.map(ColumnsForm::from);
    view! {
        {reading.heading_is_confirmed.then(|| view! { <input type="hidden" name="heading_is_right" value="true"/> })}
        {columns.map(|columns| view! {
            <input type="hidden" name="columns[said]" value="true"/>
            <input type="hidden" name="columns[existing]" value=columns.existing/>
            <input type="hidden" name="columns[new]" value=columns.new/>
            <input type="hidden" name="columns[target]" value=columns.target/>
            <input type="hidden" name="columns[has_header]" value=columns.has_header/>
        })}
    }
}

/// Which column is which, where the headings do not say it, or say something else than is meant (F-03, F-07 to F-09). What was
/// refused stands as it was chosen.
#[component]
pub(super) fn WhichColumns(
    number: i64,
    how: How,
    title: &'static str,
    /// The file cannot be read before it is said.
    is_open: bool,
) -> impl IntoView {
    let How { reading, columns } = how;
    let Some(columns) = columns else {
        return ().into_any();
    };
    let flash = take_flash::<OfVersion<ColumnsForm>, IgnoredAny>(ReadMappingFile::PATH);
    awaited(flash, move |kept| {
        let MappingColumnsView { names, form } = columns;
        let kept = kept.filter(|kept| is_of(&kept.values, number));
        let refused = kept.and_then(|kept| Some((kept.result.err()?, kept.values.1)));
        let (error, form) = match refused {
            Some((error, typed)) => (Some(under(error, |field| format!("columns-{field}"))), typed),
            None => (None, form),
        };
        let class = if is_open { "main" } else { "" };
        let is_open = is_open || error.is_some();
        let has_said = reading.columns.is_some();
        let along = MappingReading {
            columns: None,
            ..reading.clone()
        };
        view! {
            <details class="fold" open=is_open>
                <summary>{title}</summary>
                <ReadForm number>
                    <WhyRefused error=error.clone()/>
                    <AsRead reading/>
                    <Along reading=along/>
                    <ColumnFields names form error/>
                    <div class="actions">
                        <Submit label="Read these columns" busy="Reading…" class name="columns[said]" value="true"/>
                        {has_said.then(|| view! { <Submit label="Go by the headings again" busy="Reading…" class="quiet" name="columns[said]" value="false"/> })}
                    </div>
                </ReadForm>
            </details>
        }
        .into_any()
    })
}

#[component]
fn ColumnFields(names: Vec<String>, form: ColumnsForm, error: Option<ApiError>) -> impl IntoView {
    let header = Option_::filter("Choose…", ColumnsForm::HEADER);
    let existing = column_options("Choose…", &names, &form.existing);
    let new = column_options("Choose…", &names, &form.new);
    let target = column_options("No such column", &names, &form.target);
    view! {
        <SelectField key="columns-existing" name="columns[existing]" label="Column of the existing usernames" options=existing value=form.existing error=error.clone()/>
        <SelectField key="columns-new" name="columns[new]" label="Column of the new usernames" options=new value=form.new error=error.clone()/>
        <SelectField key="columns-target" name="columns[target]" label="Column of the target directory" options=target value=form.target error=error.clone()
            help="Without one everybody goes to the connected directory."/>
        <SelectField key="columns-has_header" name="columns[has_header]" label="Is the first line a heading?" options=header value=form.has_header error/>
    }
}

/// The columns by their numbers, with what the first line says of each; `chosen` is among them, whatever was posted.
fn column_options(none: &str, names: &[String], chosen: &str) -> Vec<Option_> {
    let mut options = vec![Option_::new("", none)];
    options.extend(names.iter().enumerate().map(|(at, name)| {
        let number = at + 1;
        let label = if name.is_empty() {
            format!("Column {number}")
        } else {
            format!("Column {number}: {name}")
        };
        Option_::new(at.to_string(), label)
    }));
    if !options.iter().any(|option| option.value == chosen) {
        let label = chosen.parse::<usize>().map_or_else(
            |_| chosen.to_owned(),
            |at| format!("Column {}", at.saturating_add(1)),
        );
        options.push(Option_::new(chosen, label));
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f_07_columns_are_named_by_the_first_line_and_what_was_chosen_is_among_them() {
        let names = ["Old login".to_owned(), String::new()];
        let labels = |chosen: &str| -> Vec<String> {
            let options = column_options("Choose…", &names, chosen).into_iter();
            options
                .map(|option| format!("{}={}", option.value, option.label))
                .collect()
        };
        let offered = ["=Choose…", "0=Column 1: Old login", "1=Column 2"];
        assert_eq!(labels(""), offered);
        assert_eq!(labels("1"), offered);
        assert_eq!(labels("120")[3], "120=Column 121");
        assert_eq!(labels("there")[3], "there=there");
    }
}
