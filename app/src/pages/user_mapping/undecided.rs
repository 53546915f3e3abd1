//! Active accounts that no line is about: everybody gets a decision (P-13).

use domain::AccountId;
use domain::user_mapping::{Coverage, ProposalClass};
use domain::views::{MappingAdministrator, Page, UndecidedAccount, UndecidedSearch};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::de::IgnoredAny;

use super::causes::Corrections;
use super::lines::signed_in;
use super::search::Search;
use super::{HiddenShown, under};
use crate::api::user_mapping::{DecideMapping, Shown, list_undecided, search_for_undecided};
use crate::api::{ApiError, take_flash};
use crate::components::{
    Banner, Done, Field, Filters, Loaded, Option_, Panel, RefusedAndGone, SelectField, StateWord, Submit,
    Tone, WhyRefused, address, after_by, awaited, customer, kept, listed, param, plural, query, thousands,
};

/// The parameter of the page's address that says where the page of the list begins: a list of lines may stand above it, whose
/// places look the same.
const BEHIND: &str = "who-after";

/// What is said of a decision.
const DECIDED: &str = "Decided, in a new version. The one before is kept below.";

/// What is posted for one account: its id, and the new username that was typed.
type Typed = (String, String);

/// What came of a decision. It stands at the list where that is drawn with its forms; else it is told here, with what was typed
/// if it was refused.
#[component]
pub(super) fn Decided(
    /// The page loads itself again soon, and tells it again then.
    is_checking: bool,
    has_list: bool,
) -> impl IntoView {
    awaited(kept::<Typed>(DecideMapping::PATH, is_checking), move |kept| {
        let Some(kept) = kept else {
            return ().into_any();
        };
        let (_, typed) = kept.values;
        match kept.result {
            _ if has_list => ().into_any(),
            Ok(_) => view! { <Done words=DECIDED again=is_checking/> }.into_any(),
            Err(error) => view! { <RefusedAndGone error typed/> }.into_any(),
        }
    })
}

#[component]
pub(super) fn Undecided(
    coverage: Coverage,
    proposed: Vec<(ProposalClass, u64)>,
    administrators: Vec<MappingAdministrator>,
    corrections: Corrections,
) -> impl IntoView {
    let has_old = corrections.targets.len() > 2;
    let (shown, can_edit) = (corrections.shown(), corrections.can_edit);
    let note = plural(coverage.undecided, "account", "accounts");
    let list = match param(&query(), "for").parse::<AccountId>() {
        Ok(account) if can_edit => view! { <One account shown/> }.into_any(),
        _ => view! { <All shown can_edit/> }.into_any(),
    };
    view! {
        <Panel title="Undecided accounts" id="undecided" note=move || note.clone()>
            <div class="in form">
                <p>"Each active account gets a line: it moves to the connected directory, is local from then on, or stays in the old one. Whoever is not decided about would be forgotten."</p>
                <Administrators administrators count=coverage.undecided_administrators can_edit/>
            </div>
            {can_edit.then(|| view! { <Together shown proposed has_old coverage/> })}
            {list}
        </Panel>
    }
}

/// Administrators among them, by name: each is decided about alone (P-07). `count`: how many there are.
#[component]
fn Administrators(administrators: Vec<MappingAdministrator>, count: u64, can_edit: bool) -> impl IntoView {
    if count == 0 {
        return ().into_any();
    }
    let named = u64::try_from(administrators.len()).unwrap_or(u64::MAX);
    let more = count.saturating_sub(named);
    let more = (more > 0).then(|| {
        let more = plural(more, "more administrator", "more administrators");
        view! { <li>{format!("and {more}")}</li> }
    });
    let each = administrators
        .into_iter()
        .map(|one| {
            let id = one.id.to_string();
            let href = if can_edit {
                here([("for", id.as_str())])
            } else {
                customer().path(&format!("people/{id}"))
            };
            view! { <li><a class="button quiet" href=href><bdi>{one.text}</bdi></a></li> }
        })
        .collect_view();
    let many = plural(count, "administrator is", "administrators are");
    view! {
        <Banner tone=Tone::Waiting>
            <p>{format!("{many} undecided, each to be decided about by name:")}</p>
            <ul>{each}{more}</ul>
        </Banner>
    }
    .into_any()
}

