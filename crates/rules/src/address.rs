//! A customer's name in addresses: `/c/{address}`.

/// The longest address.
const MAX_CHARS: usize = 63;
/// For a name of which no letter can stand in an address.
const NAMELESS: &str = "customer";

/// The address a name suggests: lower-case letters, digits and single hyphens ("Contoso Ltd" gives `contoso-ltd`). Letters
/// outside of ASCII are left out, not transliterated; a name without others gives `customer`.
pub fn suggested(name: &str) -> String {
    let mut slug = String::new();
    for c in name.trim().chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(MAX_CHARS);
    let slug = slug.trim_end_matches('-');
    if slug.len() < 2 {
        NAMELESS.to_owned()
    } else {
        slug.to_owned()
    }
}

/// The same with a number behind it, from 2 on.
pub fn numbered(slug: &str, number: u32) -> String {
    if number < 2 {
        return slug.to_owned();
    }
    let end = format!("-{number}");
    let begin: String = slug.chars().take(MAX_CHARS - end.len()).collect();
    format!("{}{end}", begin.trim_end_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_suggests_an_address() {
        for (name, slug) in [
            ("Contoso Ltd", "contoso-ltd"),
            ("  A & B  (UK) ", "a-b-uk"),
            ("東京株式会社", "customer"),
            ("東京 Metro", "metro"),
            ("Ü", "customer"),
            ("", "customer"),
        ] {
            assert_eq!(suggested(name), slug, "{name}");
        }
        assert_eq!(suggested(&"long ".repeat(40)).len(), 63);
    }

    #[test]
    fn an_address_that_is_taken_gets_a_number() {
        assert_eq!(numbered("customer", 1), "customer");
        assert_eq!(numbered("customer", 12), "customer-12");
        assert_eq!(numbered(&"x".repeat(63), 2).len(), 63);
    }
}
