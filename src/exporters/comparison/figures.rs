//! Figures as both pages print them.

use std::fmt::Write as _;

use super::report::{AnswerEntry, DifferenceEntry, Kept, Measure, Report, VariantEntry};
use crate::domain::evidence::Digits;
use crate::domain::money::Money;
use crate::domain::statistics::Scale;

/// What is not known.
pub const UNKNOWN: &str = "—";

/// Dollars: four decimals below a dollar.
pub fn cost(amount: Option<Money>) -> String {
    match amount {
        None => UNKNOWN.to_owned(),
        Some(amount) if amount == Money::ZERO => "0".to_owned(),
        Some(amount) if amount.as_dollars() >= 1.0 => format!("{amount:.2}"),
        Some(amount) if amount.as_dollars() < 0.000_05 => "<0.0001".to_owned(),
        Some(amount) => format!("{amount:.4}"),
    }
}

/// Whole milliseconds.
pub fn millis(value: Option<f64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |ms| format!("{ms:.0}"))
}

/// A count.
pub fn count(value: Option<u64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |count| count.to_string())
}

/// How far a value is from that of the recorded answers, in percent: ` (+12 %)`; nothing where it cannot be told.
fn beside(value: Option<f64>, recorded: Option<f64>) -> String {
    match (value, recorded) {
        (Some(value), Some(recorded)) if recorded > 0.0 => format!(" ({:+.0} %)", (value / recorded - 1.0) * 100.0),
        _ => String::new(),
    }
}

/// The heads of the table of variants.
pub const VARIANT_HEADS: [&str; 11] = [
    "variant",
    "model",
    "prompt",
    "answered",
    "failed",
    "changed",
    "rated",
    "latency p50, ms",
    "first token p50, ms",
    "tokens in / out",
    "cost, $",
];

/// A row of the table of variants; latency and cost with their distance from the recorded ones.
pub fn variant_row(report: &Report, variant: &VariantEntry) -> Vec<String> {
    let recorded = report.variants.iter().find(|other| other.id == "recorded").filter(|other| other.id != variant.id);
    let dollars = |variant: &VariantEntry| variant.cost.map(Money::as_dollars);
    let prompt = [variant.prompt.as_deref().unwrap_or_default(), &variant.changes];
    let prompt: Vec<&str> = prompt.into_iter().filter(|text| !text.is_empty()).collect();
    let rated = match (variant.rated_good, variant.rated_bad) {
        (0, 0) => UNKNOWN.to_owned(),
        (good, bad) => format!("{good} good, {bad} bad"),
    };
    vec![
        variant.id.clone(),
        if variant.model == variant.id { String::new() } else { variant.model.clone() },
        prompt.join(", "),
        format!("{} of {}", variant.ok, variant.results),
        variant.failed.to_string(),
        if variant.compared == 0 { UNKNOWN.to_owned() } else { format!("{} of {}", variant.changed, variant.compared) },
        rated,
        millis(variant.latency_ms) + &beside(variant.latency_ms, recorded.and_then(|other| other.latency_ms)),
        millis(variant.ttft_ms) + &beside(variant.ttft_ms, recorded.and_then(|other| other.ttft_ms)),
        format!("{} / {}", count(variant.input_tokens), count(variant.output_tokens)),
        cost(variant.cost) + &beside(dollars(variant), recorded.and_then(dollars)),
    ]
}

/// The heads of the table of measures.
pub const DIFFERENCE_HEADS: [&str; 8] =
    ["variant", "against", "measure", "cases", "means", "difference", "95 % interval", "in words"];

/// A row of the table of measures.
pub fn difference_row(report: &Report, difference: &DifferenceEntry) -> Vec<String> {
    let (low, high) = difference.interval.unwrap_or((0.0, 0.0));
    let [mean, low, high] = Digits::together([difference.mean, low, high]);
    let place = report.measures.iter().position(|measure| measure.name == difference.measure);
    let of = |id: &str| {
        let variant = report.variants.iter().find(|variant| variant.id == id)?;
        mean_of(report.measures.get(place?)?, *variant.means.get(place?)?)
    };
    let unit = place.and_then(|place| report.measures.get(place)).map_or("", |measure| measure.unit);
    let name = if unit.is_empty() { difference.measure.clone() } else { format!("{}, {unit}", difference.measure) };
    let means = match (of(&difference.baseline), of(&difference.variant)) {
        (None, None) => UNKNOWN.to_owned(),
        (before, after) => {
            let shown = |mean: Option<String>| mean.unwrap_or_else(|| UNKNOWN.to_owned());
            format!("{} → {}", shown(before), shown(after))
        }
    };
    vec![
        difference.variant.clone(),
        difference.baseline.clone(),
        name,
        difference.cases.to_string(),
        means,
        mean.to_string(),
        difference.interval.map_or_else(|| UNKNOWN.to_owned(), |_| format!("{low} to {high}")),
        difference.verdict.as_str().to_owned(),
    ]
}

fn mean_of(measure: &Measure, mean: Option<f64>) -> Option<String> {
    let mean = mean?;
    Some(match (measure.scale, measure.unit) {
        (Scale::YesNo, _) => format!("{:.0} %", mean * 100.0),
        (_, "$") => cost(Money::from_dollars(mean)),
        (_, "") => format!("{mean:.2}"),
        _ => format!("{mean:.0}"),
    })
}

/// What is to be said of an answer in one line, besides its name.
pub fn about(answer: &AnswerEntry) -> String {
    let mut words = Vec::new();
    words.extend(answer.model.clone());
    words.extend(answer.prompt.clone());
    words.extend(match (&answer.diff, answer.status.as_str()) {
        (Some(diff), _) if diff.is_change() => Some(format!("differs by {:.0} %", (diff.ratio() * 100.0).max(1.0))),
        (Some(_), _) => Some("unchanged".to_owned()),
        (None, "ok") => None,
        (None, status) => Some(status.to_owned()),
    });
    words.extend(answer.latency_ms.map(|ms| format!("{ms:.0} ms")));
    words.extend(answer.tokens().map(|tokens| format!("{tokens} tokens")));
    words.extend(answer.cost.map(|amount| format!("${}", cost(Some(amount)))));
    if answer.from_cache {
        words.push("from the cache".to_owned());
    }
    words.extend(answer.rating.map(|rating| format!("rated {}", rating.as_str())));
    words.join(" · ")
}

/// The sentences above the tables.
pub fn introduction(report: &Report) -> Vec<String> {
    let time = report.created_at.to_rfc3339();
    let time = time.get(..16).map_or(time.clone(), |start| format!("{} UTC", start.replace('T', " ")));
    let variants = report.variants.iter().filter(|variant| variant.id != "recorded").count();
    let plural = |count: u64, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let mut size = format!("{} × {}", plural(report.all_cases, "case"), plural(variants as u64, "variant"));
    if report.samples > 1 {
        let _ = write!(size, " × {}", plural(report.samples.into(), "sample"));
    }
    let against = match report.baseline.as_str() {
        "recorded" => "with the recorded answers".to_owned(),
        variant => format!("with variant {variant}"),
    };
    vec![format!("Started {time}: {size}, compared {against}.")]
}

/// What the list of cases holds.
pub fn extent(report: &Report) -> String {
    match report.kept {
        Kept::All => "All cases.".to_owned(),
        Kept::Changed => format!(
            "{} of {} cases, those with an answer that differs or failed.",
            report.cases.len(),
            report.all_cases
        ),
    }
}
