//! The trailers of a commit message, as `git interpret-trailers` finds them.

/// Most trailers of a message that are read.
const MOST_TRAILERS: usize = 1_000;

/// A trailer: its name, and its value with folded lines put together.
pub(super) type Trailer = (String, String);

/// Lines that git itself writes into a block of trailers.
const GIT_GENERATED: [&str; 2] = ["Signed-off-by: ", "(cherry picked from commit "];

/// The trailers of a message; empty where it has none.
pub(super) fn parse(message: &str) -> Vec<Trailer> {
    let mut found: Vec<Trailer> = Vec::new();
    let mut folds = false;
    for line in block(message).unwrap_or_default().lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = found.last_mut().filter(|_| folds) {
                value.push(' ');
                value.push_str(line.trim());
            }
            continue;
        }
        folds = false;
        if let Some((name, value)) = divided(line)
            && found.len() < MOST_TRAILERS
        {
            found.push((name.to_owned(), value.trim().to_owned()));
            folds = true;
        }
    }
    found
}

/// The block of trailers at the end of a message: its last paragraph, unless that is also the first, where all lines are
/// trailers or folds of them, or where git wrote one and at least a quarter are.
pub(super) fn block(message: &str) -> Option<&str> {
    let message = message.trim_end();
    let mut start = None;
    let mut offset = 0;
    for line in message.split_inclusive('\n') {
        offset += line.len();
        if line.trim().is_empty() {
            start = Some(offset);
        }
    }
    let block = message.get(start?..).filter(|block| !block.is_empty())?;
    let has_title = message.get(..start?).is_some_and(|before| !before.trim().is_empty());
    let (mut trailers, mut others, mut git) = (0_usize, 0_usize, false);
    let mut folds = false;
    for line in block.lines() {
        if line.starts_with([' ', '\t']) {
            others += usize::from(!folds);
            continue;
        }
        let generated = GIT_GENERATED.iter().any(|start| line.starts_with(start));
        folds = generated || divided(line).is_some();
        git |= generated;
        *(if folds { &mut trailers } else { &mut others }) += 1;
    }
    (has_title && trailers > 0 && (others == 0 || (git && trailers * 3 >= others))).then_some(block)
}

/// The name and value of a line `Name: value`; names have letters, digits and dashes only.
fn divided(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim_end_matches([' ', '\t']);
    let good = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    good.then_some((name, value))
}