/// All of them, narrowed by the address.
#[component]
fn All(shown: Shown, can_edit: bool) -> impl IntoView {
    let query = query();
    let search = param(&query, "who");
    let class = ProposalClass::from_code(&param(&query, "class"));
    let narrowed = (class, search.clone());
    let is_narrowed = class.is_some() || !search.is_empty();
    let rows = list_undecided(customer().slug, shown.version, narrowed, after_by(BEHIND));
    let classes = Option_::filter(
        "With and without a proposal",
        ProposalClass::ALL
            .iter()
            .rev()
            .map(|class| (class.code(), class.label())),
    );
    view! {
        <Filters path=customer().path("user-mapping") narrowed=is_narrowed anchor="#undecided" show="undecided">
            <Field key="who" label="Name, username or e-mail" kind="search" value=search/>
            <SelectField key="class" label="Proposals to accept together" options=classes value=class.map_or("", ProposalClass::code)/>
        </Filters>
        {class.map(|_| view! {
            <p class="in soft">"Administrators, and accounts whose person a line names already, are not in this list: they are decided about one by one."</p>
        })}
        <Loaded data=rows draw=move |page| view! { <Accounts page shown can_edit/> }/>
    }
}

/// One of them, with a search over the directory for its person.
#[component]
fn One(account: AccountId, shown: Shown) -> impl IntoView {
    let person = param(&query(), "person");
    let data = search_for_undecided(customer().slug, (shown.version, account), person);
    let draw = move |searched: Option<UndecidedSearch>| match searched {
        Some(searched) => view! { <Searched searched shown/> }.into_any(),
        // It was decided about: on with the others.
        None => view! { <All shown can_edit=true/> }.into_any(),
    };
    view! { <Loaded data draw/> }
}

#[component]
fn Searched(searched: UndecidedSearch, shown: Shown) -> impl IntoView {
    let UndecidedSearch { account, found } = searched;
    let id = account.id.clone();
    let page = Page {
        rows: vec![account],
        next: None,
    };
    let all = here([("show", "undecided")]);
    view! {
        <Accounts page shown can_edit=true/>
        <div class="in form">
            <Search account=id found shown/>
            <p><a href=all>"Show all undecided accounts"</a></p>
        </div>
    }
}

/// The address of this part of the page, with these parameters.
fn here<const N: usize>(query: [(&str, &str); N]) -> String {
    let address = address(&customer().path("user-mapping"), query);
    format!("{address}#undecided")
}

/// Decisions about many at once; administrators are always decided about one by one (P-07).
#[component]
fn Together(
    shown: Shown,
    proposed: Vec<(ProposalClass, u64)>,
    /// There is a directory before.
    has_old: bool,
    coverage: Coverage,
) -> impl IntoView {
    let classes = proposed
        .into_iter()
        .map(|(class, accounts)| {
            let button = if class == ProposalClass::Certain { "main" } else { "" };
            let people = plural(accounts, "proposal", "proposals");
            let list = here([("show", "undecided"), ("class", class.code())]);
            view! {
                <div class="cause">
                    <span class="count num">{thousands(accounts)}</span>
                    <div>
                        <h3>{format!("{} proposals", class.label())}</h3>
                        <p class="why">{meaning(class)}</p>
                        <p><a href=list>{format!("See {people}")}<span class="visually-hidden">{format!(", {}", class.label())}</span></a></p>
                    </div>
                    <form method="post" action=DecideMapping::PATH class="actions">
                        <HiddenShown shown/>
                        <input type="hidden" name="class" value=class.code()/>
                        <Submit label=format!("Accept {people}") busy="Accepting…" class=button name="decision" value="proposed" of=format!(", {}", class.label())/>
                    </form>
                </div>
            }
        })
        .collect_view();
    view! {
        {classes}
        {(coverage.undecided_together() > 0).then(|| view! { <Rest shown has_old coverage/> })}
    }
}

