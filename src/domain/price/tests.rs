use std::sync::Arc;

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::domain::money::Money;
use crate::domain::span::Usage;
use crate::domain::time::Timestamp;

fn at(date: &str) -> Timestamp {
    Timestamp::parse_rfc3339(date).unwrap()
}

fn found(provider: &str, model: &str) -> Option<String> {
    PriceBook::compiled_in().find(Some(provider), model).map(|row| row.model.clone())
}

fn row(provider: &str, model: &str) -> Arc<PriceRow> {
    PriceBook::compiled_in().find(Some(provider), model).unwrap()
}

fn usage(input: u64, output: u64) -> Usage {
    Usage { input: Some(input), output: Some(output), ..Usage::default() }
}

#[test]
fn both_tables_are_read_whole() {
    assert_eq!(PriceBook::compiled_in().rows().count(), 297 + 548);
}

#[rstest]
#[case::exact("openai", "gpt-4.1", Some("gpt-4.1"))]
#[case::alias("openai", "gpt-4.1-2025-04-14", Some("gpt-4.1"))]
#[case::a_dated_id_of_its_own_keeps_its_price("openai", "gpt-4o-2024-05-13", Some("gpt-4o-2024-05-13"))]
#[case::unknown_date_falls_back_to_the_bare_id("openai", "gpt-4.1-2031-01-02", Some("gpt-4.1"))]
#[case::router("openrouter", "openai/gpt-4.1", Some("gpt-4.1"))]
#[case::recorder_spelling("azure.ai.openai", "gpt-4.1", Some("gpt-4.1"))]
#[case::bedrock_region("bedrock", "us.anthropic.claude-opus-4-8-v1:0", Some("regional.anthropic.claude-opus-4-8-v1:0"))]
#[case::bedrock_in_region(
    "aws.bedrock",
    "anthropic.claude-opus-4-8-v1:0",
    Some("regional.anthropic.claude-opus-4-8-v1:0")
)]
#[case::bedrock_global(
    "bedrock",
    "global.anthropic.claude-opus-4-8-v1:0",
    Some("global.anthropic.claude-opus-4-8-v1:0")
)]
#[case::bedrock_bare("bedrock", "eu.amazon.nova-pro-v1:0", Some("amazon.nova-pro-v1:0"))]
#[case::bedrock_own_row("bedrock", "eu.deepseek.v3.2", Some("eu.deepseek.v3.2"))]
#[case::no_such_model("openai", "smollm2-135m-instruct", None)]
#[case::another_host_may_charge_anything("my-proxy", "gpt-4.1", None)]
fn look_up(#[case] provider: &str, #[case] model: &str, #[case] expected: Option<&str>) {
    assert_eq!(found(provider, model).as_deref(), expected);
}

#[test]
fn without_a_provider_the_maker_is_asked() {
    let book = PriceBook::compiled_in();
    assert_eq!(book.find(None, "gpt-4.1").unwrap().provider, "openai");
    assert!(book.find(None, "smollm2-135m-instruct").is_none());
}

#[test]
fn cached_input_and_cache_writes_have_their_own_price() {
    let row = row("openai", "gpt-5.6-luna");
    let now = at("2026-11-23T00:00:00Z");
    let used = Usage { cached_input: Some(400), cache_write: Some(100), ..usage(1_000, 10) };
    // 500 × 0.2 + 400 × 0.02 + 100 × 0.25 + 10 × 1.2, per million.
    assert_eq!(row.cost(&used, now), Some("0.000145".parse().unwrap()));
}

#[test]
fn a_long_input_is_a_cliff() {
    let row = row("openai", "gpt-5.4");
    let now = at("2026-11-23T00:00:00Z");
    let base = row.rates.input.unwrap().times(272_000).pico() / 1_000_000;
    assert_eq!(row.cost(&usage(272_000, 0), now), Some(Money::from_pico(base)));
    assert_eq!(row.cost(&usage(272_001, 0), now), Some("1.360005".parse().unwrap()));
}

