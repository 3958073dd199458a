//! What screens ask of the services, as plain data; one file a family of requests.
//!
//! A screen sends a [`Request`] and gets [`Answer`]s with the same id. To add a family: one file here with its request
//! and answer types, and one line in each of the two enums and in [`Worker::perform`]'s implementation.

mod pager;
pub mod prompts;
mod request;
pub mod runs;
pub mod telemetry;
mod trace_service;
pub mod traces;
mod worker;

pub use request::{Answer, Reply, Request, Waiting, Worker};
pub use worker::{ServicesWorker, explain};
