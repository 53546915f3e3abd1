//! Lines of a version: all of them, narrowed, and those of one finding.

use domain::user_mapping::{Column, FindingCode, RenameKind, Severity};
use domain::views::{
    AccountEvidence, MappingFindingRow, MappingFindings, MappingRow, MissedPerson, Page, PersonEvidence, When,
};
use leptos::prelude::*;
use services::user_mapping::MappingFilter;

use super::along::{line_along, narrowed};
use super::{Group, target_of, tone_of};
use crate::api::user_mapping::{list_mapping_findings, list_mapping_rows, list_missed};
use crate::components::{
    AFTER, Download, Field, Filters, Loaded, Option_, Panel, SelectField, StateWord, TimeOf, Tone, address,
    after, customer, listed, plural, thousands,
};

/// The lines of one group of findings.
#[component]
pub(super) fn FindingLines(
    version: i64,
    group: Group,
    /// The name of the connected directory.
    connected: String,
) -> impl IntoView {
    let Group {
        code,
        severity,
        about,
    } = group;
    let lines = list_mapping_findings(customer().slug, version, (code, severity, about), after());
    view! { <Loaded data=lines draw=move |found| view! { <Found code severity found connected/> }/> }
}

#[component]
fn Found(
    code: FindingCode,
    severity: Severity,
    /// `None`: no line has it any more.
    found: Option<MappingFindings>,
    connected: String,
) -> impl IntoView {
    let title = code.title();
    let lines = found.as_ref().map_or(0, |found| found.group.lines);
    let count = plural(lines, "line", "lines");
    let page = found.map_or_else(Page::empty, |found| Page {
        rows: found.rows,
        next: found.next,
    });
    let columns = [
        "Line",
        "Existing username",
        "New username",
        "Target directory",
        "What to do",
    ];
    let rows = listed(
        page,
        (AFTER, "#lines"),
        ("Lines with this finding", columns),
        "No line has it any more.",
        |row| view! { <FoundLine row connected=connected.clone()/> },
    );
    view! {
        <Panel title id="lines" note=move || view! { <StateWord tone=tone_of(severity) word=severity.label()/> " " {count.clone()} }>
            {rows}
        </Panel>
    }
}

#[component]
fn FoundLine(row: MappingFindingRow, connected: String) -> impl IntoView {
    let cell = |column: Column, text: String| {
        let is_it = row.column == Some(column);
        let text = if is_it {
            view! { <mark><bdi>{text}</bdi></mark> }.into_any()
        } else {
            view! { <bdi>{text}</bdi> }.into_any()
        };
        view! { <td class="name" data-label=column.label()>{text}</td> }
    };
    let holder = row
        .holder
        .map(|holder| view! { <br/><span class="why">"Whoever has it: "</span>{account(Some(holder))} });
    view! {
        <tr>
            <th scope="row" class="short" data-label="Line"><LineLink line=row.line/></th>
            {cell(Column::Existing, row.existing)}
            {cell(Column::New, row.new)}
            {cell(Column::Target, target_of(&row.target, &connected))}
            <td data-label="What to do">{row.sentence}{holder}</td>
        </tr>
    }
}

/// People whom no line names, beside the accounts that are probably theirs (T-08).
#[component]
pub(super) fn Missed(version: i64) -> impl IntoView {
    let people = list_missed(customer().slug, version, after());
    let title = FindingCode::MissedMapping.title();
    view! {
        <Panel title id="lines">
            <Loaded data=people draw=missed_people/>
        </Panel>
    }
}

fn missed_people(page: Page<MissedPerson>) -> AnyView {
    let columns = [
        "Person of the directory",
        "Account that resembles them",
        "Line",
        "Why",
    ];
    listed(
        page,
        (AFTER, "#lines"),
        ("People whom no line names", columns),
        "Lines name everybody who resembles an account.",
        |person| view! { <MissedRow person/> },
    )
}

#[component]
fn MissedRow(person: MissedPerson) -> impl IntoView {
    let href = customer().path(&format!("people/{}", person.account_id));
    view! {
        <tr>
            <th scope="row" data-label="Person">
                <bdi>{person.name}</bdi>
                <br/><span class="name"><bdi>{person.username}</bdi></span>
            </th>
            <td class="name" data-label="Account"><a href=href><bdi>{person.account}</bdi></a></td>
            <td class="short" data-label="Line"><LineLink line=person.line/></td>
            <td data-label="Why">{person.reason}</td>
        </tr>
    }
}

/// The number of a line, which opens it.
#[component]
pub(super) fn LineLink(line: u64) -> impl IntoView {
    let href = line_along(line);
    view! { <a href=href><span class="visually-hidden">"Line "</span>{thousands(line)}</a> }
}

/// The address of the lines whose account is blocked or has never signed in (P-14).
pub(super) fn unused_lines() -> String {
    let path = customer().path("user-mapping");
    let address = address(&path, [("show", "lines"), ("account", MappingFilter::UNUSED)]);
    format!("{address}#lines")
}

/// The address of the lines that do this to a username.
pub(super) fn lines_of_kind(kind: RenameKind) -> String {
    let path = customer().path("user-mapping");
    let address = address(&path, [("show", "lines"), ("kind", kind.code())]);
    format!("{address}#lines")
}

