//! AWS event streams, framed on bytes: a piece of the body may end anywhere.
//!
//! After the format `application/vnd.amazon.eventstream` of AWS's Smithy: a prelude of total length, length of the headers
//! and their CRC-32, then headers, payload and a CRC-32 of everything before, all big-endian.

use aws_smithy_eventstream::frame::read_message_from;
use aws_smithy_types::event_stream::Message;

/// The largest message in bytes, all of it counted.
const MESSAGE_LIMIT: usize = 1 << 20;
/// The smallest message: a prelude and its sum, and the sum at the end.
const SMALLEST: usize = 16;
/// Bytes of the total length, at the start of a message.
const LENGTH_BYTES: usize = 4;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// A part of the answer.
    Event,
    /// A failure that the service's interface names.
    Exception,
    /// A failure of the transport itself.
    Error,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamMessage {
    /// What it is.
    pub kind: MessageKind,
    /// The type of the event or exception, or the code of the error; empty where there is none.
    pub name: String,
    /// The payload, or the words of an error without one.
    pub data: String,
}

/// Why the stream cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventStreamError {
    /// A message says that it is larger than a mebibyte.
    #[error("a message of the stream, at byte {0}, is larger than 1 MiB")]
    TooLarge(u64),
    /// The lengths or the sums of a message are wrong.
    #[error("a message of the stream, at byte {0}, is damaged")]
    Damaged(u64),
    /// The payload or the type of a message is not UTF-8.
    #[error("a message of the stream, at byte {0}, is not UTF-8")]
    NotUtf8(u64),
}

/// Turns pieces of a body into messages.
#[derive(Debug, Default)]
pub struct EventStream {
    /// The message that has not ended yet.
    waiting: Vec<u8>,
    /// Where that message began.
    start: u64,
}

impl EventStream {
    /// Takes a piece; gives each message that it completes to `on_message`.
    pub fn feed(&mut self, piece: &[u8], mut on_message: impl FnMut(StreamMessage)) -> Result<(), EventStreamError> {
        let mut rest = piece;
        loop {
            let wanted = self.wanted()?;
            let missing = wanted.saturating_sub(self.waiting.len());
            if missing == 0 {
                let message = self.read()?;
                self.start += wanted as u64;
                self.waiting.clear();
                on_message(message);
                continue;
            }
            if rest.is_empty() {
                return Ok(());
            }
            let (taken, left) = rest.split_at(missing.min(rest.len()));
            self.waiting.extend_from_slice(taken);
            rest = left;
        }
    }

    /// How many bytes the message that waits has, as far as it is known: its length comes first.
    fn wanted(&self) -> Result<usize, EventStreamError> {
        let Some(length) = self.waiting.first_chunk::<LENGTH_BYTES>() else { return Ok(LENGTH_BYTES) };
        match usize::try_from(u32::from_be_bytes(*length)) {
            Ok(length) if length < SMALLEST => Err(EventStreamError::Damaged(self.start)),
            Ok(length) if length <= MESSAGE_LIMIT => Ok(length),
            _ => Err(EventStreamError::TooLarge(self.start)),
        }
    }

    fn read(&self) -> Result<StreamMessage, EventStreamError> {
        let message = read_message_from(self.waiting.as_slice()).map_err(|_| EventStreamError::Damaged(self.start))?;
        let header = |name: &str| header(&message, name);
        let (kind, name) = match header(":message-type") {
            Some("exception") => (MessageKind::Exception, header(":exception-type")),
            Some("error") => (MessageKind::Error, header(":error-code")),
            _ => (MessageKind::Event, header(":event-type")),
        };
        let payload = std::str::from_utf8(message.payload()).map_err(|_| EventStreamError::NotUtf8(self.start))?;
        let words = header(":error-message").filter(|_| payload.is_empty() && kind == MessageKind::Error);
        Ok(StreamMessage { kind, name: name.unwrap_or_default().to_owned(), data: words.unwrap_or(payload).to_owned() })
    }
}

