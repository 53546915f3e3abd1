//! Changes of the last runs as a small drawing. Sizes are SVG attributes and colours are classes, because the content
//! policy forbids style attributes.

use domain::sync::RunCounts;
use domain::views::RunRow;
use leptos::prelude::*;

use crate::components::{plural, thousands};

/// Places for bars; fewer runs leave the left ones empty, so that a bar is always as wide.
const PLACES: u64 = 25;
/// Width of a place and of its bar, and the height of the drawing, in its own units.
const PLACE: u64 = 20;
const BAR: u64 = 14;
const HEIGHT: u64 = 100;
/// The least height of what is not zero: one change must not vanish beside a thousand.
const LEAST: u64 = 3;

/// The parts of a bar from the ground up: class, word, number.
fn parts(counts: &RunCounts) -> [(&'static str, &'static str, u64); 4] {
    let changed = counts.updated + counts.renamed + counts.linked + counts.unblocked;
    [
        ("created", "created", counts.created),
        ("changed", "changed", changed),
        (
            "groups",
            "group memberships",
            counts.group_added + counts.group_removed,
        ),
        ("blocked", "blocked", counts.blocked),
    ]
}

fn total(row: &RunRow) -> u64 {
    parts(&row.counts).iter().map(|(_, _, number)| number).sum()
}

/// The changes of the runs that write, oldest left. Nothing when there are fewer than two: one bar compares nothing.
#[component]
pub fn ChangesChart(runs: Vec<RunRow>) -> impl IntoView {
    let mut runs: Vec<RunRow> = runs
        .into_iter()
        .filter(|run| run.kind.applies() && run.state.is_final())
        .collect();
    runs.reverse();
    let most = runs.iter().map(total).max().unwrap_or(0);
    if runs.len() < 2 || most == 0 {
        return None;
    }
    let latest = runs.last().map(|run| {
        format!(
            "The latest is run {} with {}. ",
            run.number,
            thousands(total(run))
        )
    });
    let said = format!(
        "Changes in the last {} runs that wrote to People. {}The most is {}.",
        runs.len(),
        latest.unwrap_or_default(),
        thousands(most)
    );
    let first = PLACES.saturating_sub(u64::try_from(runs.len()).unwrap_or(PLACES));
    let bars = (first..)
        .zip(&runs)
        .map(|(place, run)| bar(place, run, most))
        .collect_view();
    let legend = parts(&RunCounts::default())
        .map(|(class, word, _)| view! { <li><i class=class aria-hidden="true"></i>{word}</li> })
        .collect_view();
    let width = PLACES * PLACE;
    Some(view! {
        <div class="run-chart">
            <svg viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=said>
                {bars}
                <path class="base" d=format!("M0 {HEIGHT}H{width}") vector-effect="non-scaling-stroke"/>
            </svg>
            <ul role="list" class="legend">
                {legend}
                <li class="most">{format!("highest bar: {}", plural(most, "change", "changes"))}</li>
            </ul>
        </div>
    })
}

/// One bar: its parts stacked from the ground, with the words of a tooltip.
fn bar(place: u64, run: &RunRow, most: u64) -> impl IntoView + use<> {
    let x = place * PLACE + (PLACE - BAR) / 2;
    let mut top = HEIGHT;
    let parts = parts(&run.counts)
        .into_iter()
        .filter(|(_, _, number)| *number > 0)
        .map(|(class, _, number)| {
            let height = height_of(number, most);
            top = top.saturating_sub(height);
            view! {
                <rect class=class x=x.to_string() y=top.to_string() width=BAR.to_string() height=height.to_string()/>
            }
        })
        .collect_view();
    let none = (total(run) == 0).then(|| {
        view! {
            <rect class="none" x=x.to_string() y=(HEIGHT - 1).to_string() width=BAR.to_string() height="1"/>
        }
    });
    let words = format!("Run {}: {}", run.number, plural(total(run), "change", "changes"));
    view! { <g><title>{words}</title>{parts}{none}</g> }
}

/// The height of a part. Leaves room at the top for the least heights of small neighbours.
fn height_of(number: u64, most: u64) -> u64 {
    let room = u128::from(HEIGHT - 4 * LEAST);
    let exact = u128::from(number) * room / u128::from(most.max(1));
    u64::try_from(exact).unwrap_or(HEIGHT).max(LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_change_is_seen_beside_a_thousand_and_no_bar_leaves_the_drawing() {
        assert_eq!(height_of(1, 1000), LEAST);
        assert_eq!(height_of(1000, 1000), HEIGHT - 4 * LEAST);
        assert!(height_of(u64::MAX, u64::MAX) <= HEIGHT);
        let stacked: u64 = [997, 1, 1, 1].map(|number| height_of(number, 1000)).iter().sum();
        assert!(stacked <= HEIGHT, "{stacked}");
    }
}
