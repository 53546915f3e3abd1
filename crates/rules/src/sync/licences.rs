//! Who gets the licences that are free (L-08).

/// How many of those who come back, and of those who are new, may be active: those who have waited come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    pub back: u64,
    pub new: u64,
}

/// Shares `licences` out: `active` accounts hold one now, of which `leaving` give theirs back in this run.
pub fn share(licences: u64, active: u64, leaving: u64, back: u64, new: u64) -> Share {
    let free = licences.saturating_sub(active.saturating_sub(leaving));
    let back = back.min(free);
    Share {
        back,
        new: new.min(free - back),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l_08_licences_go_to_those_who_waited_first() {
        for (licences, active, leaving, back, new, expected) in [
            (100, 50, 0, 10, 20, (10, 20)),
            (100, 90, 0, 4, 20, (4, 6)),
            (100, 90, 0, 12, 20, (10, 0)),
            (100, 100, 3, 1, 20, (1, 2)),
            (100, 120, 5, 1, 20, (0, 0)),
            (0, 0, 0, 0, 7, (0, 0)),
        ] {
            let share = share(licences, active, leaving, back, new);
            assert_eq!(
                (share.back, share.new),
                expected,
                "{licences} {active} {leaving} {back} {new}"
            );
        }
    }
}
