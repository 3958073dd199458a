//! How long and how much of the answers that were paid for is served again.

use std::time::Duration;

use super::filter::duration_ms;

/// The limits of the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheLimits {
    /// Answers older than this are not served.
    pub max_age: Duration,
    /// The newest answers and their requests up to so many bytes are served.
    pub max_bytes: u64,
}

impl Default for CacheLimits {
    /// 30 days and 1 GB: providers change models behind their names.
    fn default() -> Self {
        Self { max_age: Duration::from_hours(30 * 24), max_bytes: 1_000_000_000 }
    }
}

/// Reads an age: `30d`, `12h`, `90m`, `45s`.
pub fn parse_age(text: &str) -> Option<Duration> {
    let millis = duration_ms(text.trim()).filter(|millis| (0.0..=3.2e14).contains(millis))?;
    Some(Duration::from_millis(millis as u64))
}

/// Bytes of the units of sizes.
const SIZES: [(&str, u64); 8] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("b", 1),
];

/// Reads a size: `500MB`, `1.5GB`, `64MiB`.
pub fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let (unit, factor) = SIZES.into_iter().find(|(unit, _)| text.ends_with(unit))?;
    let number: f64 = text.strip_suffix(unit)?.trim().parse().ok()?;
    let bytes = number * factor as f64;
    (0.0..=9e15).contains(&bytes).then_some(bytes as u64)
}

/// An age in the largest unit that it is whole in.
pub fn age_text(age: Duration) -> String {
    let seconds = age.as_secs();
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    match units.into_iter().find(|(length, _)| seconds > 0 && seconds.is_multiple_of(*length)) {
        Some((length, unit)) => format!("{}{unit}", seconds / length),
        None => format!("{seconds}s"),
    }
}

/// A size with at most one decimal.
pub fn size_text(bytes: u64) -> String {
    let units = [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.into_iter().find(|(size, _)| bytes >= *size) {
        Some((size, unit)) => {
            let text = format!("{:.1}", bytes as f64 / size as f64);
            format!("{} {unit}", text.strip_suffix(".0").unwrap_or(&text))
        }
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_sizes_are_read_and_written() {
        assert_eq!(parse_age("30d").map(age_text), Some("30d".into()));
        assert_eq!(parse_age("36h").map(age_text), Some("36h".into()));
        assert_eq!(parse_age("90s").map(age_text), Some("90s".into()));
        assert_eq!([parse_age("soon"), parse_age("-1d"), parse_age("5")], [None; 3]);
        assert_eq!(parse_size("1.5 GB").map(size_text), Some("1.5 GB".into()));
        assert_eq!(parse_size("64MiB"), Some(67_108_864));
        assert_eq!((size_text(999), size_text(1_000_000)), ("999 B".into(), "1 MB".into()));
        assert_eq!([parse_size("much"), parse_size("-1MB"), parse_size("12")], [None; 3]);
        assert_eq!((parse_age("0s"), parse_size("0b")), (Some(Duration::ZERO), Some(0)));
    }
}
