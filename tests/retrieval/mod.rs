//! Retrieval measured, and other retrievers tried, as a user does it from the command line.

mod double;
mod eval;
mod examples;
mod lab;
mod models;
mod recording;
