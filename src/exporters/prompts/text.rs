//! Text: one message of the user with plain `{{name}}`, and nothing else.

use crate::domain::message::Role;
use crate::domain::prompt_exchange::{Losses, PromptDraft, Section, flatten, sections, write_plain};

pub(super) fn write(draft: &PromptDraft, losses: &mut Losses) -> String {
    losses.at("template");
    let flat = flatten(draft.body.clone(), &draft.defaults(), losses);
    let sections = sections(&flat, &Role::User);
    let mut texts = Vec::new();
    for (index, section) in sections.iter().enumerate() {
        match section {
            Section::History(name) => losses.note_at(
                format!("placeholder {name}"),
                "a text prompt has no place for earlier messages",
                "send them with the request by hand",
            ),
            Section::Message(role, nodes) => {
                losses.at(format!("message {} ({})", index + 1, role.as_str()));
                if *role != Role::User {
                    losses.note(
                        format!("a text prompt is one message of the user; the role `{}` is lost", role.as_str()),
                        "use a format with roles, such as dotprompt",
                    );
                }
                texts.push(write_plain(nodes, losses));
            }
        }
    }
    note_unplaced(draft, losses);
    let text = texts.join("\n\n");
    if text.is_empty() { text } else { text + "\n" }
}

fn note_unplaced(draft: &PromptDraft, losses: &mut Losses) {
    let mut fields = Vec::new();
    let mut field = |there: bool, name: &'static str| {
        if there {
            fields.push(name);
        }
    };
    field(draft.description.is_some(), "description");
    field(draft.model.is_some(), "model");
    field(!draft.parameters.is_empty(), "parameters");
    field(draft.output.format.is_some() || draft.output.schema.is_some(), "output schema");
    field(!draft.tools.is_empty(), "tools");
    field(draft.variables.iter().any(|variable| variable.default.is_some()), "default values");
    field(!draft.tests.is_empty(), "test data");
    field(!draft.checks.is_empty(), "evaluators");
    field(draft.version.is_some() || !draft.labels.is_empty() || !draft.tags.is_empty(), "version, labels and tags");
    field(draft.connection.is_some(), "connection");
    field(!draft.ext.is_empty(), "other fields");
    for name in fields {
        losses.note_at(
            name,
            format!("a text prompt has no place for its {name}"),
            "use a format with front matter, such as dotprompt",
        );
    }
}
