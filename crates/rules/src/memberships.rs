//! When a membership of a People group is added or taken away (domain 3.5).

use domain::settings::GroupMode;
use domain::sync::ChangeKind;

/// One account and one mapped People group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MembershipFacts {
    pub mode: GroupMode,
    /// All directory groups mapped to this People group were read to their end (G-05).
    pub read_complete: bool,
    /// Member of at least one of those (U-13).
    pub in_directory_group: bool,
    /// Member of the People group now.
    pub in_people_group: bool,
    /// The account belongs to this directory and is not blocked (U-17, invariant 10).
    pub ours_and_active: bool,
}

/// What to do about the membership, if anything: [`ChangeKind::GroupAdd`] or [`ChangeKind::GroupRemove`].
///
/// U-10: additive only adds; authoritative also takes out the directory's people who are in none of the mapped groups
/// (any more). Local accounts and those of other directories stay in, whatever the mode (invariant 10), and a blocked
/// person keeps their groups for the day they come back (L-06).
pub const fn membership(facts: MembershipFacts) -> Option<ChangeKind> {
    if !facts.ours_and_active {
        return None;
    }
    match (facts.in_directory_group, facts.in_people_group) {
        (true, false) => Some(ChangeKind::GroupAdd),
        (false, true) if removes(facts.mode) && facts.read_complete => Some(ChangeKind::GroupRemove),
        _ => None,
    }
}

/// Whether this mode ever takes anybody out (U-10).
pub const fn removes(mode: GroupMode) -> bool {
    matches!(mode, GroupMode::Authoritative)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: MembershipFacts = MembershipFacts {
        mode: GroupMode::Authoritative,
        read_complete: true,
        in_directory_group: false,
        in_people_group: true,
        ours_and_active: true,
    };

    #[test]
    fn u_10_authoritative_removes_and_additive_does_not() {
        assert_eq!(membership(FACTS), Some(ChangeKind::GroupRemove));
        let additive = MembershipFacts {
            mode: GroupMode::Additive,
            ..FACTS
        };
        assert_eq!(membership(additive), None);
        let joiner = MembershipFacts {
            in_directory_group: true,
            in_people_group: false,
            ..additive
        };
        assert_eq!(membership(joiner), Some(ChangeKind::GroupAdd));
        assert_eq!(
            membership(MembershipFacts {
                in_people_group: true,
                ..joiner
            }),
            None
        );
    }

    #[test]
    fn g_05_a_group_that_was_not_read_to_its_end_removes_nobody_and_still_adds() {
        let broken = MembershipFacts {
            read_complete: false,
            ..FACTS
        };
        assert_eq!(membership(broken), None);
        let joiner = MembershipFacts {
            in_directory_group: true,
            in_people_group: false,
            ..broken
        };
        assert_eq!(membership(joiner), Some(ChangeKind::GroupAdd));
    }

    #[test]
    fn invariant_10_nobody_elses_account_is_touched() {
        for in_directory_group in [true, false] {
            for in_people_group in [true, false] {
                let facts = MembershipFacts {
                    in_directory_group,
                    in_people_group,
                    ours_and_active: false,
                    ..FACTS
                };
                assert_eq!(membership(facts), None);
            }
        }
    }
}
