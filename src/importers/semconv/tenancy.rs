//! Who a span belongs to: session, user, tenant, environment, tags, prompt, wherever the recorder put them.

use serde_json::{Map, Value};

use super::attributes::{Attrs, label, object};
use crate::domain::span::Span;

/// Prefixes under which recorders keep the application's own properties, one attribute a property.
const PROPERTY_PREFIXES: [&str; 8] = [
    "metadata.",
    "traceloop.association.properties.",
    "langfuse.observation.metadata.",
    "langfuse.trace.metadata.",
    "ai.telemetry.metadata.",
    "ai.settings.context.",
    "langsmith.metadata.",
    "app.",
];

/// Attributes that are a JSON object of the application's own properties.
const PROPERTY_OBJECTS: [&str; 3] = ["metadata", "langfuse.observation.metadata", "langfuse.trace.metadata"];

/// Fills in what the dialect has not.
pub fn fill(span: &mut Span) {
    explode_metadata(&mut span.attributes);
    let properties = properties(&span.attributes);
    let attrs = Attrs(&span.attributes);
    let own = |direct: &[&str], property: &[&str]| {
        attrs.label(direct).or_else(|| property.iter().find_map(|key| properties.get(*key).and_then(unquoted)))
    };
    let session = own(
        &["session.id", "langfuse.session.id", "gen_ai.conversation.id", "langsmith.trace.session_id"],
        &["session_id", "sessionId", "session", "thread_id", "conversation_id", "chat_id", "langfuse_session_id"],
    );
    let user = own(
        &["user.id", "langfuse.user.id", "enduser.id", "gen_ai.user", "llm.user"],
        &["user_id", "userId", "user", "langfuse_user_id"],
    );
    let tenant = own(
        &["tenant.id", "tenant_id", "tenant", "enduser.tenant"],
        &["tenant", "tenant_id", "tenantId", "customer_id", "customer", "organization_id", "org_id"],
    );
    let environment = own(
        &[
            "langfuse.environment",
            "deployment.environment.name",
            "deployment.environment",
            "resource.deployment.environment.name",
            "resource.deployment.environment",
            "resource.langfuse.environment",
        ],
        &["environment", "env"],
    );
    let prompt_name = own(
        &["langfuse.observation.prompt.name", "traceloop.prompt.key", "gen_ai.prompt.name", "prompt.name", "prompt.id"],
        &["prompt_name", "prompt"],
    );
    let prompt_version = own(
        &[
            "llm.prompt_template.version",
            "langfuse.observation.prompt.version",
            "traceloop.prompt.version",
            "gen_ai.prompt.version",
        ],
        &["prompt_version", "prompt.version"],
    );
    let tags = ["tag.tags", "langfuse.trace.tags", "langsmith.span.tags", "ai.telemetry.metadata.tags"]
        .iter()
        .find_map(|key| attrs.get(key).map(tags));
    set(&mut span.user_id, user);
    set(&mut span.tenant_id, tenant);
    set(&mut span.environment, environment);
    set(&mut span.prompt.name, prompt_name);
    set(&mut span.prompt.version, prompt_version);
    if span.session_id.is_none() {
        span.session_id = session.map(Into::into);
    }
    if span.tags.is_empty() {
        span.tags = tags.unwrap_or_default();
    }
}

fn set(slot: &mut Option<String>, value: Option<String>) {
    if slot.is_none() {
        *slot = value;
    }
}

/// Adds `metadata.KEY` beside a `metadata` that is one JSON text, so that each property can be filtered by.
fn explode_metadata(attributes: &mut Map<String, Value>) {
    let Some(members) = attributes.get("metadata").and_then(object) else { return };
    for (key, value) in members {
        attributes.entry(format!("metadata.{key}")).or_insert(value);
    }
}

/// The application's own properties by their plain names; of two, the first stands.
fn properties(attributes: &Map<String, Value>) -> Map<String, Value> {
    let mut found = Map::new();
    for (key, value) in attributes {
        if let Some(name) = PROPERTY_PREFIXES.iter().find_map(|prefix| key.strip_prefix(prefix)) {
            found.entry(name).or_insert_with(|| value.clone());
        }
    }
    for members in PROPERTY_OBJECTS.iter().skip(1).filter_map(|key| attributes.get(*key).and_then(object)) {
        for (key, value) in members {
            found.entry(key).or_insert(value);
        }
    }
    found
}

/// A property as text; some recorders write each value as JSON, so that texts have quotes inside.
fn unquoted(value: &Value) -> Option<String> {
    if let Value::String(text) = value
        && text.starts_with('"')
        && let Ok(inner) = serde_json::from_str::<String>(text)
    {
        return Some(inner).filter(|inner| !inner.is_empty());
    }
    label(value)
}

fn tags(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(label).collect(),
        Value::String(text) => match serde_json::from_str::<Vec<String>>(text) {
            Ok(tags) => tags,
            Err(_) => text.split(',').map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect(),
        },
        _ => Vec::new(),
    }
}
