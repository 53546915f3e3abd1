//! From the bytes of a file to its text (F-10 to F-13), as the Encoding Standard says it.
//!
//! Not `encoding_rs`, which the tests hold this against: it brings tables of all encodings there are, many times the size
//! of everything else that the browser's check consists of (docs/adr/0017).

use domain::user_mapping::FileEncoding;

/// What stands in front of some UTF-8 files (F-10).
pub(super) const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What Windows-1252 has at 0x80 to 0x9F; everywhere else a byte is the code point of the same number.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

/// Makes text of the bytes of a file, piece by piece, without its byte order mark (F-10). What is not of the encoding
/// becomes U+FFFD, which is a problem of its line (F-13).
#[derive(Debug)]
pub struct Decode {
    encoding: FileEncoding,
    /// The end of the last piece, when a character was cut there.
    held: Vec<u8>,
    has_begun: bool,
}

impl Decode {
    /// A decoder for a whole file in this encoding.
    pub fn new(encoding: FileEncoding) -> Self {
        Self {
            encoding,
            held: Vec::new(),
            has_begun: false,
        }
    }

    /// The text of the next bytes, put behind what is in `text`. `is_last`: no more will come.
    pub fn feed(&mut self, bytes: &[u8], is_last: bool, text: &mut String) {
        let start = text.len();
        let mut joined;
        let bytes = if self.held.is_empty() {
            bytes
        } else {
            // (No `concat`: one more function in a browser.)
            joined = self.held.clone();
            joined.extend_from_slice(bytes);
            &joined
        };
        let used = match self.encoding {
            FileEncoding::Utf8 => utf8(bytes, is_last, text),
            FileEncoding::Utf16Le => utf16(bytes, u16::from_le_bytes, is_last, text),
            FileEncoding::Utf16Be => utf16(bytes, u16::from_be_bytes, is_last, text),
            FileEncoding::Windows1252 => {
                text.push_str(&windows_1252(bytes));
                bytes.len()
            }
        };
        self.held = bytes.get(used..).unwrap_or_default().to_vec();
        let begins = !self.has_begun && text.len() > start;
        self.has_begun |= begins;
        let is_marked = text.get(start..).is_some_and(|new| new.starts_with('\u{FEFF}'));
        if begins && is_marked {
            let unmarked = text.get(start + UTF8_MARK.len()..).unwrap_or_default().to_owned();
            text.truncate(start);
            text.push_str(&unmarked);
        }
    }
}

/// Gives how much was used: a character that is cut at the end waits for the rest.
fn utf8(bytes: &[u8], is_last: bool, text: &mut String) -> usize {
    if let Ok(all) = std::str::from_utf8(bytes) {
        text.push_str(all);
        return bytes.len();
    }
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        text.push_str(chunk.valid());
        let bad = chunk.invalid();
        let is_cut = || std::str::from_utf8(bad).is_err_and(|error| error.error_len().is_none());
        if !is_last && chunks.peek().is_none() && is_cut() {
            return bytes.len() - bad.len();
        }
        if !bad.is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    bytes.len()
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, is_last: bool, text: &mut String) -> usize {
    let (mut pairs, half) = bytes.as_chunks();
    let ends_inside = pairs
        .last()
        .is_some_and(|pair| (0xD800..0xDC00).contains(&unit(*pair)));
    if ends_inside && !is_last {
        pairs = pairs.get(..pairs.len() - 1).unwrap_or_default();
    }
    text.reserve(bytes.len());
    let units = pairs.iter().map(|pair| unit(*pair));
    text.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    if !is_last {
        return pairs.len() * 2;
    }
    // Half a unit behind half a character is one fault.
    if !half.is_empty() && !ends_inside {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    bytes.len()
}

/// Bytes as they read in Windows-1252.
pub(super) fn windows_1252(bytes: &[u8]) -> String {
    let sign = |byte: u8| {
        let place = usize::from(byte).checked_sub(0x80);
        let special = place.and_then(|place| WINDOWS.get(place));
        special.copied().unwrap_or_else(|| char::from(byte))
    };
    bytes.iter().copied().map(sign).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Bytes that often are characters, or nearly.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let part = prop_oneof![
            "[aü€😀\u{FEFF}]{0,3}".prop_map(String::into_bytes),
            "[aü€😀\u{FEFF}]{0,3}".prop_map(|text| text
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<u8>>()),
            prop::collection::vec(any::<u8>(), 0..4),
            Just(vec![0x3D, 0xD8]),
            Just(vec![0xF0, 0x9F]),
        ];
        prop::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// F-10 to F-13: what the library makes of it, which browsers agree with.
        #[test]
        fn f_12_bytes_are_decoded_as_the_standard_says(bytes in bytes(), sizes in prop::collection::vec(1_usize..9, 40)) {
            for (encoding, theirs) in [
                (FileEncoding::Utf8, encoding_rs::UTF_8),
                (FileEncoding::Utf16Le, encoding_rs::UTF_16LE),
                (FileEncoding::Utf16Be, encoding_rs::UTF_16BE),
                (FileEncoding::Windows1252, encoding_rs::WINDOWS_1252),
            ] {
                let expected = theirs.decode_with_bom_removal(&bytes).0;
                let mut decode = Decode::new(encoding);
                let (mut text, mut rest) = (String::new(), bytes.as_slice());
                for size in &sizes {
                    let (piece, behind) = rest.split_at((*size).min(rest.len()));
                    decode.feed(piece, false, &mut text);
                    rest = behind;
                }
                decode.feed(rest, true, &mut text);
                prop_assert_eq!(&text, expected.as_ref(), "{:?}", encoding);
            }
        }
    }
}
