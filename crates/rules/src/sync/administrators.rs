//! I-18: a sync never takes away the last administrator.

use domain::sync::{ChangeKind, PlannedChange, Reason};

/// Spares one administrator when a run would block all of them.
///
/// `unblocked` is the number of administrators of the customer whose account is not blocked now, local ones
/// included; `blocks` are the planned blocks of such accounts, all of one run: of linked accounts, of leavers, and of
/// the holder where [`super::Rules::decide`] blocks an unlinked account by its name. No claim ever blocks an
/// administrator, so they need no look at what [`super::settle`] gives. The one who is spared is the
/// one with the oldest account (ids sort by time), whatever the order of the list; their block becomes a skip with
/// the reason.
pub fn last_administrator(unblocked: u64, mut blocks: Vec<PlannedChange>) -> Vec<PlannedChange> {
    let planned = blocks.iter().filter(|change| change.kind == ChangeKind::Block);
    if u64::try_from(planned.count()).unwrap_or(u64::MAX) < unblocked {
        return blocks;
    }
    let spared = blocks
        .iter_mut()
        .filter(|change| change.kind == ChangeKind::Block)
        .min_by_key(|change| change.account);
    if let Some(change) = spared {
        change.kind = ChangeKind::Skip;
        change.reason = Reason::LastAdministrator;
        change.fields.clear();
    }
    blocks
}
