//! The first look at an uploaded file, byte by byte and before anything is made of it: is it text at all, and in which
//! encoding (F-01, F-10 to F-12, F-25, F-26).

use domain::user_mapping::{FileEncoding, Rejection};
use encoding_rs::{CoderResult, Decoder, Encoding};

/// How many bytes are kept, to tell other kinds of files.
const HEAD: usize = 1024;
/// How many lines that are not UTF-8 are shown.
const SAMPLES: usize = 5;
/// How much of such a line is kept.
const SAMPLE_BYTES: usize = 200;

/// Looks at the bytes of a file as they come.
#[derive(Debug, Default)]
pub struct Survey {
    head: Vec<u8>,
    /// Line ends so far (F-25 names the line).
    lines: u64,
    binary: Option<u64>,
    not_blank: bool,
    /// The end of the last piece, when a character was cut there.
    cut: Vec<u8>,
    /// The line that is being read, for the samples.
    open_line: Vec<u8>,
    open_line_bad: bool,
    samples: Vec<Vec<u8>>,
    is_utf8: bool,
    begun: bool,
}

/// What the bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surveyed {
    /// The encoding they are in for certain; `None`: not UTF-8, so a person has to look (F-12).
    pub encoding: Option<FileEncoding>,
    /// Lines that are not UTF-8, as they read in Windows-1252, for that person.
    pub samples: Vec<String>,
}

impl Survey {
    /// Takes the next bytes. Memory stays bounded: the head, and a sample of lines.
    pub fn feed(&mut self, bytes: &[u8]) {
        if !self.begun {
            self.begun = true;
            self.is_utf8 = true;
        }
        let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(bytes.get(..room).unwrap_or_default());
        self.not_blank = self.not_blank || bytes.iter().any(|byte| !byte.is_ascii_whitespace() && *byte != 0);
        if self.binary.is_none() && holds_control(bytes) {
            let place = bytes
                .iter()
                .position(|byte| is_control(*byte))
                .unwrap_or_default();
            let before = bytes.get(..place).unwrap_or_default();
            self.binary = Some(self.lines + line_feeds(before) + 1);
        }
        self.lines += line_feeds(bytes);
        self.check_utf8(bytes);
    }

    fn check_utf8(&mut self, bytes: &[u8]) {
        if self.cut.is_empty() && self.is_utf8 {
            match std::str::from_utf8(bytes) {
                Ok(_) => return,
                // Cut inside of a character: the next piece says more.
                Err(error) if error.error_len().is_none() => {
                    self.cut
                        .extend_from_slice(bytes.get(error.valid_up_to()..).unwrap_or_default());
                    return;
                }
                Err(_) => self.is_utf8 = false,
            }
        } else if self.is_utf8 {
            let mut whole = std::mem::take(&mut self.cut);
            whole.extend_from_slice(bytes);
            self.check_utf8(&whole);
            return;
        }
        self.sample(bytes);
    }

    /// Collects the lines that are not UTF-8. It begins with the piece that holds the first of them.
    fn sample(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n' || *byte == b'\r') {
            if self.samples.len() == SAMPLES {
                return;
            }
            let ends = piece.last().is_some_and(|byte| *byte == b'\n' || *byte == b'\r');
            let text = if ends { &piece[..piece.len() - 1] } else { piece };
            self.open_line_bad |= std::str::from_utf8(text).is_err();
            let room = SAMPLE_BYTES.saturating_sub(self.open_line.len()).min(text.len());
            self.open_line
                .extend_from_slice(text.get(..room).unwrap_or_default());
            if ends {
                self.close_line();
            }
        }
    }

    fn close_line(&mut self) {
        let line = std::mem::take(&mut self.open_line);
        if std::mem::take(&mut self.open_line_bad) {
            self.samples.push(line);
        }
    }

    /// The file has ended.
    pub fn finish(mut self) -> Result<Surveyed, Rejection> {
        if let Some(kind) = magic(&self.head) {
            return Err(Rejection::NotCsv {
                kind: kind.to_owned(),
            });
        }
        let mark = Encoding::for_bom(&self.head).map(|(encoding, _)| encoding);
        if !self.not_blank
            || self
                .head
                .strip_prefix(b"\xEF\xBB\xBF")
                .is_some_and(<[u8]>::is_empty)
        {
            return Err(Rejection::Empty);
        }
        let encoding = if mark == Some(encoding_rs::UTF_16LE) {
            Some(FileEncoding::Utf16Le)
        } else if mark == Some(encoding_rs::UTF_16BE) {
            Some(FileEncoding::Utf16Be)
        } else {
            if let Some(line) = self.binary {
                return Err(Rejection::Binary { line });
            }
            let cut = std::mem::take(&mut self.cut);
            if !cut.is_empty() {
                self.is_utf8 = false;
                self.sample(&cut);
            }
            self.close_line();
            self.is_utf8.then_some(FileEncoding::Utf8)
        };
        // Where it is certain nobody has to look.
        let samples = if encoding.is_some() {
            Vec::new()
        } else {
            let windows = encoding_rs::WINDOWS_1252;
            let lines = self.samples.iter();
            lines
                .map(|line| windows.decode_without_bom_handling(line).0.into_owned())
                .collect()
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

/// Without an early end, so that the compiler takes many bytes at once.
fn holds_control(bytes: &[u8]) -> bool {
    bytes
        .chunks(4096)
        .any(|chunk| chunk.iter().fold(false, |found, byte| found | is_control(*byte)))
}

fn line_feeds(bytes: &[u8]) -> u64 {
    let count = memchr::memchr_iter(b'\n', bytes).count();
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Makes text of the bytes of a file, piece by piece, without its byte order mark (F-10). What is not of the encoding
/// becomes U+FFFD, which is a problem of its line (F-13).
pub struct Decode {
    decoder: Decoder,
}

impl Decode {
    /// A decoder for a whole file in this encoding.
    pub fn new(encoding: FileEncoding) -> Self {
        let encoding: &'static Encoding = match encoding {
            FileEncoding::Utf8 => encoding_rs::UTF_8,
            FileEncoding::Utf16Le => encoding_rs::UTF_16LE,
            FileEncoding::Utf16Be => encoding_rs::UTF_16BE,
            FileEncoding::Windows1252 => encoding_rs::WINDOWS_1252,
        };
        Self {
            decoder: encoding.new_decoder_with_bom_removal(),
        }
    }

    /// The text of the next bytes, put behind what is in `text`. `is_last`: no more will come.
    pub fn feed(&mut self, mut bytes: &[u8], is_last: bool, text: &mut String) {
        loop {
            let needed = self.decoder.max_utf8_buffer_length(bytes.len());
            text.reserve(needed.unwrap_or(bytes.len()));
            let (result, read, _) = self.decoder.decode_to_string(bytes, text, is_last);
            bytes = bytes.get(read..).unwrap_or_default();
            if result == CoderResult::InputEmpty {
                return;
            }
        }
    }
}
