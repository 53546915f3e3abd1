//! Numbers for people, the same on every page, in every sentence of the services, and in the browser.

/// `1204` as `1,204`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 person`, `1,204 people`: the number with the word that fits it.
pub fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// `part` of `whole` in whole per cent, never rounded to 0 or 100 unless it is so; an empty whole is 0.
pub fn percent(part: u64, whole: u64) -> u64 {
    if whole == 0 || part == 0 {
        return 0;
    }
    if part >= whole {
        return 100;
    }
    let exact = u128::from(part) * 100 / u128::from(whole);
    u64::try_from(exact).unwrap_or(100).clamp(1, 99)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        let written: Vec<String> = [0, 12, 999, 1_000, 1_204, 1_000_000].map(thousands).into();
        assert_eq!(written, ["0", "12", "999", "1,000", "1,204", "1,000,000"]);
    }

    #[test]
    fn the_word_fits_the_number() {
        assert_eq!(plural(1, "person", "people"), "1 person");
        assert_eq!(plural(1204, "person", "people"), "1,204 people");
    }

    #[test]
    fn a_part_is_never_called_none_or_all() {
        assert_eq!(
            (
                percent(0, 10),
                percent(1, 100_000),
                percent(99_999, 100_000),
                percent(10, 10)
            ),
            (0, 1, 99, 100)
        );
        assert_eq!(percent(u64::MAX / 2, u64::MAX), 49);
    }
}
