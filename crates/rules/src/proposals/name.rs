//! Names of people, and how like two of them are.
//!
//! For "the same name" case folding and NFC decide, as for usernames. For "contradicts nothing" and "similar" the plain
//! form does: no accents, `ä`, `ae` and `a` alike, no apostrophes, and a hyphen is a blank.

use crate::nearest::letters_apart;
use crate::username;

/// Words of at least so many letters tell families apart; `von`, `de` and `la` do not.
const LONG_WORD: usize = 4;
/// The shortest beginning of a given name that may stand for it: `Tim`, `Alex`.
const SHORT_FORM: usize = 3;

/// A name as it was taken.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) plain: Name,
    /// Folded as a username is; empty without given name and surname.
    pub(super) exact: String,
}

/// The plain form: words of the given name, a bar, words of the surname. Empty where nothing is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Name {
    words: Box<str>,
    /// It was written with letters that have no place in ASCII.
    pub(super) has_accents: bool,
}

/// What two names say about whether they are those of one person. From the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// Nothing in common.
    Apart,
    /// Only the surname: relatives, colleagues of a common name.
    Surname,
    /// One side has no name, or both are in different scripts.
    Unknown,
    /// In two scripts, but the address of one spells the other.
    Spelled,
    /// Only the given name: perhaps married.
    Given,
    /// A letter, a short form, a part of a double name, or the order.
    Close,
    /// But for accents, hyphens and blanks.
    Same,
}

/// How like two given names, or two surnames, are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Differs,
    Close,
    Same,
}

impl Names {
    /// The name of somebody; what given name and surname do not say, the display name may.
    pub(super) fn new(given: Option<&str>, surname: Option<&str>, shown: Option<&str>) -> Self {
        let (given, surname) = parts(given, surname, shown);
        let mut plain = String::with_capacity(given.len() + surname.len() + 1);
        push_plain(given, &mut plain);
        plain.push('|');
        push_plain(surname, &mut plain);
        let mut exact = String::new();
        if !given.is_empty() && !surname.is_empty() {
            push_exact(given, &mut exact);
            exact.push('|');
            push_exact(surname, &mut exact);
        }
        Self {
            plain: Name {
                words: if plain.len() > 1 {
                    plain.into()
                } else {
                    Box::default()
                },
                has_accents: !(given.is_ascii() && surname.is_ascii()),
            },
            exact,
        }
    }
}

impl Name {
    /// Given name and surname.
    pub(super) fn parts(&self) -> (&str, &str) {
        self.words.split_once('|').unwrap_or_default()
    }

    /// All words in an order of their own, so that swapped names meet; nothing for a single word, which is no full name.
    pub(super) fn sorted(&self, out: &mut String) {
        out.clear();
        let (given, surname) = self.parts();
        let mut words: Vec<&str> = given.split(' ').chain(surname.split(' ')).collect();
        words.retain(|word| !word.is_empty());
        if words.len() < 2 {
            return;
        }
        words.sort_unstable();
        for word in words {
            out.push_str(word);
            out.push(' ');
        }
    }

    /// How like two names are.
    pub(super) fn likeness(&self, other: &Name) -> Likeness {
        if self.words.is_empty() || other.words.is_empty() {
            return Likeness::Unknown;
        }
        if self.words == other.words {
            // A single word is hardly a name: `Reception`.
            let (given, surname) = self.parts();
            let is_full = !given.is_empty() && !surname.is_empty();
            return if is_full { Likeness::Same } else { Likeness::Close };
        }
        if self.is_latin(true) && other.is_latin(false) || self.is_latin(false) && other.is_latin(true) {
            return Likeness::Unknown;
        }
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        let (given, surname) = (given_part(a, c), surname_part(b, d));
        match (given, surname) {
            (Part::Same, Part::Same) => Likeness::Same,
            (Part::Close | Part::Same, Part::Close | Part::Same) => Likeness::Close,
            _ if given_part(a, d) > Part::Differs && given_part(b, c) > Part::Differs => Likeness::Close,
            (Part::Same, Part::Differs) => Likeness::Given,
            (_, Part::Close | Part::Same) => Likeness::Surname,
            _ => Likeness::Apart,
        }
    }

    /// How many letters are between two names.
    pub(super) fn letters_apart(&self, other: &Name) -> usize {
        letters_apart(&self.words, &other.words)
    }

    /// Whether all letters are Latin, or none.
    fn is_latin(&self, expected: bool) -> bool {
        let mut letters = self.words.chars().filter(|c| c.is_alphabetic());
        letters.all(|c| c.is_ascii() == expected)
    }

    /// How an address like `eleni.papadakis@…` spells this name, if it is in another script.
    pub(super) fn spelled(&self, address: &str) -> Name {
        let local = address.split('@').next().unwrap_or_default();
        match local.split_once('.') {
            Some((given, surname)) if !self.words.is_empty() && self.is_latin(false) => {
                let surname = surname.trim_end_matches(|c: char| c.is_ascii_digit());
                Names::new(Some(given), Some(surname), None).plain
            }
            _ => Name::default(),
        }
    }
}

