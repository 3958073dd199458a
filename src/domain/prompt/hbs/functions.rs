//! Functions that print: those of Dotprompt, and `lookup` and `log` of Handlebars.

use serde_json::Value;

use super::render::{Engine, Piece, Scope, function_name, text_of};
use super::scope::Val;
use super::template::{Call, Expression, Fault};
use crate::domain::prompt::printed::javascript;

impl<'v> Engine<'v, '_> {
    pub(super) fn param<'t>(&self, call: &Call, index: usize, scope: &Scope<'v, 't>) -> Result<Val<'v>, Fault> {
        if let Some(expression) = call.params.get(index) {
            return self.evaluate(expression, scope);
        }
        let name = call.function().unwrap_or("this");
        Err(Fault::new(call.span.start, format!("`{name}` needs {} after it", values(index + 1))))
    }

    pub(super) fn named<'t>(&self, call: &Call, name: &str, scope: &Scope<'v, 't>) -> Result<Val<'v>, Fault> {
        match call.hash.iter().find(|(known, _)| known == name) {
            Some((_, expression)) => self.evaluate(expression, scope),
            None => Ok(Val::Undefined),
        }
    }

    pub(super) fn lookup<'t>(&self, call: &Call, scope: &Scope<'v, 't>) -> Result<Val<'v>, Fault> {
        let of = self.param(call, 0, scope)?;
        let name = text_of(&self.param(call, 1, scope)?);
        Ok(of.get(&name))
    }

    pub(super) fn json<'t>(&self, call: &Call, scope: &Scope<'v, 't>) -> Result<String, Fault> {
        let Some(value) = self.param(call, 0, scope)?.to_value() else { return Ok("undefined".to_owned()) };
        let indent = match self.named(call, "indent", scope)?.value() {
            Some(Value::String(text)) => text.chars().take(10).collect(),
            Some(Value::Number(number)) => " ".repeat(number.as_f64().unwrap_or(0.0).clamp(0.0, 10.0) as usize),
            _ => String::new(),
        };
        Ok(javascript::stringify(&value, &indent))
    }

    pub(super) fn print<'t>(&self, call: &Call, scope: &Scope<'v, 't>, out: &mut Vec<Piece>) -> Result<(), Fault> {
        let at = call.span.start;
        let named = scope.names.entries().any(|(name, _)| function_name(call) == Some(name));
        match call.function().filter(|_| !named) {
            Some("role") => {
                let role = text_of(&self.param(call, 0, scope)?);
                if !matches!(role.as_str(), "system" | "user" | "model" | "assistant" | "tool") {
                    let roles = "the roles are system, user, model and tool";
                    return Err(Fault::new(at, format!("`{role}` is no role; {roles}")));
                }
                out.push(Piece::Role(role));
            }
            Some("history") => out.push(Piece::History),
            Some("section") => out.push(Piece::Section(text_of(&self.param(call, 0, scope)?))),
            Some("media") => {
                let url = self.named(call, "url", scope)?;
                if url.is_empty() {
                    return Err(Fault::new(at, "`media` needs a `url=` that has a value"));
                }
                let kind = self.named(call, "contentType", scope)?;
                let kind = (!kind.is_empty()).then(|| text_of(&kind));
                out.push(Piece::Media { url: text_of(&url), kind });
            }
            Some("json") => self.value_text(self.json(call, scope)?, at, out)?,
            Some("lookup") => self.value_text(text_of(&self.lookup(call, scope)?), at, out)?,
            // It writes to the log of the program that renders, which is no place for prompts.
            Some("log") => {}
            Some(name) => return Err(Fault::new(at, format!("`{name}` is a block: write {{{{#{name} …}}}}"))),
            None => {
                let value = match &call.name {
                    // `{{"x"}}` and `{{12}}` are names too.
                    Expression::Literal(name) => scope.this.get(&text_of(&Val::own(name.clone()))),
                    other => self.evaluate(other, scope)?,
                };
                self.value_text(text_of(&value), at, out)?;
            }
        }
        Ok(())
    }
}

fn values(count: usize) -> String {
    if count == 1 { "a value".to_owned() } else { format!("{count} values") }
}
