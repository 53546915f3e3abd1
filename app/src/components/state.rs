use domain::people::AccountState;
use domain::sync::RunState;
use leptos::prelude::*;

/// What a state means to the reader; it has a mark and a colour, but the word carries it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Neutral,
    Ready,
    Yours,
    Waiting,
    Problem,
    Held,
}

impl Tone {
    /// The class of the style sheet.
    pub const fn class(self) -> &'static str {
        match self {
            Tone::Neutral => "neutral",
            Tone::Ready => "ready",
            Tone::Yours => "yours",
            Tone::Waiting => "waiting",
            Tone::Problem => "problem",
            Tone::Held => "held",
        }
    }

    /// The mark's outline, on a grid of 12.
    const fn mark(self) -> &'static str {
        match self {
            Tone::Neutral => "M2.5 6h7",
            Tone::Ready => "m2.2 6.3 2.5 2.5 5-5.4",
            Tone::Yours => "M2 6h7.4M6.4 2.8 9.6 6 6.4 9.2",
            Tone::Waiting => "M6 2.6V6l2.3 1.5M10.6 6A4.6 4.6 0 1 1 1.4 6a4.6 4.6 0 0 1 9.2 0Z",
            Tone::Problem => "M6 2v4.8M6 9.6v.2",
            Tone::Held => "M4 2.6v6.8M8 2.6v6.8",
        }
    }
}

/// A state as a word with a mark, never colour alone.
#[component]
pub fn StateWord(tone: Tone, #[prop(into)] word: String) -> impl IntoView {
    view! {
        <span class=format!("state {}", tone.class())>
            <svg viewBox="0 0 12 12" aria-hidden="true">
                <path d=tone.mark() fill="none" stroke="currentColor" stroke-width="1.7"
                    stroke-linecap="round" stroke-linejoin="round"/>
            </svg>
            {word}
        </span>
    }
}

/// How a run's state reads.
pub const fn run_tone(state: RunState) -> Tone {
    match state {
        RunState::Queued | RunState::Running => Tone::Waiting,
        RunState::Held => Tone::Held,
        RunState::Completed => Tone::Ready,
        RunState::CompletedWithProblems | RunState::Failed => Tone::Problem,
        RunState::Cancelled | RunState::Interrupted => Tone::Neutral,
    }
}

/// How an account's state reads.
pub const fn account_tone(state: AccountState) -> Tone {
    match state {
        AccountState::Active => Tone::Ready,
        AccountState::Blocked => Tone::Neutral,
        AccountState::Frozen => Tone::Waiting,
    }
}
