//! The queue of wrong answers: grouped by cause, the largest group first.

use crate::store::CauseCount;
use crate::ui::action::Action;
use crate::ui::effect::{Choose, Effect, Pick, PickItem};
use crate::ui::msg::Toast;
use crate::ui::text::counted;

/// Lets the user choose a group, or says that there is none.
pub fn offered(counts: &[CauseCount]) -> Vec<Effect> {
    if counts.is_empty() {
        let none = "no answer is known to be wrong here; what the scorer is unsure of does not count";
        return vec![Effect::Toast(Toast::info(none))];
    }
    let items = counts.iter().map(|count| PickItem {
        value: count.cause.as_str().into(),
        label: count.cause.title().into(),
        detail: format!("{} · {}", counted(count.answers, "answer"), count.cause.remedy()),
        ..PickItem::default()
    });
    let title = "Wrong answers by their main cause; enter lists them".into();
    vec![Effect::Pick(Pick { action: Action::Causes, title, items: items.collect(), choose: Choose::One })]
}

/// The filter that lists a group: what it was, with this cause in place of another.
pub fn narrowed(filter: &str, cause: &str) -> String {
    let kept: Vec<&str> = filter.split_whitespace().filter(|word| !word.starts_with("cause:")).collect();
    [kept.join(" "), format!("cause:{cause}")].join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_takes_the_place_of_another() {
        assert_eq!(narrowed("", "made_up"), "cause:made_up");
        assert_eq!(narrowed("cause:stale_chunks model:gpt*", "made_up"), "model:gpt* cause:made_up");
    }
}
