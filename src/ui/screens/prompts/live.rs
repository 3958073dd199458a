//! The prompt as it would be sent: rendered with a recorded call, its tokens, what calls cost, what is wrong with it.

use std::sync::Arc;

use crate::domain::lint::{self, Finding};
use crate::domain::money::Money;
use crate::services::prompts::{CostOf, Counted, ModelCost, Preview, Spoken};
use crate::ui::effects::prompts::CaseValues;
use crate::ui::screens::traces::{count, money, short_id};
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::editor::{LineMark, Severity};
use crate::ui::widgets::text_view::{Doc, TextView};

/// What is known of the prompt as it would be sent.
#[derive(Debug, Default)]
pub struct Live {
    /// The prompt it is about.
    pub name: Option<String>,
    /// The recorded call whose values are used.
    pub values: Option<Arc<CaseValues>>,
    /// The text shown.
    pub doc: Doc,
    /// Where the reader is in it.
    pub view: TextView,
    /// The newest answer.
    pub preview: Option<Arc<Preview>>,
    /// The text that the answer is about.
    shown: Option<String>,
    /// The text that is being looked at.
    asked: Option<String>,
}

impl Live {
    /// Turns to another prompt.
    pub fn turn_to(&mut self, name: &str) {
        if self.name.as_deref() != Some(name) {
            *self = Self { name: Some(name.to_owned()), ..Self::default() };
        }
    }

    /// Whether a text has to be looked at: it is neither shown nor asked for. One is asked for at a time, so that typing
    /// never queues up.
    pub fn wants(&mut self, text: &str) -> bool {
        if self.asked.is_some() || self.shown.as_deref() == Some(text) {
            return false;
        }
        self.asked = Some(text.to_owned());
        true
    }

    /// Takes other values: what is shown is out of date.
    pub fn put_values(&mut self, values: Option<Arc<CaseValues>>) {
        self.values = values;
        self.shown = None;
        self.asked = None;
    }

    /// Takes an answer.
    pub fn put(&mut self, preview: Arc<Preview>) {
        self.shown = self.asked.take();
        self.doc = doc(&preview, self.values.as_deref());
        self.preview = Some(preview);
    }

    /// Whether what is shown is about this text.
    pub fn is_about(&self, text: &str) -> bool {
        self.shown.as_deref() == Some(text)
    }

    /// The findings as marks of the text.
    pub fn marks(&self) -> Vec<LineMark> {
        let findings = self.preview.as_ref().map(|preview| preview.findings.as_slice()).unwrap_or_default();
        findings.iter().map(mark).collect()
    }

    /// The answer failed.
    pub fn fail(&mut self) {
        self.shown = self.asked.take();
    }
}

fn mark(finding: &Finding) -> LineMark {
    let (start, end) = (finding.start, finding.end);
    let column = |column: u32| column.saturating_sub(1) as usize;
    // A finding over several lines marks the rest of its first.
    let last = if end.line == start.line { column(end.column) } else { usize::MAX };
    LineMark {
        line: start.line.saturating_sub(1) as usize,
        columns: column(start.column)..last,
        severity: match finding.severity {
            lint::Severity::Error => Severity::Error,
            lint::Severity::Warning => Severity::Warning,
            lint::Severity::Info => Severity::Info,
        },
        text: format!("{}: {} {}", finding.rule.name, finding.message, finding.remedy),
    }
}

/// A count with its sign.
pub fn tokens(counted: Counted, number: u64) -> String {
    format!("{}{} tok", counted.sign(), count(Some(number)))
}

fn doc(preview: &Preview, values: Option<&CaseValues>) -> Doc {
    let mut doc = Doc::default();
    match values {
        Some(values) => {
            let mut line = vec![Piece::own(format!("with {}  ", short_id(values.trace_id.as_str())), Role::Accent)];
            line.extend(text::foreign(values.question.lines().next().unwrap_or_default(), Role::Dim));
            doc.own(line);
        }
        None => {
            doc.own(vec![Piece::own("no recorded call is chosen: variables are shown by name", Role::Dim)]);
        }
    }
    if values.is_some() && !preview.unset.is_empty() {
        let mut line = vec![Piece::own("no value for ", Role::Warning)];
        line.extend(text::foreign(&preview.unset.join(", "), Role::Warning));
        doc.own(line);
    }
    doc.own(Vec::new());
    costs(preview, &mut doc);
    for finding in &preview.findings {
        let role = mark(finding).severity.role();
        let head = format!("L{} {} ", finding.start.line, finding.rule.name);
        let mut line = vec![Piece::own(head, role)];
        line.extend(text::foreign(&finding.message, Role::Text));
        doc.own(line);
        let mut remedy = vec![Piece::own("  ", Role::Dim)];
        remedy.extend(text::foreign(&finding.remedy, Role::Dim));
        doc.own(remedy);
    }
    if !preview.findings.is_empty() {
        doc.own(Vec::new());
    }
    match &preview.messages {
        Err(mistake) => {
            doc.own(text::foreign(&mistake.to_string(), Role::Bad));
        }
        Ok(messages) => {
            for message in messages {
                spoken(message, preview.counted, &mut doc);
            }
        }
    }
    doc
}

fn costs(preview: &Preview, doc: &mut Doc) {
    let whole = format!("all {}", tokens(preview.counted, preview.tokens));
    let mut line = vec![Piece::own(whole, Role::Heading)];
    if preview.stable_tokens > 0 {
        let share =
            format!("  the first {} are the same in every call", tokens(preview.counted, preview.stable_tokens));
        line.push(Piece::own(share, Role::Dim));
    }
    doc.own(line);
    if preview.costs.is_empty() {
        doc.own(Vec::new());
        return;
    }
    let head = format!("1,000 calls with answers of {} tok", count(Some(preview.answer_tokens)));
    doc.own(vec![Piece::own(head, Role::Dim)]);
    for cost in &preview.costs {
        doc.own(cost_line(cost));
    }
    doc.own(Vec::new());
}

fn cost_line(cost: &ModelCost) -> Vec<Piece> {
    let price = match cost.thousand_calls {
        Some(Money::ZERO) => "free".to_owned(),
        Some(amount) => format!("${}", money(Some(amount))),
        None => "price unknown".to_owned(),
    };
    let role = if cost.of == CostOf::Chosen { Role::Text } else { Role::Dim };
    let mut line = vec![Piece::own(format!("{price:>13}  "), Role::Text)];
    line.extend(text::foreign(&cost.model, role));
    line.push(Piece::own(format!("  {}", tokens(cost.counted, cost.input_tokens)), Role::Dim));
    let why = match cost.of {
        CostOf::Chosen => "  its own model",
        CostOf::Configured => "",
        CostOf::Rival => "  near in price",
    };
    line.push(Piece::own(why, Role::Dim));
    line
}

fn spoken(message: &Spoken, counted: Counted, doc: &mut Doc) {
    let mut head = text::foreign(message.role.as_str(), Role::Heading);
    head.push(Piece::own(format!("  {}", tokens(counted, message.tokens)), Role::Dim));
    doc.own(head);
    for section in &message.sections {
        let title = if section.title.is_empty() { "before the first heading" } else { section.title.as_str() };
        let mut line = vec![Piece::own(format!("{:>9}  ", tokens(counted, section.tokens)), Role::Dim)];
        line.extend(text::foreign(title, Role::Dim));
        doc.own(line);
    }
    // Line breaks at its edges are the layout of the file.
    doc.foreign(message.text.trim_matches('\n'), Role::Text);
    doc.own(Vec::new());
}
