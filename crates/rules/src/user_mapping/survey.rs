//! The first look at an uploaded file, byte by byte and before anything is made of it: is it text at all, and in which
//! encoding (F-01, F-10 to F-12, F-25, F-26).

use domain::user_mapping::{FileEncoding, Rejection};

use super::decode::{UTF8_MARK, windows_1252};

/// How many bytes are kept, to tell other kinds of files.
const HEAD: usize = 1024;
/// How many lines that are not UTF-8 are shown.
const SAMPLES: usize = 5;
/// How much of such a line is kept.
const SAMPLE_BYTES: usize = 200;

/// Looks at the bytes of a file as they come.
#[derive(Debug)]
pub struct Survey {
    head: Vec<u8>,
    /// The line on which the next bytes begin (F-25 names the line).
    line: u64,
    after_return: bool,
    binary: Option<u64>,
    not_blank: bool,
    is_utf8: bool,
    /// The end of the last piece, when a character was cut there.
    cut: Vec<u8>,
    /// The beginning of the line that is being read, for the samples.
    open_line: Vec<u8>,
    open_line_is_bad: bool,
    samples: Vec<Vec<u8>>,
}

/// What the bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surveyed {
    /// The encoding they are in for certain; `None`: not UTF-8, so a person has to look (F-12).
    pub encoding: Option<FileEncoding>,
    /// Lines that are not UTF-8, as they read in Windows-1252, for that person.
    pub samples: Vec<String>,
}

impl Default for Survey {
    fn default() -> Self {
        Self {
            head: Vec::new(),
            line: 1,
            after_return: false,
            binary: None,
            not_blank: false,
            is_utf8: true,
            cut: Vec::new(),
            open_line: Vec::new(),
            open_line_is_bad: false,
            samples: Vec::new(),
        }
    }
}

impl Survey {
    /// Takes the next bytes. Memory stays bounded: the head, and a sample of lines.
    pub fn feed(&mut self, bytes: &[u8]) {
        let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(bytes.get(..room).unwrap_or_default());
        self.not_blank = self.not_blank || bytes.iter().any(|byte| !byte.is_ascii_whitespace() && *byte != 0);
        self.look_for_control(bytes);
        let has_all_samples = !self.is_utf8 && self.samples.len() == SAMPLES;
        if !has_all_samples {
            self.check_utf8(bytes);
        }
    }

    /// F-25. Lines are counted until then.
    fn look_for_control(&mut self, bytes: &[u8]) {
        if self.binary.is_some() {
            return;
        }
        let place = holds_control(bytes).then(|| bytes.iter().position(|byte| is_control(*byte)));
        let before = bytes
            .get(..place.flatten().unwrap_or(bytes.len()))
            .unwrap_or_default();
        let continues_pair = self.after_return && before.first() == Some(&b'\n');
        self.line += line_ends(before) - u64::from(continues_pair);
        self.after_return = before.last().map_or(self.after_return, |last| *last == b'\r');
        self.binary = place.map(|_| self.line);
    }

    fn check_utf8(&mut self, bytes: &[u8]) {
        if self.cut.is_empty() && !self.open_line_is_bad {
            let valid = match std::str::from_utf8(bytes) {
                Ok(_) => Some(bytes.len()),
                // Cut inside of a character: the next piece says more.
                Err(error) if error.error_len().is_none() => Some(error.valid_up_to()),
                Err(_) => None,
            };
            if let Some(valid) = valid {
                self.cut.extend_from_slice(bytes.get(valid..).unwrap_or_default());
                if let Some(end) = memchr::memrchr2(b'\n', b'\r', bytes) {
                    self.open_line.clear();
                    self.keep(bytes.get(end + 1..).unwrap_or_default());
                } else {
                    self.keep(bytes);
                }
                return;
            }
        }
        for piece in bytes.split_inclusive(|byte| *byte == b'\n' || *byte == b'\r') {
            match piece {
                [text @ .., b'\n' | b'\r'] => {
                    self.check_line(text);
                    self.close_line();
                }
                text => self.check_line(text),
            }
        }
    }

    /// The next bytes of the open line.
    fn check_line(&mut self, text: &[u8]) {
        self.keep(text);
        if self.open_line_is_bad {
            return;
        }
        let mut whole = std::mem::take(&mut self.cut);
        whole.extend_from_slice(text);
        if let Err(error) = std::str::from_utf8(&whole) {
            if error.error_len().is_none() {
                self.cut = whole.split_off(error.valid_up_to());
            } else {
                self.open_line_is_bad = true;
            }
        }
    }

