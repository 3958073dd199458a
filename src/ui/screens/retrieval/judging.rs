//! How well documents answer the question: said with one key on a chunk, kept as a score.

use super::state::Retrieval;
use crate::domain::retrieval::{DocumentId, Grade};
use crate::ui::effect::Effect;
use crate::ui::effects::Request;
use crate::ui::effects::traces::TracesRequest;
use crate::ui::msg::Toast;
use crate::ui::screens::{Cx, ScreenId};

impl Retrieval {
    /// Asks for the grades there are.
    pub(super) fn ask_judgements(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(id) = self.case.as_ref().map(|case| case.trace_id.clone()) else { return Vec::new() };
        let (id, effect) = cx.request(ScreenId::Retrieval, Request::Traces(TracesRequest::Judgements(id)));
        self.sentry.judged = Some(id);
        vec![effect]
    }

    /// The grade of a chunk's document.
    pub fn grade(&self, document: Option<&str>) -> Option<Grade> {
        self.judgements.grade(&DocumentId::new(document?))
    }

    /// Gives the document under the cursor the next grade: relevant, highly relevant, not relevant, none. The screen reads
    /// it again as soon as it is kept.
    pub(super) fn grade_next(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(case) = self.case.clone() else { return Vec::new() };
        let Some(document) = self.row().and_then(|listed| listed.arranged.chunk.document_id.clone()) else {
            return vec![Effect::Toast(Toast::warning("the chunk names no document, so no grade can be kept of it"))];
        };
        let document = DocumentId::new(document);
        let next = match self.judgements.grade(&document).map(Grade::get) {
            None => Some(Grade::new(1)),
            Some(1) => Some(Grade::new(2)),
            Some(0) => None,
            Some(_) => Some(Grade::new(0)),
        };
        let request = TracesRequest::Judge { trace_id: case.trace_id.clone(), document, grade: next };
        let (_, kept) = cx.request(ScreenId::Retrieval, Request::Traces(request));
        let mut effects = vec![kept];
        let said = grade_words(next).unwrap_or("no grade");
        effects.push(Effect::Toast(Toast::info(format!("{said}; kept as a score, retrieval eval reckons with it"))));
        effects
    }
}

/// A grade in words.
pub fn grade_words(grade: Option<Grade>) -> Option<&'static str> {
    Some(match grade?.get() {
        0 => "not relevant",
        1 => "relevant",
        _ => "highly relevant",
    })
}
