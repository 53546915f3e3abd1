//! What the page of the user mapping asks for, and how a file is read in another way. The file itself comes in by a plain
//! route (`server`, `http::upload`).

mod lists;

pub use lists::*;

use domain::ids::RemarkId;
use domain::user_mapping::{
    ColumnsForm, DecidedAbout, Decision, Delimiter, FileEncoding, FindingCode, MappingEdit, MappingFix,
    MappingReading, ProposalClass, Severity, Verdict,
};
use domain::views::UserMappingView;
use domain::{AccountId, Actor, UserError};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::{ServiceError, Services};

use super::ApiError;
use crate::components::address;

/// What was typed into the form of a line.
pub type TypedLine = (String, String, String);

/// What was typed about a line, behind the version and the line it was typed for: the same number is somebody else's line
/// in another version.
pub type OfLine<T> = ((i64, u64), T);

/// What was typed for a fix, behind the version, the group of findings and the fix it was typed for.
pub type TypedFix = ((i64, FindingCode, Severity, String, MappingFix), String);

/// What was said about a version: in the form of another one it would be said about that.
pub type OfVersion<T> = (i64, T);

/// What a form is about that holds only as its page showed it: a version, and the check that wrote what was read there (P-17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    pub version: i64,
    /// As of a [`domain::views::MappingVersionView`].
    #[serde(default)]
    pub check: i64,
}

/// The groups of warnings that were ticked, by their keys, behind the check they were ticked as.
pub type TypedTicks = (i64, Vec<String>);

/// What was typed about a version that is reviewed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedVerdict {
    pub reason: String,
    /// A second one has to approve it.
    pub needs_second: bool,
    /// Although questions are open.
    pub unanswered: bool,
    pub acknowledged: TypedTicks,
}

/// What was typed as an answer, behind the question.
pub type TypedAnswer = (String, String);

/// The key under which the answer to an upload waits for its page.
pub const UPLOAD: &str = "user-mapping/file";

/// The parameters of the page's address that say which list of lines it shows, what that is narrowed to, and where its page
/// begins. The address of a line has those of the list that it was opened from.
pub const LIST: [&str; 10] = [
    "show", "code", "severity", "about", "since", "kind", "with", "account", "search", "after",
];

/// The parameters of the page's address that say what is typed into the form of a line, for which version, who is looked for, and
/// what was not understood of a form before.
const TYPED: [&str; 7] = [
    "version", "existing", "new", "target", "person", "__path", "__err",
];

/// How the mapping stands.
pub async fn show_user_mapping(customer: String) -> Result<UserMappingView, ApiError> {
    super::act(|services, actor| async move { services.user_mapping(&actor, &customer).await }).await
}

/// Reads the file of a version in another way. Empty: as detected. `columns`: which column is which, where the headings do not
/// say it.
#[server(endpoint = "user-mapping/read")]
pub async fn read_mapping_file(
    customer: String,
    version: i64,
    #[server(default)] encoding: String,
    #[server(default)] delimiter: String,
    #[server(default)] heading_is_right: bool,
    #[server(default)] columns: ColumnsForm,
) -> Result<i64, ApiError> {
    let typed: OfVersion<ColumnsForm> = (version, columns.clone());
    super::act_form(
        <ReadMappingFile as ServerFn>::PATH,
        &typed,
        |services, actor| async move {
            let reading = MappingReading {
                encoding: FileEncoding::from_code(&encoding),
                delimiter: Delimiter::from_code(&delimiter),
                heading_is_confirmed: heading_is_right,
                columns: columns.chosen()?,
            };
            services
                .read_mapping_file(&actor, &customer, version, reading)
                .await
        },
    )
    .await
}

/// Carries out a correction; `path` is the form's, `typed` what is kept for the page if it is refused.
async fn edit<V: serde::Serialize + Sync>(
    path: &str,
    typed: &V,
    (customer, version): (String, i64),
    edit: MappingEdit,
) -> Result<i64, ApiError> {
    super::act_form(path, typed, |services, actor| async move {
        services.edit_mapping(&actor, &customer, version, edit).await
    })
    .await
}

