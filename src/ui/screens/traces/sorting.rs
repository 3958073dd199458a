//! What the list of traces is sorted by.

use super::list::List;
use crate::ui::action::Action;
use crate::ui::effect::{Choose, Pick, PickItem};
use crate::ui::effects::traces::{Order, Sort};

impl List {
    /// Sorts by a field, downward; by the same one again, the other way. Says whether the order is another.
    pub(super) fn sort_by(&mut self, names: &[String]) -> bool {
        let Some(sort) = Sort::ALL.into_iter().find(|sort| names.iter().any(|name| name == sort.name())) else {
            return false;
        };
        self.sort = if self.sort.0 == sort { (sort, self.sort.1.turned()) } else { (sort, Order::Descending) };
        true
    }

    pub(super) fn sorts(&self) -> Pick {
        let items = Sort::ALL.map(|sort| PickItem {
            value: sort.name().into(),
            label: sort.name().into(),
            detail: match self.sort {
                (now, Order::Descending) if now == sort => "now, greatest first; choose again to turn".into(),
                (now, Order::Ascending) if now == sort => "now, smallest first; choose again to turn".into(),
                _ => String::new(),
            },
            ..PickItem::default()
        });
        Pick { action: Action::Sort, title: "Sort traces by".into(), items: items.into(), choose: Choose::One }
    }
}
