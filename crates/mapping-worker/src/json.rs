//! As much of JSON as is written here. Not `serde_json`, which is a third of what the whole module may weigh.

/// A document as it grows.
#[derive(Debug, Default)]
pub(crate) struct Json(String);

impl Json {
    /// The document.
    pub(crate) fn finish(self) -> String {
        self.0
    }

    /// An object as the next value; `members` writes what is in it.
    pub(crate) fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.comma();
        self.0.push('{');
        members(self);
        self.0.push('}');
    }

    /// A member that is a text.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        self.quoted(text);
    }

    /// A member that is a number.
    pub(crate) fn number(&mut self, name: &str, number: u64) {
        self.name(name);
        self.0.push_str(&number.to_string());
    }

    /// A member that is a list; `each` writes one value.
    pub(crate) fn list<T>(&mut self, name: &str, all: &[T], each: impl Fn(&mut Self, &T)) {
        self.name(name);
        self.0.push('[');
        for one in all {
            each(self, one);
        }
        self.0.push(']');
    }

    /// A text as the next value.
    pub(crate) fn value(&mut self, text: &str) {
        self.comma();
        self.quoted(text);
    }

    fn name(&mut self, name: &str) {
        self.comma();
        self.quoted(name);
        self.0.push(':');
    }

    /// Between two values.
    fn comma(&mut self) {
        if !matches!(self.0.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.0.push(',');
        }
    }

    fn quoted(&mut self, text: &str) {
        self.0.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => self.0.extend(['\\', c]),
                ..' ' => {
                    let digit = |n: u32| char::from_digit(n, 16).unwrap_or_default();
                    let code = u32::from(c);
                    self.0.push_str("\\u00");
                    self.0.extend([digit(code / 16), digit(code % 16)]);
                }
                _ => self.0.push(c),
            }
        }
        self.0.push('"');
    }
}
