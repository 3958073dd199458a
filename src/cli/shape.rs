//! What `--format` takes: every format of data, and the one that only the linter prints.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::output::Format;

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// As data in one of the formats that every command knows.
    Data(Format),
    /// As a SARIF 2.1.0 document; only `prompt lint` prints it.
    Sarif,
}

impl Shape {
    /// The format of data; a SARIF document is JSON.
    pub const fn data(self) -> Format {
        match self {
            Self::Data(format) => format,
            Self::Sarif => Format::Json,
        }
    }
}

impl ValueEnum for Shape {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Data(Format::Table),
            Self::Data(Format::Json),
            Self::Data(Format::Jsonl),
            Self::Data(Format::Csv),
            Self::Sarif,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Data(format) => format.to_possible_value(),
            Self::Sarif => Some(PossibleValue::new("sarif").help("A SARIF 2.1.0 document, of `prompt lint` only")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_of_data_can_be_asked_for() {
        for format in Format::value_variants() {
            let name = format.to_possible_value().unwrap();
            assert_eq!(Shape::from_str(name.get_name(), false), Ok(Shape::Data(*format)));
        }
        assert_eq!(Shape::from_str("sarif", false), Ok(Shape::Sarif));
    }
}