/// A header that is a text.
fn header<'m>(message: &'m Message, name: &str) -> Option<&'m str> {
    let found = message.headers().iter().find(|header| header.name().as_str() == name)?;
    found.value().as_string().ok().map(aws_smithy_types::str_bytes::StrBytes::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_eventstream::frame::write_message_to;
    use aws_smithy_types::event_stream::{Header, HeaderValue};
    use base64::Engine as _;
    use proptest::prelude::*;

    fn read(pieces: &[&[u8]]) -> Result<Vec<StreamMessage>, EventStreamError> {
        let mut stream = EventStream::default();
        let mut messages = Vec::new();
        for piece in pieces {
            stream.feed(piece, |message| messages.push(message))?;
        }
        Ok(messages)
    }

    fn frame(headers: &[(&'static str, &str)], payload: &str) -> Vec<u8> {
        let mut message = Message::new(payload.to_owned().into_bytes());
        for (name, value) in headers {
            message = message.add_header(Header::new(*name, HeaderValue::String((*value).to_owned().into())));
        }
        let mut bytes = Vec::new();
        write_message_to(&message, &mut bytes).unwrap();
        bytes
    }

    /// Two frames that AWS's own client for Python (botocore) reads as an event and an exception.
    #[test]
    fn frames_of_another_maker() {
        let decode = |text: &str| base64::engine::general_purpose::STANDARD.decode(text).unwrap();
        let mut bytes = decode(concat!(
            "AAAAlAAAAFe0q5ruCzpldmVudC10eXBlBwARY29udGVudEJsb2NrRGVsdGENOmNvbnRlbnQtdHlwZQcAEGFwcGxpY2F0aW9uL2pzb24N",
            "Om1lc3NhZ2UtdHlwZQcABWV2ZW50eyJjb250ZW50QmxvY2tJbmRleCI6MCwiZGVsdGEiOnsidGV4dCI6IkhpIn19H5RGVw=="
        ));
        bytes.extend(decode(concat!(
            "AAAAiAAAAGHeAXX0DzpleGNlcHRpb24tdHlwZQcAE3Rocm90dGxpbmdFeGNlcHRpb24NOmNvbnRlbnQtdHlwZQcAEGFwcGxpY2F0aW9u",
            "L2pzb24NOm1lc3NhZ2UtdHlwZQcACWV4Y2VwdGlvbnsibWVzc2FnZSI6InNsb3cgZG93biJ9gy7gcg=="
        )));
        let messages = read(&[&bytes]).unwrap();
        assert_eq!(messages.len(), 2);
        assert_eq!((messages[0].kind, messages[0].name.as_str()), (MessageKind::Event, "contentBlockDelta"));
        assert_eq!(messages[0].data, r#"{"contentBlockIndex":0,"delta":{"text":"Hi"}}"#);
        assert_eq!((messages[1].kind, messages[1].name.as_str()), (MessageKind::Exception, "throttlingException"));
        assert_eq!(messages[1].data, r#"{"message":"slow down"}"#);
    }

    #[test]
    fn errors_of_the_transport_have_words_of_their_own() {
        let headers = [(":message-type", "error"), (":error-code", "InternalFailure"), (":error-message", "boom")];
        let messages = read(&[&frame(&headers, "")]).unwrap();
        assert_eq!(messages[0].kind, MessageKind::Error);
        assert_eq!((messages[0].name.as_str(), messages[0].data.as_str()), ("InternalFailure", "boom"));
    }

    #[test]
    fn damage_and_size_name_their_place() {
        let good = frame(&[(":event-type", "metadata")], "{}");
        let mut bytes = good.clone();
        bytes.extend_from_slice(&good);
        *bytes.last_mut().unwrap() ^= 1;
        assert_eq!(read(&[&bytes]), Err(EventStreamError::Damaged(good.len() as u64)));
        assert_eq!(read(&[&[0, 0, 0, 3]]), Err(EventStreamError::Damaged(0)));
        assert_eq!(read(&[&[0x7F, 0, 0, 0]]), Err(EventStreamError::TooLarge(0)));
        assert_eq!(read(&[b"<html>not this</html>"]), Err(EventStreamError::TooLarge(0)));
        let mut odd = Vec::new();
        write_message_to(&Message::new(vec![0xFF, 0xFE]), &mut odd).unwrap();
        assert_eq!(read(&[&odd]), Err(EventStreamError::NotUtf8(0)));
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_messages(
            payloads in prop::collection::vec("[a-zé€😀 {}\":]{0,40}", 0..8),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let bytes: Vec<u8> = payloads.iter().flat_map(|payload| frame(&[(":event-type", "x")], payload)).collect();
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            places.extend([0, bytes.len()]);
            places.sort_unstable();
            let pieces: Vec<&[u8]> = places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            let whole = read(&[&bytes]).unwrap();
            prop_assert_eq!(whole.iter().map(|message| message.data.clone()).collect::<Vec<_>>(), payloads);
            prop_assert_eq!(read(&pieces), Ok(whole.clone()));
            prop_assert_eq!(read(&single), Ok(whole));
        }

        #[test]
        fn nothing_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), flip in any::<(prop::sample::Index, u8)>()) {
            let _ = read(&[&bytes]);
            let mut changed = frame(&[(":event-type", "contentBlockDelta"), (":message-type", "event")], "{\"a\":1}");
            let place = flip.0.index(changed.len());
            changed[place] ^= flip.1;
            let _ = read(&[&changed]);
        }
    }
}
