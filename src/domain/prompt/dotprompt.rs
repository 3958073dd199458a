//! Dotprompt: YAML front matter and a Handlebars template.

use handlebars::template::{HelperTemplate, Parameter, Template, TemplateElement};
use handlebars::{Handlebars, no_escape};
use serde_json::{Map, Value};

use super::error::PromptError;
use super::marks::Mark;
use super::model::{Inputs, Prompt};
use super::pattern::{MessagePattern, Pattern, Piece};
use super::usage::{self, Usage};
use super::{PromptFormat, front, functions};
use crate::domain::message::{Message, Role};

pub(super) fn parse(name: &str, text: &str) -> Result<Prompt, PromptError> {
    let divided = front::divide(text)?;
    let template = compile(divided.body, divided.body_line)?;
    let mut usage = Usage::default();
    note_uses(&template, &mut usage, true);
    let input = front::map(&divided.front, "input");
    let declared = usage::declared(input.get("schema"), &front::map(&input, "default"));
    Ok(Prompt {
        name: name.to_owned(),
        format: PromptFormat::Dotprompt,
        version: front::text(&divided.front, "version"),
        description: front::text(&divided.front, "description"),
        model: front::text(&divided.front, "model"),
        parameters: front::map(&divided.front, "config"),
        variables: usage.variables(declared),
        template: divided.body.to_owned(),
        template_line: divided.body_line,
        front: divided.front,
    })
}

fn compile(body: &str, line: u32) -> Result<Template, PromptError> {
    Template::compile(body).map_err(|error| {
        let at = error.pos().map(|(row, _)| line + u32::try_from(row).unwrap_or(1).saturating_sub(1));
        PromptError { line: at, message: format!("not a valid template: {}", error.reason()) }
    })
}

pub(super) fn render(
    prompt: &Prompt,
    variables: &Map<String, Value>,
    inputs: &Inputs,
) -> Result<Vec<Message>, PromptError> {
    let mark = Mark::choose(&prompt.template, variables, inputs);
    let mut engine = Handlebars::new();
    engine.register_escape_fn(no_escape);
    functions::register(&mut engine, mark);
    for (name, source) in &inputs.partials {
        engine
            .register_partial(name, source)
            .map_err(|error| PromptError::new(format!("the partial {name} is not valid: {}", error.reason())))?;
    }
    let rendered = engine.render_template(&literal_marks(&prompt.template, mark), variables).map_err(|error| {
        let row = error.line_no.and_then(|row| u32::try_from(row).ok());
        let line = row.map(|row| prompt.template_line + row.saturating_sub(1));
        PromptError { line, message: error.reason().to_string() }
    })?;
    Ok(mark.messages(rendered.trim(), Role::User, &inputs.history))
}

/// Marks that the template spells out, as the functions write them elsewhere.
fn literal_marks(template: &str, mark: Mark) -> String {
    let mut text = template.replace("<<<dotprompt:history>>>", &mark.history());
    for role in ["system", "user", "model", "tool"] {
        text = text.replace(&format!("<<<dotprompt:role:{role}>>>"), &mark.role(role));
    }
    text
}

/// The text of a path or of a function's name.
fn name_of(parameter: &Parameter) -> Option<&str> {
    match parameter {
        Parameter::Name(name) => Some(name),
        Parameter::Path(handlebars::Path::Relative((_, raw)) | handlebars::Path::Local((_, _, raw))) => Some(raw),
        _ => None,
    }
}

const FUNCTIONS: [&str; 6] = ["role", "history", "media", "section", "json", "lookup"];

fn is_plain(expression: &HelperTemplate) -> bool {
    expression.params.is_empty() && expression.hash.is_empty()
}

/// Notes the variables of the top level; within `each` and `with`, names mean fields of something else.
fn note_uses(template: &Template, usage: &mut Usage, always: bool) {
    for element in &template.elements {
        match element {
            TemplateElement::Expression(expression) | TemplateElement::HtmlExpression(expression) => {
                let name = name_of(&expression.name).unwrap_or_default();
                if is_plain(expression) && !FUNCTIONS.contains(&name) {
                    usage.note(name, always);
                }
                note_parameters(expression, usage, always);
            }
            TemplateElement::HelperBlock(block) => {
                note_parameters(block, usage, false);
                let name = name_of(&block.name).unwrap_or_default();
                if matches!(name, "each" | "with") {
                    continue;
                }
                for branch in [&block.template, &block.inverse].into_iter().flatten() {
                    note_uses(branch, usage, false);
                }
            }
            _ => {}
        }
    }
}

fn note_parameters(expression: &HelperTemplate, usage: &mut Usage, always: bool) {
    for parameter in expression.params.iter().chain(expression.hash.values()) {
        if let Parameter::Path(_) = parameter
            && let Some(name) = name_of(parameter)
        {
            usage.note(name, always);
        }
    }
}

/// The template as a pattern; `None` where it does more than print, choose and repeat.
pub(super) fn pattern(prompt: &Prompt) -> Option<Pattern> {
    let template = Template::compile(prompt.template.trim()).ok()?;
    let mut messages = vec![MessagePattern::new(Role::User)];
    for element in &template.elements {
        if let TemplateElement::Expression(expression) | TemplateElement::HtmlExpression(expression) = element {
            match name_of(&expression.name)? {
                "role" => {
                    let Some(Parameter::Literal(Value::String(role))) = expression.params.first() else { return None };
                    messages.push(MessagePattern::new(Role::parse(role)));
                    continue;
                }
                "history" => {
                    messages.push(MessagePattern::history());
                    messages.push(MessagePattern::new(Role::Assistant));
                    continue;
                }
                _ => {}
            }
        }
        if let Some(piece) = piece(element)? {
            messages.last_mut()?.pieces.push(piece);
        }
    }
    Some(Pattern::new(messages))
}

/// One element as a piece of a pattern: `None` where it cannot be one, `Some(None)` where it prints nothing.
#[expect(clippy::option_option, reason = "impossible and nothing are two answers")]
fn piece(element: &TemplateElement) -> Option<Option<Piece>> {
    match element {
        TemplateElement::RawString(text) => Some(Some(Piece::Literal(text.clone()))),
        TemplateElement::Comment(_) => Some(None),
        TemplateElement::Expression(expression) | TemplateElement::HtmlExpression(expression) => {
            let name = name_of(&expression.name)?;
            if !is_plain(expression) || FUNCTIONS.contains(&name) || name.contains(['.', '/', '@', '[']) {
                return None;
            }
            Some(Some(Piece::Hole(name.to_owned())))
        }
        TemplateElement::HelperBlock(block) => {
            let subject = block.params.first().and_then(name_of).filter(|name| !name.contains(['.', '/', '@', '[']));
            let then = block.template.as_ref().map_or(Some(Vec::new()), pieces)?;
            let otherwise = block.inverse.as_ref().map_or(Some(Vec::new()), pieces)?;
            match name_of(&block.name)? {
                "each" if otherwise.is_empty() && block.block_param.is_none() => {
                    Some(Some(Piece::Each(subject?.to_owned(), then)))
                }
                "if" => Some(Some(Piece::Either(then, otherwise))),
                "unless" => Some(Some(Piece::Either(otherwise, then))),
                _ => None,
            }
        }
        _ => None,
    }
}

fn pieces(template: &Template) -> Option<Vec<Piece>> {
    let pieces = template.elements.iter().map(piece).collect::<Option<Vec<_>>>()?;
    Some(pieces.into_iter().flatten().collect())
}
