//! How well something is filled: a bar and the sentence that says it.

use leptos::prelude::*;

use super::{percent, plural};

/// How many of whom have it filled.
#[component]
pub fn Coverage(filled: u64, of: u64) -> impl IntoView {
    let words = coverage_words(filled, of);
    let width = percent(filled, of).to_string();
    let has_gap = filled < of;
    view! {
        <div class="coverage">
            <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                <rect class="all" width="100" height="6"/>
                <rect class="filled" width=width height="6"/>
            </svg>
            <span class:gap=has_gap>{words}</span>
        </div>
    }
}

/// "Filled for everybody", "Empty for 12 % (144 people)": the sentence of one attribute.
fn coverage_words(filled: u64, of: u64) -> String {
    match (of, of.saturating_sub(filled)) {
        (0, _) => "Nobody is in scope".to_owned(),
        (_, 0) => "Filled for everybody".to_owned(),
        (of, empty) if empty >= of => "Empty for everybody".to_owned(),
        (of, empty) => format!(
            "Empty for {} % ({})",
            percent(empty, of),
            plural(empty, "person", "people")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h_12_an_attribute_says_how_many_have_it_empty() {
        let words = coverage_words;
        assert_eq!(words(1056, 1200), "Empty for 12 % (144 people)");
        assert_eq!(words(1199, 1200), "Empty for 1 % (1 person)");
        assert_eq!(words(1200, 1200), "Filled for everybody");
        assert_eq!(words(0, 1200), "Empty for everybody");
        assert_eq!(words(0, 0), "Nobody is in scope");
    }
}
