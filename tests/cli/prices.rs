//! A model without a price is refused until the user says what it costs, or that it is free.

use super::place::Place;
use super::recording::three;

#[test]
fn a_price_can_be_said_for_a_run() {
    let place = Place::with_traces(&three());
    place.write("hindcast.toml", "[providers.gw]\nkind = \"openai\"\nbase_url = \"https://gateway.example/v1\"\n");
    let plan =
        |more: &[&str]| place.run(&[&["replay", "-m", "gw/new", "--dry-run", "--format", "json"], more].concat());
    let refused = plan(&[]);
    assert!(refused.code != 0 && refused.stderr.contains("--price gw/new=IN,OUT"), "{refused:?}");
    let priced = plan(&["--price", "gw/new=1,2"]).ends_with(0).json();
    assert!(priced["worst_case_usd"].as_f64().unwrap() > 0.0, "{priced}");
    let free = plan(&["--free", "gw/new"]).ends_with(0).json();
    assert_eq!(free["worst_case_usd"].as_f64(), Some(0.0));
    let wrong = plan(&["--price", "gw/new=cheap"]).ends_with(2);
    assert!(wrong.stderr.contains("MODEL=IN,OUT"), "{wrong:?}");
}

#[test]
fn a_days_total_is_a_setting() {
    let place = Place::with_traces(&three());
    place.write("hindcast.toml", "[defaults]\nmax_cost_per_day_usd = -1\n");
    let wrong = place.run(&["models"]).ends_with(2);
    assert!(wrong.stderr.contains("hindcast.toml:2"), "{wrong:?}");
    // A day without money: the first call is not sent, and the run says why.
    place.write(
        "hindcast.toml",
        "[defaults]\nmax_cost_per_day_usd = 0\n[providers.p]\nkind = \"openai\"\nbase_url = \"http://127.0.0.1:9/v1\"\n\
         [prices.\"p/m\"]\ninput = 1\noutput = 1\n",
    );
    let stopped = place.run(&["replay", "-m", "p/m", "--yes", "--format", "json"]).ends_with(5);
    assert_eq!((stopped.json()["status"].as_str(), stopped.json()["results"].as_u64()), (Some("budget"), Some(0)));
}
