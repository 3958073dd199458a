//! The first page: figures of a range of time, which begins at the newest data.

use std::time::Duration;

use crate::domain::time::Timestamp;
use crate::store::{Figures, ModelFigures};
use crate::ui::action::Action;
use crate::ui::effect::{Choose, Effect, Pick, PickItem};
use crate::ui::effects::telemetry::{Figured, Range, Span, TelemetryAnswer, TelemetryRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{Event, RequestId, Target};
use crate::ui::screens::{Cx, Newest, Phase, ScreenId, Status};
use crate::ui::text;
use crate::ui::widgets::list::{ListState, Moved};

/// Columns of a chart at most; longer ranges are shown from their end.
const MOST_COLUMNS: usize = 400;

/// What the chart shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Metric {
    /// How many traces.
    #[default]
    Traces,
    /// How many of 100 failed.
    Errors,
    /// What they cost.
    Cost,
    /// Their tokens.
    Tokens,
    /// Latencies.
    Latency,
    /// Feedback of end users.
    Feedback,
}

impl Metric {
    /// Every metric, in the order of the page.
    pub const ALL: [Self; 6] = [Self::Traces, Self::Errors, Self::Cost, Self::Tokens, Self::Latency, Self::Feedback];

    /// Its name with its unit.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Errors => "errors %",
            Self::Cost => "cost $",
            Self::Tokens => "tokens",
            Self::Latency => "latency ms",
            Self::Feedback => "feedback",
        }
    }

    /// Its value; of latencies the 95th percentile.
    pub fn of(self, figures: &Figures) -> Option<f64> {
        match self {
            Self::Traces => Some(figures.count as f64),
            Self::Errors => (figures.count > 0).then(|| figures.errors as f64 / figures.count as f64 * 100.0),
            Self::Cost => figures.cost_usd.map(crate::domain::money::Money::as_dollars),
            Self::Tokens => figures.tokens.map(|tokens| tokens as f64),
            Self::Latency => figures.p95_ms,
            Self::Feedback => figures.feedback,
        }
    }

    /// What an interval without traces shows.
    const fn nothing(self) -> Option<f64> {
        match self {
            Self::Traces | Self::Cost | Self::Tokens => Some(0.0),
            Self::Errors | Self::Latency | Self::Feedback => None,
        }
    }
}

/// The first page.
#[derive(Debug, Default)]
pub struct FiguresPage {
    /// How it stands.
    pub phase: Phase,
    /// The figures.
    pub figured: Figured,
    /// The range asked for.
    pub range: Range,
    /// What the chart shows.
    pub metric: Metric,
    /// The cursor in the list of models.
    pub state: ListState,
    waiting: Newest,
}

impl FiguresPage {
    /// Reads when it is shown for the first time.
    pub fn shown(&mut self, cx: &Cx) -> Vec<Effect> {
        if !self.waiting.is_under_way() && self.phase == Phase::Loading { self.read(cx) } else { Vec::new() }
    }

    /// Reads the figures.
    pub fn read(&mut self, cx: &Cx) -> Vec<Effect> {
        let request = Request::Telemetry(TelemetryRequest::Figures(self.range));
        self.waiting.ask(ScreenId::Telemetry, request, cx)
    }

    /// Takes an answer.
    pub fn answered(&mut self, id: RequestId, answer: &Answer) {
        if !self.waiting.take(id) {
            return;
        }
        match answer {
            Answer::Telemetry(TelemetryAnswer::Figures(figured)) => {
                self.figured = Figured::clone(figured);
                self.phase = Phase::Ready;
                self.state.select(self.state.selected.min(self.figured.telemetry.by_model.len().saturating_sub(1)));
            }
            Answer::Failed(why) => self.phase = Phase::Failed(why.clone()),
            _ => {}
        }
    }

    /// Whether there is no trace at all.
    pub const fn has_none(&self) -> bool {
        self.figured.telemetry.extent.is_none()
    }

    /// The model under the cursor.
    pub fn model(&self) -> Option<&ModelFigures> {
        self.figured.telemetry.by_model.get(self.state.selected)
    }

    /// The values of a metric at even distances, gaps filled.
    pub fn values(&self, value: &dyn Fn(&Figures) -> Option<f64>, nothing: Option<f64>) -> Vec<Option<f64>> {
        let points = &self.figured.telemetry.by_time;
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
        let seconds = if self.figured.interval == 0 { self.range.span.interval() } else { self.figured.interval };
        let step = i64::try_from(seconds).unwrap_or(i64::MAX / 1_000_000_000).saturating_mul(1_000_000_000);
        let start = self.figured.since.map_or(first.start, |since| floor(since, step).min(first.start));
        let end = self.figured.until.map_or(last.start, |until| floor(until, step).max(last.start));
        let count = (end.since(start) / step).max(0) as usize + 1;
        let skipped = count.saturating_sub(MOST_COLUMNS);
        let mut values = vec![nothing; count - skipped];
        for point in points {
            let place = (point.start.since(start) / step).max(0) as usize;
            if let Some(slot) = place.checked_sub(skipped).and_then(|place| values.get_mut(place)) {
                *slot = value(&point.figures);
            }
        }
        values
    }

    /// The values of a metric.
    pub fn series(&self, metric: Metric) -> Vec<Option<f64>> {
        self.values(&|figures| metric.of(figures), metric.nothing())
    }