    fn keep(&mut self, text: &[u8]) {
        let room = SAMPLE_BYTES.saturating_sub(self.open_line.len()).min(text.len());
        self.open_line
            .extend_from_slice(text.get(..room).unwrap_or_default());
    }

    fn close_line(&mut self) {
        // No character goes on behind the end of a line.
        let ends_in_one = !std::mem::take(&mut self.cut).is_empty();
        if std::mem::take(&mut self.open_line_is_bad) || ends_in_one {
            self.is_utf8 = false;
            if self.samples.len() < SAMPLES {
                self.samples.push(self.open_line.clone());
            }
        }
        self.open_line.clear();
    }

    /// What a file is in that begins so, if it is of one encoding at all (F-10, F-11). UTF-16 is known without its mark, too:
    /// by the zeros beside two signs of ASCII.
    pub(crate) fn encoding_of(head: &[u8]) -> FileEncoding {
        match head {
            [0xFF, 0xFE, ..] | [b' '..=b'~', 0, b' '..=b'~', 0, ..] => FileEncoding::Utf16Le,
            [0xFE, 0xFF, ..] | [0, b' '..=b'~', 0, b' '..=b'~', ..] => FileEncoding::Utf16Be,
            _ => FileEncoding::Utf8,
        }
    }

    /// The file has ended.
    pub fn finish(mut self) -> Result<Surveyed, Rejection> {
        if let Some(kind) = magic(&self.head) {
            return Err(Rejection::NotCsv {
                kind: kind.to_owned(),
            });
        }
        let is_only_mark = self.head == UTF8_MARK;
        if !self.not_blank || is_only_mark {
            return Err(Rejection::Empty);
        }
        let mut encoding = Some(Self::encoding_of(&self.head));
        if encoding == Some(FileEncoding::Utf8) {
            if let Some(line) = self.binary {
                return Err(Rejection::Binary { line });
            }
            self.close_line();
            encoding = encoding.filter(|_| self.is_utf8);
        }
        // Where it is certain nobody has to look.
        let samples = if encoding.is_some() {
            Vec::new()
        } else {
            self.samples.iter().map(|line| windows_1252(line)).collect()
        };
        Ok(Surveyed { encoding, samples })
    }
}

/// What a file is that is no text, by how it begins (F-26).
fn magic(head: &[u8]) -> Option<&'static str> {
    let opendocument = b"opendocument.spreadsheet";
    let is_opendocument = head
        .iter()
        .take(200)
        .copied()
        .collect::<Vec<u8>>()
        .windows(opendocument.len())
        .any(|window| window == opendocument);
    Some(match head {
        [b'P', b'K', 3, 4, ..] if is_opendocument => "an OpenDocument spreadsheet",
        [b'P', b'K', 3, 4, ..] => "an Excel workbook, or another packed file",
        [0xD0, 0xCF, 0x11, 0xE0, ..] => "an Excel workbook in its old format",
        [b'%', b'P', b'D', b'F', ..] => "a PDF document",
        [0x1F, 0x8B, ..] => "a packed file",
        [b'{', b'\\', b'r', b't', b'f', ..] => "a formatted document (RTF)",
        _ => return None,
    })
}

/// Whether a byte never stands in text (F-25).
const fn is_control(byte: u8) -> bool {
    byte < b' ' && byte != b'\t' && byte != b'\n' && byte != b'\r'
}

/// Eight bytes at a time: one of those below the blank stands in few of them, and is mostly the end of a line.
fn holds_control(bytes: &[u8]) -> bool {
    const BLANKS: u64 = u64::from_ne_bytes([b' '; 8]);
    const SIGNS: u64 = u64::from_ne_bytes([0x80; 8]);
    let (words, rest) = bytes.as_chunks();
    let one_by_one = |bytes: &[u8]| bytes.iter().any(|byte| is_control(*byte));
    let is_odd = |word: &[u8; 8]| {
        let number = u64::from_ne_bytes(*word);
        number.wrapping_sub(BLANKS) & !number & SIGNS != 0 && one_by_one(word)
    };
    words.iter().any(is_odd) || one_by_one(rest)
}

/// CRLF, LF, lone CR (F-19).
fn line_ends(bytes: &[u8]) -> u64 {
    let feeds = memchr::memchr_iter(b'\n', bytes).count();
    let is_lone = |place: &usize| bytes.get(place + 1) != Some(&b'\n');
    let lone_returns = memchr::memchr_iter(b'\r', bytes).filter(is_lone).count();
    u64::try_from(feeds + lone_returns).unwrap_or(u64::MAX)
}