/// All lines of a version, narrowed by the address.
#[component]
pub(super) fn Lines(
    version: i64,
    /// The name of the connected directory.
    connected: String,
) -> impl IntoView {
    let filter = narrowed();
    let rows = list_mapping_rows(customer().slug, version, filter.clone(), after());
    let MappingFilter {
        kind,
        severity,
        unused,
        search,
    } = filter;
    let is_narrowed = kind.is_some() || severity.is_some() || unused || !search.is_empty();
    let path = customer().path("user-mapping");
    let kinds = Option_::filter(
        "Every change",
        RenameKind::ALL.iter().map(|kind| (kind.code(), kind.label())),
    );
    let severities = Option_::filter(
        "With and without findings",
        [
            (Severity::Error.code(), "Only problems"),
            (Severity::Warning.code(), "Only warnings"),
            (Severity::Notice.code(), "Only notes"),
        ],
    );
    let chosen = if unused { MappingFilter::UNUSED } else { "" };
    let accounts = Option_::filter(
        "Every account",
        [(MappingFilter::UNUSED, "Blocked or never signed in")],
    );
    let file = customer().path("user-mapping-lines");
    view! {
        <Panel title="Lines" id="lines" note=move || view! { <Download path=file.clone() what="the lines with what was found" filters=&["search", "kind", "with", "account"]/> }>
            <Filters path narrowed=is_narrowed anchor="#lines" show="lines">
                <Field key="search" label="Part of a username" kind="search" value=search/>
                <SelectField key="kind" label="Change" options=kinds value=kind.map_or("", RenameKind::code)/>
                <SelectField key="with" label="Findings" options=severities value=severity.map_or("", Severity::code)/>
                <SelectField key="account" label="Account of People" options=accounts value=chosen/>
            </Filters>
            <Loaded data=rows draw=move |page| mapping_rows(page, &connected)/>
        </Panel>
    }
}

fn mapping_rows(page: Page<MappingRow>, connected: &str) -> AnyView {
    let columns = [
        "Line",
        "Account of People",
        "Change",
        "Target directory",
        "Person of the directory",
        "State",
    ];
    listed(
        page,
        (AFTER, "#lines"),
        ("Lines of the mapping", columns),
        "No line fits these filters.",
        |row| view! { <Row row connected=connected.to_owned()/> },
    )
}

#[component]
fn Row(row: MappingRow, connected: String) -> impl IntoView {
    let target = target_of(&row.target, &connected);
    let (tone, word) = state_of(&row);
    view! {
        <tr>
            <th scope="row" class="short" data-label="Line"><LineLink line=row.line/></th>
            <td data-label="Account">{account(row.account.clone())}</td>
            <td class="long" data-label="Change"><Change row=row.clone()/></td>
            <td data-label="Target"><bdi>{target}</bdi></td>
            <td class="long" data-label="Person">{person(row.person)}</td>
            <td data-label="State"><StateWord tone word/></td>
        </tr>
    }
}

/// Old and new username, and whose it was.
#[component]
pub(super) fn Change(row: MappingRow) -> impl IntoView {
    let stays = matches!(row.kind, RenameKind::Unchanged);
    // Lines that exchange their usernames, or one that hands on.
    let arrow = if matches!(row.kind, RenameKind::Swap | RenameKind::Cycle) {
        "⇄ "
    } else {
        "← "
    };
    let swap = row.takes_from.map(|line| {
        let href = line_along(line);
        view! { <br/><span class="why"><span aria-hidden="true">{arrow}</span>"Takes the username of "<a href=href>{format!("line {}", thousands(line))}</a></span> }
    });
    let same = row.same_as.map(|line| {
        let href = line_along(line);
        view! { <br/><span class="why">"The same as "<a href=href>{format!("line {}", thousands(line))}</a></span> }
    });
    let change = if stays || row.new.is_empty() {
        view! { <span class="name"><bdi>{row.existing}</bdi></span> }.into_any()
    } else {
        view! {
            <span class="change name"><del><bdi>{row.existing}</bdi></del><span class="to">" to "</span><bdi>{row.new}</bdi></span>
        }
        .into_any()
    };
    view! { {change} {swap} {same} }
}

fn state_of(row: &MappingRow) -> (Tone, String) {
    if row.problems > 0 {
        (Tone::Problem, plural(row.problems, "problem", "problems"))
    } else if row.warnings > 0 {
        (Tone::Waiting, plural(row.warnings, "warning", "warnings"))
    } else if row.same_as.is_some() {
        (Tone::Ready, "Left out".to_owned())
    } else {
        (Tone::Ready, row.kind.label().to_owned())
    }
}

/// The account of a line, as People knows it.
pub(super) fn account(account: Option<AccountEvidence>) -> AnyView {
    let Some(account) = account else {
        return view! { <span class="soft">"Not in People"</span> }.into_any();
    };
    let href = customer().path(&format!("people/{}", account.id));
    let signed_in = signed_in(account.last_sign_in);
    view! {
        <a href=href><bdi>{account.name}</bdi></a>
        <br/><span class="why">{account.state} ", " <bdi>{account.directory}</bdi> ", created " <TimeOf when=account.created/> ", " {signed_in}</span>
    }
    .into_any()
}

/// When an account was last used.
pub(super) fn signed_in(last: Option<When>) -> AnyView {
    last.map_or_else(
        || view! { "never signed in" }.into_any(),
        |when| view! { "last signed in " <TimeOf when/> }.into_any(),
    )
}

/// Whether the sync brings a person of the directory.
pub(super) const fn scope(is_in_scope: bool) -> &'static str {
    if is_in_scope {
        "in a synchronised group"
    } else {
        "in no synchronised group"
    }
}

/// The person with the new username, as the directory knows them.
pub(super) fn person(person: Option<PersonEvidence>) -> AnyView {
    let Some(person) = person else {
        return view! { <span class="soft">"Nobody"</span> }.into_any();
    };
    let scope = scope(person.in_scope);
    let mail = (!person.mail.is_empty()).then(|| view! { <bdi>{person.mail}</bdi> ", " });
    view! {
        <bdi>{person.name}</bdi>
        <br/><span class="why">{mail} {person.status} ", " {scope} ", ID " <bdi>{person.object_id}</bdi></span>
    }
    .into_any()
}
