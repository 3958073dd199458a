//! Three-way merge of texts by lines.

use similar::TextMerge;

/// What came of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merged {
    /// Both changes fit together.
    Clean(String),
    /// Both sides changed the same lines, which stand between the marks that git uses.
    Conflict(String),
}

/// Merges the changes from `base` to `theirs` into `ours`.
pub fn merge(base: &str, ours: &str, theirs: &str) -> Merged {
    let mut merge = TextMerge::from_lines(base, ours, theirs);
    merge.labels("before", "written here", "changed outside");
    let text = merge.to_string();
    if merge.is_conflicted() { Merged::Conflict(text) } else { Merged::Clean(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BASE: &str = "one\ntwo\nthree\nfour\nfive\n";

    #[test]
    fn changes_in_different_places_fit_together() {
        let merged = merge(BASE, "one\n2\nthree\nfour\nfive\n", "one\ntwo\nthree\nfour\nfive\nsix\n");
        assert_eq!(merged, Merged::Clean("one\n2\nthree\nfour\nfive\nsix\n".into()));
        let merged = merge(BASE, "zero\none\ntwo\nthree\nfour\nfive\n", "one\nthree\nfour\nfive\n");
        assert_eq!(merged, Merged::Clean("zero\none\nthree\nfour\nfive\n".into()));
    }

    #[test]
    fn changes_of_the_same_lines_are_marked_and_nothing_is_lost() {
        let merged = merge(BASE, "one\n2\nthree\nfour\nfive\n", "one\nTWO\nthree\nfour\nfive\n");
        let text = "one\n<<<<<<< written here\n2\n=======\nTWO\n>>>>>>> changed outside\nthree\nfour\nfive\n";
        assert_eq!(merged, Merged::Conflict(text.into()));
        assert_eq!(
            merge("a", "b", "c"),
            Merged::Conflict("<<<<<<< written here\nb\n=======\nc\n>>>>>>> changed outside\n".into())
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_side_that_changed_nothing_takes_the_other(base in "([abc]\n){0,8}", other in "([abcd]\n){0,8}[ab]?") {
            prop_assert_eq!(merge(&base, &base, &other), Merged::Clean(other.clone()));
            prop_assert_eq!(merge(&base, &other, &base), Merged::Clean(other.clone()));
            prop_assert_eq!(merge(&base, &other, &other), Merged::Clean(other));
        }

        #[test]
        fn every_line_of_both_sides_is_in_the_result_or_was_taken_out(ours in "([abcx]\n){0,8}", theirs in "([abcy]\n){0,8}") {
            let (Merged::Clean(text) | Merged::Conflict(text)) = merge("a\nb\nc\na\n", &ours, &theirs);
            prop_assert!(!ours.contains('x') || text.contains('x'));
            prop_assert!(!theirs.contains('y') || text.contains('y'));
        }
    }
}
