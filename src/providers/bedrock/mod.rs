//! Amazon Bedrock: Converse and `ConverseStream`, whichever maker's model answers.
//!
//! Source: the service model `bedrock-runtime` 2023-09-30 of AWS's own client for Python (botocore 1.44.5).

mod body;
mod content;
mod provider;
mod refusal;
mod reply;
mod stream;
mod wire;

pub(super) use provider::{Bedrock, KEY_VARIABLE};
