//! The functions that Dotprompt adds to Handlebars.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderErrorReason, Renderable,
};
use serde_json::Value;

use super::marks::Mark;

/// Adds the functions to an engine.
pub(super) fn register(engine: &mut Handlebars<'_>, mark: Mark) {
    // It writes to the program's log, which is no place for prompts.
    engine.unregister_helper("log");
    engine.register_helper("role", Box::new(Role(mark)));
    engine.register_helper("history", Box::new(History(mark)));
    engine.register_helper("media", Box::new(Media(mark)));
    engine.register_helper("section", Box::new(section));
    engine.register_helper("json", Box::new(json));
    engine.register_helper("ifEquals", Box::new(Equals { wanted: true }));
    engine.register_helper("unlessEquals", Box::new(Equals { wanted: false }));
}

fn param<'h>(h: &'h Helper<'_>, index: usize, name: &'static str) -> Result<&'h Value, RenderErrorReason> {
    h.param(index).map(handlebars::PathAndJson::value).ok_or(RenderErrorReason::ParamNotFoundForIndex(name, index))
}

struct Role(Mark);

impl HelperDef for Role {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let name = param(h, 0, "role")?.as_str().unwrap_or_default();
        if !matches!(name, "system" | "user" | "model" | "assistant" | "tool") {
            let message = format!("`{name}` is no role; the roles are system, user, model and tool");
            return Err(RenderErrorReason::Other(message).into());
        }
        Ok(out.write(&self.0.role(name))?)
    }
}

struct History(Mark);

impl HelperDef for History {
    fn call<'reg: 'rc, 'rc>(
        &self,
        _: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        Ok(out.write(&self.0.history())?)
    }
}

struct Media(Mark);

impl HelperDef for Media {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let text = |name: &str| h.hash_get(name).and_then(|value| value.value().as_str());
        let url = text("url").ok_or(RenderErrorReason::ParamNotFoundForName("media", "url".into()))?;
        Ok(out.write(&self.0.media(url, text("contentType")))?)
    }
}

/// A section names a place that other programs fill; here it is nothing.
#[expect(clippy::unnecessary_wraps, reason = "the signature is the engine's")]
fn section(
    _: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    _: &mut dyn Output,
) -> HelperResult {
    Ok(())
}

fn json(
    h: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let value = param(h, 0, "json")?;
    let indent = h.hash_get("indent").and_then(|indent| indent.value().as_u64()).unwrap_or(0).min(16);
    if indent == 0 {
        return Ok(out.write(&value.to_string())?);
    }
    let spaces = vec![b' '; indent as usize];
    let formatter = serde_json::ser::PrettyFormatter::with_indent(&spaces);
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    serde::Serialize::serialize(value, &mut serializer).map_err(RenderErrorReason::from)?;
    Ok(out.write(&String::from_utf8_lossy(&bytes))?)
}

struct Equals {
    wanted: bool,
}

impl HelperDef for Equals {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        r: &'reg Handlebars<'reg>,
        ctx: &'rc Context,
        rc: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let equal = param(h, 0, "ifEquals")? == param(h, 1, "ifEquals")?;
        let branch = if equal == self.wanted { h.template() } else { h.inverse() };
        branch.map_or(Ok(()), |template| template.render(r, ctx, rc, out))
    }
}
