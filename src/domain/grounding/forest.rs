//! The fitted model: trees over a sentence's numbers, compiled in as a table that can be read.
//!
//! `table/verdict.txt` and `table/lack.txt` are written by `tests/by_hand/grounding/fit.py`. A line is a tree, its nodes
//! in order with the root first: `name<threshold:left:right` goes to the node numbered `left` where the number called
//! `name` is at most the threshold, else to `right`; `=a,b,c` is a leaf with the share of each class in per cent.

use std::sync::OnceLock;

use super::features::{FEATURES, Features};

static VERDICT: &str = include_str!("table/verdict.txt");
static LACK: &str = include_str!("table/lack.txt");

/// How many classes the verdict's trees tell apart.
pub(super) const CLASSES: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Node {
    Branch { feature: u16, threshold: f32, left: u32, right: u32 },
    Leaf([f32; CLASSES]),
}

/// Trees whose leaves are averaged.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Forest {
    nodes: Vec<Node>,
    roots: Vec<u32>,
}

impl Forest {
    /// The trees for the verdict: shares of supported, partial, unsupported, no claim.
    pub(super) fn verdict() -> &'static Self {
        static FOREST: OnceLock<Forest> = OnceLock::new();
        FOREST.get_or_init(|| Self::read(VERDICT))
    }

    /// The trees for what is not supported: shares of absent and contradicted.
    pub(super) fn lack() -> &'static Self {
        static FOREST: OnceLock<Forest> = OnceLock::new();
        FOREST.get_or_init(|| Self::read(LACK))
    }

    /// Reads a table; a line that cannot be read is left out (a test holds that there is none).
    fn read(table: &str) -> Self {
        let mut forest = Self::default();
        for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let first = forest.nodes.len() as u32;
            let nodes: Option<Vec<Node>> = line.split(' ').map(|node| read_node(node, first)).collect();
            if let Some(nodes) = nodes {
                forest.roots.push(first);
                forest.nodes.extend(nodes);
            }
        }
        forest
    }

    /// The share of each class, from 0 to 1; equal shares where there is no tree.
    pub(super) fn shares(&self, features: &Features) -> [f32; CLASSES] {
        let values = features.values();
        let mut sum = [0.0; CLASSES];
        for root in &self.roots {
            let leaf = self.leaf(*root, &values);
            for (total, share) in sum.iter_mut().zip(leaf) {
                *total += share;
            }
        }
        let all: f32 = sum.iter().sum();
        if all > 0.0 { sum.map(|share| share / all) } else { [1.0 / CLASSES as f32; CLASSES] }
    }

    fn leaf(&self, root: u32, values: &[f32]) -> [f32; CLASSES] {
        let mut at = root;
        loop {
            match self.nodes.get(at as usize) {
                Some(Node::Leaf(shares)) => return *shares,
                // A child comes after its parent, so this ends.
                Some(Node::Branch { feature, threshold, left, right }) => {
                    let value = values.get(usize::from(*feature)).copied().unwrap_or(0.0);
                    at = if value <= *threshold { *left } else { *right };
                }
                None => return [0.0; CLASSES],
            }
        }
    }
}

fn read_node(text: &str, first: u32) -> Option<Node> {
    if let Some(shares) = text.strip_prefix('=') {
        let mut leaf = [0.0; CLASSES];
        for (place, share) in shares.split(',').enumerate() {
            *leaf.get_mut(place)? = share.parse().ok()?;
        }
        return Some(Node::Leaf(leaf));
    }
    let (name, rest) = text.split_once('<')?;
    let mut parts = rest.split(':');
    let feature = FEATURES.iter().position(|feature| *feature == name)? as u16;
    let threshold = parts.next()?.parse().ok()?;
    let left = first + parts.next()?.parse::<u32>().ok()?;
    let right = first + parts.next()?.parse::<u32>().ok()?;
    Some(Node::Branch { feature, threshold, left, right })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_can_be_read_whole() {
        for table in [VERDICT, LACK] {
            let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
            let forest = Forest::read(table);
            assert!(lines > 0 && forest.roots.len() == lines);
            for (place, node) in forest.nodes.iter().enumerate() {
                if let Node::Branch { left, right, .. } = node {
                    assert!(
                        *left as usize > place && *right as usize > place && (*right as usize) < forest.nodes.len()
                    );
                }
            }
        }
    }

    #[test]
    fn a_tree_is_walked_to_its_leaf() {
        let forest = Forest::read("cov1<0.5:1:2 =10,0,90 =80,0,20");
        let low = forest.shares(&Features { cov1: 0.5, ..Features::default() });
        let high = forest.shares(&Features { cov1: 0.6, ..Features::default() });
        assert!((low[2] - 0.9).abs() < 1e-6 && (high[0] - 0.8).abs() < 1e-6);
    }
}
