//! What both sides say about the lines of a mapping and about all of it: in a list of everything, and at each line; and how
//! questions are asked and answered.

use domain::Permission;
use domain::deployment::Responsibility;
use domain::views::{MappingOpenRemarks, MappingRemark, Page};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::done::done_if;
use super::line::{HiddenLine, of_line};
use super::{Lists, under};
use crate::api::take_flash;
use crate::api::user_mapping::{
    AnswerMappingQuestion, OfLine, RemarkOnMapping, SettleMappingRemark, TypedAnswer, list_line_remarks,
    list_mapping_remarks,
};
use crate::components::{
    Allowed, Loaded, Pager, Panel, StateWord, Submit, TextArea, TimeOf, Tone, WhyRefused, awaited, customer,
    gone_unless, param, plural, query, thousands,
};

/// The parameter of the page's address that says where the list begins.
const FROM: &str = "said";
/// Where a form stands in the list of everything, and not at a line.
const LIST: u64 = 0;
/// Questions that are named before a submission.
const NAMED: usize = 10;
/// So much of a question is said again above its answer.
const QUOTED: usize = 200;

/// Everything said about lines and about all of them, and the form for a question about the latter.
#[component]
pub(super) fn Remarks(
    version: i64,
    /// The beginning of the list.
    first: Page<MappingRemark>,
    open: MappingOpenRemarks,
    /// The lines of the version are known, and shown.
    is_checked: bool,
    /// The page loads itself again soon: what was typed would be lost.
    is_checking: bool,
) -> impl IntoView {
    let state = (is_checked, is_checking);
    let from = param(&query(), FROM);
    if !from.is_empty() {
        let page = list_mapping_remarks(customer().slug, version, Some(from));
        return view! { <Loaded data=page draw=move |page| view! { <Talk version page open state/> }/> }
            .into_any();
    }
    if first.rows.is_empty() {
        // Nothing to read: it is for whoever may write.
        return view! { <Allowed permission=Permission::Comment><Talk version page=Page::empty() open state/></Allowed> }
            .into_any();
    }
    view! { <Talk version page=first open state/> }.into_any()
}

#[component]
fn Talk(
    version: i64,
    page: Page<MappingRemark>,
    open: MappingOpenRemarks,
    /// As of [`Remarks`]: whether the lines are shown, and whether the page loads itself again soon.
    state: (bool, bool),
) -> impl IntoView {
    let (is_checked, is_checking) = state;
    let note = count_open(open);
    // What is asked about the line that is shown is answered there.
    let shown = match Lists::asked() {
        Some(Lists::Line(line)) if is_checked => Some(line),
        _ => None,
    };
    let is_here = move |remark: &MappingRemark| shown.is_none() || remark.line != shown;
    let Page { mut rows, next } = page;
    if is_checking {
        read_only(&mut rows);
    }
    let answered = answerable(rows.iter().filter(|remark| is_here(remark)));
    let has_any = !rows.is_empty();
    let rows = rows
        .into_iter()
        .map(|remark| {
            let place = place(remark.line, is_checked);
            let (about, is_here) = (remark.about.clone(), is_here(&remark));
            view! {
                <li>
                    <div class="when">{place}</div>
                    <div class="what"><p class="name"><bdi>{about}</bdi></p><Said version remark place=LIST is_here/></div>
                </li>
            }
        })
        .collect_view();
    // What was typed is told in the form it was typed in.
    let has_form = move |place: u64, question: &String| {
        if place == LIST {
            answered.contains(question)
        } else {
            Some(place) == shown
        }
    };
    view! {
        <Panel title="Questions and remarks" id="remarks" note=move || note.clone()>
            {(!is_checking).then(|| gone_unless::<OfLine<TypedAnswer>>(
                AnswerMappingQuestion::PATH,
                move |((_, place), (question, _))| has_form(*place, question),
                |(place, (_, said))| of_line(place, said),
            ))}
            {noted(move |place| place == LIST || Some(place) != shown, is_checking)}
            {has_any.then(|| view! { <ol class="history" role="list">{rows}</ol> })}
            <Pager next key=FROM anchor="#remarks"/>
            {(!is_checking).then(|| view! { <Allowed permission=Permission::Comment><AskForm version/></Allowed> })}
        </Panel>
    }
}