/// The same, after which any line may stand elsewhere: a page that is about one leads to what was found in all of them. It opens
/// where it says that this was done; a part of it in the address would keep it from that (`components::Done`).
async fn edit_many<V: serde::Serialize + Sync>(
    path: &str,
    typed: &V,
    (customer, version): (String, i64),
    made: MappingEdit,
) -> Result<i64, ApiError> {
    let page = format!("/c/{customer}/user-mapping");
    let next = edit(path, typed, (customer, version), made).await?;
    super::server::go(&page);
    Ok(next)
}

/// Begins a mapping without a file, behind the newest version (0: there is none yet).
#[server(endpoint = "user-mapping/begin")]
pub async fn begin_mapping(customer: String, version: i64) -> Result<i64, ApiError> {
    let path = <BeginMapping as ServerFn>::PATH;
    edit_many(path, &(), (customer, version), MappingEdit::Begin).await
}

/// Mends all lines of a group of findings.
#[server(endpoint = "user-mapping/fix")]
pub async fn fix_mapping(
    customer: String,
    version: i64,
    code: FindingCode,
    severity: Severity,
    #[server(default)] about: String,
    fix: MappingFix,
    #[server(default)] value: String,
) -> Result<i64, ApiError> {
    let typed: TypedFix = ((version, code, severity, about.clone(), fix), value.clone());
    let made = MappingEdit::Fix {
        fix,
        code,
        severity,
        about,
        value,
    };
    edit_many(<FixMapping as ServerFn>::PATH, &typed, (customer, version), made).await
}

/// Carries out a correction, by `run`, after which the page stays with the line that its form stood at. `path` is the form's;
/// the cells are kept for the page if they are refused.
async fn edit_along<F, Fut>(
    path: &str,
    customer: &str,
    place: (i64, u64),
    cells: TypedLine,
    run: F,
) -> Result<i64, ApiError>
where
    F: FnOnce(Services, Actor, String, TypedLine) -> Fut,
    Fut: Future<Output = Result<(i64, Option<u64>), ServiceError>>,
{
    let typed: OfLine<TypedLine> = (place, cells.clone());
    let slug = customer.to_owned();
    let made = super::act_form(path, &typed, |services, actor| run(services, actor, slug, cells));
    let (next, line) = made.await?;
    // The line may stand elsewhere in the next version: the page goes along with it, as soon as that is read.
    super::server::go(&along(customer, Some(line.unwrap_or(place.1))));
    Ok(next)
}

/// The page with the list that a form's page has in its address: with this line, which was opened from it, or with the list itself,
/// or with all lines where there is none. It opens where it says what was done, as of [`edit_many`].
fn along(customer: &str, line: Option<u64>) -> String {
    let (line, query) = (
        line.map(|line| format!("line={line}")),
        super::server::query_of_page(),
    );
    let is_of_list = |pair: &&str| {
        let key = pair.split_once('=').map(|(key, _)| key);
        key.is_some_and(|key| LIST.contains(&key))
    };
    let mut query: Vec<&str> = query.split('&').filter(is_of_list).collect();
    if query.is_empty() && line.is_none() {
        query.push("show=lines");
    }
    query.extend(line.as_deref());
    format!("/c/{customer}/user-mapping?{}", query.join("&"))
}

/// The page that a form was posted from, without what its address has of a line that was typed and not saved: that was about the
/// version before, and would be refused there. It opens where it says what was done, as of [`edit_many`].
fn page_without_typed(customer: &str) -> String {
    let query = super::server::query_of_page();
    let stays = |pair: &&str| {
        let key = pair.split_once('=').map_or(*pair, |(key, _)| key);
        !key.is_empty() && !TYPED.contains(&key)
    };
    let query: Vec<&str> = query.split('&').filter(stays).collect();
    if query.is_empty() {
        return format!("/c/{customer}/user-mapping");
    }
    format!("/c/{customer}/user-mapping?{}", query.join("&"))
}

/// Writes one line anew.
#[server(endpoint = "user-mapping/line")]
pub async fn write_mapping_line(
    customer: String,
    version: i64,
    line: u64,
    #[server(default)] existing: String,
    #[server(default)] new: String,
    #[server(default)] target: String,
) -> Result<i64, ApiError> {
    let (path, place) = (<WriteMappingLine as ServerFn>::PATH, (version, line));
    let cells = (existing, new, target);
    edit_along(
        path,
        &customer,
        place,
        cells,
        |services, actor, slug, cells| async move {
            services.write_mapping_line(&actor, &slug, place, cells).await
        },
    )
    .await
}

