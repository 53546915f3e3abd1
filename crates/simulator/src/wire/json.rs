//! Writes JSON straight into a buffer: list pages are most of the simulator's work.

/// Builds JSON text.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    out: Vec<u8>,
    /// Whether the next key or element needs a comma before it.
    comma: bool,
}

impl Writer {
    pub(crate) fn with_capacity(bytes: usize) -> Writer {
        Writer {
            out: Vec::with_capacity(bytes),
            comma: false,
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.out
    }

    fn separate(&mut self) {
        if self.comma {
            self.out.push(b',');
        }
        self.comma = true;
    }

    fn text(&mut self, text: &str) {
        self.out.push(b'"');
        let mut clean = 0;
        for (at, byte) in text.bytes().enumerate() {
            if byte >= 0x20 && byte != b'"' && byte != b'\\' {
                continue;
            }
            self.out.extend_from_slice(&text.as_bytes()[clean..at]);
            match byte {
                b'"' | b'\\' => self.out.extend_from_slice(&[b'\\', byte]),
                _ => self.out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            }
            clean = at + 1;
        }
        self.out.extend_from_slice(&text.as_bytes()[clean..]);
        self.out.push(b'"');
    }

    /// Begins an object, as an element or after [`Self::key`].
    pub(crate) fn open(&mut self) {
        self.separate();
        self.out.push(b'{');
        self.comma = false;
    }

    pub(crate) fn close(&mut self) {
        self.out.push(b'}');
        self.comma = true;
    }

    /// Begins an array.
    pub(crate) fn open_list(&mut self) {
        self.separate();
        self.out.push(b'[');
        self.comma = false;
    }

    pub(crate) fn close_list(&mut self) {
        self.out.push(b']');
        self.comma = true;
    }

    /// Writes a key; a value must follow.
    pub(crate) fn key(&mut self, key: &str) {
        self.separate();
        self.text(key);
        self.out.push(b':');
        self.comma = false;
    }

    /// A string value.
    pub(crate) fn string(&mut self, value: &str) {
        self.separate();
        self.text(value);
    }

    /// A value that is JSON already (`null`, `true`, a number, a rendered object).
    pub(crate) fn raw(&mut self, value: &str) {
        self.separate();
        self.out.extend_from_slice(value.as_bytes());
    }

    /// A key with a string.
    pub(crate) fn pair(&mut self, key: &str, value: &str) {
        self.key(key);
        self.string(value);
    }

    /// A key with ready JSON.
    pub(crate) fn pair_raw(&mut self, key: &str, value: &str) {
        self.key(key);
        self.raw(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_valid_json_with_escapes() {
        let mut writer = Writer::default();
        writer.open();
        writer.pair("a\"b", "line\nbreak \\ \u{1F680}");
        writer.key("list");
        writer.open_list();
        writer.string("x");
        writer.raw("null");
        writer.open();
        writer.close();
        writer.close_list();
        writer.pair_raw("n", "1");
        writer.close();
        let value: serde_json::Value = serde_json::from_slice(&writer.finish()).expect("valid JSON");
        let wanted = serde_json::json!({"a\"b": "line\nbreak \\ \u{1F680}", "list": ["x", null, {}], "n": 1});
        assert_eq!(value, wanted);
    }
}
