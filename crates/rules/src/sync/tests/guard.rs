//! Safety (domain 3.7).

use domain::settings::SafetyLimits;
use domain::sync::{HoldReason, RunCounts, RunKind};

use crate::sync::guard::{GuardFacts, guard, would_hold};

const LIMITS: SafetyLimits = SafetyLimits {
    count: 20,
    percent: 5,
    licences: None,
};

/// A scheduled run of a directory of 100 people in which nothing happens.
fn quiet() -> GuardFacts {
    GuardFacts {
        counts: RunCounts::default(),
        active_synced: 100,
        blocks_last_24h: 0,
        read: 100,
        in_scope: 100,
        first_run: false,
        settings_changed: false,
        other_tenant: false,
        kind: RunKind::Scheduled,
        was_accepted: false,
    }
}

fn counts(set: impl FnOnce(&mut RunCounts)) -> RunCounts {
    let mut counts = RunCounts::default();
    set(&mut counts);
    counts
}

fn held(facts: GuardFacts) -> Vec<&'static str> {
    guard(&facts, LIMITS)
        .iter()
        .map(|reason| match reason {
            HoldReason::TooMany { kind, .. } => kind.code(),
            HoldReason::NobodyRead => "nobody_read",
            HoldReason::NobodyInScope => "nobody_in_scope",
            HoldReason::FirstRun => "first_run",
            HoldReason::SettingsChanged => "settings_changed",
            HoldReason::OtherTenant => "other_tenant",
        })
        .collect()
}

#[test]
fn s_01_the_limit_is_the_greater_of_number_and_per_cent() {
    let blocks = |active_synced, blocked| {
        held(GuardFacts {
            active_synced,
            counts: counts(|c| c.blocked = blocked),
            ..quiet()
        })
    };
    assert_eq!(blocks(100, 20), Vec::<&str>::new());
    assert_eq!(blocks(100, 21), ["block"]);
    assert_eq!(blocks(10_000, 500), Vec::<&str>::new());
    assert_eq!(blocks(10_000, 501), ["block"]);
    assert_eq!(blocks(0, 21), ["block"]);
}

#[test]
fn s_01_renames_and_group_removals_count_too_and_joiners_do_not() {
    let with = |set: fn(&mut RunCounts)| {
        held(GuardFacts {
            counts: counts(set),
            ..quiet()
        })
    };
    assert_eq!(with(|c| c.renamed = 21), ["rename"]);
    assert_eq!(with(|c| c.group_removed = 21), ["group_remove"]);
    assert_eq!(
        with(|c| {
            c.blocked = 21;
            c.renamed = 21;
            c.group_removed = 21;
        }),
        ["block", "rename", "group_remove"]
    );
    assert_eq!(
        with(|c| {
            c.created = 10_000;
            c.updated = 10_000;
            c.unblocked = 10_000;
            c.disputed = 10_000;
        }),
        Vec::<&str>::new()
    );
}

#[test]
fn s_01_the_reason_says_how_many_and_how_many_are_allowed() {
    let facts = GuardFacts {
        counts: counts(|c| c.blocked = 30),
        ..quiet()
    };
    assert_eq!(
        guard(&facts, LIMITS)[0].sentence(),
        "30 would be blocked. The limit is 20."
    );
}

#[test]
fn s_02_u_03_nobody_is_held_whatever_the_limit() {
    let limits = SafetyLimits {
        count: u32::MAX,
        percent: 100,
        licences: None,
    };
    let nobody = GuardFacts {
        read: 0,
        in_scope: 0,
        ..quiet()
    };
    assert_eq!(guard(&nobody, limits), [HoldReason::NobodyRead]);
    let outside = GuardFacts {
        in_scope: 0,
        ..quiet()
    };
    assert_eq!(guard(&outside, limits), [HoldReason::NobodyInScope]);
}

#[test]
fn s_03_the_first_run_is_always_held() {
    let first = GuardFacts {
        first_run: true,
        settings_changed: true,
        counts: counts(|c| c.created = 1),
        ..quiet()
    };
    assert_eq!(held(first), ["first_run"]);
    assert_eq!(
        held(GuardFacts {
            counts: RunCounts::default(),
            ..first
        }),
        ["first_run"]
    );
}

