//! What kinds of characters a text is made of, told in one pass over its bytes: most usernames are of so few kinds that no
//! rule needs a second look.

/// A set of kinds of characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kinds(u8);

impl Kinds {
    /// Small letters, digits, dots, hyphens and underscores: they belong to no kind, since nothing is ever said of them.
    pub(super) const NONE: Self = Self(0);
    /// Capital letters of ASCII.
    pub(super) const CAPITAL: Self = Self(1);
    /// The sign for "at".
    pub(super) const AT: Self = Self(1 << 1);
    /// What Entra allows in the name of a user beside [`Self::NONE`] and letters.
    pub(super) const SIGN: Self = Self(1 << 2);
    pub(super) const BACKSLASH: Self = Self(1 << 3);
    /// White space and controls of ASCII.
    pub(super) const BLANK: Self = Self(1 << 4);
    /// All other characters of ASCII.
    pub(super) const OTHER: Self = Self(1 << 5);
    pub(super) const NOT_ASCII: Self = Self(1 << 6);
    /// What ends a cell that has no quotes.
    const END: Self = Self(1 << 7);

    /// The kinds of a text.
    pub(super) fn of(text: &str) -> Self {
        text.bytes()
            .fold(Self::NONE, |all, byte| all.and(Self::of_byte(byte)))
    }

    const fn of_byte(byte: u8) -> Self {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' => Self::NONE,
            b'A'..=b'Z' => Self::CAPITAL,
            b'@' => Self::AT,
            b'\'' | b'!' | b'#' | b'^' | b'~' => Self::SIGN,
            b'\\' => Self::BACKSLASH,
            0..=b' ' | 0x7F => Self::BLANK,
            0x80.. => Self::NOT_ASCII,
            _ => Self::OTHER,
        }
    }

    pub(super) const fn and(self, more: Self) -> Self {
        Self(self.0 | more.0)
    }

    /// Whether one of these is among them.
    pub(super) const fn has(self, some: Self) -> bool {
        self.0 & some.0 != 0
    }

    /// Whether nothing but these is among them.
    pub(super) const fn are_only(self, allowed: Self) -> bool {
        self.0 & !allowed.0 == 0
    }

    /// Whether the text is its own comparison key ([`crate::username::key`]).
    pub(super) const fn are_folded(self) -> bool {
        !self.has(Self::CAPITAL.and(Self::NOT_ASCII))
    }
}

/// The kinds of all bytes, and which of them end a cell of one file.
#[derive(Debug)]
pub(super) struct Table([Kinds; 256]);

impl Table {
    /// For cells that are separated by `delimiter`.
    pub(super) fn new(delimiter: u8) -> Self {
        let mut table = [Kinds::NONE; 256];
        for (byte, kind) in (0..=u8::MAX).zip(&mut table) {
            *kind = Kinds::of_byte(byte);
            if byte == delimiter || matches!(byte, b'\n' | b'\r') {
                *kind = kind.and(Kinds::END);
            }
        }
        Self(table)
    }

    /// How long the cell without quotes is with which `bytes` begin, and what it is made of.
    #[inline]
    pub(super) fn cell(&self, bytes: &[u8]) -> (usize, Kinds) {
        let (mut all, mut rest) = (Kinds::NONE, bytes);
        // Several at once: mostly none of them is the end.
        while let Some((some, behind)) = rest.split_first_chunk::<8>() {
            let kinds = some.iter().fold(Kinds::NONE, |all, byte| all.and(self.of(*byte)));
            if kinds.has(Kinds::END) {
                break;
            }
            (all, rest) = (all.and(kinds), behind);
        }
        for (length, byte) in (bytes.len() - rest.len()..).zip(rest) {
            let kind = self.of(*byte);
            if kind.has(Kinds::END) {
                return (length, all);
            }
            all = all.and(kind);
        }
        (bytes.len(), all)
    }

    fn of(&self, byte: u8) -> Kinds {
        self.0.get(usize::from(byte)).copied().unwrap_or_default()
    }
}
