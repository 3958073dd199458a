//! Bars, lines and sparklines, always with their numbers.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::glyphs::Glyphs;
use crate::ui::screens::DrawCx;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;

/// A small line of heights; a gap where a value is not known. At most `width` values are shown, the last ones.
pub fn sparkline(values: &[Option<f64>], width: usize, glyphs: &Glyphs) -> String {
    let shown = &values[values.len().saturating_sub(width)..];
    let highest = shown.iter().flatten().copied().filter(|value| value.is_finite()).fold(0.0, f64::max);
    shown
        .iter()
        .map(|value| match value {
            Some(value) if value.is_finite() => glyphs.heights[level(*value, highest, glyphs.heights.len())],
            _ => " ",
        })
        .collect()
}

fn level(value: f64, highest: f64, levels: usize) -> usize {
    if highest <= 0.0 { 0 } else { ((value.max(0.0) / highest * levels as f64).ceil() as usize).clamp(1, levels) - 1 }
}

/// A bar that takes a share, from 0 to 1, of so many columns; what is more than nothing is seen.
pub fn bar(share: f64, columns: usize, glyphs: &Glyphs) -> String {
    let least = usize::from(share > 0.0 && columns > 0);
    let eighths = ((share.clamp(0.0, 1.0) * columns as f64 * 8.0).round() as usize).max(least);
    let mut filled = glyphs.full.repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        filled.push_str(glyphs.eighths[eighths % 8 - 1]);
    }
    filled
}

/// A bar of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it stands for; may be foreign.
    pub label: String,
    /// How long it is; not known is no bar.
    pub value: Option<f64>,
    /// The number as shown, with its unit.
    pub number: String,
}

/// Draws bars across: label, bar, number, a line each.
pub fn bars(bars: &[Bar], area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let area = area.intersection(buf.area);
    let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
    let labels: Vec<Vec<Piece>> = bars.iter().map(|bar| text::foreign(&bar.label, Role::Text)).collect();
    let label_room = widest(&mut labels.iter().map(|label| text::pieces_width(label))).min(usize::from(area.width) / 3);
    let number_room = widest(&mut bars.iter().map(|bar| text::width(&bar.number)));
    let bar_room = usize::from(area.width).saturating_sub(label_room + number_room + 2);
    let highest = bars.iter().filter_map(|bar| bar.value).fold(0.0, f64::max);
    for ((bar, label), y) in bars.iter().zip(&labels).zip(area.top()..area.bottom()) {
        text::put_pieces(buf, (area.x, y), label, label_room, cx.theme);
        let share = if highest > 0.0 { bar.value.unwrap_or(0.0) / highest } else { 0.0 };
        let filled = self::bar(share, bar_room, cx.glyphs);
        let x = area.x + label_room as u16 + 1;
        text::put(buf, x, y, &filled, bar_room, cx.style(Role::Series1));
        let number = format!("{:>number_room$}", bar.number);
        text::put(buf, x + bar_room as u16 + 1, y, &number, number_room, cx.style(Role::Text));
    }
}

/// A series of a line chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name; may be foreign.
    pub name: String,
    /// Its values at even distances; `None` is a gap.
    pub values: Vec<Option<f64>>,
}

/// Marks of the series, so that colour is not the only sign.
const MARKS: [&str; 6] = ["*", "o", "+", "x", "#", "@"];

/// Draws a line chart: numbers at the left, `from` and `to` below, and the names of the series with their marks.
pub fn lines(series: &[Series], from: &str, to: &str, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
    let area = area.intersection(buf.area);
    if area.height < 3 || area.width < 12 {
        return;
    }
    let values =
        || series.iter().flat_map(|one| one.values.iter().flatten()).copied().filter(|value| value.is_finite());
    let (low, high) = (values().fold(0.0, f64::min), values().fold(f64::MIN_POSITIVE, f64::max));
    let plot = Rect { x: area.x + 8, width: area.width - 8, height: area.height - 2, ..area };
    for (y, value) in [(plot.top(), high), (plot.bottom() - 1, low)] {
        text::put(buf, area.x, y, &format!("{:>7}", short(value)), 7, cx.style(Role::Dim));
    }
    for y in plot.top()..plot.bottom() {
        text::put(buf, plot.x - 1, y, cx.glyphs.vertical, 1, cx.style(Role::Border));
    }
    let range = (high - low).max(f64::MIN_POSITIVE);
    for (number, one) in series.iter().enumerate() {
        let style = cx.style(Role::SERIES[number % Role::SERIES.len()]);
        let steps = one.values.len().saturating_sub(1).max(1);
        let up = |value: f64| (value - low) / range * f64::from(plot.height - 1);
        let mut before: Option<(u16, f64)> = None;
        for (place, value) in one.values.iter().enumerate() {
            let Some(value) = value.filter(|value| value.is_finite()) else {
                before = None;
                continue;
            };
            let x = plot.x + (place * usize::from(plot.width - 1) / steps) as u16;
            let (from, start) = before.unwrap_or((x, up(value)));
            for between in from + 1..x {
                let share = f64::from(between - from) / f64::from(x - from);
                let height = (start + (up(value) - start) * share).round() as u16;
                let y = plot.bottom() - 1 - height.min(plot.height - 1);
                text::put(buf, between, y, cx.glyphs.dot, 1, style);
            }
            let y = plot.bottom() - 1 - (up(value).round() as u16).min(plot.height - 1);
            text::put(buf, x, y, MARKS[number % MARKS.len()], 1, style);
            before = Some((x, up(value)));
        }
    }
    text::put(buf, plot.x, plot.bottom(), from, usize::from(plot.width), cx.style(Role::Dim));
    let width = text::width(to).min(usize::from(plot.width));
    text::put(buf, plot.right() - width as u16, plot.bottom(), to, width, cx.style(Role::Dim));
    let mut x = plot.x;
    for (number, one) in series.iter().enumerate() {
        let mut name = text::foreign(&one.name, Role::Text);
        name.insert(
            0,
            Piece::own(format!("{} ", MARKS[number % MARKS.len()]), Role::SERIES[number % Role::SERIES.len()]),
        );
        let room = usize::from(area.right().saturating_sub(x));
        x = x.saturating_add(text::put_pieces(buf, (x, area.bottom() - 1), &name, room, cx.theme)).saturating_add(2);
    }
}

/// A number in at most seven characters.
pub fn short(value: f64) -> String {
    let size = value.abs();
    match size {
        _ if !value.is_finite() => "—".to_owned(),
        _ if size >= 1e9 => format!("{:.1}G", value / 1e9),
        _ if size >= 1e6 => format!("{:.1}M", value / 1e6),
        _ if size >= 1e4 => format!("{:.1}k", value / 1e3),
        _ if size >= 100.0 || value.fract() == 0.0 => format!("{value:.0}"),
        _ if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::glyphs::UNICODE;

    #[test]
    fn heights_are_shares_of_the_highest_and_gaps_stay_gaps() {
        let values = [Some(0.0), Some(1.0), None, Some(f64::NAN), Some(8.0)];
        assert_eq!(sparkline(&values, 10, &UNICODE), "▁▁  █");
        assert_eq!(sparkline(&values, 1, &UNICODE), "█");
        assert_eq!(sparkline(&[], 5, &UNICODE), "");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [0.0, 0.01234, 2.5, 123.4, 12_345.0, 2.5e6].map(short),
            ["0", "0.0123", "2.50", "123", "12.3k", "2.5M"]
        );
    }
}
