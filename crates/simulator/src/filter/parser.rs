//! Parses filters of both dialects.

use super::lexer::{Quoting, Token, tokens};
use super::{Expr, Literal, Op};

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    odata: bool,
}

/// Parses a Graph `$filter`.
pub(crate) fn parse_odata(text: &str) -> Result<Expr, String> {
    parse(text, true)
}

/// Parses an Okta `filter` or `search`.
pub(crate) fn parse_okta(text: &str) -> Result<Expr, String> {
    parse(text, false)
}

fn parse(text: &str, odata: bool) -> Result<Expr, String> {
    let quoting = if odata { Quoting::Single } else { Quoting::Double };
    let mut parser = Parser {
        tokens: tokens(text, quoting)?,
        at: 0,
        odata,
    };
    let expr = parser.or()?;
    match parser.peek() {
        None => Ok(expr),
        Some(token) => Err(format!("unexpected {token:?} at the end")),
    }
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn word_is(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word))
    }

    fn expect(&mut self, wanted: &Token) -> Result<(), String> {
        match self.next() {
            Some(token) if token == *wanted => Ok(()),
            other => Err(format!("expected {wanted:?}, found {other:?}")),
        }
    }

    fn word(&mut self) -> Result<String, String> {
        match self.next() {
            Some(Token::Word(word)) => Ok(word),
            other => Err(format!("expected a name, found {other:?}")),
        }
    }

    fn or(&mut self) -> Result<Expr, String> {
        let mut left = self.and()?;
        while self.word_is("or") {
            self.at += 1;
            left = Expr::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expr, String> {
        let mut left = self.unary()?;
        while self.word_is("and") {
            self.at += 1;
            left = Expr::And(Box::new(left), Box::new(self.unary()?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, String> {
        if self.odata && self.word_is("not") {
            self.at += 1;
            return Ok(Expr::Not(Box::new(self.unary()?)));
        }
        if self.peek() == Some(&Token::Open) {
            self.at += 1;
            let inner = self.or()?;
            self.expect(&Token::Close)?;
            return Ok(inner);
        }
        let path = self.word()?;
        if self.odata && self.peek() == Some(&Token::Open) {
            return self.call(&path);
        }
        self.comparison(path)
    }

    /// `startswith(path,'x')` or `path/any(c:c eq 'x')`.
    fn call(&mut self, name: &str) -> Result<Expr, String> {
        self.expect(&Token::Open)?;
        let expr = if let Some(path) = name.strip_suffix("/any") {
            self.any(path)?
        } else {
            let op = function(name)?;
            let path = self.word()?;
            self.expect(&Token::Comma)?;
            let value = self.literal()?;
            Expr::Compare { path, op, value }
        };
        self.expect(&Token::Close)?;
        Ok(expr)
    }

    fn any(&mut self, path: &str) -> Result<Expr, String> {
        // `c:c eq 'x'`, `c: c eq 'x'`, `c:startswith(c,'x')`: the variable's name does not matter.
        let head = self.word()?;
        let (_, body) = head.split_once(':').ok_or("expected a lambda")?;
        let body = if body.is_empty() {
            self.word()?
        } else {
            body.to_owned()
        };
        let path = path.to_owned();
        if self.peek() == Some(&Token::Open) {
            let op = function(&body)?;
            self.expect(&Token::Open)?;
            self.word()?;
            self.expect(&Token::Comma)?;
            let value = self.literal()?;
            self.expect(&Token::Close)?;
            return Ok(Expr::Any { path, op, value });
        }
        let op = operator(&self.word()?, true)?;
        Ok(Expr::Any {
            path,
            op,
            value: self.literal()?,
        })
    }

    fn comparison(&mut self, path: String) -> Result<Expr, String> {
        let word = self.word()?;
        if !self.odata && word.eq_ignore_ascii_case("pr") {
            return Ok(Expr::Present { path });
        }
        if self.odata && word.eq_ignore_ascii_case("in") {
            self.expect(&Token::Open)?;
            let mut values = vec![self.literal()?];
            while self.peek() == Some(&Token::Comma) {
                self.at += 1;
                values.push(self.literal()?);
            }
            self.expect(&Token::Close)?;
            return Ok(Expr::In { path, values });
        }
        let op = operator(&word, self.odata)?;
        Ok(Expr::Compare {
            path,
            op,
            value: self.literal()?,
        })
    }

    fn literal(&mut self) -> Result<Literal, String> {
        match self.next() {
            Some(Token::Text(text)) => Ok(Literal::Text(text)),
            Some(Token::Word(word)) => Ok(match word.as_str() {
                "true" => Literal::Bool(true),
                "false" => Literal::Bool(false),
                "null" => Literal::Null,
                _ => Literal::Text(word),
            }),
            other => Err(format!("expected a value, found {other:?}")),
        }
    }
}

fn function(name: &str) -> Result<Op, String> {
    match name.to_ascii_lowercase().as_str() {
        "startswith" => Ok(Op::Starts),
        "endswith" => Ok(Op::Ends),
        "contains" => Ok(Op::Contains),
        _ => Err(format!("unknown function '{name}'")),
    }
}

fn operator(word: &str, odata: bool) -> Result<Op, String> {
    match word.to_ascii_lowercase().as_str() {
        "eq" => Ok(Op::Eq),
        "ne" => Ok(Op::Ne),
        "gt" => Ok(Op::Gt),
        "ge" => Ok(Op::Ge),
        "lt" => Ok(Op::Lt),
        "le" => Ok(Op::Le),
        "sw" if !odata => Ok(Op::Starts),
        "ew" if !odata => Ok(Op::Ends),
        "co" if !odata => Ok(Op::Contains),
        _ => Err(format!("unknown operator '{word}'")),
    }
}
