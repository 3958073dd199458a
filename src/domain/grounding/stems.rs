//! Words brought to what their forms have in common, and the hashes that stand for them.

use std::hash::{BuildHasherDefault, Hasher};

/// Builds maps whose keys are hashes already.
pub(super) type Ready = BuildHasherDefault<Identity>;

/// Takes a hash for its own hash.
#[derive(Default)]
pub(super) struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |sum, byte| sum.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// A hash of a text that is the same on every machine (FNV-1a with 64 bits, its bits mixed once more).
pub(super) fn hash(text: &str) -> u64 {
    let sum = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    (sum ^ (sum >> 29)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Forms that no rule brings to their word.
const IRREGULAR: &[(&str, &str)] = &[
    ("ate", "eat"),
    ("became", "become"),
    ("began", "begin"),
    ("begun", "begin"),
    ("bought", "buy"),
    ("bound", "bind"),
    ("broke", "break"),
    ("broken", "break"),
    ("brought", "bring"),
    ("built", "build"),
    ("came", "come"),
    ("caught", "catch"),
    ("children", "child"),
    ("chose", "choose"),
    ("chosen", "choose"),
    ("cost", "cost"),
    ("dealt", "deal"),
    ("done", "do"),
    ("drawn", "draw"),
    ("drew", "draw"),
    ("driven", "drive"),
    ("drove", "drive"),
    ("eaten", "eat"),
    ("fallen", "fall"),
    ("feet", "foot"),
    ("fell", "fall"),
    ("felt", "feel"),
    ("flew", "fly"),
    ("flown", "fly"),
    ("forgotten", "forget"),
    ("fought", "fight"),
    ("found", "find"),
    ("froze", "freeze"),
    ("frozen", "freeze"),
    ("gave", "give"),
    ("given", "give"),
    ("gone", "go"),
    ("got", "get"),
    ("grew", "grow"),
    ("grown", "grow"),
    ("heard", "hear"),
    ("held", "hold"),
    ("hid", "hide"),
    ("hidden", "hide"),
    ("kept", "keep"),
    ("knew", "know"),
    ("known", "know"),
    ("laid", "lay"),
    ("leaves", "leave"),
    ("led", "lead"),
    ("left", "leave"),
    ("lent", "lend"),
    ("lives", "live"),
    ("lost", "lose"),
    ("made", "make"),
    ("meant", "mean"),
    ("men", "man"),
    ("met", "meet"),
    ("mice", "mouse"),
    ("paid", "pay"),
    ("people", "person"),
    ("ran", "run"),
    ("risen", "rise"),
    ("rose", "rise"),
    ("said", "say"),
    ("sang", "sing"),
    ("sat", "sit"),
    ("saw", "see"),
    ("seen", "see"),
    ("sent", "send"),
    ("shown", "show"),
    ("shrank", "shrink"),
    ("shut", "shut"),
    ("slept", "sleep"),
    ("sold", "sell"),
    ("spent", "spend"),
    ("spoke", "speak"),
    ("spoken", "speak"),
    ("stole", "steal"),
    ("stolen", "steal"),
    ("stood", "stand"),
    ("sworn", "swear"),
    ("taken", "take"),
    ("taught", "teach"),
    ("teeth", "tooth"),
    ("thought", "think"),
    ("threw", "throw"),
    ("thrown", "throw"),
    ("told", "tell"),
    ("took", "take"),
    ("understood", "understand"),
    ("went", "go"),
    ("withdrawn", "withdraw"),
    ("withdrew", "withdraw"),
    ("women", "woman"),
    ("won", "win"),
    ("wore", "wear"),
    ("worn", "wear"),
    ("written", "write"),
    ("wrote", "write"),
];

/// Endings and what takes their place, the first that fits and leaves three letters.
const ENDINGS: &[(&str, &str)] = &[
    ("isations", "is"),
    ("izations", "is"),
    ("isation", "is"),
    ("ization", "is"),
    ("ations", "at"),
    ("ation", "at"),
    ("nesses", ""),
    ("ness", ""),
    ("ments", ""),
    ("ment", ""),
    ("ities", ""),
    ("ity", ""),
    ("ises", "is"),
    ("izes", "is"),
    ("ised", "is"),
    ("ized", "is"),
    ("ising", "is"),
    ("izing", "is"),
    ("ize", "is"),
    ("ise", "is"),
    ("ingly", ""),
    ("edly", ""),
    ("ies", "y"),
    ("ied", "y"),
    ("sses", "ss"),
    ("ings", ""),
    ("ing", ""),
    ("ally", "al"),
    ("ely", ""),
    ("ly", ""),
    ("ers", ""),
    ("er", ""),
    ("ors", "or"),
    ("ed", ""),
    ("es", ""),
    ("ss", "ss"),
    ("us", "us"),
    ("s", ""),
    ("e", ""),
];

/// The stem of a lower-case word, written into `out`: light suffix stripping for English, which does no harm to other
/// languages written in Latin letters; forms such as `paid` are listed.
pub(super) fn stem<'a>(word: &str, out: &'a mut String) -> &'a str {
    out.clear();
    out.push_str(word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word));
    if !out.is_ascii() || out.len() < 3 {
        return out;
    }
    if let Ok(place) = IRREGULAR.binary_search_by(|(form, _)| (*form).cmp(out.as_str())) {
        out.clear();
        out.push_str(IRREGULAR[place].1);
    }
    for (ending, instead) in ENDINGS {
        if out.len() >= ending.len() + 3 && out.ends_with(ending) {
            out.truncate(out.len() - ending.len());
            out.push_str(instead);
            break;
        }
    }
    let bytes = out.as_bytes();
    let length = bytes.len();
    if length > 3 && bytes[length - 1] == bytes[length - 2] && !b"aeiouls".contains(&bytes[length - 1]) {
        out.truncate(length - 1);
    }
    if out.len() > 3 && out.ends_with('e') {
        out.truncate(out.len() - 1);
    }
    if out.len() > 2 && out.ends_with('i') {
        out.truncate(out.len() - 1);
        out.push('y');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_have_one_stem() {
        assert!(IRREGULAR.is_sorted());
        let of = |word: &str| stem(word, &mut String::new()).to_owned();
        for (one, other) in [
            ("refund", "refunds"),
            ("refunded", "refunding"),
            ("expire", "expires"),
            ("expired", "expiring"),
            ("copies", "copy"),
            ("copied", "copy"),
            ("paid", "pay"),
            ("pays", "pay"),
            ("stopped", "stop"),
            ("organise", "organizes"),
            ("children", "child"),
            ("require", "requirement"),
        ] {
            assert_eq!(of(one), of(other), "{one} {other}");
        }
        assert_eq!(of("größe"), "größe");
    }
}
