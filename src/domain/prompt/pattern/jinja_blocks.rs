//! The blocks of a Jinja template: `if`, `for`, `set`.

use std::collections::HashSet;

use super::jinja::{Names, Operand, marked_text};
use super::jinja_tokens::{Token, Word, words};
use super::{MOST_DEPTH, Piece, push_text};

/// Reads tokens as pieces.
pub(super) struct Reader {
    tokens: std::vec::IntoIter<Token>,
    mark: char,
    names: Names,
    depth: usize,
}

/// The tag that ended a run of pieces.
type End = Option<Vec<Word>>;

impl Reader {
    pub(super) fn new(tokens: Vec<Token>, mark: char, threads: Vec<String>, media: Vec<String>) -> Self {
        let names = Names { items: Vec::new(), hidden: HashSet::new(), threads, media };
        Self { tokens: tokens.into_iter(), mark, names, depth: 0 }
    }

    /// The whole template.
    pub(super) fn all(&mut self) -> Option<Vec<Piece>> {
        let (pieces, end) = self.run()?;
        end.is_none().then_some(pieces)
    }

    /// The pieces up to a tag that ends or divides a block.
    fn run(&mut self) -> Option<(Vec<Piece>, End)> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return None;
        }
        let mut pieces = Vec::new();
        while let Some(token) = self.tokens.next() {
            match token {
                Token::Text(text) => marked_text(&mut pieces, &text, self.mark),
                Token::Output(code) => match self.names.output(&words(&code)?) {
                    Piece::Literal(text) => push_text(&mut pieces, &text),
                    piece => pieces.push(piece),
                },
                Token::Tag(code) => {
                    let words = words(&code)?;
                    let Some(Word::Name(name)) = words.first() else { return None };
                    match name.as_str() {
                        "if" => pieces.push(self.choice(&words[1..])?),
                        "for" => pieces.push(self.each(&words[1..])?),
                        "set" => self.set(&words[1..])?,
                        "elif" | "else" | "endif" | "endfor" => {
                            self.depth -= 1;
                            return Some((pieces, Some(words)));
                        }
                        _ => return None,
                    }
                }
            }
        }
        self.depth -= 1;
        Some((pieces, None))
    }

    fn choice(&mut self, condition: &[Word]) -> Option<Piece> {
        let (test, straight) = self.names.test(condition);
        let (then, end) = self.run()?;
        let end = end?;
        let otherwise = match name(&end)? {
            "endif" => Vec::new(),
            "elif" => vec![self.choice(&end[1..])?],
            "else" => {
                let (otherwise, end) = self.run()?;
                (name(&end?)? == "endif").then_some(otherwise)?
            }
            _ => return None,
        };
        let (then, otherwise) = if straight { (then, otherwise) } else { (otherwise, then) };
        Some(Piece::Choice { test, then, otherwise })
    }

    fn each(&mut self, head: &[Word]) -> Option<Piece> {
        let [Word::Name(item), Word::Name(within), list @ ..] = head else { return None };
        // `for x in xs if …` leaves items out that nothing in the text tells of.
        let filtered = list.iter().any(|word| matches!(word, Word::Name(name) if name == "if" || name == "recursive"));
        if within != "in" || filtered {
            return None;
        }
        let expression = self.names.expression(list);
        let list = match expression.value {
            Operand::Value(reference) if expression.filters.is_empty() => Some(reference),
            _ => None,
        };
        self.names.items.push(item.clone());
        let body = self.run();
        self.names.items.pop();
        let (body, end) = body?;
        let otherwise = match name(&end?)? {
            "endfor" => Vec::new(),
            "else" => {
                let (otherwise, end) = self.run()?;
                (name(&end?)? == "endfor").then_some(otherwise)?
            }
            _ => return None,
        };
        Some(Piece::Each { list, body, otherwise })
    }

    /// `set x = …`: from here on the name is no variable.
    fn set(&mut self, words: &[Word]) -> Option<()> {
        let [Word::Name(name), Word::Sign('='), ..] = words else { return None };
        self.names.hidden.insert(name.clone());
        Some(())
    }
}

fn name(words: &[Word]) -> Option<&str> {
    match words.first()? {
        Word::Name(name) => Some(name),
        _ => None,
    }
}
