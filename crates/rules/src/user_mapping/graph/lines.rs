//! Where in the file the rows are.

/// The physical line of each row: mostly the one before and one more, so only the others are kept.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// From this row on, lines are this many ahead of rows.
    leaps: Vec<(u32, u64)>,
}

impl Lines {
    pub(super) fn push(&mut self, row: u32, line: u64) {
        let ahead = line.saturating_sub(u64::from(row));
        if self.leaps.last().is_none_or(|(_, last)| *last != ahead) {
            self.leaps.push((row, ahead));
        }
    }

    pub(super) fn of(&self, row: u32) -> u64 {
        let place = self.leaps.partition_point(|(from, _)| *from <= row);
        let ahead = place
            .checked_sub(1)
            .and_then(|place| self.leaps.get(place))
            .map_or(0, |(_, ahead)| *ahead);
        u64::from(row) + ahead
    }
}