/// Which line it is about, in the newest version; 0: all of them.
fn place(line: Option<u64>, is_checked: bool) -> AnyView {
    match line {
        Some(0) => view! { "All lines" }.into_any(),
        _ if !is_checked => view! { <span class="soft">"Lines are not known yet"</span> }.into_any(),
        Some(line) => {
            let href = Lists::Line(line).href();
            view! { <a href=href>{format!("Line {}", thousands(line))}</a> }.into_any()
        }
        None => view! { <span class="soft">"The line says something else now"</span> }.into_any(),
    }
}

/// Nothing is answered or settled among these for now.
fn read_only(remarks: &mut [MappingRemark]) {
    for remark in remarks {
        remark.may_answer = false;
        remark.may_settle = false;
    }
}

/// That something was said, answered or settled by a form here, by the line that it stood at or [`LIST`].
fn noted(is_here: impl Fn(u64) -> bool + Copy + Send + 'static, is_checking: bool) -> AnyView {
    let said = done_if::<OfLine<String>>(
        RemarkOnMapping::PATH,
        move |((_, place), _)| is_here(*place),
        "It is said: both sides read it here.",
        is_checking,
    );
    let answered = done_if::<OfLine<TypedAnswer>>(
        AnswerMappingQuestion::PATH,
        move |((_, place), _)| is_here(*place),
        "Answered: the question waits no longer.",
        is_checking,
    );
    let settled = done_if::<u64>(
        SettleMappingRemark::PATH,
        move |place| is_here(*place),
        "Settled.",
        is_checking,
    );
    view! { {said}{answered}{settled} }.into_any()
}

/// The questions among these that whoever looks may answer.
fn answerable<'a>(remarks: impl Iterator<Item = &'a MappingRemark>) -> Vec<String> {
    let questions = remarks.filter(|remark| remark.may_answer);
    questions.map(|remark| remark.id.clone()).collect()
}

/// How many remarks and questions are open, in words; nothing where none is.
fn count_open(open: MappingOpenRemarks) -> String {
    let remarks = plural(open.remarks, "open remark", "open remarks");
    let questions = plural(open.questions, "open question", "open questions");
    match (open.questions, open.remarks) {
        (0, 0) => String::new(),
        (0, _) => remarks,
        (_, 0) => questions,
        _ => format!("{questions}, {remarks}"),
    }
}

/// A question about no line but the whole mapping. What is only said about all of it is said in the comments of the step.
#[component]
fn AskForm(version: i64) -> impl IntoView {
    awaited(
        take_flash::<OfLine<String>, ()>(RemarkOnMapping::PATH),
        move |kept| {
            let kept = kept.filter(|kept| kept.values.0 == (version, LIST));
            let error = kept
                .as_ref()
                .and_then(|kept| kept.result.clone().err())
                .map(|error| under(error, |field| format!("whole-{field}")));
            let typed = kept.and_then(|kept| kept.refused().cloned());
            let typed = typed.map(|(_, said)| said).unwrap_or_default();
            let is_refused = error.is_some();
            view! {
            <div class="in">
            {gone_unless::<OfLine<String>>(RemarkOnMapping::PATH, move |(of, _)| *of == (version, LIST) || of.1 != LIST, |(of, said)| of_line(of, said))}
            <details class="fold" open=is_refused>
                <summary>"Ask something about the whole mapping"</summary>
                <form method="post" action=RemarkOnMapping::PATH class="form">
                    <WhyRefused error=error.clone()/>
                    <HiddenLine version line=LIST/>
                    <input type="hidden" name="asks" value="true"/>
                    <TextArea key="whole-text" label="Your question about all of it" name="text" prose=true value=typed error help="Both sides read it. It waits for the other side, and the mapping stays where it is."/>
                    <div class="actions"><Submit label="Ask" busy="Asking…" of="about the whole mapping"/></div>
                </form>
            </details>
            </div>
        }
        .into_any()
        },
    )
}

/// What was said about one line, and the form for more.
#[component]
pub(super) fn LineRemarks(version: i64, line: u64) -> impl IntoView {
    let said = list_line_remarks(customer().slug, (version, line));
    view! { <Loaded data=said draw=move |said| view! { <LineTalk version line said/> }/> }
}

