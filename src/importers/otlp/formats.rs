//! The two importers of this folder.

use super::Collector;
use super::messages::Messages;
use super::{json, protobuf};
use crate::importers::batch::{BatchSink, ImportError, Importer, Input};
use crate::importers::pool::{self, Piece};
use crate::importers::records::Records;

/// OTLP/JSON: one request body, one a line, or bodies one after another.
pub struct OtlpJson;

impl Importer for OtlpJson {
    fn name(&self) -> &'static str {
        "otlp-json"
    }

    fn description(&self) -> &'static str {
        "OpenTelemetry traces and logs as JSON: request bodies, or one a line as the Collector writes them"
    }

    fn sniff(&self, head: &[u8]) -> bool {
        const SIGNS: [&str; 7] = [
            "\"resourceSpans\"",
            "\"resource_spans\"",
            "\"resourceLogs\"",
            "\"resource_logs\"",
            "\"instrumentationLibrarySpans\"",
            "\"scopeSpans\"",
            "\"scope_spans\"",
        ];
        let starts_as_json = matches!(head.trim_ascii_start().first(), Some(b'{' | b'['));
        let early = head.get(..head.len().min(16 * 1024)).unwrap_or(head);
        starts_as_json && SIGNS.iter().any(|sign| memchr::memmem::find(early, sign.as_bytes()).is_some())
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn BatchSink) -> Result<(), ImportError> {
        let source = input.source_id;
        pool::run(Records::new(input.reader), sink, |piece: &Piece| {
            let mut out = Collector::new(&source);
            if let Some(reason) = &piece.damage {
                out.skip(piece.line, reason);
            }
            for (number, line) in piece.records() {
                json::read_record(line, number, &mut out);
            }
            out.finish(piece.read)
        })
    }
}

/// OTLP protobuf: the bodies that exporters post.
pub struct OtlpProtobuf;

impl Importer for OtlpProtobuf {
    fn name(&self) -> &'static str {
        "otlp-protobuf"
    }

    fn description(&self) -> &'static str {
        "OpenTelemetry traces and logs as protobuf: the bodies that exporters post"
    }

    fn sniff(&self, head: &[u8]) -> bool {
        head.is_empty() || super::messages::looks_like_otlp(head)
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn BatchSink) -> Result<(), ImportError> {
        let source = input.source_id;
        pool::run(Messages::new(input.reader), sink, |piece: &Piece| {
            let mut out = Collector::new(&source);
            if let Some(reason) = &piece.damage {
                out.skip_bytes(reason);
            } else {
                protobuf::read_resource(&piece.bytes, piece.offset, &mut out);
            }
            out.finish(piece.read)
        })
    }
}
