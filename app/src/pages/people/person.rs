//! One person: account, link, what the directory said, groups, and why they changed.

use domain::AccountId;
use domain::sync::ChangeKind;
use domain::views::{LinkView, PersonChange, PersonEvent, PersonMigration, PersonView, SnapshotView};
use leptos::prelude::*;

use crate::api::people::show_person;
use crate::components::{
    Banner, Copy, Loaded, PageHeader, Panel, StateWord, TimeOf, Tone, Verdict, account_tone, customer, part,
};
use crate::pages::runs::{FieldChanges, SyncThisPerson, change_word};

/// `/c/{customer}/people/{account}`
#[component]
pub fn PersonPage() -> impl IntoView {
    let person = show_person(customer().slug, part("account"));
    view! { <Loaded data=person draw=|person| view! { <Person person/> }/> }
}

#[component]
fn Person(person: PersonView) -> impl IntoView {
    let row = person.row;
    let name = if row.name.is_empty() {
        row.username.clone()
    } else {
        row.name
    };
    let work: Vec<String> = [row.job_title, row.department].into_iter().flatten().collect();
    let account = Account {
        username: row.username,
        directory: row.directory.clone(),
        created: person.created,
        updated: person.updated,
        last_sign_in: person.last_sign_in,
        manager: person.manager,
        fields: person.fields,
    };
    let is_linked = person.link.is_some();
    let object_id = person.link.as_ref().map(|link| link.object_id.clone());
    view! {
        <div class="column wide">
            <PageHeader title=name lede=work.join(", ")
                crumb=move || view! { <a href=customer().path("people")>"People"</a> }/>
            <p class="person-head">
                <StateWord tone=account_tone(row.state) word=row.state.label()/>
                {row.is_administrator.then(|| view! { <span class="tag">"administrator"</span> })}
                <span class="soft">{format!("Directory: {}", row.directory)}</span>
            </p>
            {object_id.map(|object_id| view! { <SyncThisPerson object_id/> })}
            {person.blocked.map(|sentence| view! { <Verdict>{sentence}</Verdict> })}
            <div class="person-grid">
                <AccountPanel account/>
                {person.link.map(|link| view! { <LinkPanel link/> })}
                {(!is_linked).then(|| view! {
                    <Panel title="Link" id="link">
                        <p class="in soft">"Not linked to a directory object. The sync does not touch this account."</p>
                    </Panel>
                })}
            </div>
            <Groups groups=person.groups/>
            <History history=person.history/>
        </div>
    }
}

/// What the account panel shows.
struct Account {
    username: String,
    directory: String,
    created: domain::views::When,
    updated: domain::views::When,
    last_sign_in: Option<domain::views::When>,
    manager: Option<(AccountId, String)>,
    fields: Vec<(String, String)>,
}

#[component]
fn AccountPanel(account: Account) -> impl IntoView {
    let fields = account
        .fields
        .into_iter()
        .map(|(label, value)| view! { <dt>{label}</dt>{value_or_empty(value)} })
        .collect_view();
    let manager = account.manager.map(|(id, name)| {
        let href = customer().path(&format!("people/{id}"));
        view! { <dt>"Manager"</dt><dd><a href=href>{name}</a></dd> }
    });
    view! {
        <Panel title="Account" id="account">
            <dl class="facts in">
                <dt>"Username"</dt><dd class="name">{account.username}</dd>
                <dt>"Directory"</dt><dd>{account.directory}</dd>
                {fields}
                {manager}
                <dt>"Created"</dt><dd><TimeOf when=account.created/></dd>
                <dt>"Last changed"</dt><dd><TimeOf when=account.updated/></dd>
                <dt>"Last sign-in"</dt>
                {match account.last_sign_in {
                    Some(when) => view! { <dd><TimeOf when/></dd> }.into_any(),
                    None => view! { <dd class="absent">"never"</dd> }.into_any(),
                }}
            </dl>
        </Panel>
    }
}

fn value_or_empty(value: String) -> AnyView {
    if value.is_empty() {
        view! { <dd class="absent">"empty"</dd> }.into_any()
    } else {
        view! { <dd>{value}</dd> }.into_any()
    }
}

