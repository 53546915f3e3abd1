//! Names of uploaded files, as they are kept (F-31).

/// The longest name of a file that is kept, in characters.
const NAME_CHARS: usize = 200;

/// A file's name without its folders and without what nobody sees; `nameless` where nothing is left.
pub(crate) fn clean(name: &str, nameless: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name
        .chars()
        .filter(|c| domain::text::unseen(&c.to_string(), false).is_none())
        .take(NAME_CHARS)
        .collect();
    let name = name.trim();
    if name.is_empty() {
        nameless.to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn f_31_names_of_files_are_cleaned() {
        for (name, cleaned) in [
            ("accounts.csv", "accounts.csv"),
            ("C:\\Users\\anna\\accounts.csv", "accounts.csv"),
            ("../../etc/passwd", "passwd"),
            ("acc\u{202e}ounts\0.csv", "accounts.csv"),
            ("", "user mapping"),
            ("folder/", "user mapping"),
        ] {
            assert_eq!(clean(name, "user mapping"), cleaned, "{name:?}");
        }
        assert_eq!(clean(&"a".repeat(500), "user mapping").len(), 200);
    }
}
