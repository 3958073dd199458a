//! Replays against servers on loopback: answers, failures, budgets, kills and resumes.

mod budget;
mod decided;
mod outcomes;
mod real;
mod resume;
mod sharing;
mod speed;
mod support;
