//! What the page of the user mapping asks for, and how a file is read in another way. The file itself comes in by a plain
//! route (`server`, `http::upload`).

use domain::ids::RemarkId;
use domain::user_mapping::{
    DecidedAbout, Decision, Delimiter, FileEncoding, FindingCode, MappingEdit, MappingFix, MappingReading,
    ProposalClass, RenameKind, Severity, Verdict,
};
use domain::views::{
    LeftOutMappingLine, MappingDiff, MappingFindings, MappingLineView, MappingRemark, MappingRow,
    MappingVersionLine, MissedPerson, Page, UndecidedAccount, UndecidedSearch, UserMappingView,
};
use domain::{AccountId, Actor, UserError};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::{ServiceError, Services};

use super::ApiError;

/// What was typed into the form of a line.
pub type TypedLine = (String, String, String);

/// What was typed about a line, behind the version and the line it was typed for: the same number is somebody else's line
/// in another version.
pub type OfLine<T> = ((i64, u64), T);

/// What was typed for a fix, behind the version, the group of findings and the fix it was typed for.
pub type TypedFix = ((i64, FindingCode, Severity, String, MappingFix), String);

/// What was said about a version: in the form of another one it would be said about that.
pub type OfVersion<T> = (i64, T);

/// What was typed about a version that is reviewed: reasons, and whether a second one has to approve it.
pub type TypedVerdict = (String, bool);

/// What was typed as an answer, behind the question.
pub type TypedAnswer = (String, String);

/// The key under which the answer to an upload waits for its page.
pub const UPLOAD: &str = "user-mapping/file";

/// How the mapping stands.
pub async fn show_user_mapping(customer: String) -> Result<UserMappingView, ApiError> {
    super::act(|services, actor| async move { services.user_mapping(&actor, &customer).await }).await
}

/// The lines of one group of findings.
pub async fn list_mapping_findings(
    customer: String,
    version: i64,
    (code, severity, about): (FindingCode, Severity, String),
    after: Option<String>,
) -> Result<MappingFindings, ApiError> {
    super::act(|services, actor| async move {
        services
            .mapping_findings(
                &actor,
                &customer,
                version,
                (code, severity, &about),
                after.as_deref(),
            )
            .await
    })
    .await
}

/// Reads the file of a version in another way. Empty: as detected.
#[server(endpoint = "user-mapping/read")]
pub async fn read_mapping_file(
    customer: String,
    version: i64,
    #[server(default)] encoding: String,
    #[server(default)] delimiter: String,
    #[server(default)] heading_is_right: bool,
) -> Result<i64, ApiError> {
    let reading = MappingReading {
        encoding: FileEncoding::from_code(&encoding),
        delimiter: Delimiter::from_code(&delimiter),
        heading_is_confirmed: heading_is_right,
    };
    super::act_form(
        <ReadMappingFile as ServerFn>::PATH,
        &(),
        |services, actor| async move {
            services
                .read_mapping_file(&actor, &customer, version, reading)
                .await
        },
    )
    .await
}

/// Lines of a version, narrowed to a kind, to findings of a severity, to accounts nobody uses (`unused`), to a part of a
/// username.
pub async fn list_mapping_rows(
    customer: String,
    version: i64,
    (kind, severity, unused, search): (Option<RenameKind>, Option<Severity>, bool, String),
    after: Option<String>,
) -> Result<Page<MappingRow>, ApiError> {
    super::act(|services, actor| async move {
        let filter = services::user_mapping::MappingFilter {
            kind,
            severity,
            unused,
            search,
        };
        services
            .mapping_rows(&actor, &customer, version, &filter, after.as_deref())
            .await
    })
    .await
}

/// One line, and people whose name or username holds `search`. `None`: the version has no such line. The page is there all the
/// same, whatever its address asks for.
pub async fn show_mapping_line(
    customer: String,
    (version, line): (i64, u64),
    search: String,
) -> Result<Option<MappingLineView>, ApiError> {
    super::act(|services, actor| async move {
        let found = services
            .mapping_line(&actor, &customer, (version, line), &search)
            .await;
        match found {
            Err(ServiceError::User(UserError::NotFound)) => Ok(None),
            found => found.map(Some),
        }
    })
    .await
}

/// Active accounts that no line is about, narrowed to a part of a name, and to the proposals of a class that may be accepted
/// together.
pub async fn list_undecided(
    customer: String,
    version: i64,
    (class, search): (Option<ProposalClass>, String),
    after: Option<String>,
) -> Result<Page<UndecidedAccount>, ApiError> {
    super::act(|services, actor| async move {
        services
            .undecided_accounts(&actor, &customer, version, (class, &search), after.as_deref())
            .await
    })
    .await
}

/// One account that no line is about, and people whose name or username holds `search`. `None`: it was decided about.
pub async fn search_for_undecided(
    customer: String,
    (version, account): (i64, AccountId),
    search: String,
) -> Result<Option<UndecidedSearch>, ApiError> {
    super::act(|services, actor| async move {
        services
            .search_for_undecided(&actor, &customer, (version, account), &search)
            .await
    })
    .await
}

/// People whom no line names although an account that has a line is probably theirs.
pub async fn list_missed(
    customer: String,
    version: i64,
    after: Option<String>,
) -> Result<Page<MissedPerson>, ApiError> {
    super::act(|services, actor| async move {
        services
            .missed_people(&actor, &customer, version, after.as_deref())
            .await
    })
    .await
}

