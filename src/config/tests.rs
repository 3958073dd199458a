use super::*;
use crate::domain::provider::{KeySource, ProviderKind};
use rstest::rstest;
use std::path::{Path, PathBuf};

fn read(text: &str) -> Result<Config, ConfigError> {
    layered(None, text, &[])
}

fn layered(user: Option<&str>, workspace: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let origins = Origins {
        user: Some(user.map_or_else(|| dir.path().join("none.toml"), |text| write("config.toml", text))),
        workspace: Some(write(FILE_NAME, workspace)),
        named: None,
    };
    load(&origins, &Variables::fixed(variables.iter().copied()), &Flags::default())
}

const DESIGN: &str = r#"
[defaults]
models = ["local/gemma3"]
max_cost_usd = 1.00
concurrency = 8
max_output_tokens = 1024

[providers.local]
kind = "openai"
base_url = "http://127.0.0.1:8080/v1"

[providers.anthropic]
kind = "anthropic"
api_key_env = "ANTHROPIC_API_KEY"
max_concurrency = 4
requests_per_minute = 50
tokens_per_minute = 40000

[prices."local/gemma3"]
input = 0.0
output = 0.0

[[evaluators]]
use = "similarity"

[[evaluators]]
use = "contains:five working days"

[keys.traces]
open = ["enter", "l"]
replay = []
"#;

#[test]
fn the_documented_file_is_read_whole() {
    let config = read(DESIGN).unwrap();
    assert_eq!(config.defaults.models.value[0].to_string(), "local/gemma3");
    assert_eq!(config.defaults.max_cost_usd.value.to_string(), "1");
    let providers = config.provider_settings();
    assert_eq!(providers[0].kind, ProviderKind::Anthropic);
    assert_eq!(providers[0].key, Some(KeySource::Env("ANTHROPIC_API_KEY".into())));
    assert_eq!(providers[0].tokens_per_minute, Some(40_000));
    assert_eq!(providers[1].base_url.as_deref(), Some("http://127.0.0.1:8080/v1"));
    let price = config.prices.values().next().unwrap();
    assert_eq!(price.input.as_ref().unwrap().value.to_string(), "0");
    let evaluators: Vec<&str> = config.evaluators.iter().map(|setting| setting.value.as_str()).collect();
    assert_eq!(evaluators, ["similarity", "contains:five working days"]);
    assert!(config.keys["traces"]["replay"].value.is_empty());
    assert_eq!(config.keys["traces"]["open"].value, ["enter", "l"]);
}

