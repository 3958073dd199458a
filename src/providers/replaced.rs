//! Runs of a text that must not be said, replaced.

/// The text with a mark in the place of every run that `run` finds at the beginning of what is left, told by its length
/// in bytes, at the end of a character.
pub(super) fn replaced(text: &str, mark: &str, run: impl Fn(&str) -> Option<usize>) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (said, length) = match run(rest) {
            Some(length) if length > 0 => (mark, length),
            _ => (&rest[..first.len_utf8()], first.len_utf8()),
        };
        clean.push_str(said);
        rest = &rest[length..];
    }
    clean
}
