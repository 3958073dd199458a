//! The command line that does what the dialog before a replay would do.

use super::order::OrderForm;
use crate::domain::run::{CallsMode, ChunkEdit};
use crate::services::replay::{BaselineLane, Pacing};
use crate::ui::effects::runs::Ending;

impl OrderForm {
    /// The command line that does the same.
    pub fn command(&self) -> String {
        let order = self.order();
        let quote = |text: &str| shlex::try_quote(text).map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned);
        let mut words = vec!["hindcast replay".to_owned()];
        if self.of.traces.is_empty() {
            words.push(quote(&self.of.filter));
        } else {
            let ids: Vec<String> = self.of.traces.iter().map(|id| format!("id:{}", id.as_str())).collect();
            words.push(quote(&ids.join(" or ")));
        }
        words.extend(self.of.limit.filter(|_| self.of.traces.is_empty()).map(|limit| format!("--limit {limit}")));
        words.extend(order.models.iter().map(|model| format!("-m {}", quote(model))));
        words.extend(order.prompts.iter().map(|prompt| format!("-p {}", quote(prompt))));
        words.extend(order.parameters.iter().map(|parameter| format!("--set {}", quote(parameter))));
        words.extend(order.dropped.iter().map(|rank| format!("--drop-chunk {rank}")));
        words.extend(self.of.chunks.iter().map(chunk_flag));
        if order.calls != CallsMode::Answer {
            words.push(format!("--calls {}", order.calls.as_str()));
        }
        if order.samples > 1 {
            words.push(format!("--samples {}", order.samples));
        }
        if order.baseline == BaselineLane::Asked {
            words.push("--baseline".to_owned());
        }
        if order.ending == Ending::Decided {
            words.push("--until decided".to_owned());
        }
        if order.pacing == Pacing::Batch {
            words.push("--batch".to_owned());
        }
        words.extend(order.prices.iter().map(|price| format!("--price {}", quote(&price.to_string()))));
        if let Some(cap) = order.max_cost {
            words.push(format!("--max-cost {cap}"));
        }
        words.retain(|word| !word.is_empty());
        words.join(" ")
    }
}

/// The flag that makes the same change to the chunks.
pub fn chunk_flag(edit: &ChunkEdit) -> String {
    let quote = |text: &str| shlex::try_quote(text).map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned);
    match edit {
        ChunkEdit::Drop(rank) => format!("--drop-chunk {rank}"),
        ChunkEdit::Replace { rank, content } => format!("--edit-chunk {}", quote(&format!("{rank}={content}"))),
        ChunkEdit::Add { content, .. } => format!("--add-chunk {}", quote(content)),
        ChunkEdit::Order(ranks) => {
            let ranks: Vec<String> = ranks.iter().map(u32::to_string).collect();
            format!("--order {}", ranks.join(","))
        }
    }
}