#[rstest]
#[case::unknown_table("[default]\n", 1, "default: unknown key; the nearest known one is defaults")]
#[case::unknown_key(
    "\n[providers.a]\nkind = \"openai\"\nbase_ulr = \"x\"\n",
    4,
    "providers.a.base_ulr: unknown key; the nearest known one is base_url"
)]
#[case::far_from_all("[defaults]\nxyzzyx = 1\n", 2, "the keys here are models, max_cost_usd")]
#[case::evaluator_without_use("[[evaluators]]\n", 1, "evaluators.use: is missing")]
#[case::evaluator_key(
    "[[evaluators]]\nuse = \"cost\"\nuser = 1\n",
    3,
    "evaluators.user: unknown key; the nearest known one is use"
)]
#[case::one_evaluator("[evaluators]\nuse = \"cost\"\n", 1, "evaluators: is a list of tables")]
#[case::wrong_type(
    "[defaults]\nconcurrency = \"8\"\n",
    2,
    "defaults.concurrency: expected a whole number, found a string"
)]
#[case::out_of_range("[defaults]\nconcurrency = 0\n", 2, "must be from 1 to 256")]
#[case::negative_money("[defaults]\nmax_cost_usd = -1\n", 2, "0 or more")]
#[case::infinite_money("[defaults]\nmax_cost_usd = inf\n", 2, "0 or more")]
#[case::no_model("[defaults]\nmodels = [\"gemma\"]\n", 2, "write provider/model")]
#[case::wrong_kind("[providers.a]\nkind = \"opnai\"\n", 2, "the nearest is openai")]
#[case::no_kind("[providers.mine]\nbase_url = \"https://x.test\"\n", 2, "providers.mine.kind: is missing")]
#[case::plain_http("[providers.mine]\nkind = \"openai\"\nbase_url = \"http://10.0.0.1/v1\"\n", 3, "allow_http")]
#[case::file_url("[providers.mine]\nkind = \"openai\"\nbase_url = \"file:///etc\"\n", 3, "https://")]
#[case::price_of_nothing("[prices.gemma]\ninput = 0\n", 1, "named after a model")]
#[case::price_key("[prices.\"a/b\"]\nimput = 0\n", 2, "nearest known one is input")]
#[case::keys_no_list("[keys.traces]\nopen = \"enter\"\n", 2, "expected a list of strings, found a string")]
#[case::editor("editor_mode = \"ed\"\n", 1, "plain, vim, emacs")]
#[case::two_keys("[providers.openai]\napi_key_env = \"A\"\napi_key_cmd = \"b\"\n", 3, "exclude each other")]
#[case::lint_rule(
    "[lint]\ndisable = [\n  \"secret\",\n  \"unused-varable\",\n]\n",
    4,
    "lint.disable: there is no rule `unused-varable`; the nearest is unused-variable"
)]
#[case::lint_severity(
    "[lint.severity]\nsecret = \"warn\"\n",
    2,
    "lint.severity.secret: must be one of error, warning, info"
)]
#[case::lint_severity_rule("[lint.severity]\nsecrets = \"info\"\n", 2, "the nearest is secret")]
#[case::lint_key("[lint]\ndisabled = []\n", 2, "nearest known one is disable")]
#[case::not_toml("[defaults]\nmodels = [\n", 2, "not valid TOML")]
#[case::twice("mouse = true\nmouse = false\n", 2, "not valid TOML")]
fn a_mistake_names_file_line_key_and_remedy(#[case] text: &str, #[case] line: u32, #[case] says: &str) {
    let error = read(text).unwrap_err();
    let mistake = &error.mistakes[0];
    assert!(mistake.path.as_ref().unwrap().ends_with(FILE_NAME));
    assert_eq!(mistake.line, Some(line), "{error}");
    assert!(error.to_string().contains(says), "{error}");
    assert!(error.to_string().contains(&format!("{FILE_NAME}:{line}: ")), "{error}");
}

#[rstest]
#[case("[providers.openai]\napi_key = \"sk-proj-1234567890abcdef\"\n")]
#[case("[providers.openai]\ntoken = \"sk-proj-1234567890abcdef\"\n")]
#[case("[providers.openai]\napi_key_env = \"sk-proj-1234567890abcdef\"\n")]
#[case("[providers.openai]\napi_key_cmd = \"echo sk-proj-1234567890abcdef\"\n")]
#[case("[providers.openai]\nbase_url = \"https://u:sk-proj-1234567890abcdef@x.test\"\n")]
fn a_key_in_the_file_is_refused_with_the_remedy_and_never_repeated(#[case] text: &str) {
    let error = read(text).unwrap_err().to_string();
    assert!(error.contains("api_key_") || error.contains("environment variable"), "{error}");
    assert!(!error.contains("1234567890"), "{error}");
}

#[test]
fn every_mistake_of_every_layer_is_reported_at_once() {
    let error =
        layered(Some("mose = true\n"), "teme = \"x\"\n[defaults]\nconcurency = 1\n", &[("HINDCAST_MOUSE", "maybe")])
            .unwrap_err();
    let keys: Vec<&str> = error.mistakes.iter().map(|mistake| mistake.key.as_str()).collect();
    assert_eq!(keys, ["mose", "teme", "defaults.concurency", "HINDCAST_MOUSE"]);
}

#[test]
fn later_layers_win_and_each_value_knows_where_it_was_set() {
    let user =
        "mouse = false\n[defaults]\nconcurrency = 2\nmax_output_tokens = 99\n[providers.openai]\nmax_concurrency = 3\n";
    let workspace = "\n[defaults]\nconcurrency = 4\n[providers.openai]\nbase_url = \"https://x.test/v1\"\n";
    let config = layered(Some(user), workspace, &[("HINDCAST_MAX_COST_USD", "0.25")]).unwrap();
    let effective = config.effective();
    let find = |key: &str| {
        let found = effective.iter().find(|value| value.key == key).unwrap();
        let source = found.source.to_string();
        (found.value.clone(), source.rsplit('/').next().unwrap().to_owned())
    };
    assert_eq!(find("mouse"), ("false".into(), "config.toml:1".into()));
    assert_eq!(find("defaults.concurrency"), ("4".into(), "hindcast.toml:3".into()));
    assert_eq!(find("defaults.max_output_tokens"), ("99".into(), "config.toml:4".into()));
    assert_eq!(find("defaults.max_cost_usd"), ("0.25".into(), "HINDCAST_MAX_COST_USD".into()));
    assert_eq!(find("animation"), ("true".into(), "default".into()));
    assert_eq!(find("providers.openai.max_concurrency"), ("3".into(), "config.toml:6".into()));
    assert_eq!(find("providers.openai.kind"), ("openai".into(), "default".into()));
    let flags = Flags { mouse: Some(false), ..Flags::default() };
    let config = load(&Origins::default(), &Variables::fixed([("HINDCAST_MOUSE", "true")]), &flags).unwrap();
    assert_eq!(config.workbench.mouse, Setting { value: false, source: Source::Flag("--no-mouse") });
}

