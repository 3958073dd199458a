//! What there is to know of the chunks of a case, as they are or changed, and of the request that would be sent.

use std::sync::Arc;

use crate::domain::chunk::Chunk;
use crate::domain::chunk_edit::{ChunkEdit, arrange};
use crate::domain::chunk_relations::{Relation, relations};
use crate::domain::diff::{AnswerDiff, Said};
use crate::domain::document_age::{changed_at, outdated};
use crate::domain::message::{Message, Role};
use crate::domain::money::Money;
use crate::domain::price::PriceBook;
use crate::domain::run::{Case, ModelChoice, Overrides, Variant};
use crate::domain::run_design::VariantRole;
use crate::domain::span::Usage;
use crate::domain::time::Timestamp;
use crate::services::prompts::{Counted, Tokenizer};
use crate::services::replay::messages_of;

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Looked<'a> {
    /// The case.
    pub case: &'a Case,
    /// The changes to its chunks.
    pub edits: &'a [ChunkEdit],
    /// When the call was made: the age of documents counts up to then.
    pub at: Timestamp,
}

/// What there is to know of a case with changed chunks.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Of each chunk, those left out included, in their order; empty where the changes name a chunk that there is not.
    pub chunks: Vec<ChunkFacts>,
    /// Whether tokens are counted as the recorded model counts them.
    pub counted: Counted,
    /// The request.
    pub sent: Sent,
}

/// What there is to know of a chunk.
#[derive(Clone, Debug, PartialEq)]
pub struct ChunkFacts {
    /// The rank that it is named by.
    pub named: u32,
    /// Its tokens.
    pub tokens: u64,
    /// Its characters.
    pub characters: usize,
    /// What its tokens cost as input of the recorded model; `None` where its price is not known.
    pub cost: Option<Money>,
    /// What it has to do with the others, by the ranks that they are named by.
    pub relations: Vec<Relation>,
    /// When its document was last changed, where it says so.
    pub changed_at: Option<Timestamp>,
    /// Why its document counts as out of date. It is foreign.
    pub outdated: Option<String>,
}

/// The request as it would be sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Sent {
    /// These messages.
    Messages {
        /// The messages, in order.
        messages: Vec<SentMessage>,
        /// Their tokens as recorded.
        tokens_before: u64,
        /// Their tokens now.
        tokens: u64,
    },
    /// It cannot be sent, and why.
    Not(String),
}

/// A message as it would be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct SentMessage {
    /// Who speaks.
    pub role: Role,
    /// Its text.
    pub text: String,
    /// What of it differs from the recorded one.
    pub diff: Arc<AnswerDiff>,
    /// Whether anything does.
    pub changed: bool,
}

/// Looks at a case with changed chunks.
pub fn look(of: &Looked<'_>, prices: &PriceBook) -> Look {
    let tokenizer = Tokenizer::of(of.case.model.as_deref());
    Look { chunks: facts(of, tokenizer, prices), counted: tokenizer.counted(), sent: sent(of, tokenizer) }
}

fn facts(of: &Looked<'_>, tokenizer: Tokenizer, prices: &PriceBook) -> Vec<ChunkFacts> {
    let named: Vec<Chunk> = arrange(&of.case.chunks, of.edits)
        .unwrap_or_default()
        .into_iter()
        .map(|arranged| Chunk { rank: arranged.named, ..arranged.chunk })
        .collect();
    let price = of.case.model.as_deref().and_then(|model| prices.find(of.case.provider.as_deref(), model));
    let related = relations(&named);
    named
        .iter()
        .zip(related)
        .map(|(chunk, relations)| {
            let text = chunk.content.as_deref().unwrap_or_default();
            let tokens = tokenizer.count(text);
            let usage = Usage { input: Some(tokens), output: Some(0), ..Usage::default() };
            ChunkFacts {
                named: chunk.rank,
                tokens,
                characters: text.chars().count(),
                cost: price.as_ref().and_then(|price| price.cost(&usage, of.at)),
                relations,
                changed_at: changed_at(&chunk.metadata),
                outdated: outdated(&chunk.metadata, of.at),
            }
        })
        .collect()
}

fn sent(of: &Looked<'_>, tokenizer: Tokenizer) -> Sent {
    let variant = Variant {
        id: "".into(),
        model: ModelChoice::Recorded,
        prompt: None,
        prompt_hash: None,
        overrides: Overrides { chunks: of.edits.to_vec(), ..Overrides::default() },
        role: VariantRole::Candidate,
    };
    let messages = match messages_of(of.case, &variant, None) {
        Ok(messages) => messages,
        Err(why) => return Sent::Not(why),
    };
    let recorded: Vec<String> = of.case.messages.iter().map(Message::content).collect();
    let now: Vec<String> = messages.iter().map(Message::content).collect();
    let count = |texts: &[String]| texts.iter().map(|text| tokenizer.count(text)).sum();
    let shown = messages.iter().zip(&now).enumerate().map(|(place, (message, text))| {
        let before = recorded.get(place).map(String::as_str);
        let said = |text| Said { text, calls: &[] };
        SentMessage {
            role: message.role.clone(),
            text: text.clone(),
            diff: Arc::new(AnswerDiff::between(said(before), said(Some(text)))),
            changed: before != Some(text.as_str()),
        }
    });
    Sent::Messages { messages: shown.collect(), tokens_before: count(&recorded), tokens: count(&now) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::replay::testing::case;

    #[test]
    fn chunks_have_their_tokens_and_cost_and_the_request_shows_the_change() {
        let case = case("t1");
        let edits = [ChunkEdit::Drop(1)];
        let looked = Looked { case: &case, edits: &edits, at: Timestamp::from_nanos(1_780_000_000_000_000_000) };
        let look = look(&looked, &PriceBook::compiled_in());
        assert_eq!(look.chunks.iter().map(|facts| facts.named).collect::<Vec<_>>(), [1, 2], "what is left out, too");
        let first = &look.chunks[0];
        assert!(first.tokens > 4 && first.characters == 36 && first.cost.is_some_and(|cost| cost > Money::ZERO));
        let Sent::Messages { messages, tokens_before, tokens } = &look.sent else { panic!("{:?}", look.sent) };
        assert!(messages[0].changed && tokens < tokens_before);
    }

    #[test]
    fn a_request_that_cannot_be_made_says_why() {
        let mut case = case("t1");
        case.messages.clear();
        let looked = Looked { case: &case, edits: &[], at: Timestamp::from_nanos(0) };
        let Sent::Not(why) = look(&looked, &PriceBook::default()).sent else { panic!("no messages") };
        assert!(why.contains("no messages"), "{why}");
    }
}