#[test]
fn s_04_small_runs_add_up_over_a_day() {
    let facts = GuardFacts {
        counts: counts(|c| c.blocked = 11),
        blocks_last_24h: 10,
        ..quiet()
    };
    assert_eq!(
        guard(&facts, LIMITS),
        [HoldReason::TooMany {
            kind: domain::sync::ChangeKind::Block,
            count: 21,
            limit: 20
        }]
    );
    assert_eq!(
        held(GuardFacts {
            blocks_last_24h: 9,
            ..facts
        }),
        Vec::<&str>::new()
    );
    // A run that blocks nobody pays for nobody's blocks.
    assert_eq!(
        held(GuardFacts {
            counts: counts(|c| c.created = 1),
            blocks_last_24h: 500,
            ..quiet()
        }),
        Vec::<&str>::new()
    );
}

#[test]
fn s_05_accepting_lets_that_list_go_on() {
    let facts = GuardFacts {
        counts: counts(|c| c.blocked = 90),
        settings_changed: true,
        ..quiet()
    };
    assert_eq!(held(facts), ["block", "settings_changed"]);
    assert_eq!(
        held(GuardFacts {
            was_accepted: true,
            ..facts
        }),
        Vec::<&str>::new()
    );
}

#[test]
fn s_06_changed_settings_are_looked_at_if_they_do_anything() {
    let facts = GuardFacts {
        settings_changed: true,
        counts: counts(|c| c.updated = 1),
        ..quiet()
    };
    assert_eq!(held(facts), ["settings_changed"]);
    let skips = GuardFacts {
        counts: counts(|c| {
            c.skipped = 5;
            c.disputed = 5;
            c.unchanged = 5;
        }),
        ..facts
    };
    assert_eq!(held(skips), Vec::<&str>::new());
}

#[test]
fn c_22_another_tenant_cannot_be_accepted() {
    let facts = GuardFacts {
        other_tenant: true,
        was_accepted: true,
        first_run: true,
        ..quiet()
    };
    assert_eq!(held(facts), ["other_tenant"]);
}

#[test]
fn a_preview_is_never_held_and_says_what_a_run_would_be_held_for() {
    for kind in [RunKind::TestSync, RunKind::Simulation] {
        let facts = GuardFacts {
            kind,
            counts: counts(|c| c.blocked = 90),
            ..quiet()
        };
        assert_eq!(guard(&facts, LIMITS), []);
        assert_eq!(would_hold(&facts, LIMITS).len(), 1);
    }
}

proptest::proptest! {
    #[test]
    fn invariant_12_blocks_within_the_limit_or_held(
        blocked in 0_u64..1_000, before in 0_u64..1_000, active in 0_u64..100_000, count in 0_u32..500, percent in 0_u32..=100,
    ) {
        let limits = SafetyLimits { count, percent, licences: None };
        let facts = GuardFacts {
            counts: counts(|c| c.blocked = blocked),
            blocks_last_24h: before,
            active_synced: active,
            ..quiet()
        };
        let allowed = blocked == 0 || blocked + before <= limits.allowed(active);
        proptest::prop_assert_eq!(guard(&facts, limits).is_empty(), allowed);
    }
}

#[test]
fn s_02_one_person_who_is_gone_is_a_leaver_and_no_empty_read() {
    let facts = GuardFacts {
        kind: RunKind::SingleUser,
        read: 0,
        in_scope: 0,
        counts: counts(|c| c.blocked = 1),
        ..quiet()
    };
    assert_eq!(held(facts), Vec::<&str>::new());
    // Every other limit is as for everybody.
    assert_eq!(
        held(GuardFacts {
            blocks_last_24h: 20,
            ..facts
        }),
        ["block"]
    );
    assert_eq!(
        held(GuardFacts {
            first_run: true,
            ..facts
        }),
        ["first_run"]
    );
}
