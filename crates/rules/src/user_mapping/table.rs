//! Where cells end and what they are made of, told byte by byte: for browsers, where [`super::window`] has no instructions
//! for many bytes at once, and would take three times as long.

use super::kinds::Kinds;

/// What every byte is, and whether it ends a cell of one file.
#[derive(Debug)]
pub(super) struct Table([u8; 256]);

/// What ends a cell that has no quotes; the bits below are the kinds.
const END: u8 = 1 << 7;

impl Table {
    /// For cells that are separated by `delimiter`.
    pub(super) fn new(delimiter: u8) -> Self {
        let mut table = [0; 256];
        for (byte, is) in (0..=u8::MAX).zip(&mut table) {
            let ends = byte == delimiter || matches!(byte, b'\n' | b'\r');
            *is = Kinds::of_byte(byte).bits() | if ends { END } else { 0 };
        }
        Self(table)
    }

    /// Another record begins.
    #[expect(clippy::unused_self, reason = "the other way keeps what it saw")]
    pub(super) const fn begin(&mut self) {}

    /// Where the cell without quotes ends that begins at `from`, and what it is made of.
    #[inline]
    pub(super) fn cell(&mut self, text: &[u8], from: usize) -> (usize, Kinds) {
        let bytes = text.get(from..).unwrap_or_default();
        let (mut all, mut rest) = (0, bytes);
        // Several at once: mostly none of them is the end.
        while let Some((some, behind)) = rest.split_first_chunk::<8>() {
            let is = some.iter().fold(0, |all, byte| all | self.of(*byte));
            if is & END != 0 {
                break;
            }
            (all, rest) = (all | is, behind);
        }
        for (length, byte) in (bytes.len() - rest.len()..).zip(rest) {
            let is = self.of(*byte);
            if is & END != 0 {
                return (from + length, Kinds::of_bits(all));
            }
            all |= is;
        }
        (text.len(), Kinds::of_bits(all))
    }

    fn of(&self, byte: u8) -> u8 {
        self.0.get(usize::from(byte)).copied().unwrap_or_default()
    }
}