#[test]
fn a_named_file_replaces_the_users_own_and_has_to_exist() {
    let origins = Origins { named: Some("/nowhere/at/all.toml".into()), ..Origins::default() };
    let error = load(&origins, &Variables::fixed([]), &Flags::default()).unwrap_err().to_string();
    assert_eq!(error, "/nowhere/at/all.toml: does not exist");
}

#[test]
fn rules_are_switched_off_and_weighed() {
    let text = "[lint]\ndisable = [\"near-duplicate\"]\n[lint.severity]\nunstable-prefix = \"info\"\n";
    let config = layered(Some("[lint]\ndisable = [\"secret\"]\n"), text, &[]).unwrap();
    assert_eq!(config.lint.disabled.iter().copied().collect::<Vec<_>>(), ["near-duplicate"]);
    assert_eq!(config.lint.severity["unstable-prefix"], crate::domain::lint::Severity::Info);
}

#[test]
fn loopback_may_be_plain_http() {
    for url in ["http://localhost:1/v1", "http://[::1]:8080", "http://127.9.9.9"] {
        assert!(read(&format!("[providers.a]\nkind = \"openai\"\nbase_url = \"{url}\"\n")).is_ok(), "{url}");
    }
    assert!(read("[providers.a]\nkind = \"openai\"\nbase_url = \"http://127.0.0.1.evil.test/\"\n").is_err());
}

#[test]
fn directories_follow_xdg_and_their_own_variables() {
    let paths = Paths::find(&Variables::fixed([
        ("HOME", "/home/x"),
        ("XDG_STATE_HOME", "/s"),
        ("XDG_CACHE_HOME", "relative"),
        ("HINDCAST_DATA_DIR", "/d"),
    ]));
    assert_eq!(paths.config_file(), Path::new("/home/x/.config/hindcast/config.toml"));
    assert_eq!(paths.state, PathBuf::from("/s/hindcast"));
    assert_eq!(paths.cache, PathBuf::from("/home/x/.cache/hindcast"));
    assert_eq!(paths.data, PathBuf::from("/d"));
}

#[test]
fn the_label_of_what_is_deployed_is_production_unless_named() {
    use crate::domain::label::LabelKind;
    let usual = read("").unwrap().prompts.label_scheme();
    assert_eq!((usual.deployed.as_str(), usual.kind), ("production", LabelKind::Tag));
    let other = read("[prompts]\nlabel = \"live\"\nlabel_kind = \"branch\"\n").unwrap().prompts.label_scheme();
    assert_eq!((other.deployed.as_str(), other.kind), ("live", LabelKind::Branch));
    for wrong in ["label = \"a b\"", "label = \"work\"", "label = \"a..b\"", "label_kind = \"note\"", "lable = \"x\""] {
        let error = read(&format!("[prompts]\n{wrong}\n")).unwrap_err().to_string();
        assert!(error.contains(":2"), "{wrong}: {error}");
    }
}

#[test]
fn the_cache_has_an_age_and_a_size() {
    let limits = |text: &str| read(text).unwrap().cache.limits();
    assert_eq!(limits(""), crate::domain::cache::CacheLimits::default());
    let set = limits("[cache]\nmax_age = \"12h\"\nmax_size = \"64MiB\"\n");
    assert_eq!((set.max_age.as_secs(), set.max_bytes), (43_200, 67_108_864));
    for (wrong, said) in [
        ("max_age = \"soon\"", "must be an age such as"),
        ("max_size = 12", "expected a string"),
        ("max_size = \"much\"", "must be a size such as"),
        ("size = \"1GB\"", "unknown key"),
    ] {
        let error = read(&format!("[cache]\n{wrong}\n")).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}
