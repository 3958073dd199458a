//! Where ZERO WIDTH JOINER and NON-JOINER are spelling: between letters of one joining or Indic script.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

pub(super) const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// Whether the joiner at an index stands between two letters of one joining or Indic script; marks that belong to the
/// letters (vowel signs, a virama) may stand between.
pub(super) fn joins(chars: &[char], at: usize) -> bool {
    if !chars.get(at).is_some_and(|&c| is_joiner(c)) {
        return false;
    }
    let before = chars[..at].iter().rev().copied().find(|&c| !is_mark(c));
    let after = chars[at + 1..].iter().copied().find(|&c| !is_mark(c));
    match (before, after) {
        (Some(before), Some(after)) => {
            let script = before.script();
            is_letter(before) && is_letter(after) && script == after.script() && takes_joiners(script)
        }
        _ => false,
    }
}

/// Whether a code point can be a part of a conjunct, which is one cluster of several columns.
pub(super) fn is_conjunct_part(c: char) -> bool {
    is_joiner(c) || is_brahmic(c.script()) || (is_mark(c) && c.script() == Script::Inherited)
}

fn is_letter(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Letter
}

fn is_mark(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Mark
}

fn takes_joiners(script: Script) -> bool {
    is_brahmic(script)
        || matches!(
            script,
            Script::Arabic
                | Script::Syriac
                | Script::Nko
                | Script::Mongolian
                | Script::Mandaic
                | Script::Manichaean
                | Script::Phags_Pa
                | Script::Adlam
                | Script::Hanifi_Rohingya
                | Script::Sogdian
        )
}

fn is_brahmic(script: Script) -> bool {
    matches!(
        script,
        Script::Devanagari
            | Script::Bengali
            | Script::Gurmukhi
            | Script::Gujarati
            | Script::Oriya
            | Script::Tamil
            | Script::Telugu
            | Script::Kannada
            | Script::Malayalam
            | Script::Sinhala
            | Script::Thai
            | Script::Lao
            | Script::Tibetan
            | Script::Myanmar
            | Script::Khmer
            | Script::Balinese
            | Script::Javanese
            | Script::Sundanese
            | Script::Tai_Tham
            | Script::Cham
            | Script::Meetei_Mayek
            | Script::Saurashtra
            | Script::Brahmi
            | Script::Chakma
            | Script::Grantha
            | Script::Sharada
            | Script::Newa
            | Script::Tirhuta
            | Script::Siddham
            | Script::Modi
            | Script::Kaithi
            | Script::Buginese
            | Script::Batak
            | Script::Limbu
            | Script::Lepcha
            | Script::Syloti_Nagri
            | Script::Kharoshthi
            | Script::Khudawadi
            | Script::Khojki
            | Script::Bhaiksuki
    )
}
