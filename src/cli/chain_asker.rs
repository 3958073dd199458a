//! Asks on the terminal what a tool answers where the recording does not tell.

use std::sync::{Mutex, PoisonError};

use super::notices::Notices;
use crate::services::replay::{Asker, ChainQuestion, UserSays};

/// The ways to answer.
const WAYS: &str = "[s]top here, [n]earest recorded answer, or `= TEXT` for what the tool answers:";

/// The user at the terminal, asked one question at a time.
pub struct ChainAsker {
    notices: Notices,
    turn: Mutex<()>,
}

impl ChainAsker {
    /// Somebody to ask; `None` where there is no terminal.
    pub fn new(notices: Notices) -> Option<Self> {
        Notices::can_ask().then(|| Self { notices, turn: Mutex::default() })
    }
}

impl Asker for ChainAsker {
    fn ask(&self, question: &ChainQuestion) -> UserSays {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut words = question.words();
        if let Some(nearest) = question.nearest_words() {
            words.push_str("\n  nearest recorded: ");
            words.push_str(&nearest);
        }
        words.push('\n');
        words.push_str(WAYS);
        loop {
            let Some(line) = self.notices.ask_line(&words) else { return UserSays::Stop };
            match said(&line, question.nearest.is_some()) {
                Some(said) => return said,
                None => WAYS.clone_into(&mut words),
            }
        }
    }
}

/// What a line says; `None` where it says nothing that is understood.
fn said(line: &str, has_nearest: bool) -> Option<UserSays> {
    if let Some(text) = line.trim_start().strip_prefix('=') {
        return Some(UserSays::Typed(text.strip_prefix(' ').unwrap_or(text).to_owned()));
    }
    match line.trim().to_ascii_lowercase().as_str() {
        "s" | "stop" => Some(UserSays::Stop),
        "n" | "nearest" if has_nearest => Some(UserSays::Nearest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_understood_is_an_answer() {
        assert_eq!(said("s", true), Some(UserSays::Stop));
        assert_eq!(said(" Nearest ", true), Some(UserSays::Nearest));
        assert_eq!(said("n", false), None);
        assert_eq!(said("= {\"ok\": true} ", true), Some(UserSays::Typed("{\"ok\": true} ".into())));
        assert_eq!(said("", true), None);
        assert_eq!(said("yes", true), None);
    }
}