/// The directory object behind the account, and what the last read said of it.
#[component]
fn LinkPanel(link: LinkView) -> impl IntoView {
    view! {
        <Panel title=format!("In {}", link.directory) id="link">
            <div class="in snapshot">
                <dl class="facts">
                    <dt>"Directory object ID"</dt><dd><Copy value=link.object_id what="the directory object ID"/></dd>
                    <dt>"Linked"</dt><dd><TimeOf when=link.linked/></dd>
                </dl>
                {link.other_username.map(|username| view! {
                    <Banner tone=Tone::Waiting>
                        <p>"The directory now gives the username "<b class="name"><bdi>{username}</bdi></b>
                            ". The account keeps its own until usernames follow the directory, in the "
                            <a href=customer().path("data-mapping")>"data mapping"</a>", or somebody renames it in People."</p>
                    </Banner>
                })}
                {match link.snapshot {
                    Some(snapshot) => view! { <Snapshot snapshot/> }.into_any(),
                    None => view! {
                        <p class="soft">"The last complete read did not contain this person. The link is kept: if they come back, they get this account again."</p>
                    }
                    .into_any(),
                }}
            </div>
        </Panel>
    }
}

#[component]
fn Snapshot(snapshot: SnapshotView) -> impl IntoView {
    let scope = if snapshot.in_scope {
        "in a synchronised group"
    } else {
        "in no synchronised group"
    };
    let attributes = snapshot
        .attributes
        .into_iter()
        .map(|(name, value)| view! { <dt><code>{name}</code></dt>{value_or_empty(value)} })
        .collect_view();
    view! {
        <h3>"What the directory said "<span class="soft"><TimeOf when=snapshot.read/></span></h3>
        <dl class="facts">
            <dt>"Sign-in name"</dt><dd class="name">{snapshot.principal_name}</dd>
            <dt>"Status"</dt><dd>{snapshot.status}</dd>
            <dt>"Scope"</dt><dd>{scope}</dd>
            {attributes}
        </dl>
    }
}

#[component]
fn Groups(groups: Vec<String>) -> impl IntoView {
    let is_empty = groups.is_empty();
    let items = groups
        .into_iter()
        .map(|group| view! { <li>{group}</li> })
        .collect_view();
    view! {
        <Panel title="Groups" id="groups">
            <div class="in">
                {if is_empty {
                    view! { <p class="soft">"In no People group."</p> }.into_any()
                } else {
                    view! { <ul class="chips" role="list">{items}</ul> }.into_any()
                }}
            </div>
        </Panel>
    }
}

/// Why did they change? Every change with its run, reason, before and after.
#[component]
fn History(history: Vec<PersonEvent>) -> impl IntoView {
    let is_empty = history.is_empty();
    let entries = history
        .into_iter()
        .map(|event| match event {
            PersonEvent::Change(entry) => view! { <Entry entry/> }.into_any(),
            PersonEvent::Migration(migration) => view! { <Migrated migration/> }.into_any(),
        })
        .collect_view();
    view! {
        <Panel title="Why did they change?" id="history" note=|| "newest first">
            {if is_empty {
                view! { <p class="in soft">"Neither a sync nor the directory migration has changed this account."</p> }.into_any()
            } else {
                view! { <ol class="history" role="list">{entries}</ol> }.into_any()
            }}
        </Panel>
    }
}

#[component]
fn Entry(entry: PersonChange) -> impl IntoView {
    let (tone, word) = change_word(entry.change.kind, entry.change.state);
    let href = customer().path(&format!("runs/{}", entry.run));
    view! {
        <li>
            <div class="when"><TimeOf when=entry.when/><br/><a href=href>{format!("Run {}", entry.run)}</a></div>
            <div class="what">
                <p><StateWord tone word/></p>
                <p>{entry.change.reason}</p>
                {entry.change.remedy.map(|remedy| view! { <p class="why">{remedy}</p> })}
                <FieldChanges kind=entry.change.kind fields=entry.change.fields/>
            </div>
        </li>
    }
}

/// The directory migration, or its undo.
#[component]
fn Migrated(migration: PersonMigration) -> impl IntoView {
    let (word, reason) = if migration.is_undo {
        (
            "Taken back",
            "The directory migration was undone for this account.",
        )
    } else {
        (
            "Migrated",
            "The directory migration, as the approved user mapping says.",
        )
    };
    let href = customer().path("migration");
    view! {
        <li>
            <div class="when"><TimeOf when=migration.when/><br/><a href=href>{format!("Migration {}", migration.number)}</a></div>
            <div class="what">
                <p><StateWord tone=Tone::Ready word/></p>
                <p>{reason} " Started by "<bdi>{migration.by}</bdi>"."</p>
                <FieldChanges kind=ChangeKind::Update fields=migration.fields/>
            </div>
        </li>
    }
}