#[component]
fn Rest(shown: Shown, has_old: bool, coverage: Coverage) -> impl IntoView {
    let (count, old) = (coverage.undecided_together(), coverage.undecided_old);
    let everybody = plural(count, "account", "accounts");
    let label = if old > 0 {
        "Make everybody local"
    } else {
        "Keep everybody local"
    };
    view! {
        <details class="fold">
            <summary>"Decide about everybody who is left"</summary>
            <form method="post" action=DecideMapping::PATH class="form">
                <HiddenShown shown/>
                <input type="hidden" name="everybody" value="true"/>
                {(old > 0).then(|| view! { <p>{locks_out(old)}</p> })}
                <p>{format!("This is about {everybody}. Administrators are not among them: they are decided about one by one.")}</p>
                <div class="actions">
                    <Submit label busy="Deciding…" name="decision" value="local"/>
                    {has_old.then(|| view! { <Submit label="Leave everybody in the old directory" busy="Deciding…" name="decision" value="left"/> })}
                </div>
            </form>
        </details>
    }
}

/// What is decided about accounts of directories before, the worst first (D-10, P-13).
fn locks_out(old: u64) -> String {
    let who = plural(
        old,
        "account belongs to an old directory",
        "accounts belong to an old directory",
    );
    format!(
        "{who}. Made local: no local password, so nobody can sign in until one is set. Left in the old directory: nobody can \
         sign in once the migration has switched that off. Whoever is local already stays as they are."
    )
}

const fn meaning(class: ProposalClass) -> &'static str {
    match class {
        ProposalClass::Certain => {
            "Two things say so that do not depend on each other, and nothing contradicts."
        }
        ProposalClass::Likely => {
            "One thing says so, and nothing contradicts. Look through them before you accept."
        }
        ProposalClass::Doubtful => "Worth a look, one by one. Accept them together only if you know them.",
    }
}

#[component]
fn Accounts(page: Page<UndecidedAccount>, shown: Shown, can_edit: bool) -> impl IntoView {
    let flash = take_flash::<Typed, IgnoredAny>(DecideMapping::PATH);
    awaited(flash, move |kept| {
        // Whoever only looks is told above (`Decided`).
        let kept = kept.filter(|_| can_edit);
        let is_done = kept.as_ref().is_some_and(|kept| kept.result.is_ok());
        let done = is_done.then(|| view! { <div class="in"><Done words=DECIDED/></div> });
        let has_old = can_edit && page.rows.iter().any(|account| !account.is_local);
        let refused = kept.and_then(|kept| Some((kept.result.err()?, kept.values)));
        let (told, refused) = match refused {
            Some((error, typed)) => told(error, typed, &page.rows),
            None => (().into_any(), None),
        };
        let (place, label) = ((BEHIND, "#undecided"), "Accounts to decide about");
        let nothing = "No undecided account fits these filters.";
        let row = |account: UndecidedAccount| {
            let refused = refused.clone().filter(|refused| refused.whose == account.id);
            view! { <Account account shown can_edit refused/> }
        };
        // Whoever only looks decides nothing.
        let rows = if can_edit {
            let columns = ["Account", "Directory", "Proposal", "Decision"];
            listed(page, place, (label, columns), nothing, row)
        } else {
            listed(
                page,
                place,
                (label, ["Account", "Directory", "Proposal"]),
                nothing,
                row,
            )
        };
        view! {
            {done}
            {told}
            {has_old.then(|| view! {
                <p class="in soft">"An account of an old directory that is made local has no local password: nobody can sign in with it until one is set. With one that is left in the old directory nobody can sign in once the migration has switched that off."</p>
            })}
            {rows}
        }
        .into_any()
    })
}

/// A new username that was refused.
#[derive(Clone)]
struct Refusal {
    /// The id of the account it was typed for.
    whose: String,
    typed: String,
    /// Its field has the key that it has in the form of the account.
    error: ApiError,
}

/// Why a decision was refused, and what the form of its account shows of it. Where that one is not among the accounts any more,
/// what was typed is told here.
fn told(error: ApiError, (whose, typed): Typed, accounts: &[UndecidedAccount]) -> (AnyView, Option<Refusal>) {
    if !accounts.iter().any(|account| account.id == whose) {
        let gone = view! { <div class="in"><RefusedAndGone error typed/></div> };
        return (gone.into_any(), None);
    }
    let error = under(error, |field| format!("{field}-{whose}"));
    let why = view! { <div class="in"><WhyRefused error=error.clone()/></div> };
    (why.into_any(), Some(Refusal { whose, typed, error }))
}

