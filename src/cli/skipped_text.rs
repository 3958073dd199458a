//! Which calls of a plan cannot be asked, and why, in lines of text.

use crate::domain::run::RunResult;

/// A line for each variant and reason: the first trace, and how many more calls there are of the same.
pub fn skipped_lines(skipped: &[RunResult]) -> Vec<String> {
    lines(skipped.iter().map(|result| Skipped {
        trace: result.trace_id.as_str(),
        variant: result.variant.as_str(),
        reason: result.error.as_deref().unwrap_or("no reason given"),
    }))
}

/// A call that cannot be asked.
struct Skipped<'a> {
    trace: &'a str,
    variant: &'a str,
    reason: &'a str,
}

fn lines<'a>(skipped: impl Iterator<Item = Skipped<'a>>) -> Vec<String> {
    let mut groups: Vec<(Skipped, usize)> = Vec::new();
    for one in skipped {
        match groups.iter_mut().find(|(of, _)| of.variant == one.variant && of.reason == one.reason) {
            Some((_, count)) => *count += 1,
            None => groups.push((one, 1)),
        }
    }
    let line = |(one, count): (Skipped, usize)| {
        let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
        format!("skipped {} ({}){more}: {}", one.trace, one.variant, one.reason)
    };
    groups.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reason_of_one_variant_is_one_line() {
        let all = [("a", "A", "no key"), ("a", "A", "no key"), ("b", "A", "no key"), ("a", "B", "no text")];
        let said = lines(all.into_iter().map(|(trace, variant, reason)| Skipped { trace, variant, reason }));
        assert_eq!(said, ["skipped a (A) and 2 more: no key", "skipped a (B): no text"]);
    }
}
