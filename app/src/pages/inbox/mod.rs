//! The inbox: what the console has to tell whoever is signed in.

use domain::ids::NoticeId;
use domain::views::{NoticeView, Page};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::notices::{OpenNotice, ReadInbox, list_inbox};
use crate::components::{Answer, EmptyState, Loaded, PageHeader, Pager, Panel, Submit, TimeOf, after};

/// `/inbox`
#[component]
pub fn InboxPage() -> impl IntoView {
    view! {
        <div class="column">
            <PageHeader title="Inbox"
                lede="What happened in the deployments you look after: held runs, problems, secrets that expire, and what the other side says and does."/>
            <Answer of=OpenNotice::PATH/>
            <Answer of=ReadInbox::PATH done="Everything is marked as read."/>
            <Loaded data=list_inbox(after()) draw=|(page, newest)| view! { <Notices page newest/> }/>
        </div>
    }
}

#[component]
fn Notices(page: Page<NoticeView>, newest: Option<NoticeId>) -> impl IntoView {
    let Page { rows, next } = page;
    if rows.is_empty() {
        return view! {
            <EmptyState title="Nothing to tell you yet"
                detail="Notices come here, and by mail where the console has a mail server. Choose who is told on the Contacts page of a deployment."/>
        }
        .into_any();
    }
    let items = rows
        .into_iter()
        .map(|notice| view! { <Item notice/> })
        .collect_view();
    view! {
        <Panel title="Notices" id="notices" note=|| "newest first">
            <ol class="history" role="list">{items}</ol>
            <Pager next/>
        </Panel>
        {newest.map(|newest| view! {
            <form method="post" action=ReadInbox::PATH class="actions">
                <input type="hidden" name="latest" value=newest.to_string()/>
                <Submit label="Mark all as read" busy="Marking…"/>
            </form>
        })}
    }
    .into_any()
}

#[component]
fn Item(notice: NoticeView) -> impl IntoView {
    let unread = (!notice.is_read).then(|| view! { <span class="tag">"New"</span>" " });
    let text = notice
        .text
        .into_iter()
        .map(|part| view! { <p class="said">{part}</p> })
        .collect_view();
    let label = format!("Open: {}", notice.title);
    view! {
        <li>
            <div class="when"><TimeOf when=notice.when/></div>
            <div class="what">
                <p>{unread}<b>{notice.title}</b></p>
                <p class="soft">{format!("{} · {}", notice.customer, notice.topic.label())}</p>
                {text}
                <form method="post" action=OpenNotice::PATH>
                    <input type="hidden" name="notice" value=notice.id.to_string()/>
                    <input type="hidden" name="path" value=notice.path/>
                    <button type="submit" class="button quiet" aria-label=label>"Open"</button>
                </form>
            </div>
        </li>
    }
}