    /// Takes what happened.
    pub fn update(&mut self, event: &Event, cx: &Cx) -> Vec<Effect> {
        match event {
            Event::Action(action) => self.act(*action, cx),
            Event::Mouse(mouse) => match self.state.mouse(*mouse, self.figured.telemetry.by_model.len()) {
                Moved::No => self.open(),
                _ => Vec::new(),
            },
            Event::Picked(Action::Zoom, names) => {
                let found = Span::ALL.into_iter().find(|span| names.iter().any(|name| name == span.title()));
                self.range.span = found.unwrap_or(self.range.span);
                self.range.until = None;
                self.read(cx)
            }
            Event::Picked(Action::Sort, names) => {
                let found = Metric::ALL.into_iter().find(|metric| names.iter().any(|name| name == metric.title()));
                self.metric = found.unwrap_or(self.metric);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn act(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        if self.state.act(action, self.figured.telemetry.by_model.len()) != Moved::Elsewhere {
            return Vec::new();
        }
        match action {
            Action::Back => return vec![Effect::Back],
            Action::Reload => return self.read(cx),
            Action::Open => return self.open(),
            Action::Right | Action::NextPane => self.turn(1),
            Action::Left | Action::PrevPane => self.turn(Metric::ALL.len() - 1),
            Action::Zoom => return vec![Effect::Pick(self.spans())],
            Action::Sort => return vec![Effect::Pick(self.metrics())],
            Action::Earlier => return self.shift(-1, cx),
            Action::Later => return self.shift(1, cx),
            Action::CopyText => {
                let text = self.figured.telemetry.by_model.iter().map(|model| {
                    let name = crate::domain::untrusted::safe_plain(model.model.as_deref().unwrap_or("—"));
                    format!("{name}\t{}\t{}", model.figures.count, model.figures.errors)
                });
                let text: Vec<String> = text.collect();
                return vec![Effect::Copy { text: text.join("\n"), what: "models with calls and errors".into() }];
            }
            Action::CopyCli => {
                let text =
                    "hindcast sql \"SELECT model, count(*), sum(cost_usd) FROM llm_calls GROUP BY ALL\"".to_owned();
                return vec![Effect::Copy { text, what: "command".into() }];
            }
            _ => {}
        }
        Vec::new()
    }

    fn turn(&mut self, by: usize) {
        let here = Metric::ALL.iter().position(|metric| *metric == self.metric).unwrap_or(0);
        self.metric = Metric::ALL[(here + by) % Metric::ALL.len()];
    }

    fn shift(&mut self, way: i64, cx: &Cx) -> Vec<Effect> {
        let (Some(seconds), Some(until)) = (self.range.span.seconds(), self.figured.until) else { return Vec::new() };
        let length = Duration::from_secs(seconds);
        let moved = if way < 0 { until.minus(length) } else { until.plus(length) };
        let newest = self.figured.telemetry.extent.map(|(_, newest)| newest);
        self.range.until = if newest.is_some_and(|newest| moved > newest) { None } else { Some(moved) };
        self.read(cx)
    }

    fn open(&self) -> Vec<Effect> {
        let Some(model) = self.model().and_then(|model| model.model.as_deref()) else { return Vec::new() };
        let mut filter = format!("model:\"{}\"", model.replace('"', ""));
        if self.range.span != Span::All
            && let Some(since) = self.figured.since
        {
            filter.push_str(" since:");
            filter.push_str(&since.to_rfc3339());
        }
        vec![Effect::Go(Target::Traces(filter))]
    }

    fn spans(&self) -> Pick {
        let items = Span::ALL.map(|span| PickItem {
            value: span.title().into(),
            label: span.title().into(),
            detail: if span == self.range.span { "now".into() } else { String::new() },
            ..PickItem::default()
        });
        Pick {
            action: Action::Zoom,
            title: "Range, up to the newest data".into(),
            items: items.into(),
            choose: Choose::One,
        }
    }

    fn metrics(&self) -> Pick {
        let items = Metric::ALL.map(|metric| PickItem {
            value: metric.title().into(),
            label: metric.title().into(),
            detail: if metric == self.metric { "now".into() } else { String::new() },
            ..PickItem::default()
        });
        Pick { action: Action::Sort, title: "Chart of".into(), items: items.into(), choose: Choose::One }
    }

    /// Why an action cannot be used now.
    pub fn disabled(&self, action: Action) -> Option<String> {
        match action {
            Action::Open if self.model().is_none_or(|model| model.model.is_none()) => {
                Some("no model is selected".into())
            }
            Action::Earlier | Action::Later if self.range.span == Span::All => {
                Some("all time is shown; choose a shorter range first".into())
            }
            Action::ExportSql | Action::RunSql | Action::OpenTrace | Action::CopyJson | Action::EditExternal => {
                Some("in the SQL console".into())
            }
            Action::Filter => Some("choose a range, or filter the traces themselves".into()),
            _ => None,
        }
    }

    /// What the footer says.
    pub fn status(&self) -> Status {
        let counts = match self.phase {
            Phase::Loading => "loading".to_owned(),
            Phase::Failed(_) => String::new(),
            Phase::Ready => text::counted(self.figured.telemetry.total.count, "trace"),
        };
        let hints =
            vec![Action::EditSql, Action::NextPane, Action::Zoom, Action::Open, Action::SavedSql, Action::Reload];
        Status { hints, counts }
    }
}

/// The whole multiple of `step` nanoseconds at or before a time.
fn floor(time: Timestamp, step: i64) -> Timestamp {
    Timestamp::from_nanos(time.nanos() - time.nanos().rem_euclid(step))
}
