//! Splits a filter into words.

/// A word of a filter.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Word(String),
    Text(String),
    Open,
    Close,
    Comma,
}

/// Which way strings are quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    /// `'it''s'`.
    Single,
    /// `"say \"so\""`.
    Double,
}

pub(super) fn tokens(text: &str, quoting: Quoting) -> Result<Vec<Token>, String> {
    let mut out = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(&letter) = rest.peek() {
        match letter {
            _ if letter.is_whitespace() => {
                rest.next();
            }
            '(' | ')' | ',' => {
                rest.next();
                out.push(match letter {
                    '(' => Token::Open,
                    ')' => Token::Close,
                    _ => Token::Comma,
                });
            }
            '\'' if quoting == Quoting::Single => out.push(Token::Text(single(&mut rest)?)),
            '"' if quoting == Quoting::Double => out.push(Token::Text(double(&mut rest)?)),
            _ => {
                let mut word = String::new();
                while let Some(&letter) = rest.peek() {
                    if letter.is_whitespace() || matches!(letter, '(' | ')' | ',' | '\'' | '"') {
                        break;
                    }
                    word.push(letter);
                    rest.next();
                }
                if word.is_empty() {
                    return Err(format!("unexpected character '{letter}'"));
                }
                out.push(Token::Word(word));
            }
        }
    }
    Ok(out)
}

type Letters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn single(rest: &mut Letters<'_>) -> Result<String, String> {
    rest.next();
    let mut out = String::new();
    while let Some(letter) = rest.next() {
        if letter != '\'' {
            out.push(letter);
        } else if rest.peek() == Some(&'\'') {
            rest.next();
            out.push('\'');
        } else {
            return Ok(out);
        }
    }
    Err("unterminated string literal".to_owned())
}

fn double(rest: &mut Letters<'_>) -> Result<String, String> {
    rest.next();
    let mut out = String::new();
    while let Some(letter) = rest.next() {
        match letter {
            '"' => return Ok(out),
            '\\' => out.extend(rest.next()),
            _ => out.push(letter),
        }
    }
    Err("unterminated string literal".to_owned())
}
