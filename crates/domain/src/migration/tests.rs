use super::*;

#[test]
fn the_rehearsal_is_one_sentence_the_worst_is_named() {
    let counts = RehearsalCounts {
        continues: 1_812,
        duplicated: 3,
        lost: 5,
        new: 14,
        more_active: 12,
    };
    assert_eq!(
        counts.sentence(),
        "1,812 people continue, 3 would be duplicated, 5 would lose access, 14 will be new."
    );
}

#[test]
fn m_12_a_plan_that_renames_nobody_says_so() {
    let moves = PlanCounts {
        moves: 12,
        nothing: 3,
        ..PlanCounts::default()
    };
    assert_eq!(
        moves.sentence(),
        "Nobody is renamed; 12 accounts get another directory."
    );
    let one = PlanCounts {
        both: 1,
        ..PlanCounts::default()
    };
    assert_eq!(one.sentence(), "1 account is renamed, 1 gets another directory.");
    assert_eq!(PlanCounts::default().sentence(), "No account changes.");
}

#[test]
fn m_08_every_state_says_how_the_accounts_are() {
    for state in MigrationRunState::ALL {
        let after = state.has_happened();
        assert_eq!(state.sentence().contains("as planned"), after, "{state}");
    }
}
