//! What screens ask of the services, as plain data; one file a family of requests.
//!
//! A screen sends a [`Request`] and gets [`Answer`]s with the same id. To add a family: one file here with its request
//! and answer types, one line in each of the two enums, and one that performs it in [`ServicesWorker`].

pub mod ablation;
mod ablation_service;
mod case_sets;
mod highlight;
pub mod judging;
mod judging_service;
mod pager;
mod prompt_changes;
mod prompt_preview;
mod prompt_service;
pub mod prompts;
mod request;
pub mod retrieval;
mod retrieval_service;
mod run_offer;
mod run_order;
mod run_service;
mod run_teller;
pub mod runs;
pub mod telemetry;
mod telemetry_service;
mod trace_service;
pub mod traces;
mod worker;

pub use request::{Answer, Reply, Request, Waiting, Worker};
pub use worker::{ServicesWorker, explain};