#[test]
fn an_old_trace_has_the_price_of_its_day() {
    let row = row("openai", "gpt-5.6-luna");
    assert_eq!(row.cost(&usage(1_000_000, 0), at("2026-07-29T23:59:59Z")), Some("1".parse().unwrap()));
    assert_eq!(row.cost(&usage(100_000, 0), at("2026-07-30T00:00:00Z")), Some("0.02".parse().unwrap()));
}

#[test]
fn peak_hours_cost_more() {
    let row = row("deepseek", "deepseek-flash");
    assert_eq!(row.cost(&usage(1_000_000, 0), at("2026-11-23T00:59:00Z")), Some("0.15".parse().unwrap()));
    assert_eq!(row.cost(&usage(1_000_000, 0), at("2026-11-23T01:00:00Z")), Some("0.3".parse().unwrap()));
    assert_eq!(row.upper_bound(1_000_000, 0, at("2026-11-23T00:59:00Z")), Some("0.3".parse().unwrap()));
}

#[test]
fn reasoning_billed_apart_is_not_billed_twice() {
    let row = row("perplexity", "sonar-deep-research");
    let used = Usage { reasoning: Some(600_000), ..usage(0, 1_000_000) };
    // 400,000 × 8 + 600,000 × 3, per million.
    assert_eq!(row.cost(&used, at("2026-11-23T00:00:00Z")), Some("5".parse().unwrap()));
}

#[test]
fn unknown_counts_are_an_unknown_cost() {
    let row = row("openai", "gpt-4.1");
    let now = at("2026-11-23T00:00:00Z");
    assert_eq!(row.cost(&Usage::default(), now), None);
    assert_eq!(row.cost(&Usage { input: Some(5), ..Usage::default() }, now), None);
}

#[test]
fn the_configuration_comes_first_and_zero_is_a_price() {
    let book = PriceBook::compiled_in()
        .with_provider("local", Pricing::Free)
        .with_provider("proxy", Pricing::Unknown)
        .with_provider("team", Pricing::Table("openai".into()))
        .with_price("proxy/m", PriceOverride { input: "2".parse().unwrap(), ..PriceOverride::default() });
    let now = at("2026-11-23T00:00:00Z");
    assert_eq!(book.cost_of(Some("local"), "gemma3", &usage(9, 9), now), Some(Money::ZERO));
    assert_eq!(book.cost_of(Some("proxy"), "gpt-4.1", &usage(9, 9), now), None);
    assert_eq!(book.cost_of(Some("proxy"), "m", &usage(500_000, 9), now), Some("1".parse().unwrap()));
    assert_eq!(book.cost_of(Some("team"), "gpt-4.1", &usage(1_000_000, 0), now), Some("2".parse().unwrap()));
}

#[test]
fn the_newest_models_say_what_they_refuse() {
    assert!(!row("anthropic", "claude-opus-5").sampling_params);
    assert!(row("openai", "gpt-4.1").sampling_params);
}

proptest! {
    #[test]
    fn a_reservation_is_never_less_than_the_cost(
        index in 0_usize..845,
        input in 0_u64..2_000_000,
        output in 0_u64..200_000,
        cached in 0_u64..2_000_000,
        written in 0_u64..2_000_000,
        minute in 0_i64..1_440,
    ) {
        let book = PriceBook::compiled_in();
        let row = book.rows().nth(index).unwrap();
        let at = Timestamp::from_nanos(1_795_392_000_000_000_000 + minute * 60_000_000_000);
        let used = Usage { cached_input: Some(cached), cache_write: Some(written), reasoning: Some(output / 2), ..usage(input, output) };
        if let Some(cost) = row.cost(&used, at) {
            prop_assert!(cost <= row.upper_bound(input, output, at).unwrap());
        }
    }
}
