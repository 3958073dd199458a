//! Whether the model that answered is the one that was asked.

use super::run::RunResult;

/// The least digits of the first part of a version: dates and numbers such as `0613`, `001`, `20250929`. A single digit names
/// another model (`gpt-4`, `claude-opus-4-1`).
const VERSION_DIGITS: usize = 3;

/// The model that says it answered, where it is another than the one asked: a gateway fell back on it, say, or a deployment's
/// name hides it. A dated version of the model asked is the model asked.
pub fn other_model(result: &RunResult) -> Option<&str> {
    let answered = result.response_model.as_deref().map(str::trim).filter(|model| !model.is_empty())?;
    let asked = result.model.split_once('/').map_or(result.model.as_str(), |(_, model)| model);
    (!is_same(asked, answered)).then_some(answered)
}

/// Whether two names are of one model, whoever is named before it, with or without a version.
fn is_same(asked: &str, answered: &str) -> bool {
    let bare = |name: &str| name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let (asked, answered) = (bare(asked), bare(answered));
    let asked = asked.strip_suffix("-latest").unwrap_or(&asked);
    let (short, long) =
        if asked.len() <= answered.len() { (asked, answered.as_str()) } else { (answered.as_str(), asked) };
    long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest == ":latest" || is_version(rest))
}

fn is_version(rest: &str) -> bool {
    let Some(version) = rest.strip_prefix(['-', '@', ':']) else { return false };
    let mut parts = version.split('-');
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.next().is_some_and(|first| first.len() >= VERSION_DIGITS && is_number(first)) && parts.all(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_the_same_model_and_siblings_are_not() {
        for (asked, answered) in [
            ("gpt-4.1", "gpt-4.1-2025-04-14"),
            ("gpt-4-0613", "gpt-4"),
            ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022"),
            ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5"),
            ("anthropic/claude-sonnet-4", "claude-sonnet-4-20250514"),
            ("models/gemini-2.5-pro", "Gemini-2.5-pro"),
            ("gemini-1.5-pro", "gemini-1.5-pro-002"),
            ("gemma3", "gemma3:latest"),
        ] {
            assert!(is_same(asked, answered), "{asked} {answered}");
        }
        for (asked, answered) in [
            ("gpt-4o", "gpt-4o-mini"),
            ("gpt-4", "gpt-4.1"),
            ("claude-opus-4", "claude-opus-4-1-20250805"),
            ("claude-sonnet-4", "gpt-4.1"),
            ("our-deployment", "gpt-4o-2024-08-06"),
        ] {
            assert!(!is_same(asked, answered), "{asked} {answered}");
        }
    }
}
