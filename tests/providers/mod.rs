//! One set of behaviours that every provider has to show, against a double that speaks its format on loopback.
//!
//! A provider joins with one file: a [`Dialect`](dialect::Dialect) that renders scripted answers in its format and reads
//! its requests back, and a test that calls [`conform`]. A failure names the provider and the behaviour.

mod answering;
mod anthropic;
mod asking;
mod azure;
mod bedrock;
mod bench;
mod chat;
mod cohere;
mod dialect;
pub mod double;
mod failing;
mod faults;
mod gemini;
mod mistral;
mod openai;
mod parameters;
mod responses;
mod servers;
mod thinking;
mod tools;
mod vertex;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hindcast::domain::provider::ProviderKind;
use hindcast::providers::{KindEntry, REGISTRY};

use dialect::Dialect;

type Behaviour = for<'a> fn(&'a dyn Dialect) -> BoxFuture<'a, ()>;

macro_rules! behaviours {
    ($($module:ident: $($name:ident),+;)+) => {
        &[$($((stringify!($name), |dialect| Box::pin($module::$name(dialect)))),+),+]
    };
}

/// Every behaviour: a line adds one, for all providers.
const BEHAVIOURS: &[(&str, Behaviour)] = behaviours! {
    asking: system_messages_arrive, turns_keep_their_order, letters_of_every_script_arrive, an_image_in_bytes,
        an_image_at_an_address, an_unknown_part_is_refused, whole_and_streamed_are_asked_for_differently;
    tools: offered_with_their_schemas, choice_auto, choice_none, choice_required, choice_of_one,
        parallel_calls_can_be_forbidden, calls_and_results_go_back_together, calls_without_ids_go_back,
        a_tool_of_the_provider_is_left_out_and_said, unusual_names_come_back;
    parameters: the_output_limit, temperature_and_top_p, top_k_or_said, penalties_or_said, a_seed_or_said,
        stop_texts_or_said, a_json_schema, what_the_model_refuses_is_said, private_parameters_stay_here,
        what_the_user_sets_wins;
    thinking: an_effort_or_said, a_budget_or_said, earlier_reasoning_stays_here, reasoning_is_kept_apart;
    answering: at_once, in_pieces, in_single_bytes, at_once_although_a_stream_was_asked, a_call, several_calls,
        a_call_without_arguments, text_before_a_call, every_stop_reason, every_usage_field, usage_unknown_is_not_zero,
        the_model_that_answered, models_are_listed;
    failing: authentication, permission, no_such_model, rate_limit_with_its_wait, quota, too_long, filtered, overloaded,
        invalid, a_failing_server, an_error_page, the_key_is_never_in_the_words, models_refused;
    faults: an_error_inside_the_stream, an_error_after_text_keeps_the_text, a_cut_stream_keeps_its_text,
        a_connection_that_breaks, broken_json, broken_json_in_a_stream, invalid_utf8, a_redirect_gets_no_key,
        an_empty_answer;
};

/// Runs every behaviour on a provider and fails with the list of those it does not show.
pub async fn conform(dialect: &dyn Dialect) {
    let mut failed = Vec::new();
    for (name, behaviour) in BEHAVIOURS {
        if let Err(payload) = AssertUnwindSafe(behaviour(dialect)).catch_unwind().await {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("panicked");
            failed.push(format!("{} / {name}: {text}", dialect.name()));
        }
    }
    assert!(failed.is_empty(), "{} of {} behaviours fail:\n{}", failed.len(), BEHAVIOURS.len(), failed.join("\n"));
}

#[test]
fn every_kind_has_its_double() {
    for KindEntry { kind, .. } in &REGISTRY {
        let is_here = *kind == ProviderKind::Builtin || DOUBLES.contains(kind);
        assert!(is_here, "{kind} has no double in tests/providers");
    }
    assert!(BEHAVIOURS.len() >= 25);
}

/// The kinds whose doubles are here.
const DOUBLES: &[ProviderKind] = &[
    // One line each, in the order of the configuration's list.
    ProviderKind::OpenAi,
    ProviderKind::OpenAiResponses,
    ProviderKind::Azure,
    ProviderKind::Anthropic,
    ProviderKind::Gemini,
    ProviderKind::Vertex,
    ProviderKind::Bedrock,
    ProviderKind::Cohere,
    ProviderKind::Mistral,
];