#[component]
fn LineTalk(
    version: i64,
    line: u64,
    /// `None`: there is no such line.
    said: Option<Vec<MappingRemark>>,
) -> impl IntoView {
    let answered = answerable(said.iter().flatten());
    let panel = match said {
        None => ().into_any(),
        Some(said) if said.is_empty() => view! {
            <Allowed permission=Permission::Comment><LinePanel version line said=Vec::new()/></Allowed>
        }
        .into_any(),
        Some(said) => view! { <LinePanel version line said/> }.into_any(),
    };
    view! {
        {gone_unless::<OfLine<TypedAnswer>>(
            AnswerMappingQuestion::PATH,
            move |((_, place), (question, _))| *place != line || answered.contains(question),
            |(place, (_, said))| of_line(place, said),
        )}
        {panel}
    }
}

#[component]
fn LinePanel(version: i64, line: u64, said: Vec<MappingRemark>) -> impl IntoView {
    let has_any = !said.is_empty();
    let rows = said
        .into_iter()
        .map(|remark| view! { <li><Said version remark place=line is_here=true/></li> })
        .collect_view();
    view! {
        <Panel title="Said about this line" id="said-here">
            {noted(move |place| place == line, false)}
            <div class="in form">
                {has_any.then(|| view! { <ul role="list" class="form">{rows}</ul> })}
                <Allowed permission=Permission::Comment><RemarkForm version line/></Allowed>
            </div>
        </Panel>
    }
}

#[component]
fn RemarkForm(version: i64, line: u64) -> impl IntoView {
    awaited(
        take_flash::<OfLine<String>, ()>(RemarkOnMapping::PATH),
        move |kept| {
            let kept = kept.filter(|kept| kept.values.0 == (version, line));
            let error = kept
                .as_ref()
                .and_then(|kept| kept.result.clone().err())
                .map(|error| under(error, |field| format!("remark-{field}")));
            let refused = kept.and_then(|kept| kept.refused().cloned());
            let typed = refused.map(|(_, said)| said).unwrap_or_default();
            view! {
            <form method="post" action=RemarkOnMapping::PATH class="form">
                <WhyRefused error=error.clone()/>
                <HiddenLine version line/>
                <TextArea key="remark-text" label="Your remark" name="text" prose=true value=typed error help="Both sides read it, and it goes along with the line as long as the line says the same. A question waits for the other side, and the mapping stays where it is."/>
                <div class="actions">
                    <Submit label="Add the remark" busy="Adding…"/>
                    <Submit label="Ask" busy="Asking…" name="asks" value="true"/>
                </div>
            </form>
        }
        .into_any()
        },
    )
}

/// One remark.
#[component]
fn Said(
    version: i64,
    remark: MappingRemark,
    /// The line it stands at, or [`LIST`].
    place: u64,
    /// A question is answered here, and not at its line, which is shown above.
    is_here: bool,
) -> impl IntoView {
    let which = format!("{}, {}, {}", remark.about, remark.by, remark.when.words);
    let waits = remark.is_unanswered().then(|| waits(&remark, is_here));
    let answer = (remark.may_answer && is_here).then(|| {
        let of = format!("the question: {which}");
        view! { <AnswerForm version place question=remark.id.clone() of/> }
    });
    let settle = match remark.settled_by {
        Some(by) => view! { <p class="why">{format!("Settled by {by}.")}</p> }.into_any(),
        // It is answered, and that settles it; or whoever looks only reads.
        None if !remark.may_settle => ().into_any(),
        None => view! {
            <form method="post" action=SettleMappingRemark::PATH class="actions">
                <input type="hidden" name="customer" value=customer().slug/>
                <input type="hidden" name="remark" value=remark.id/>
                <input type="hidden" name="line" value=place/>
                <Submit label="Settled" busy="Noting…" class="quiet" of=format!(": {which}")/>
            </form>
        }
        .into_any(),
    };
    let question = remark.question.map(|question| {
        let quoted: String = question.chars().take(QUOTED).collect();
        let rest = if quoted.len() < question.len() { "…" } else { "" };
        view! { <p class="soft">"Answers “" <bdi>{quoted}</bdi> {rest} "”"</p> }
    });
    view! {
        <p><b>{remark.by}</b> " " <span class="soft">{remark.side.label()} ", " <TimeOf when=remark.when/></span></p>
        {question}
        <p class="said">{remark.text}</p>
        {waits}
        {answer}
        {settle}
    }
}