fn given_part(a: &str, b: &str) -> Part {
    let part = part(a, b);
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let letters = short.chars().count();
    let stands_for = letters == 1 || letters >= SHORT_FORM;
    if part == Part::Differs && stands_for && long.starts_with(short) {
        return Part::Close;
    }
    part
}

fn surname_part(a: &str, b: &str) -> Part {
    let part = part(a, b);
    if part == Part::Differs && (has_words_of(a, b) || has_words_of(b, a)) {
        return Part::Close;
    }
    part
}

/// The same but for blanks, or with a slip: one letter of four to seven, two of more; or two letters exchanged.
fn part(a: &str, b: &str) -> Part {
    let letters = |text: &'_ str| text.chars().filter(|c| *c != ' ').collect::<String>();
    if a.is_empty() || b.is_empty() {
        return Part::Differs;
    }
    if a == b {
        return Part::Same;
    }
    let (a, b) = (letters(a), letters(b));
    if a == b {
        return Part::Same;
    }
    let (shorter, longer) = {
        let (a, b) = (a.chars().count(), b.chars().count());
        (a.min(b), a.max(b))
    };
    let slips = match shorter {
        0..4 => return Part::Differs,
        4..8 => 1,
        _ => 2,
    };
    if longer - shorter > slips {
        return Part::Differs;
    }
    let apart = letters_apart(&a, &b);
    if apart <= slips || (apart == 2 && has_exchanged_letters(&a, &b)) {
        return Part::Close;
    }
    Part::Differs
}

/// Of two texts that are two replaced letters apart: whether two neighbours changed places.
fn has_exchanged_letters(a: &str, b: &str) -> bool {
    let mut differing = a.chars().zip(b.chars()).filter(|(a, b)| a != b);
    match (differing.next(), differing.next(), differing.next()) {
        (Some(first), Some(second), None) => first.0 == second.1 && first.1 == second.0,
        _ => false,
    }
}

/// Whether a double name holds the other one: every long word of `few` is in `many`.
fn has_words_of(many: &str, few: &str) -> bool {
    let mut long = few.split(' ').filter(|word| word.len() >= LONG_WORD).peekable();
    long.peek().is_some() && long.all(|word| many.split(' ').any(|other| other == word))
}

/// Given name and surname; what is missing is looked for in the display name.
fn parts<'a>(given: Option<&'a str>, surname: Option<&'a str>, shown: Option<&'a str>) -> (&'a str, &'a str) {
    let clean = |text: Option<&'a str>| text.unwrap_or_default().trim();
    let (given, surname, shown) = (clean(given), clean(surname), clean(shown));
    let without = |part: &str| {
        let rest = shown.strip_prefix(part).or_else(|| shown.strip_suffix(part));
        rest.unwrap_or_default()
            .trim_matches(|c: char| c.is_whitespace() || c == ',')
    };
    match (given.is_empty(), surname.is_empty()) {
        (false, false) => (given, surname),
        (false, true) => (given, without(given)),
        (true, false) => (without(surname), surname),
        (true, true) => match shown.split_once(',') {
            Some((surname, given)) => (given.trim(), surname.trim()),
            None => shown.split_once(char::is_whitespace).unwrap_or((shown, "")),
        },
    }
}

fn push_exact(text: &str, out: &mut String) {
    for word in text.split_whitespace() {
        username::key_into(username::stored(word).as_str(), out);
        out.push(' ');
    }
}

/// Puts the plain form of a text behind what is there.
fn push_plain(text: &str, out: &mut String) {
    let mut plain = Plain {
        out,
        before: ' ',
        blank_due: false,
    };
    if text.is_ascii() {
        for c in text.chars() {
            plain.push(c.to_ascii_lowercase());
        }
    } else {
        let stored = username::stored(text);
        let mut key = String::new();
        username::key_into(stored.as_str(), &mut key);
        for c in unicode::nfd(&key)
            .chars()
            .filter(|c| !unicode::is_reorderable(*c))
        {
            plain.push(c);
        }
    }
}

/// Writes a plain form, letter by letter.
struct Plain<'a> {
    out: &'a mut String,
    /// The letter before, within the word.
    before: char,
    blank_due: bool,
}

impl Plain<'_> {
    fn push(&mut self, c: char) {
        match c {
            'æ' => self.letter('a'),
            'ø' => self.letter('o'),
            'œ' => self.letter('o'),
            'ł' => self.letter('l'),
            'đ' | 'ð' => self.letter('d'),
            'ı' => self.letter('i'),
            'þ' => {
                self.letter('t');
                self.letter('h');
            }
            _ if c.is_alphanumeric() => self.letter(c),
            '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '.' => {}
            _ if username::is_hidden(c) => {}
            _ => {
                self.blank_due = self.before != ' ';
                self.before = ' ';
            }
        }
    }

    /// `ae`, `oe`, `ue` and `aa` are how `ä`, `ö`, `ü` and `å` are written without accents.
    fn letter(&mut self, c: char) {
        if matches!((self.before, c), ('a' | 'o' | 'u', 'e') | ('a', 'a')) {
            return;
        }
        if std::mem::take(&mut self.blank_due) {
            self.out.push(' ');
        }
        self.out.push(c);
        self.before = c;
    }
}
