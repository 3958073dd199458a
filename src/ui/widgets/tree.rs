//! Rows of a tree, and bars of a waterfall beside them.

use crate::ui::glyphs::Glyphs;

/// A node's place in a tree that was laid out in rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeRow<I> {
    /// The node.
    pub id: I,
    /// How deep it is: 0 for roots.
    pub depth: usize,
    /// For each depth above it, whether that ancestor has siblings below.
    pub rails: Vec<bool>,
    /// Whether it is the last child.
    pub last: bool,
    /// Whether it can be folded, and is.
    pub fold: Fold,
}

/// Whether a node can be folded, and is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// It has no children.
    Leaf,
    /// Its children are shown.
    Open,
    /// Its children are hidden.
    Closed,
}

/// Deeper nodes are drawn at this depth.
const DEEPEST: usize = 12;

/// Lays out a forest in rows. `parents[i]` is the place of node `i`'s parent, where it is known.
///
/// Circles of parents, which recordings have, are cut: each node is shown exactly once.
pub fn lay_out(parents: &[Option<usize>], closed: &dyn Fn(usize) -> bool) -> Vec<TreeRow<usize>> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); parents.len()];
    let mut roots = Vec::new();
    for (node, parent) in parents.iter().enumerate() {
        match parent {
            Some(parent) if *parent < parents.len() && *parent != node => children[*parent].push(node),
            _ => roots.push(node),
        }
    }
    let mut reached = vec![false; parents.len()];
    for &root in &roots {
        mark(root, &children, &mut reached);
    }
    for node in 0..parents.len() {
        if !reached[node] {
            roots.push(node);
            mark(node, &children, &mut reached);
        }
    }
    let mut rows = Vec::new();
    let mut placed = vec![false; parents.len()];
    // Node, depth, rails of its ancestors, whether it is the last child.
    let mut stack: Vec<(usize, usize, Vec<bool>, bool)> = Vec::new();
    for (place, &root) in roots.iter().enumerate().rev() {
        stack.push((root, 0, Vec::new(), place + 1 == roots.len()));
    }
    while let Some((node, depth, rails, last)) = stack.pop() {
        if std::mem::replace(&mut placed[node], true) {
            continue;
        }
        let below: Vec<usize> = children[node].iter().copied().filter(|child| !placed[*child]).collect();
        let fold = match (below.is_empty(), closed(node)) {
            (true, _) => Fold::Leaf,
            (false, true) => Fold::Closed,
            (false, false) => Fold::Open,
        };
        if fold == Fold::Open {
            let mut inner = rails.clone();
            if depth > 0 {
                inner.push(!last);
            }
            for (place, &child) in below.iter().enumerate().rev() {
                stack.push((child, depth + 1, inner.clone(), place + 1 == below.len()));
            }
        }
        rows.push(TreeRow { id: node, depth, rails, last, fold });
    }
    rows
}

fn mark(root: usize, children: &[Vec<usize>], reached: &mut [bool]) {
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        if !std::mem::replace(&mut reached[node], true) {
            stack.extend(&children[node]);
        }
    }
}

impl<I> TreeRow<I> {
    /// What stands in front of the node's name: rails, branch and fold mark.
    pub fn prefix(&self, glyphs: &Glyphs) -> String {
        let mut text = String::new();
        let skipped = self.rails.len().saturating_sub(DEEPEST);
        for &rail in self.rails.iter().skip(skipped) {
            text.push_str(if rail { glyphs.vertical } else { " " });
            text.push(' ');
        }
        if self.depth > 0 {
            text.push_str(if self.last { glyphs.corner } else { glyphs.tee });
            text.push(' ');
        }
        match self.fold {
            Fold::Leaf => {}
            Fold::Open => text.push_str(glyphs.open),
            Fold::Closed => text.push_str(glyphs.closed),
        }
        if self.fold != Fold::Leaf {
            text.push(' ');
        }
        text
    }
}

/// A bar from `start` to `end` in a line of `width` columns that stands for `total`; at least one mark where `width` is not 0.
pub fn bar(start: i64, end: i64, total: i64, width: usize, glyphs: &Glyphs) -> String {
    if width == 0 {
        return String::new();
    }
    let eighths = width as i128 * 8;
    let at = |time: i64| {
        if total <= 0 { 0 } else { (i128::from(time.clamp(0, total)) * eighths / i128::from(total)) as usize }
    };
    let from = (at(start) / 8).min(width - 1);
    let to = if at(end) > at(start) { at(end).max(from * 8 + 1) } else { from * 8 + 1 };
    let mut text = " ".repeat(from);
    let long = to - from * 8;
    text.push_str(&glyphs.full.repeat(long / 8));
    if !long.is_multiple_of(8) {
        text.push_str(glyphs.eighths[long % 8 - 1]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::glyphs::UNICODE;

    fn shown(parents: &[Option<usize>], closed: &[usize]) -> Vec<String> {
        lay_out(parents, &|node| closed.contains(&node))
            .iter()
            .map(|row| format!("{}{}", row.prefix(&UNICODE), row.id))
            .collect()
    }

    #[test]
    fn a_tree_shows_who_belongs_to_whom() {
        let parents = [None, Some(0), Some(1), Some(0), None];
        assert_eq!(shown(&parents, &[]), ["▾ 0", "├ ▾ 1", "│ └ 2", "└ 3", "4"]);
        assert_eq!(shown(&parents, &[1]), ["▾ 0", "├ ▸ 1", "└ 3", "4"]);
    }

    #[test]
    fn circles_and_unknown_parents_show_every_node_once() {
        assert_eq!(shown(&[Some(1), Some(0), Some(2), Some(99)], &[]).len(), 4);
    }

    #[test]
    fn bars_stand_where_their_time_is() {
        assert_eq!(bar(0, 100, 100, 10, &UNICODE), "██████████");
        assert_eq!(bar(50, 75, 100, 8, &UNICODE), "    ██");
        assert_eq!(bar(100, 100, 100, 8, &UNICODE), "       ▏");
        assert_eq!(bar(-5, 500, 0, 3, &UNICODE), "▏");
        assert_eq!(bar(0, 1, 1, 0, &UNICODE), "");
    }
}
