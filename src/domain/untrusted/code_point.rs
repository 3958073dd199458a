//! Which code points never reach a terminal from data, and how each is shown.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Whether a code point may reach a terminal from data only within a legitimate sequence, or never.
///
/// True for controls, format and invisible characters, joiners, variation selectors, tags, private use, noncharacters
/// and what Unicode has not assigned. U+2800 (a blank that is legitimate between Braille) and U+FFFD are true too.
pub fn is_forbidden(c: char) -> bool {
    if is_surely_fine(c) {
        return false;
    }
    let code = u32::from(c);
    matches!(code,
        0x00..=0x1F | 0x7F..=0x9F
        | 0x061C | 0x200C..=0x200F | 0x2028..=0x202E | 0x2066..=0x2069 | 0x206A..=0x206F
        | 0x00AD | 0x034F | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F | 0x200B | 0x2060..=0x2065 | 0x2800
        | 0x3164 | 0xFEFF | 0xFFA0 | 0x1D173..=0x1D17A | 0x1BCA0..=0x1BCA3
        | 0xFE00..=0xFE0F | 0xE0000..=0xE0FFF
        | 0xFFF9..=0xFFFD | 0xFDD0..=0xFDEF
    ) || code & 0xFFFE == 0xFFFE
        || matches!(c.general_category(), GeneralCategory::PrivateUse | GeneralCategory::Unassigned)
}

/// Letters, digits, punctuation and ideographs that stand alone in a cluster of their own and are never forbidden: the
/// bulk of real text. Two of them in a row are always a boundary between clusters.
pub(super) fn is_surely_fine(c: char) -> bool {
    matches!(c,
        ' '..='~'
        | '\u{A1}'..='\u{A8}' | '\u{AA}'..='\u{AC}' | '\u{AF}'..='\u{2FF}'
        | '\u{391}'..='\u{3A1}' | '\u{3A3}'..='\u{3FF}'
        | '\u{400}'..='\u{482}' | '\u{48A}'..='\u{52F}'
        | '\u{5D0}'..='\u{5EA}'
        | '\u{1E00}'..='\u{1EFF}'
        | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{2038}' | '\u{203A}'..='\u{203B}' | '\u{20A0}'..='\u{20C0}'
        | '\u{2500}'..='\u{259F}'
        | '\u{3001}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{FF01}'..='\u{FF5E}')
}

/// What is shown for a forbidden code point that stands outside a legitimate sequence.
pub(super) fn marker(c: char) -> String {
    let code = u32::from(c);
    match code {
        0x00..=0x1F => picture(0x2400 + code),
        0x7F => picture(0x2421),
        0xFFFD => c.to_string(),
        _ => tag(c),
    }
}

fn picture(code: u32) -> String {
    char::from_u32(code).map(String::from).unwrap_or_default()
}

/// A code point as its number, with its short name where it has one: `‹U+202E RLO›`.
pub(super) fn tag(c: char) -> String {
    let code = u32::from(c);
    match short_name(code) {
        Some(name) => format!("‹U+{code:04X} {name}›"),
        None => format!("‹U+{code:04X}›"),
    }
}

/// The short names of the controls of ISO/IEC 6429 and of Unicode's format characters.
fn short_name(code: u32) -> Option<&'static str> {
    const C1: [&str; 32] = [
        "PAD", "HOP", "BPH", "NBH", "IND", "NEL", "SSA", "ESA", "HTS", "HTJ", "VTS", "PLD", "PLU", "RI", "SS2", "SS3",
        "DCS", "PU1", "PU2", "STS", "CCH", "MW", "SPA", "EPA", "SOS", "SGC", "SCI", "CSI", "ST", "OSC", "PM", "APC",
    ];
    Some(match code {
        0x0D => "CR",
        0x80..=0x9F => return C1.get(code as usize - 0x80).copied(),
        0xAD => "SHY",
        0x034F => "CGJ",
        0x061C => "ALM",
        0x115F => "HCF",
        0x1160 => "HJF",
        0x180B => "FVS1",
        0x180C => "FVS2",
        0x180D => "FVS3",
        0x180E => "MVS",
        0x180F => "FVS4",
        0x200B => "ZWSP",
        0x200C => "ZWNJ",
        0x200D => "ZWJ",
        0x200E => "LRM",
        0x200F => "RLM",
        0x2028 => "LS",
        0x2029 => "PS",
        0x202A => "LRE",
        0x202B => "RLE",
        0x202C => "PDF",
        0x202D => "LRO",
        0x202E => "RLO",
        0x2060 => "WJ",
        0x2066 => "LRI",
        0x2067 => "RLI",
        0x2068 => "FSI",
        0x2069 => "PDI",
        0x206A => "ISS",
        0x206B => "ASS",
        0x206C => "IAFS",
        0x206D => "AAFS",
        0x206E => "NADS",
        0x206F => "NODS",
        0x2800 => "blank",
        0x3164 => "HF",
        0xFE0E => "VS15",
        0xFE0F => "VS16",
        0xFEFF => "BOM",
        0xFFA0 => "HWHF",
        0xFFF9 => "IAA",
        0xFFFA => "IAS",
        0xFFFB => "IAT",
        0xFFFC => "OBJ",
        _ => return None,
    })
}
