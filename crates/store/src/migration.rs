//! The directory migration: plans and their entries, rehearsals, runs, and the statements that carry a plan out.

mod carry_out;
mod duplicates;
mod entries;
mod overlay;
mod plans;
mod reconcile;
mod rehearsed;
mod reserved;
mod runs;

pub(crate) use carry_out::ALL as CARRY_OUT;
pub(crate) use duplicates::ALL as DUPLICATES;
pub(crate) use entries::ALL as ENTRIES;
pub(crate) use overlay::ALL as OVERLAY;
pub(crate) use plans::ALL as PLANS;
pub(crate) use reconcile::ALL as RECONCILE;
pub(crate) use rehearsed::ALL as REHEARSED;
pub(crate) use reserved::ALL as RESERVED;
pub(crate) use runs::ALL as RUNS;

pub use carry_out::{
    SwitchedOff, begin_change, changed_accounts, count_temporary, link, mismatches, next_bound, step_aside,
    switch_old_sync_off, switch_old_sync_on, switch_password_policy, unlink, write,
};
pub use duplicates::{Lookalike, lookalikes};
pub use entries::{
    AccountNow, EntryOfRun, Kept, LineOf, ListedEntry, NewEntry, ProvenAdministrator, accounts_now,
    entries_between, entries_of_account, insert_entries, list_entries, proven_administrators,
};
pub use overlay::{claimed, entries_about, entries_of_people, freed, probable_accounts, unclaimed_after};
pub use plans::{
    NewPlan, Rehearsal, StoredPlan, drop_plan, fail_plan, fill_freed, fill_lookups, find_plan, finish_plan,
    forget_entries, insert_plan, latest_plan, set_backup, set_options, set_rehearsal,
};
pub use reconcile::{Reconciled, reconcile};
pub use rehearsed::{
    Rehearsed, forget_rehearsed, insert_rehearsed, list_rehearsed, unwaived, waive, withdraw_waiver,
};
pub use reserved::{Reserved, list_reserved, release_username, reserved};
pub use runs::{
    MigrationRun, NewMigrationRun, RunStep, access_pause, advance, end_run, find_run, insert_run,
    is_under_way, last_done, latest_run, lift_pause, note_problem, open_run, open_runs, pause_access,
    roll_back, written_since,
};
