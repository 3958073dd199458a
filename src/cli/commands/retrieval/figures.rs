//! Metrics as columns and cells.

use serde_json::{Map, Value, json};

use super::super::super::cell::Cell;
use super::super::super::table::Column;
use crate::domain::retrieval::{Metric, MetricSummary};
use crate::services::retrieval::Measures;

/// The columns of metrics: a table for people shows recall, MRR and the last nDCG, the other formats show all.
pub fn columns(measures: &Measures) -> Vec<Column> {
    let column = |metric: Metric| {
        if is_shown(measures, metric) {
            Column::number(metric.to_string(), metric.to_string())
        } else {
            Column::hidden(metric.to_string())
        }
    };
    measures.metrics().into_iter().map(column).collect()
}

/// Whether people are shown a metric.
pub fn is_shown(measures: &Measures, metric: Metric) -> bool {
    matches!(metric, Metric::Recall(_) | Metric::ReciprocalRank) || measures.metrics().last() == Some(&metric)
}

/// The means as cells, in the order of the columns.
pub fn means(means: &[(Metric, Option<MetricSummary>)]) -> impl Iterator<Item = Cell> + '_ {
    means.iter().map(|(_, summary)| Cell::maybe(*summary, |summary| Cell::Real(summary.mean)))
}

/// The values of one case as cells, in the order of the columns.
pub fn values<'a>(measures: &'a Measures, values: Option<&'a Vec<(Metric, f64)>>) -> impl Iterator<Item = Cell> + 'a {
    measures.metrics().into_iter().map(move |metric| {
        let value = values.and_then(|values| values.iter().find(|(known, _)| *known == metric));
        Cell::maybe(value, |(_, value)| Cell::Real(*value))
    })
}

/// The means as JSON, each with its 95 % interval where the cases suffice for one.
pub fn document(means: &[(Metric, Option<MetricSummary>)]) -> Value {
    let field = |(metric, summary): &(Metric, Option<MetricSummary>)| {
        let value = summary.map_or(Value::Null, |summary| {
            let [low, high] = summary.interval.map_or([None, None], |interval| interval.map(Some));
            json!({"mean": summary.mean, "low": low, "high": high})
        });
        (metric.to_string(), value)
    };
    Value::Object(means.iter().map(field).collect::<Map<String, Value>>())
}

/// How many cases a mean is of, and how many were left out as no document answers.
pub fn counts(means: &[(Metric, Option<MetricSummary>)], all: usize) -> [usize; 2] {
    let summary = means.first().and_then(|(_, summary)| *summary);
    summary.map_or([0, all], |summary| [summary.cases, summary.without_relevant])
}
