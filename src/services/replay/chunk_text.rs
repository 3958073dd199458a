//! The text around chunks: what stands between them, markers that count, what is left where one is cut.

use std::ops::Range;

use super::chunk_places::{Place, number_in};
use crate::domain::chunk::Chunk;

/// What stands between the chunks of a list; never empty. The reason says that they stand in no list.
pub(super) fn between(text: &str, list: &[Place]) -> Result<Vec<String>, String> {
    let gaps: Vec<&str> = list.windows(2).map(|pair| &text[pair[0].whole.end..pair[1].whole.start]).collect();
    if let Some(first) = gaps.first() {
        let alike =
            gaps.iter().all(|gap| gap.trim().is_empty()) || (gaps.iter().all(|gap| gap == first) && !says(first));
        return if alike {
            Ok(gaps.into_iter().map(str::to_owned).collect())
        } else {
            Err("other text stands between the chunks in the messages, so their list cannot be changed there"
                .to_owned())
        };
    }
    let Some(only) = list.first() else { return Ok(vec!["\n".to_owned()]) };
    let ends_its_line = text[only.whole.end..].lines().next().is_none_or(|rest| rest.trim().is_empty());
    if !ends_its_line {
        return Err("the only chunk stands within a line of the messages, so there is no place for another".to_owned());
    }
    let lines = if text[only.whole.clone()].contains('\n') { "\n\n" } else { "\n" };
    Ok(vec![lines.to_owned()])
}

/// Whether a separator is more than a line of signs.
fn says(gap: &str) -> bool {
    gap.contains(char::is_alphanumeric)
}

pub(super) fn renumbered(marker: &str, chunk: &Chunk, number: u32) -> String {
    let mut marker = marker.to_owned();
    if let Some((range, _)) = number_in(&marker, chunk) {
        marker.replace_range(range, &number.to_string());
    }
    marker
}

/// Cuts a chunk with its marker and the line break that would be left over.
pub(super) fn cut(text: &mut String, whole: &Range<usize>) {
    let (start, end) = (whole.start, whole.end);
    let line_ends = text[end..].trim_start_matches([' ', '\t']);
    let spaces = text[end..].len() - line_ends.len();
    let at_line_start = start == 0 || text[..start].ends_with('\n');
    let end = if at_line_start && line_ends.starts_with('\n') {
        let breaks = line_ends.len() - line_ends.trim_start_matches('\n').len();
        // A blank line before stays as the only one.
        let keep = usize::from(start == 0 || !text[..start].ends_with("\n\n")).min(breaks.saturating_sub(1));
        end + spaces + breaks - keep
    } else {
        end
    };
    text.replace_range(start..end, "");
}
