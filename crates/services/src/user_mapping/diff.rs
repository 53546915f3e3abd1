//! How two versions differ, line by line (F-30). A correction writes every line anew: what stood there in a spreadsheet's `="…"`,
//! or begins like a formula, is written in another way and says the same (F-32, F-33), so it is no difference.

use std::collections::BTreeMap;
use std::iter;

use domain::CustomerId;
use rules::user_mapping::{other_forms, rewritten};
use store::Tx;
use store::user_mapping::{ChangedLine, Written, WrittenLine};

use crate::ServiceError;

/// Lines that are looked through at once, where many differ in nothing but how they are written.
const LOOKED_THROUGH: i64 = 2_000;
/// How often more lines are looked through in one request: a version may have a million that are only written anew.
const PAGES: usize = 20;

/// What was found of a comparison.
pub(super) struct Found {
    /// Lines that differ, in their order.
    pub(super) lines: Vec<ChangedLine>,
    /// The last line that was looked at, where more are to be looked at and the end was not reached; `None`: it was, or enough was
    /// found.
    pub(super) broke_off: Option<i64>,
}

/// How many lines are read one time after another.
fn limits(most: i64) -> impl Iterator<Item = i64> {
    iter::once(most).chain(iter::repeat_n(LOOKED_THROUGH, PAGES))
}

/// The two lists of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Differing {
    /// Lines of the newer version that came, or say something else.
    Changed,
    /// Lines of the older one that went.
    Gone,
}

/// Lines of a list, behind the line `after` of the version they are of, at most `most`, in their order.
pub(super) async fn differing(
    tx: &mut Tx,
    customer: CustomerId,
    (older, newer): (i64, i64),
    list: Differing,
    (mut after, most): (i64, i64),
) -> Result<Found, ServiceError> {
    let mut found = Vec::new();
    for limit in limits(most) {
        let (versions, place) = ((older, newer), (after, limit));
        let (page, other) = match list {
            Differing::Changed => {
                let page = store::user_mapping::changed_lines(tx, customer, versions, place).await?;
                (page, older)
            }
            Differing::Gone => {
                let page = store::user_mapping::gone_lines(tx, customer, versions, place).await?;
                (page, newer)
            }
        };
        after = page.last().map_or(after, |last| last.line);
        let is_last = is_less(&page, limit);
        let forms = page
            .iter()
            .filter(|line| is_alone(line))
            .flat_map(written)
            .collect();
        let mut twins = twins(tx, customer, other, forms).await?;
        found.extend(
            page.into_iter()
                .filter_map(|line| difference(line, list, &mut twins)),
        );
        if is_last || !is_less(&found, most) {
            return Ok(whole(found, most));
        }
    }
    Ok(Found {
        lines: found,
        broke_off: Some(after),
    })
}

/// Whether the other version has no line that is written like this one.
fn is_alone(line: &ChangedLine) -> bool {
    line.old_new.is_none() || line.new.is_none()
}

/// A line beside the one that is it in the other version; `None`: it says the same, or did not go.
fn difference(mut line: ChangedLine, list: Differing, twins: &mut Twins) -> Option<ChangedLine> {
    if is_alone(&line)
        && let Some(twin) = twin_of(&line, twins)
    {
        if list == Differing::Gone {
            return None;
        }
        (line.old_new, line.old_target) = (Some(twin.new), Some(twin.target));
    }
    (!says_the_same(&line)).then_some(line)
}

/// All that there is, or as many as were asked for.
fn whole(mut lines: Vec<ChangedLine>, most: i64) -> Found {
    lines.truncate(usize::try_from(most).unwrap_or_default());
    Found {
        lines,
        broke_off: None,
    }
}

/// Lines of a version by how their existing usernames are written.
type Twins = BTreeMap<Written, WrittenLine>;

/// Those of the lines that `version` has.
async fn twins(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    forms: Vec<Written>,
) -> Result<Twins, ServiceError> {
    let found = store::user_mapping::lines_written(tx, customer, version, &forms).await?;
    let found = found.into_iter().map(|line| {
        let written = Written {
            existing: line.existing.clone(),
            nth: line.nth,
        };
        (written, line)
    });
    Ok(found.collect())
}

/// As what else a line may stand in the other version.
fn written(line: &ChangedLine) -> Vec<Written> {
    let forms = other_forms(&line.existing).into_iter();
    let nth = line.nth;
    forms.map(|existing| Written { existing, nth }).collect()
}

/// Takes the line that is this one, written in another way.
fn twin_of(line: &ChangedLine, twins: &mut Twins) -> Option<WrittenLine> {
    written(line).iter().find_map(|form| twins.remove(form))
}

/// Whether both versions have the line, and its cells say the same there.
fn says_the_same(line: &ChangedLine) -> bool {
    let same = |old: Option<&str>, new: Option<&str>| {
        old.zip(new)
            .is_some_and(|(old, new)| old == new || rewritten(old) == rewritten(new))
    };
    same(line.old_new.as_deref(), line.new.as_deref())
        && same(line.old_target.as_deref(), line.target.as_deref())
}

fn is_less(lines: &[ChangedLine], most: i64) -> bool {
    i64::try_from(lines.len()).is_ok_and(|count| count < most)
}
