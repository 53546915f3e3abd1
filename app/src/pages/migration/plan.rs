//! The plan in numbers, what it switches beside the accounts, and making one.

use domain::migration::{EntryKind, MigrationOptions, MigrationPurpose, PlanState};
use domain::views::MigrationPlanView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::entries::href;
use crate::api::migration::{DropMigrationPlan, MakeMigrationPlan, SetMigrationOptions, TypedOptions};
use crate::api::take_flash;
use crate::components::{
    Banner, CheckField, Field, Panel, Submit, Tile, Tiles, TimeOf, Tone, Verdict, WhyRefused, awaited,
    customer, param, plural, query,
};
use crate::pages::runs::RefreshWithoutScripts;

/// A plan for everybody is made anew; an undo is dropped first, and begun again where it began.
pub(super) fn can_be_made_again(plan: &MigrationPlanView, can_migrate: bool, is_open: bool) -> bool {
    can_migrate && !is_open && plan.purpose == MigrationPurpose::Migrate && plan.state != PlanState::Making
}

/// A plan.
#[component]
pub(super) fn Plan(
    plan: MigrationPlanView,
    can_change: bool,
    can_migrate: bool,
    is_open: bool,
) -> impl IntoView {
    let title = match plan.purpose {
        MigrationPurpose::Migrate => format!("Plan {}", plan.number),
        MigrationPurpose::Undo => format!(
            "Plan {}, to undo migration {}",
            plan.number,
            plan.undoes.unwrap_or_default()
        ),
    };
    let (by, when) = (plan.made_by.clone(), plan.made.clone());
    let body = match plan.state {
        PlanState::Making => view! {
            <Verdict tone=Tone::Waiting>"The plan is being made."</Verdict>
            <div data-reload=""></div>
            <RefreshWithoutScripts/>
        }
        .into_any(),
        PlanState::Failed => view! {
            <Verdict tone=Tone::Problem>"The plan could not be made: People, the directory or the user mapping changed meanwhile, or it broke off again and again. Make it again, or drop it and begin the undo again where you began it."</Verdict>
        }
        .into_any(),
        PlanState::Dropped => view! { <p>"Dropped: nobody wanted to carry it out."</p> }.into_any(),
        PlanState::Ready => view! { <Ready plan=plan.clone() can_change/> }.into_any(),
    };
    let is_stale = plan.is_stale && plan.state == PlanState::Ready;
    let again = can_be_made_again(&plan, can_migrate, is_open);
    let can_drop = can_migrate && !is_open;
    let (number, options) = (plan.number, plan.options);
    view! {
        <Panel title id="plan" note=move || view! { {format!("by {by}, ")} <TimeOf when=when.clone()/> }>
            <div class="in parts">
                {is_stale.then(|| view! {
                    <Banner tone=Tone::Waiting>
                        <p>"People, the directory or the user mapping changed since this plan was made, so it cannot be carried out any more."</p>
                    </Banner>
                })}
                {body}
                {again.then(|| view! {
                    <PlanForm options fold=Some(is_stale)/>
                })}
                {can_drop.then(|| view! {
                    <form method="post" action=DropMigrationPlan::PATH class="actions">
                        <input type="hidden" name="customer" value=customer().slug/>
                        <input type="hidden" name="plan" value=number/>
                        <Submit label="Drop this plan" busy="Dropping…" class="quiet" of=format!(": plan {number}")/>
                    </form>
                })}
            </div>
        </Panel>
    }
}

#[component]
fn Ready(plan: MigrationPlanView, can_change: bool) -> impl IntoView {
    let counts = plan.counts;
    let shown = param(&query(), "entries");
    let tile = |number: u64, word: &'static str, code: &'static str, tone: Tone| {
        let current = shown == code;
        view! { <Tile number word href=href(code) tone current/> }
    };
    let of_kind = |kind: &EntryKind| {
        let tone = match kind {
            EntryKind::Held if counts.held > 0 => Tone::Problem,
            _ => Tone::Neutral,
        };
        tile(counts.of(*kind), kind.label(), kind.code(), tone)
    };
    // The worst first.
    let held = of_kind(&EntryKind::Held);
    let others = EntryKind::ALL.iter().filter(|kind| **kind != EntryKind::Held);
    let others = others.map(of_kind).collect_view();
    let local = (counts.local > 0).then(|| {
        tile(
            counts.local,
            "Become local, and need a password",
            "local",
            Tone::Waiting,
        )
    });
    let linked = plural(
        counts.linked,
        "account is linked to its person of the directory, so the first sync recognises it.",
        "accounts are linked to their people of the directory, so the first sync recognises them.",
    );
    let aside = plural(
        counts.aside,
        "account hands its username on to another one; it is free for nobody else in between.",
        "accounts hand their usernames on to other ones; they are free for nobody else in between.",
    );
    let hash = plan.hash.chars().take(12).collect::<String>();
    let is_migration = plan.purpose == MigrationPurpose::Migrate;
    let only = plan.only.clone().map(|account| {
        let href = customer().path(&format!("people/{account}"));
        view! { <dt>"About"</dt><dd><a href=href>"One account"</a></dd> }
    });
    view! {
        <p><b>{plan.sentence.clone()}</b></p>
        <Tiles label="Accounts by what becomes of them">{held}{local}{others}</Tiles>
        <p><a href=href("all")>"Every account, with what becomes of it"</a></p>
        <dl class="facts">
            {only}
            <dt>"User mapping"</dt>
            <dd><a href=customer().path("user-mapping")>{format!("Version {}", plan.mapping_version)}</a></dd>
            <dt>"Links"</dt>
            <dd>{linked}</dd>
            <dt>"Exchanges and chains"</dt>
            <dd>{aside}</dd>
            <dt>"Fingerprint"</dt>
            <dd><code title=plan.hash.clone()>{hash}</code></dd>
        </dl>
        {is_migration.then(|| view! { <Switches plan=plan.clone() can_change/> <NotRewritten/> })}
    }
}