/// For whom a question waits.
fn waits(remark: &MappingRemark, is_here: bool) -> impl IntoView + use<> {
    let (tone, words) = match (remark.may_answer, remark.may_settle) {
        (true, _) if is_here => (Tone::Yours, "It waits for your answer."),
        (true, _) => (Tone::Yours, "Answer it above, at its line."),
        (false, true) => (Tone::Waiting, "It waits for the other side."),
        (false, false) => (Tone::Waiting, "It waits for an answer."),
    };
    view! { <p class="why"><StateWord tone word="Question"/> " " {words}</p> }
}

/// The answer to one question.
#[component]
fn AnswerForm(
    version: i64,
    place: u64,
    question: String,
    /// The question, for screen readers.
    of: String,
) -> impl IntoView {
    awaited(
        take_flash::<OfLine<TypedAnswer>, ()>(AnswerMappingQuestion::PATH),
        move |kept| {
            // In whatever version: it is the same question.
            let kept = kept.filter(|kept| kept.values.0.1 == place && kept.values.1.0 == question);
            let key = format!("answer-{question}");
            let error = kept
                .as_ref()
                .and_then(|kept| kept.result.clone().err())
                .map(|error| under(error, |_| key.clone()));
            let typed = kept.and_then(|kept| kept.refused().cloned());
            let typed = typed.map(|(_, (_, said))| said).unwrap_or_default();
            let is_refused = error.is_some();
            view! {
                <details class="fold" open=is_refused>
                    <summary>"Answer it"<span class="visually-hidden">{format!(": {of}")}</span></summary>
                    <form method="post" action=AnswerMappingQuestion::PATH class="form">
                        <WhyRefused error=error.clone()/>
                        <HiddenLine version line=place/>
                        <input type="hidden" name="remark" value=question/>
                        <TextArea key=key label="Your answer" name="text" prose=true value=typed error/>
                        <div class="actions"><Submit label="Answer" busy="Answering…" of/></div>
                    </form>
                </details>
            }
            .into_any()
        },
    )
}

/// Questions of the deployment team that wait for an answer.
#[derive(Clone, Debug)]
pub(super) struct Unanswered {
    /// The first of them: the line, if there is one, and what is asked.
    questions: Vec<(Option<u64>, String)>,
    all: u64,
}

/// The first page of what was said, and what of it is asked of the customer.
pub(super) fn first_said(
    (rows, next): (Vec<MappingRemark>, Option<String>),
    open: MappingOpenRemarks,
) -> (Unanswered, Page<MappingRemark>) {
    (Unanswered::of(&rows, open), Page { rows, next })
}

impl Unanswered {
    /// Those among what was said.
    fn of(remarks: &[MappingRemark], open: MappingOpenRemarks) -> Self {
        let asked = |remark: &&MappingRemark| remark.is_unanswered() && remark.side == Responsibility::Staff;
        let questions = remarks.iter().filter(asked).take(NAMED);
        Self {
            questions: questions
                .map(|remark| (remark.line.filter(|line| *line > 0), remark.text.clone()))
                .collect(),
            all: open.to_customer,
        }
    }
}

/// What is still asked of whoever submits.
#[component]
pub(super) fn Asked(unanswered: Unanswered) -> impl IntoView {
    let Unanswered { questions, all } = unanswered;
    let named = u64::try_from(questions.len()).unwrap_or(u64::MAX);
    let more = all.saturating_sub(named);
    let questions = questions
        .into_iter()
        .map(|(line, text)| {
            let place = line.map_or_else(String::new, |line| format!("Line {}: ", thousands(line)));
            view! { <li class="said">{place}<bdi>{text}</bdi></li> }
        })
        .collect_view();
    let more = (more > 0).then(|| view! { <li>{format!("and {} more", thousands(more))}</li> });
    (all > 0).then(|| {
        let waiting = plural(
            all,
            "question of the deployment team waits for an answer.",
            "questions of the deployment team wait for an answer.",
        );
        view! {
            <p>{waiting} " It can be submitted all the same. " <a href="#remarks">"Answer below"</a></p>
            <ul>{questions}{more}</ul>
        }
    })
}