#[component]
fn Account(
    account: UndecidedAccount,
    shown: Shown,
    can_edit: bool,
    refused: Option<Refusal>,
) -> impl IntoView {
    let href = customer().path(&format!("people/{}", account.id));
    let signed_in = signed_in(account.last_sign_in);
    let has_proposal = account.proposal.is_some();
    let proposal = account.proposal.map_or_else(
        || view! { <span class="soft">"None"</span> }.into_any(),
        |proposal| {
            let tone = match proposal.class {
                ProposalClass::Certain => Tone::Ready,
                ProposalClass::Likely => Tone::Neutral,
                ProposalClass::Doubtful => Tone::Waiting,
            };
            view! {
                <span class="name"><bdi>{proposal.username}</bdi></span>
                <br/><span class="why"><bdi>{proposal.name}</bdi> ". " {proposal.reason} " "</span>
                <StateWord tone word=proposal.class.label()/>
            }
            .into_any()
        },
    );
    let (id, name, is_local) = (account.id, account.username.clone(), account.is_local);
    let decide = can_edit.then(|| {
        view! { <td data-label="Decision"><Decide id shown name has_proposal is_local refused/></td> }
    });
    view! {
        <tr>
            <th scope="row" data-label="Account">
                <a href=href><bdi>{account.name}</bdi></a>
                {account.is_administrator.then(|| view! { " " <StateWord tone=Tone::Held word="Administrator"/> })}
                <br/><span class="why"><span class="name"><bdi>{account.username}</bdi></span> ", " {signed_in}</span>
            </th>
            <td data-label="Directory"><bdi>{account.directory}</bdi></td>
            <td data-label="Proposal">{proposal}</td>
            {decide}
        </tr>
    }
}

#[component]
fn Decide(
    id: String,
    shown: Shown,
    name: String,
    has_proposal: bool,
    is_local: bool,
    refused: Option<Refusal>,
) -> impl IntoView {
    let key = format!("new-{id}");
    let wrong = refused.as_ref().and_then(|refused| refused.error.of_field(&key));
    let typed = refused.map(|refused| refused.typed).unwrap_or_default();
    let local = if is_local { "Keep local" } else { "Make local" };
    let error_id = format!("{key}-error");
    let described = wrong.is_some().then(|| error_id.clone());
    let is_wrong = wrong.is_some().then_some("true");
    let of = format!(": {name}");
    let other = id.clone();
    let label = format!("New username for {name}");
    let search = here([("for", id.as_str())]);
    view! {
        <form method="post" action=DecideMapping::PATH class="actions">
            <HiddenShown shown/>
            <input type="hidden" name="undecided" value=id/>
            {has_proposal.then(|| view! { <Submit label="Accept" busy="Deciding…" name="decision" value="proposed" of=of.clone()/> })}
            <Submit label=local busy="Deciding…" name="decision" value="local" of=of.clone()/>
            {(!is_local).then(|| view! { <Submit label="Leave in the old directory" busy="Deciding…" name="decision" value="left" of=of.clone()/> })}
        </form>
        <form method="post" action=DecideMapping::PATH class="row">
            <HiddenShown shown/>
            <input type="hidden" name="undecided" value=other/>
            <div class="field">
                <label class="visually-hidden" for=key.clone()>{label}</label>
                <input id=key name="new" type="text" value=typed class="code" placeholder="new username" autocomplete="off" spellcheck="false" autocapitalize="none"
                    aria-invalid=is_wrong aria-describedby=described/>
                {wrong.map(|words| view! { <p class="error" id=error_id>{words}</p> })}
            </div>
            <Submit label="Use it" busy="Deciding…" class="quiet" name="decision" value="username" of=of.clone()/>
        </form>
        <p><a class="button quiet" href=search>"Search the directory"<span class="visually-hidden">{of}</span></a></p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_10_and_p_13_what_locks_people_out_is_said_with_numbers() {
        for (old, who) in [
            (1, "1 account belongs to an old directory."),
            (1_200, "1,200 accounts belong to an old directory."),
        ] {
            let words = locks_out(old);
            assert!(words.starts_with(who), "{words}");
            assert!(words.contains("no local password"), "{words}");
            assert!(words.contains("nobody can sign in once"), "{words}");
        }
    }
}