/// What the key Enter does in the form of a line: it looks for the person who is named there (`person`), with everything that is
/// typed; where nobody is, it writes the line anew.
#[server(endpoint = "user-mapping/line-entered")]
pub async fn enter_mapping_line(
    customer: String,
    version: i64,
    line: u64,
    #[server(default)] existing: String,
    #[server(default)] new: String,
    #[server(default)] target: String,
    #[server(default)] person: String,
) -> Result<i64, ApiError> {
    if person.trim().is_empty() {
        return write_mapping_line(customer, version, line, existing, new, target).await;
    }
    super::act(|_, _| async { Ok(()) }).await?;
    let page = along(&customer, Some(line));
    let number = version.to_string();
    let typed = [
        ("version", number.as_str()),
        ("existing", existing.as_str()),
        ("new", new.as_str()),
        ("target", target.as_str()),
        ("person", person.as_str()),
    ];
    super::server::go(&format!("{}#lines", address(&page, typed)));
    Ok(version)
}

/// Gives the account that has the new username of a line a line of its own, which renames it aside.
#[server(endpoint = "user-mapping/add-line")]
pub async fn add_mapping_line(
    customer: String,
    version: i64,
    line: u64,
    #[server(default)] existing: String,
    #[server(default)] new: String,
    #[server(default)] target: String,
) -> Result<i64, ApiError> {
    let (path, place) = (<AddMappingLine as ServerFn>::PATH, (version, line));
    let cells = (existing, new, target);
    edit_along(path, &customer, place, cells, |services, actor, slug, cells| async move {
        services.add_mapping_line(&actor, &slug, place, cells).await
    })
    .await
}

/// Removes one line.
#[server(endpoint = "user-mapping/remove-line")]
pub async fn remove_mapping_line(customer: String, version: i64, line: u64) -> Result<i64, ApiError> {
    let made = MappingEdit::RemoveLine { line };
    let path = <RemoveMappingLine as ServerFn>::PATH;
    let next = edit(path, &(), (customer.clone(), version), made).await?;
    // Another line may have its number now.
    super::server::go(&along(&customer, None));
    Ok(next)
}

/// Decides about accounts that no line is about: one (`undecided`), those with a proposal of a class (`class`), or
/// `everybody`. `decision`: `proposed`, `local`, `left`, or `username` with a new one.
#[server(endpoint = "user-mapping/decide")]
pub async fn decide_mapping(
    customer: String,
    shown: Shown,
    #[server(default)] undecided: String,
    #[server(default)] class: String,
    #[server(default)] everybody: bool,
    decision: String,
    #[server(default)] new: String,
) -> Result<i64, ApiError> {
    let about = match (undecided.parse::<AccountId>(), ProposalClass::from_code(&class)) {
        (Ok(account), _) => DecidedAbout::One { account },
        (Err(_), Some(class)) => DecidedAbout::Class { class },
        (Err(_), None) if everybody => DecidedAbout::Rest,
        (Err(_), None) => return Err(ApiError::Malformed),
    };
    let typed = (undecided, new.clone());
    let decision = match decision.as_str() {
        "proposed" if about != DecidedAbout::Rest => Decision::Proposed,
        "local" => Decision::Local,
        "left" => Decision::Left,
        _ => Decision::Username { new },
    };
    let made = MappingEdit::Decide { about, decision };
    let page = page_without_typed(&customer);
    let next = super::act_form(
        <DecideMapping as ServerFn>::PATH,
        &typed,
        |services, actor| async move {
            let shown = (shown.version, shown.check);
            services.edit_mapping(&actor, &customer, shown, made).await
        },
    )
    .await?;
    super::server::go(&page);
    Ok(next)
}

/// Takes an earlier version up again.
#[server(endpoint = "user-mapping/back")]
pub async fn back_to_mapping(customer: String, version: i64, to: i64) -> Result<i64, ApiError> {
    let made = MappingEdit::Back { to };
    edit_many(<BackToMapping as ServerFn>::PATH, &(), (customer, version), made).await
}

/// Takes over the lines of an earlier version about accounts that an uploaded file left out.
#[server(endpoint = "user-mapping/keep")]
pub async fn keep_mapping_lines(customer: String, version: i64, earlier: i64) -> Result<i64, ApiError> {
    let made = MappingEdit::Keep { from: earlier };
    edit_many(
        <KeepMappingLines as ServerFn>::PATH,
        &(),
        (customer, version),
        made,
    )
    .await
}

