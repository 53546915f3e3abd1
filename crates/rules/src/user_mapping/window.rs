//! Where cells end and what they are made of, told for sixty-four bytes at once.

use wide::u8x64;

use super::kinds::Kinds;

/// How many bytes are looked at together.
const WIDTH: usize = 64;

/// A look at some bytes of a text: a bit for each says what it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    delimiter: u8,
    /// Where in the text the bytes are that come behind those.
    behind: usize,
    /// Ends a cell without quotes.
    end: u64,
    capital: u64,
    /// Of no kind that usernames usually have.
    unusual: u64,
}

impl Window {
    /// A look at nothing yet, for cells that are separated by `delimiter`.
    pub(super) const fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            behind: 0,
            end: 0,
            capital: 0,
            unusual: 0,
        }
    }

    /// Another record begins, of the same text or of another.
    pub(super) const fn begin(&mut self) {
        self.behind = 0;
    }

    /// Where the cell without quotes ends that begins at `from`, and what it is made of. Of one record, they are asked for in
    /// their order.
    #[inline]
    pub(super) fn cell(&mut self, text: &[u8], from: usize) -> (usize, Kinds) {
        let ahead = from + WIDTH - self.behind;
        if ahead >= WIDTH {
            self.look(text, from);
            return self.cell_ahead(text, from, 0);
        }
        self.cell_ahead(text, from, ahead)
    }

    /// The same, for a cell that begins so many bytes behind the first that was looked at.
    #[inline]
    fn cell_ahead(&mut self, text: &[u8], from: usize, ahead: usize) -> (usize, Kinds) {
        let left = self.end >> ahead;
        if left == 0 {
            return self.long(text, from, ahead);
        }
        let end = from + usize::try_from(left.trailing_zeros()).unwrap_or_default();
        // All bits before the end.
        let cell = left.wrapping_sub(1) & !left;
        if self.unusual >> ahead & cell != 0 {
            (end, Kinds::of_bytes(text.get(from..end).unwrap_or_default()))
        } else if self.capital >> ahead & cell != 0 {
            (end, Kinds::CAPITAL)
        } else {
            (end, Kinds::NONE)
        }
    }

    /// A cell that goes on behind what was looked at.
    #[inline(never)]
    fn long(&mut self, text: &[u8], from: usize, ahead: usize) -> (usize, Kinds) {
        let mut is_unusual = self.unusual >> ahead != 0;
        let mut has_capital = self.capital >> ahead != 0;
        loop {
            let begin = self.behind;
            self.look(text, begin);
            let cell = self.end.wrapping_sub(1) & !self.end;
            is_unusual |= self.unusual & cell != 0;
            has_capital |= self.capital & cell != 0;
            if self.end == 0 {
                continue;
            }
            let end = begin + usize::try_from(self.end.trailing_zeros()).unwrap_or_default();
            let kinds = match (is_unusual, has_capital) {
                (true, _) => Kinds::of_bytes(text.get(from..end).unwrap_or_default()),
                (false, true) => Kinds::CAPITAL,
                (false, false) => Kinds::NONE,
            };
            return (end, kinds);
        }
    }

    fn look(&mut self, text: &[u8], begin: usize) {
        self.behind = begin + WIDTH;
        let rest = text.get(begin..).unwrap_or_default();
        if let Some(bytes) = rest.first_chunk() {
            self.tell(bytes);
        } else {
            let mut bytes = [0; WIDTH];
            if let Some(place) = bytes.get_mut(..rest.len()) {
                place.copy_from_slice(rest);
            }
            self.tell(&bytes);
            // The text ends before the window does.
            self.end |= u64::MAX << rest.len();
        }
    }

    #[inline]
    fn tell(&mut self, bytes: &[u8; WIDTH]) {
        let bytes = u8x64::new(*bytes);
        let is = |byte: u8| bytes.simd_eq(u8x64::splat(byte));
        // As far above the first as the last is, and no further.
        let within = |bytes: u8x64, first: u8, last: u8| {
            let above = bytes - u8x64::splat(first);
            above.simd_eq(above.min(u8x64::splat(last - first)))
        };
        let letter = within(bytes | u8x64::splat(0x20), b'a', b'z');
        let usual = letter | (within(bytes, b'-', b'9') & !is(b'/')) | is(b'_') | is(b'@');
        let small = bytes.simd_eq(bytes | u8x64::splat(0x20));
        self.end = (is(self.delimiter) | is(b'\n') | is(b'\r')).to_bitmask();
        self.capital = (letter & !small).to_bitmask();
        self.unusual = !usual.to_bitmask();
    }
}