/// What is switched beside the accounts, and the form to change it.
#[component]
fn Switches(plan: MigrationPlanView, can_change: bool) -> impl IntoView {
    let options = plan.options;
    let old = if options.old_sync_off {
        "Switched off, before anybody is renamed."
    } else {
        "Stays on. It would make the old usernames anew."
    };
    let policy = if options.password_policy_off {
        "Switched off for the new directory; local accounts keep it."
    } else {
        "Stays as it is."
    };
    let days = u64::try_from(options.reserved_days).unwrap_or_default();
    let number = plan.number;
    view! {
        <dl class="facts">
            <dt>"Sync of the old directory"</dt><dd>{old}</dd>
            <dt>"Local password policy"</dt><dd>{policy}</dd>
            <dt>"Usernames nobody has afterwards"</dt>
            <dd>{format!("Kept from newcomers for {}.", plural(days, "day", "days"))}</dd>
        </dl>
        {can_change.then(|| view! {
            <SwitchForm number options/>
        })}
    }
}

#[component]
fn SwitchForm(number: i64, options: MigrationOptions) -> impl IntoView {
    awaited(
        take_flash::<TypedOptions, ()>(SetMigrationOptions::PATH),
        move |kept| {
            let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
            let typed = kept.and_then(|kept| kept.refused().cloned());
            let is_open = error.is_some();
            view! {
            <details class="fold" open=is_open>
                <summary>"Change what is switched"</summary>
                <form method="post" action=SetMigrationOptions::PATH class="form">
                    <WhyRefused error=error/>
                    <input type="hidden" name="customer" value=customer().slug/>
                    <input type="hidden" name="plan" value=number/>
                    <OptionFields typed=typed.unwrap_or_else(|| typed_of(options)) key="change" error=None/>
                    <div class="actions"><Submit label="Save" busy="Saving…"/></div>
                </form>
            </details>
        }
        .into_any()
        },
    )
}

/// Options as a form has them.
fn typed_of(options: MigrationOptions) -> TypedOptions {
    (
        options.old_sync_off,
        options.password_policy_off,
        options.reserved_days.to_string(),
    )
}

/// M-05, M-06: what a rename does not touch.
#[component]
fn NotRewritten() -> impl IntoView {
    view! {
        <details class="fold">
            <summary>"What is not rewritten"</summary>
            <ul>
                <li>"Usernames that somebody wrote into texts and comments."</li>
                <li>"Bookmarks and saved searches that hold an old username."</li>
                <li>"E-mail addresses: the first sync brings those of the directory."</li>
                <li>"Content, groups, permissions and history belong to the account, not to its username: they stay with it."</li>
            </ul>
        </details>
    }
}

#[component]
fn OptionFields(
    typed: TypedOptions,
    key: &'static str,
    error: Option<crate::api::ApiError>,
) -> impl IntoView {
    let (old_sync_off, password_policy_off, days) = typed;
    // Both forms may stand on one page; what is refused is said beside the field of the one that makes a plan.
    let days_key = if key == "make" {
        "reserved_days"
    } else {
        "change-days"
    };
    view! {
        <CheckField key=format!("{key}-old-sync") name="old_sync_off" label="Switch the sync of the old directory off" checked=old_sync_off
            help="Recorded, and switched on again by an undo. Left on it would make the old usernames anew."/>
        <CheckField key=format!("{key}-policy") name="password_policy_off" label="Switch the local password policy off for the new directory" checked=password_policy_off
            help="Its accounts sign in at the provider, which has its own. Local accounts keep the policy."/>
        <Field key=days_key name="reserved_days" label="Days for which freed usernames are kept from newcomers" kind="number" value=days error
            help="Somebody new with such a username is held meanwhile, instead of getting the name of an old account."/>
    }
}

/// There is no plan yet.
#[component]
pub(super) fn MakePlan() -> impl IntoView {
    view! {
        <Panel title="Make a plan" id="plan">
            <div class="in form">
                <p>"The plan says of every account what becomes of it. It is made of the approved user mapping; nothing is changed by it."</p>
                <PlanForm options=MigrationOptions::default() fold=None/>
            </div>
        </Panel>
    }
}

/// `fold`: folded away, and whether it is open; `None` for a form that stands by itself.
#[component]
fn PlanForm(options: MigrationOptions, fold: Option<bool>) -> impl IntoView {
    awaited(
        take_flash::<TypedOptions, i64>(MakeMigrationPlan::PATH),
        move |kept| {
            let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
            let typed = kept.and_then(|kept| kept.refused().cloned());
            let typed = typed.unwrap_or_else(|| typed_of(options));
            let is_refused = error.is_some();
            let form = view! {
                <form method="post" action=MakeMigrationPlan::PATH class="form">
                    <WhyRefused error=error.clone()/>
                    <input type="hidden" name="customer" value=customer().slug/>
                    <OptionFields typed key="make" error/>
                    <div class="actions"><Submit label="Make a plan" busy="Making…" class="main"/></div>
                </form>
            };
            match fold {
            Some(is_open) => view! {
                <details class="fold" open=is_open || is_refused><summary>"Make a new plan"</summary>{form}</details>
            }
            .into_any(),
            None => form.into_any(),
        }
        },
    )
}