/// Checks the newest version again.
#[server(endpoint = "user-mapping/check")]
pub async fn check_mapping(customer: String, shown: Shown) -> Result<(), ApiError> {
    super::act_form(
        <CheckMapping as ServerFn>::PATH,
        &(),
        |services, actor| async move {
            let shown = (shown.version, shown.check);
            services.check_mapping_again(&actor, &customer, shown).await
        },
    )
    .await
}

/// Submits the newest version for review.
#[server(endpoint = "user-mapping/submit")]
pub async fn submit_mapping(
    customer: String,
    shown: Shown,
    #[server(default)] acknowledged: Vec<String>,
) -> Result<(), ApiError> {
    let typed: OfVersion<TypedTicks> = (shown.version, (shown.check, acknowledged.clone()));
    super::act_form(
        <SubmitMapping as ServerFn>::PATH,
        &typed,
        |services, actor| async move {
            let shown = (shown.version, shown.check);
            services
                .submit_mapping(&actor, &customer, shown, &acknowledged)
                .await
        },
    )
    .await
}

/// Returns or approves a submitted version; `unanswered`: although questions are open; `acknowledged`: the groups of warnings that
/// were ticked.
#[server(endpoint = "user-mapping/review")]
pub async fn review_mapping(
    customer: String,
    shown: Shown,
    verdict: String,
    #[server(default)] reason: String,
    #[server(default)] needs_second: bool,
    #[server(default)] unanswered: bool,
    #[server(default)] acknowledged: Vec<String>,
) -> Result<(), ApiError> {
    let typed = TypedVerdict {
        reason: reason.clone(),
        needs_second,
        unanswered,
        acknowledged: (shown.check, acknowledged.clone()),
    };
    let typed: OfVersion<TypedVerdict> = (shown.version, typed);
    super::act_form(
        <ReviewMapping as ServerFn>::PATH,
        &typed,
        |services, actor| async move {
            let verdict = match verdict.as_str() {
                "return" => Verdict::Return { reason },
                "approve" => Verdict::Approve {
                    needs_second,
                    unanswered,
                    acknowledged,
                },
                _ => return Err(UserError::Changed.into()),
            };
            let shown = (shown.version, shown.check);
            services.review_mapping(&actor, &customer, shown, verdict).await
        },
    )
    .await
}

/// Says something about a line, or about all of them (line 0); `asks`: as a question to the other side.
#[server(endpoint = "user-mapping/remark")]
pub async fn remark_on_mapping(
    customer: String,
    version: i64,
    line: u64,
    #[server(default)] text: String,
    #[server(default)] asks: bool,
) -> Result<(), ApiError> {
    let place = (version, line);
    super::act_form(
        <RemarkOnMapping as ServerFn>::PATH,
        &(place, text.clone()),
        |services, actor| async move {
            services
                .remark_on_mapping(&actor, &customer, place, (&text, asks))
                .await
        },
    )
    .await
}

/// Answers a question of the other side. `version` and `line`: where its form stood; line 0: among everything that was said.
#[server(endpoint = "user-mapping/answer")]
pub async fn answer_mapping_question(
    customer: String,
    version: i64,
    line: u64,
    remark: RemarkId,
    #[server(default)] text: String,
) -> Result<(), ApiError> {
    let typed: OfLine<TypedAnswer> = ((version, line), (remark.to_string(), text.clone()));
    super::act_form(
        <AnswerMappingQuestion as ServerFn>::PATH,
        &typed,
        |services, actor| async move {
            services
                .answer_mapping_question(&actor, &customer, remark, &text)
                .await
        },
    )
    .await
}

/// Settles what was said about a line. `line`: where its form stood; line 0: among everything that was said.
#[server(endpoint = "user-mapping/settle")]
pub async fn settle_mapping_remark(
    customer: String,
    remark: RemarkId,
    #[server(default)] line: u64,
) -> Result<(), ApiError> {
    super::act_form(
        <SettleMappingRemark as ServerFn>::PATH,
        &line,
        |services, actor| async move { services.settle_mapping_remark(&actor, &customer, remark).await },
    )
    .await
}
