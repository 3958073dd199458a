//! How well chunks answer the question, as a reviewer judges with one key; what retrieval is measured by.

use super::state::Retrieval;
use crate::domain::chunk::Chunk;
use crate::domain::retrieval::{DocumentId, Grade};
use crate::ui::effect::Effect;
use crate::ui::effects::traces::{TracesAnswer, TracesRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::screens::{Cx, ScreenId};
use crate::ui::theme::Role;

impl Retrieval {
    /// The document of the chunk under the cursor, whichever side has it.
    pub(super) fn document_here(&self) -> Option<DocumentId> {
        document(&self.row()?.arranged.chunk)
    }

    /// Asks what was judged before.
    pub(super) fn ask_judged(&mut self, cx: &Cx) -> Effect {
        let trace_id = self.trace_id.clone().unwrap_or_else(|| "".into());
        let (id, effect) = cx.request(ScreenId::Retrieval, Request::Traces(TracesRequest::Judgements(trace_id)));
        self.sentry.judged = Some(id);
        effect
    }

    pub(super) fn take_judged(&mut self, answer: &Answer) {
        self.sentry.judged = None;
        if let Answer::Traces(TracesAnswer::Judgements(judged)) = answer {
            self.judged = judged.clone();
        }
    }

    /// Keeps the next grade of the document under the cursor: 2, 1, 0, and then none.
    pub(super) fn judge(&mut self, cx: &Cx) -> Vec<Effect> {
        let (Some(trace_id), Some(document)) = (self.trace_id.clone(), self.document_here()) else {
            return Vec::new();
        };
        let grade = match self.judged.grade(&document).map(Grade::get) {
            None => Some(Grade::new(2)),
            Some(0) => None,
            Some(grade) => Some(Grade::new(grade.min(2) - 1)),
        };
        // It is shown at once, and read again when it is kept.
        let others = self.judged.iter().filter(|(id, _)| **id != document).map(|(id, grade)| (id.clone(), grade));
        self.judged = others.chain(grade.map(|grade| (document.clone(), grade))).collect();
        let request = TracesRequest::Judge { trace_id, document, grade };
        let (id, effect) = cx.request(ScreenId::Retrieval, Request::Traces(request));
        self.sentry.keeping = Some(id);
        vec![effect]
    }

    /// What is said of a judged chunk.
    pub(super) fn judged_words(&self, chunk: &Chunk) -> Option<(String, Role)> {
        let grade = self.judged.grade(&document(chunk)?)?.get();
        Some(match grade {
            0 => ("judged: not relevant".to_owned(), Role::Dim),
            1 => ("judged: related".to_owned(), Role::Accent),
            _ => ("judged: answers it".to_owned(), Role::Good),
        })
    }
}

fn document(chunk: &Chunk) -> Option<DocumentId> {
    chunk.document_id.as_deref().map(DocumentId::new)
}
