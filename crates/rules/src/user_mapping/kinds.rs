//! What kinds of characters a text is made of, told in one pass over its bytes: most usernames are of so few kinds that no
//! rule needs a second look.

/// A set of kinds of characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kinds(u8);

impl Kinds {
    /// Small letters, digits, dots, hyphens, underscores and signs for "at": they belong to no kind, since nothing is ever
    /// said of them.
    pub(super) const NONE: Self = Self(0);
    /// Capital letters of ASCII.
    pub(super) const CAPITAL: Self = Self(1);
    /// What Entra allows in the name of a user beside [`Self::NONE`] and letters.
    pub(super) const SIGN: Self = Self(1 << 1);
    pub(super) const BACKSLASH: Self = Self(1 << 2);
    /// White space and controls of ASCII.
    pub(super) const BLANK: Self = Self(1 << 3);
    /// All other characters of ASCII.
    pub(super) const OTHER: Self = Self(1 << 4);
    pub(super) const NOT_ASCII: Self = Self(1 << 5);
    /// No text of ours may have it (F-25); a control, too.
    pub(super) const NUL: Self = Self(1 << 6);

    /// The kinds of a text.
    pub(super) fn of(text: &str) -> Self {
        Self::of_bytes(text.as_bytes())
    }

    pub(super) fn of_bytes(text: &[u8]) -> Self {
        let of = |byte: u8| OF_BYTES.get(usize::from(byte)).copied().unwrap_or_default();
        text.iter().fold(Self::NONE, |all, byte| all.and(of(*byte)))
    }

    pub(super) const fn of_byte(byte: u8) -> Self {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'@' => Self::NONE,
            b'A'..=b'Z' => Self::CAPITAL,
            b'\'' | b'!' | b'#' | b'^' | b'~' => Self::SIGN,
            b'\\' => Self::BACKSLASH,
            0 => Self::NUL.and(Self::BLANK),
            1..=b' ' | 0x7F => Self::BLANK,
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

/// The kinds of all bytes: looked up, where many are asked about.
const OF_BYTES: [Kinds; 256] = {
    let mut kinds = [Kinds::NONE; 256];
    let (mut byte, mut place) = (0, 0);
    while place < kinds.len() {
        kinds[place] = Kinds::of_byte(byte);
        byte = byte.wrapping_add(1);
        place += 1;
    }
    kinds
};

/// For [`super::table`], which keeps one more bit beside them.
#[cfg(any(test, target_arch = "wasm32"))]
impl Kinds {
    pub(super) const fn bits(self) -> u8 {
        self.0
    }

    pub(super) const fn of_bits(bits: u8) -> Self {
        Self(bits)
    }
}
