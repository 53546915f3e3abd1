//! Follows who waits for whom, without recursion.

use domain::user_mapping::{Column, Finding, FindingCode as Code, RenameKind, Severity};

use super::{Graph, NONE, index, mark};

/// The walk along the lines that wait for each other.
pub(super) struct Walk<'a> {
    graph: &'a Graph,
    /// The line whose username each line takes.
    next: &'a [u32],
    /// What the walk found: 0 not walked yet, 1 on the way, 2 free, 3 blocked.
    state: Vec<u8>,
    /// The line with the problem that blocks each line.
    causes: Vec<u32>,
    kinds: &'a mut [RenameKind],
}

impl<'a> Walk<'a> {
    pub(super) fn new(graph: &'a Graph, next: &'a [u32], kinds: &'a mut [RenameKind]) -> Self {
        Self {
            graph,
            next,
            state: vec![0; next.len()],
            causes: vec![NONE; next.len()],
            kinds,
        }
    }

    /// Walks from this line on, as far as nobody has walked.
    pub(super) fn from(&mut self, start: u32, found: &mut dyn FnMut(Finding)) {
        if self.state(start) != 0 {
            return;
        }
        let mut path = Vec::new();
        let mut row = start;
        let is_cycle = loop {
            match self.state(row) {
                0 => {}
                1 => break true,
                _ => break false,
            }
            self.set(row, 1);
            path.push(row);
            match self.next.get(index(row)) {
                Some(next) if *next != NONE => row = *next,
                _ => break false,
            }
        };
        let turn = if is_cycle {
            path.iter().position(|on| *on == row)
        } else {
            None
        };
        let (tail, ring) = path.split_at(turn.unwrap_or(path.len()));
        let mut cause = self.ring(ring, found);
        if turn.is_none() && self.state(row) == 3 {
            cause = self.cause_of(row);
        }
        for row in tail.iter().rev() {
            cause = self.settle(*row, RenameKind::Chain, cause, found);
        }
    }

    /// A cycle: one line with a problem blocks all of it.
    fn ring(&mut self, ring: &[u32], found: &mut dyn FnMut(Finding)) -> Option<u32> {
        let wrong = ring
            .iter()
            .copied()
            .filter(|row| self.graph.is(*row, mark::ERROR));
        let cause = wrong.min_by_key(|row| self.graph.lines.of(*row));
        let kind = if ring.len() == 2 {
            RenameKind::Swap
        } else {
            RenameKind::Cycle
        };
        for row in ring {
            self.settle(*row, kind, cause, found);
        }
        cause
    }

    /// Settles one line; gives the line that whoever waits for this one is blocked by.
    fn settle(
        &mut self,
        row: u32,
        kind: RenameKind,
        cause: Option<u32>,
        found: &mut dyn FnMut(Finding),
    ) -> Option<u32> {
        let own = self.graph.is(row, mark::ERROR);
        let waits = self.next.get(index(row)).is_some_and(|next| *next != NONE);
        if own {
            self.block(row, row);
            return Some(row);
        }
        let Some(cause) = cause.filter(|cause| *cause != row) else {
            self.set(row, 2);
            if waits {
                self.set_kind(row, kind);
            }
            return None;
        };
        self.block(row, cause);
        self.set_kind(row, RenameKind::Blocked);
        let line = self.graph.lines.of(cause);
        found(
            self.graph
                .finding(row, Some(Column::New), Severity::Error, Code::BecauseOf, line),
        );
        Some(cause)
    }

    /// The problem at the root of a line that was found to be blocked before.
    fn cause_of(&self, row: u32) -> Option<u32> {
        self.causes
            .get(index(row))
            .copied()
            .filter(|cause| *cause != NONE)
    }

    fn block(&mut self, row: u32, cause: u32) {
        self.set(row, 3);
        if let Some(place) = self.causes.get_mut(index(row)) {
            *place = cause;
        }
    }

    fn state(&self, row: u32) -> u8 {
        self.state.get(index(row)).copied().unwrap_or_default()
    }

    fn set(&mut self, row: u32, state: u8) {
        if let Some(place) = self.state.get_mut(index(row)) {
            *place = state;
        }
    }

    fn set_kind(&mut self, row: u32, kind: RenameKind) {
        if let Some(place) = self.kinds.get_mut(index(row)) {
            *place = kind;
        }
    }
}