/// The versions before the newest one.
pub async fn list_mapping_versions(
    customer: String,
    before: Option<String>,
) -> Result<Page<MappingVersionLine>, ApiError> {
    super::act(|services, actor| async move {
        services
            .mapping_versions(&actor, &customer, before.as_deref())
            .await
    })
    .await
}

/// Lines of an earlier version about accounts that an uploaded file left out.
pub async fn list_left_out(
    customer: String,
    version: i64,
    after: Option<String>,
) -> Result<Page<LeftOutMappingLine>, ApiError> {
    super::act(|services, actor| async move {
        services
            .left_out_lines(&actor, &customer, version, after.as_deref())
            .await
    })
    .await
}

/// A page of what was said about a mapping, seen from a version.
pub async fn list_mapping_remarks(
    customer: String,
    version: i64,
    after: Option<String>,
) -> Result<Page<MappingRemark>, ApiError> {
    super::act(|services, actor| async move {
        services
            .mapping_remarks(&actor, &customer, version, after.as_deref())
            .await
    })
    .await
}

/// What was said about a line; `None`: there is no such line.
pub async fn list_line_remarks(
    customer: String,
    place: (i64, u64),
) -> Result<Option<Vec<MappingRemark>>, ApiError> {
    super::act(|services, actor| async move { services.mapping_line_remarks(&actor, &customer, place).await })
        .await
}

/// How two versions differ.
pub async fn compare_mappings(
    customer: String,
    (older, newer): (i64, i64),
    after: Option<String>,
) -> Result<MappingDiff, ApiError> {
    super::act(|services, actor| async move {
        services
            .mapping_diff(&actor, &customer, (older, newer), after.as_deref())
            .await
    })
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

/// The same, after which any line may stand elsewhere: a page that is about one leads to what was found in all of them.
async fn edit_many<V: serde::Serialize + Sync>(
    path: &str,
    typed: &V,
    (customer, version): (String, i64),
    made: MappingEdit,
) -> Result<i64, ApiError> {
    let page = format!("/c/{customer}/user-mapping#found");
    let next = edit(path, typed, (customer, version), made).await?;
    super::server::go(&page);
    Ok(next)
}

/// Begins a mapping without a file.
#[server(endpoint = "user-mapping/begin")]
pub async fn begin_mapping(customer: String) -> Result<i64, ApiError> {
    edit(
        <BeginMapping as ServerFn>::PATH,
        &(),
        (customer, 0),
        MappingEdit::Begin,
    )
    .await
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
    // The line may stand elsewhere in the next version: the page goes along with it.
    if let Some(line) = line {
        super::server::go(&format!("/c/{customer}/user-mapping?line={line}#lines"));
    }
    Ok(next)
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
    super::server::go(&format!("/c/{customer}/user-mapping?show=lines#lines"));
    Ok(next)
}

/// Decides about accounts that no line is about: one (`undecided`), those with a proposal of a class (`class`), or
/// `everybody`. `decision`: `proposed`, `local`, `left`, or `username` with a new one.
#[server(endpoint = "user-mapping/decide")]
pub async fn decide_mapping(
    customer: String,
    version: i64,
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
    edit(
        <DecideMapping as ServerFn>::PATH,
        &typed,
        (customer, version),
        made,
    )
    .await
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
pub async fn check_mapping(customer: String, version: i64) -> Result<(), ApiError> {
    super::act_form(
        <CheckMapping as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.check_mapping_again(&actor, &customer, version).await },
    )
    .await
}

/// Submits the newest version for review.
#[server(endpoint = "user-mapping/submit")]
pub async fn submit_mapping(
    customer: String,
    version: i64,
    #[server(default)] acknowledged: Vec<String>,
) -> Result<(), ApiError> {
    super::act_form(
        <SubmitMapping as ServerFn>::PATH,
        &(version, acknowledged.clone()),
        |services, actor| async move {
            services
                .submit_mapping(&actor, &customer, version, &acknowledged)
                .await
        },
    )
    .await
}

/// Returns or approves a submitted version; `unanswered`: although questions are open.
#[server(endpoint = "user-mapping/review")]
pub async fn review_mapping(
    customer: String,
    version: i64,
    verdict: String,
    #[server(default)] reason: String,
    #[server(default)] needs_second: bool,
    #[server(default)] unanswered: bool,
) -> Result<(), ApiError> {
    super::act_form(
        <ReviewMapping as ServerFn>::PATH,
        &(version, (reason.clone(), needs_second)),
        |services, actor| async move {
            let verdict = match verdict.as_str() {
                "return" => Verdict::Return { reason },
                "approve" => Verdict::Approve {
                    needs_second,
                    unanswered,
                },
                _ => return Err(UserError::Changed.into()),
            };
            services.review_mapping(&actor, &customer, version, verdict).await
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

/// Settles what was said about a line.
#[server(endpoint = "user-mapping/settle")]
pub async fn settle_mapping_remark(customer: String, remark: RemarkId) -> Result<(), ApiError> {
    super::act_form(
        <SettleMappingRemark as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.settle_mapping_remark(&actor, &customer, remark).await },
    )
    .await
}
