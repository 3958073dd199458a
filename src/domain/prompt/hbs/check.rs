//! What can be said of a call before it is rendered.

use super::template::{Call, Expression, FUNCTIONS, Fault};

/// Refuses functions that do not exist, here and in parentheses.
pub(super) fn check(call: &Call) -> Result<(), Fault> {
    let given = !call.params.is_empty() || !call.hash.is_empty();
    if given {
        match &call.name {
            Expression::Path(path) if path.simple().is_some_and(|name| FUNCTIONS.contains(&name)) => {}
            Expression::Path(path) => {
                let name = path.parts.join(".");
                return Err(Fault::new(path.span.start, unknown(&name)));
            }
            _ => return Err(Fault::new(call.span.start, unknown("this"))),
        }
    }
    for value in std::iter::once(&call.name).chain(&call.params).chain(call.hash.iter().map(|(_, value)| value)) {
        if let Expression::Call(inner) = value {
            check(inner)?;
            if inner.function().is_none() {
                return Err(Fault::new(inner.span.start, "what stands in parentheses has to call a function"));
            }
        }
    }
    Ok(())
}

fn unknown(name: &str) -> String {
    format!("`{name}` is no function; the functions are {}", FUNCTIONS.join(", "))
}
