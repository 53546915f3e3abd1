//! What both sides say about a step.

use domain::deployment::Step;
use domain::views::CommentView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::deployment::AddComment;
use crate::api::take_flash;
use crate::components::{ErrorSummary, Panel, Submit, TextArea, TimeOf, awaited, customer, plural};

/// The comments on a step, and the form for the next one. Both sides read them.
#[component]
pub(super) fn Comments(
    step: Step,
    comments: Vec<CommentView>,
    can_comment: bool,
    tells: Vec<String>,
) -> impl IntoView {
    let is_empty = comments.is_empty();
    let rows = comments
        .into_iter()
        .map(|comment| {
            view! {
                <li>
                    <div class="when"><TimeOf when=comment.when/></div>
                    <div class="what">
                        <p><b>{comment.author}</b>" "<span class="soft">{comment.side.label()}</span></p>
                        <p class="said">{comment.text}</p>
                    </div>
                </li>
            }
        })
        .collect_view();
    let form = can_comment.then(|| view! { <CommentForm step tells/> });
    view! {
        <Panel title="Comments" id="comments" note=|| "read by both sides">
            {if is_empty {
                view! { <p class="in soft">"Nothing was said about this step yet."</p> }.into_any()
            } else {
                view! { <ol class="history" role="list">{rows}</ol> }.into_any()
            }}
            {form}
        </Panel>
    }
}

#[component]
fn CommentForm(step: Step, tells: Vec<String>) -> impl IntoView {
    let slug = customer().slug;
    let told = told_words(&tells);
    awaited(take_flash::<String, ()>(AddComment::PATH), move |kept| {
        let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
        let typed = kept.and_then(|kept| kept.refused().cloned()).unwrap_or_default();
        view! {
            <form method="post" action=AddComment::PATH class="in form">
                <ErrorSummary error=error.clone()/>
                <input type="hidden" name="customer" value=slug/>
                <input type="hidden" name="step" value=step.code()/>
                <TextArea key="text" label="Your comment" prose=true value=typed error help=told/>
                <div class="actions"><Submit label="Add the comment" busy="Adding…"/></div>
            </form>
        }
        .into_any()
    })
}

/// "Anna Admin and Victor Viewer will be told."
fn told_words(names: &[String]) -> String {
    match names {
        [] => "Nobody on the other side can sign in yet. They will see this once they can.".to_owned(),
        [one] => format!("{one} will be told."),
        [one, other] => format!("{one} and {other} will be told."),
        [one, other, rest @ ..] => {
            let rest = u64::try_from(rest.len()).unwrap_or(u64::MAX);
            format!(
                "{one}, {other} and {} will be told.",
                plural(rest, "other", "others")
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_says_who_will_be_told() {
        let names = |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).to_owned()).collect() };
        assert_eq!(told_words(&names(&["Anna"])), "Anna will be told.");
        assert_eq!(told_words(&names(&["Anna", "Ben"])), "Anna and Ben will be told.");
        assert_eq!(
            told_words(&names(&["Anna", "Ben", "Cy", "Di"])),
            "Anna, Ben and 2 others will be told."
        );
    }
}
