//! The form a People file comes in by. It works without scripts: the browser posts it as it is.

use domain::people::OldDirectory;
use domain::people_file::PeopleFileReceived;
use domain::views::OldDirectoryView;
use leptos::prelude::*;
use services::TypedPeopleFile;

use crate::api::people_file::PEOPLE_FILE;
use crate::api::take_flash;
use crate::components::{
    Field, Option_, Panel, SelectField, Submit, Tone, Verdict, WhyRefused, awaited, customer,
};

#[component]
pub(super) fn Form(directories: Vec<OldDirectoryView>) -> impl IntoView {
    let kept = take_flash::<TypedPeopleFile, PeopleFileReceived>(PEOPLE_FILE);
    awaited(kept, move |kept| {
        let (typed, result) = kept.map_or_else(Default::default, |kept| (kept.values, Some(kept.result)));
        let samples = match &result {
            Some(Ok(PeopleFileReceived::Asks { samples })) => samples.clone(),
            _ => Vec::new(),
        };
        let is_taken = matches!(result, Some(Ok(PeopleFileReceived::File(_))));
        let error = result.and_then(Result::err);
        let typed = if is_taken {
            TypedPeopleFile::default()
        } else {
            typed
        };
        let action = customer().path("old-accounts/file");
        let is_first = directories.is_empty();
        let choose = (!is_first).then(|| {
            let old = directories.iter().map(|old| Option_::new(old.id.to_string(), old.name.clone()));
            let options = old.chain([Option_::new("", "Another one, named below")]).collect();
            let first = directories.first().map(|old| old.id.to_string());
            let chosen = if typed == TypedPeopleFile::default() { first.unwrap_or_default() } else { typed.directory.clone() };
            view! {
                <SelectField key="directory" label="Whose accounts the file holds" options value=chosen error=error.clone()/>
            }
        });
        let kinds = OldDirectory::ALL
            .iter()
            .map(|kind| Option_::new(kind.code(), kind.label()))
            .collect();
        let optional = if is_first { "" } else { " Only for another one." };
        view! {
            <Asks samples/>
            <Panel title="Add accounts from a file" id="upload">
                <form method="post" action=action enctype="multipart/form-data" class="in form">
                    <WhyRefused error=error.clone()/>
                    {choose}
                    <SelectField key="kind" label="Kind of directory" options=kinds value=typed.kind error=error.clone()
                        help=format!("What the intranet got its accounts from.{optional}")/>
                    <Field key="name" label="Its name" value=typed.name error=error.clone()
                        help=format!("As your people call it, for instance Active Directory (contoso.local).{optional}")/>
                    <Encoding value=typed.encoding/>
                    <Field key="file" label="People CSV" kind="file" error help=HELP/>
                    <Rules/>
                    <div class="actions"><Submit label="Upload and add" busy="Uploading…" class="main"/></div>
                </form>
            </Panel>
        }
        .into_any()
    })
}

const HELP: &str = "An export of People, or a list like one: username is needed, other columns by their symbolic names, such as \
     first_name, surname, email, account_state. At most 100 MB and 1,000,000 lines.";

#[component]
fn Encoding(value: String) -> impl IntoView {
    let options = Option_::encodings("Told from the file");
    view! { <SelectField key="encoding" label="Encoding" options value help="Only needed where it cannot be told: then you are asked."/> }
}

/// F-12: the file is not UTF-8, and nothing of it was stored.
#[component]
fn Asks(samples: Vec<String>) -> impl IntoView {
    if samples.is_empty() {
        return ().into_any();
    }
    let lines = samples
        .into_iter()
        .map(|line| view! { <li class="name"><bdi>{line}</bdi></li> })
        .collect_view();
    view! {
        <Verdict tone=Tone::Yours>"The file is not UTF-8, so its letters have to be looked at. Nothing was stored."</Verdict>
        <p>"In Windows-1252, which Western European spreadsheets write, lines of it read:"</p>
        <ul role="list">{lines}</ul>
        <p>"If that is right, choose this encoding below and upload the file once more. If letters are wrong, save the list as “CSV UTF-8” and upload that; or choose UTF-8 below: what is damaged is refused line by line, and the other lines count."</p>
    }
    .into_any()
}

/// What an import does and never does.
#[component]
fn Rules() -> impl IntoView {
    view! {
        <details class="fold">
            <summary>"What the file changes, and what it never does"</summary>
            <ul>
                <li>"A username nobody has becomes an account of this directory. One the directory has already is updated."</li>
                <li>"A column that is missing changes nothing. An empty cell empties its field; an empty state changes nothing."</li>
                <li>"Nobody is deleted, and nobody is blocked for not being in the file."</li>
                <li>"Local accounts, administrators and accounts of other directories are never changed. Their lines are refused."</li>
                <li>"A line that cannot be used is refused with the reason; the others count all the same."</li>
            </ul>
        </details>
    }
}
