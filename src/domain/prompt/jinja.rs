//! Jinja as Python's Jinja2 renders it: `minijinja` with what it prints otherwise put right.

use std::collections::BTreeSet;
use std::io::Write;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Value as Engine, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};
use serde_json::{Map, Value};

use super::printed::python;
use super::{jinja_filters, limits};

/// What a rendering may cost in the engine's units: an instruction, or a byte of a text that is put together.
const FUEL: u64 = 3 * limits::MOST_BYTES as u64;

/// How deep a list may nest where it is printed.
pub(super) const DEEPEST: usize = 100;

/// What is wrong with a template or its rendering, and the line of the template, from 1.
pub(super) struct Fault {
    pub(super) line: Option<u32>,
    pub(super) message: String,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let line = error.line().and_then(|line| u32::try_from(line).ok());
        let message = match error.kind() {
            ErrorKind::OutOfFuel => limits::too_many_steps(),
            ErrorKind::WriteFailure => limits::too_long(),
            ErrorKind::UndefinedError => "a field is read of a variable that has no value".to_owned(),
            kind => error.detail().map_or_else(|| kind.to_string(), |detail| format!("{kind}: {detail}")),
        };
        Self { line, message }
    }
}

/// Checks a template; gives the variables that it uses and does not set itself.
pub(super) fn check(template: &str) -> Result<BTreeSet<String>, Fault> {
    let environment = environment();
    let template = environment.template_from_str(template)?;
    let functions = ["range", "dict", "lipsum", "cycler", "joiner", "namespace", "debug", "loop", "caller", "super"];
    let used = template.undeclared_variables(false).into_iter();
    Ok(used.filter(|name| !functions.contains(&name.as_str())).collect())
}

/// Renders a template.
pub(super) fn render(template: &str, variables: &Map<String, Value>) -> Result<String, Fault> {
    let mut environment = environment();
    environment.set_fuel(Some(FUEL));
    let template = environment.template_from_str(template)?;
    let context = Engine::from_pairs(variables.iter().map(|(name, value)| (name.clone(), engine_value(value))));
    let mut out = Bounded(Vec::new());
    template.render_captured_to(context, &mut out)?;
    String::from_utf8(out.0).map_err(|error| Fault { line: None, message: error.to_string() })
}

struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > limits::MOST_BYTES {
            return Err(std::io::Error::other(limits::too_long()));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An engine without a loader: a template can read no file.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    if let Ok(syntax) = SyntaxConfig::builder().keep_trailing_newline(true).build() {
        environment.set_syntax(syntax);
    }
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::Lenient);
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.set_formatter(|out, _, value| {
        let mut text = String::new();
        print(value, &mut text);
        out.write_str(&text).map_err(Error::from)
    });
    jinja_filters::add(&mut environment);
    environment
}

/// A value as Python's `str` gives it.
pub(super) fn printed(value: &Engine) -> String {
    let mut text = String::new();
    print(value, &mut text);
    text
}

/// Appends a value as Python's `str` gives it; nothing where there is none.
pub(super) fn print(value: &Engine, out: &mut String) {
    match (value.kind(), value.as_str()) {
        (ValueKind::Undefined, _) => {}
        (_, Some(text)) => out.push_str(text),
        _ => repr(value, 0, out),
    }
}

/// Appends a value as Python's `repr` gives it.
pub(super) fn repr(value: &Engine, depth: usize, out: &mut String) {
    if depth > DEEPEST {
        out.push_str("...");
        return;
    }
    match value.kind() {
        ValueKind::Undefined => out.push_str("Undefined"),
        ValueKind::None => out.push_str("None"),
        ValueKind::Bool => out.push_str(if value.is_true() { "True" } else { "False" }),
        ValueKind::Number if !value.is_integer() => match f64::try_from(value.clone()) {
            Ok(real) => out.push_str(&python::float(real)),
            Err(_) => out.push_str(&value.to_string()),
        },
        ValueKind::String => python::quoted(value.as_str().unwrap_or_default(), out),
        ValueKind::Seq | ValueKind::Iterable => listed(value, ['[', ']'], out, |item, out| {
            repr(item, depth + 1, out);
        }),
        ValueKind::Map => listed(value, ['{', '}'], out, |key, out| {
            repr(key, depth + 1, out);
            out.push_str(": ");
            repr(&value.get_item(key).unwrap_or_default(), depth + 1, out);
        }),
        _ => out.push_str(&value.to_string()),
    }
}

fn listed(value: &Engine, brackets: [char; 2], out: &mut String, item: impl Fn(&Engine, &mut String)) {
    out.push(brackets[0]);
    for (at, one) in value.try_iter().into_iter().flatten().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        item(&one, out);
        // The engine's bounds do not reach in here.
        if out.len() > limits::MOST_BYTES {
            break;
        }
    }
    out.push(brackets[1]);
}

/// A value as the template engine has it.
fn engine_value(value: &Value) -> Engine {
    match value {
        Value::Null => ().into(),
        Value::Bool(yes) => (*yes).into(),
        Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(whole), ..) => whole.into(),
            (None, Some(whole), _) => whole.into(),
            (None, None, Some(real)) => real.into(),
            (None, None, None) => number.to_string().into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(list) => list.iter().map(engine_value).collect::<Vec<_>>().into(),
        Value::Object(map) => Engine::from_pairs(map.iter().map(|(key, value)| (key.clone(), engine_value(value)))),
    }
}
