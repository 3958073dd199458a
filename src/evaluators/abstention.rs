//! Whether an answer declines to answer: it refuses, or says that its sources do not tell.

use std::sync::LazyLock;

use regex::Regex;

use super::evaluator::{Answer, Evaluator, Subject, Value};
use super::refusal::Refusal;
use crate::domain::sentences::sentences;

/// Sentences that say that the sources do not tell. In other words, and in other languages, it is missed.
const PATTERN: &str = r"(?ix)
    \b(?:sources?|documents?|documentation|context|passages?|articles?|texts?|information|materials?)
      (?:\s+(?:\w+\s+){0,3})?
      (?:do(?:es)?\s+not|don['’]t|doesn['’]t|did\s+not|didn['’]t)\s+
      (?:(?:explicitly|directly|specifically|clearly)\s+)?
      (?:say|tell|mention|contain|provide|specify|include|state|answer|cover|address|describe|list|give)\b
  | \b(?:is|are|was|were)\s+(?:not|nowhere)\s+(?:(?:explicitly|directly|specifically)\s+)?
      (?:mentioned|specified|stated|provided|given|covered|found|described|listed)\s+(?:in|by)\s+
      (?:the|these|this|any|my)\s+(?:\w+\s+){0,2}(?:sources?|documents?|documentation|context|passages?|texts?|information)\b
  | \b(?:there\s+is|i\s+have|i\s+found|i\s+could\s+find|i\s+can\s+find)\s+(?:no|not\s+any)\s+(?:\w+\s+){0,2}information\b
  | \b(?:i|we)\s+(?:do\s+not|don['’]t)\s+(?:know|have\s+(?:enough|any|that|this|the)\s+(?:\w+\s+){0,2}information)\b
  | \b(?:i|we)\s+(?:could\s+not|couldn['’]t|can\s?not|can['’]t)\s+find\b
  | \b(?:quellen|dokumente?|unterlagen|kontext|texte?)\s+(?:\w+\s+){0,4}(?:nicht|keine?n?)\b
  | \b(?:sources|documents|contexte)\s+ne\s+\w+\s+pas\b
  | \b(?:fuentes|documentos|contexto)\s+no\s+\w+";

static ABSTAINS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(PATTERN).ok());

/// Sentences at the beginning that are looked at.
const FIRST_SENTENCES: usize = 2;

/// Whether an answer declines to answer: a refusal, or a first sentence that says that the sources do not tell.
pub fn declines(answer: &str) -> bool {
    let subject = Subject { answer: Answer { text: answer, tool_calls: &[] }, ..Subject::default() };
    let refuses = Refusal.evaluate(&subject).is_some_and(|score| score.value == Value::YesNo(true));
    let abstains = |sentence: &str| ABSTAINS.as_ref().is_some_and(|pattern| pattern.is_match(sentence));
    refuses || sentences(answer).iter().take(FIRST_SENTENCES).any(|sentence| abstains(&answer[sentence.bytes.clone()]))
}

#[cfg(test)]
mod tests {
    use super::declines;

    #[test]
    fn an_answer_that_says_that_the_sources_do_not_tell_declines() {
        for text in [
            "The sources do not say.",
            "The provided documents don't mention a price.",
            "This is not mentioned in the given context.",
            "I do not know.",
            "I'm sorry, but I can't assist with that request.",
            "Sorry. I could not find an answer.",
            "Die Quellen sagen dazu nichts; die Dokumente nennen keinen Preis.",
        ] {
            assert!(declines(text), "{text}");
        }
        for text in [
            "Documents are deleted after 30 days.",
            "The API does not allow more than 600 requests.",
            "The plan includes documents. They do not expire.",
            "",
        ] {
            assert!(!declines(text), "{text}");
        }
    }
}
