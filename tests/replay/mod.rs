//! Replays against servers on loopback: answers, failures, budgets, kills and resumes.

mod batch;
mod budget;
mod decided;
mod outcomes;
mod real;
mod resume;
mod speed;
mod support;
