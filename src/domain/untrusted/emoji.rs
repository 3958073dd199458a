//! Emoji sequences as Unicode recommends them for interchange (UTS #51, ED-27: RGI), told by their grammar.

use unicode_properties::UnicodeEmoji;
use unicode_properties::emoji::EmojiStatus;

const ZWJ: char = '\u{200D}';
const TEXT_STYLE: char = '\u{FE0E}';
const EMOJI_STYLE: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';
const BLACK_FLAG: char = '\u{1F3F4}';

/// The flags of England, Scotland and Wales as tags after the black flag.
const TAG_FLAGS: [&str; 3] = [
    "\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    "\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
    "\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}",
];

/// Sequences that follow no pattern, without their emoji style selectors.
const SINGLE: [&[char]; 17] = [
    &['\u{1F3F3}', '\u{1F308}'],
    &['\u{1F3F3}', '\u{26A7}'],
    &['\u{1F3F4}', '\u{2620}'],
    &['\u{1F415}', '\u{1F9BA}'],
    &['\u{1F408}', '\u{2B1B}'],
    &['\u{1F43B}', '\u{2744}'],
    &['\u{1F426}', '\u{2B1B}'],
    &['\u{1F426}', '\u{1F525}'],
    &['\u{1F441}', '\u{1F5E8}'],
    &['\u{1F62E}', '\u{1F4A8}'],
    &['\u{1F635}', '\u{1F4AB}'],
    &['\u{1F636}', '\u{1F32B}'],
    &['\u{1F642}', '\u{2194}'],
    &['\u{1F642}', '\u{2195}'],
    &['\u{2764}', '\u{1F525}'],
    &['\u{2764}', '\u{1FA79}'],
    &['\u{26D3}', '\u{1F4A5}'],
];
const FOOD: [&[char]; 2] = [&['\u{1F34B}', '\u{1F7E9}'], &['\u{1F344}', '\u{1F7EB}']];

/// How many code points at the start are one legitimate sequence with a selector, joiner or tag; 0 where there is none.
pub(super) fn sequence(chars: &[char]) -> usize {
    let Some(&first) = chars.first() else { return 0 };
    if first == BLACK_FLAG
        && let Some(length) = tag_flag(&chars[1..])
    {
        return length + 1;
    }
    let Some(element) = Element::read(chars) else { return 0 };
    let mut elements = vec![element];
    let mut ends = vec![element.length];
    let mut at = element.length;
    while chars.get(at) == Some(&ZWJ) && elements.len() < 5 {
        let Some(next) = Element::read(&chars[at + 1..]) else { break };
        at += 1 + next.length;
        elements.push(next);
        ends.push(at);
    }
    while elements.len() > 1 {
        if is_recommended(&elements) {
            return ends[elements.len() - 1];
        }
        elements.pop();
    }
    if chars.get(1).is_some_and(|&c| matches!(c, TEXT_STYLE | EMOJI_STYLE)) && has_styles(first) {
        let keycap = usize::from(matches!(first, '0'..='9' | '#' | '*') && chars.get(2) == Some(&KEYCAP));
        return 2 + keycap;
    }
    0
}

fn tag_flag(chars: &[char]) -> Option<usize> {
    TAG_FLAGS.iter().map(|flag| flag.chars()).find_map(|flag| {
        let length = flag.clone().count();
        (chars.len() >= length && flag.eq(chars[..length].iter().copied())).then_some(length)
    })
}

/// One emoji of a joined sequence, with its skin tone or emoji style.
#[derive(Clone, Copy, Debug)]
struct Element {
    base: char,
    style: Style,
    length: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Bare,
    Emoji,
    SkinTone,
}

impl Element {
    fn read(chars: &[char]) -> Option<Self> {
        let base = *chars.first()?;
        if !base.is_emoji_char() {
            return None;
        }
        let (style, length) = match chars.get(1) {
            Some(&EMOJI_STYLE) if has_styles(base) => (Style::Emoji, 2),
            Some('\u{1F3FB}'..='\u{1F3FF}') if takes_skin_tone(base) => (Style::SkinTone, 2),
            _ => (Style::Bare, 1),
        };
        Some(Self { base, style, length })
    }
}

fn takes_skin_tone(c: char) -> bool {
    matches!(c.emoji_status(), EmojiStatus::EmojiModifierBase | EmojiStatus::EmojiPresentationAndModifierBase)
        || matches!(c, '\u{1F46F}' | '\u{1F93C}' | '\u{1F91D}')
}

/// Whether elements joined by ZWJ are a recommended sequence.
fn is_recommended(elements: &[Element]) -> bool {
    let bases: Vec<char> = elements.iter().map(|element| element.base).collect();
    if SINGLE.contains(&bases.as_slice()) || FOOD.contains(&bases.as_slice()) {
        return elements.iter().all(|element| element.style != Style::SkinTone);
    }
    // A direction may follow a person who moves: walking, kneeling, running, with a cane, in a wheelchair.
    let bases = match bases.as_slice() {
        [rest @ .., '\u{27A1}'] if is_mover(rest) => {
            if rest.len() == 1 {
                return true;
            }
            rest
        }
        all => all,
    };
    let toned = elements.iter().any(|element| element.style == Style::SkinTone);
    match *bases {
        [one, two] if is_person(one) && (is_role(two) || is_hair(two)) => true,
        [one, '\u{2640}' | '\u{2642}'] => takes_gender(one),
        [one, two] => !toned && is_adult(one) && is_child(two) || is_pair_of_one(one, two),
        [one, '\u{1F91D}' | '\u{1F430}' | '\u{1FAEF}' | '\u{2764}', two] | [one, '\u{2764}', '\u{1F48B}', two] => {
            is_person(one) && is_person(two)
        }
        [one, two, three] => !toned && is_adult(one) && (is_adult(two) || is_child(two)) && is_child(three),
        [one, two, three, four] => !toned && is_adult(one) && is_adult(two) && is_child(three) && is_child(four),
        _ => false,
    }
}

fn is_mover(bases: &[char]) -> bool {
    match bases {
        [one] => matches!(one, '\u{1F6B6}' | '\u{1F9CE}' | '\u{1F3C3}'),
        [one, '\u{2640}' | '\u{2642}'] => matches!(one, '\u{1F6B6}' | '\u{1F9CE}' | '\u{1F3C3}'),
        [one, '\u{1F9AF}' | '\u{1F9BC}' | '\u{1F9BD}'] => is_person(*one),
        _ => false,
    }
}

/// Two hands of different skin tones.
const fn is_pair_of_one(one: char, two: char) -> bool {
    matches!((one, two), ('\u{1FAF1}', '\u{1FAF2}'))
}

/// Man, woman, adult.
const fn is_person(c: char) -> bool {
    matches!(c, '\u{1F468}' | '\u{1F469}' | '\u{1F9D1}')
}

const fn is_adult(c: char) -> bool {
    is_person(c)
}

/// Boy, girl, child.
const fn is_child(c: char) -> bool {
    matches!(c, '\u{1F466}' | '\u{1F467}' | '\u{1F9D2}')
}

const fn is_hair(c: char) -> bool {
    matches!(c, '\u{1F9B0}'..='\u{1F9B3}')
}

/// The things that make a person a nurse, a judge, a pilot and so on.
const fn is_role(c: char) -> bool {
    matches!(
        c,
        '\u{2695}'
            | '\u{2696}'
            | '\u{2708}'
            | '\u{1F33E}'
            | '\u{1F373}'
            | '\u{1F37C}'
            | '\u{1F384}'
            | '\u{1F393}'
            | '\u{1F3A4}'
            | '\u{1F3A8}'
            | '\u{1F3EB}'
            | '\u{1F3ED}'
            | '\u{1F4BB}'
            | '\u{1F4BC}'
            | '\u{1F527}'
            | '\u{1F52C}'
            | '\u{1F680}'
            | '\u{1F692}'
            | '\u{1F9AF}'
            | '\u{1F9BC}'
            | '\u{1F9BD}'
            | '\u{1FA70}'
    )
}

/// Activities and beings that come as women and men.
fn takes_gender(c: char) -> bool {
    matches!(
        c,
        '\u{26F9}' | '\u{1F3C3}' | '\u{1F3C4}' | '\u{1F3CA}'..='\u{1F3CC}' | '\u{1F46E}' | '\u{1F46F}' | '\u{1F470}'
            | '\u{1F471}' | '\u{1F473}' | '\u{1F477}' | '\u{1F481}' | '\u{1F482}' | '\u{1F486}' | '\u{1F487}'
            | '\u{1F575}' | '\u{1F645}'..='\u{1F647}' | '\u{1F64B}' | '\u{1F64D}' | '\u{1F64E}' | '\u{1F6A3}'
            | '\u{1F6B4}'..='\u{1F6B6}' | '\u{1F926}' | '\u{1F935}' | '\u{1F937}'..='\u{1F939}'
            | '\u{1F93C}'..='\u{1F93E}' | '\u{1F9B8}' | '\u{1F9B9}' | '\u{1F9CD}'..='\u{1F9CF}' | '\u{1F9D4}'
            | '\u{1F9D6}'..='\u{1F9DF}'
    )
}

/// Whether a base has text and emoji styles (Unicode's emoji-variation-sequences).
fn has_styles(c: char) -> bool {
    match c.emoji_status() {
        EmojiStatus::EmojiOther | EmojiStatus::EmojiOtherAndEmojiComponent | EmojiStatus::EmojiModifierBase => true,
        EmojiStatus::EmojiPresentation | EmojiStatus::EmojiPresentationAndModifierBase => {
            STYLED.iter().any(|&(first, last)| (first..=last).contains(&u32::from(c)))
        }
        _ => false,
    }
}

/// Emoji drawn in colour by default that have a text style too.
const STYLED: &[(u32, u32)] = &[
    (0x231A, 0x231B),
    (0x23E9, 0x23EA),
    (0x23F3, 0x23F3),
    (0x25FD, 0x25FE),
    (0x2614, 0x2615),
    (0x2648, 0x2653),
    (0x267F, 0x267F),
    (0x2693, 0x2693),
    (0x26A1, 0x26A1),
    (0x26AA, 0x26AB),
    (0x26BD, 0x26BE),
    (0x26C4, 0x26C5),
    (0x26D4, 0x26D4),
    (0x26EA, 0x26EA),
    (0x26F2, 0x26F3),
    (0x26F5, 0x26F5),
    (0x26FA, 0x26FA),
    (0x26FD, 0x26FD),
    (0x2753, 0x2753),
    (0x2757, 0x2757),
    (0x2B1B, 0x2B1C),
    (0x2B50, 0x2B50),
    (0x2B55, 0x2B55),
    (0x1F004, 0x1F004),
    (0x1F21A, 0x1F21A),
    (0x1F22F, 0x1F22F),
    (0x1F30D, 0x1F30F),
    (0x1F315, 0x1F315),
    (0x1F31C, 0x1F31C),
    (0x1F378, 0x1F378),
    (0x1F393, 0x1F393),
    (0x1F3A7, 0x1F3A7),
    (0x1F3AC, 0x1F3AE),
    (0x1F3C2, 0x1F3C2),
    (0x1F3C4, 0x1F3C4),
    (0x1F3C6, 0x1F3C6),
    (0x1F3CA, 0x1F3CA),
    (0x1F3E0, 0x1F3E0),
    (0x1F3ED, 0x1F3ED),
    (0x1F408, 0x1F408),
    (0x1F415, 0x1F415),
    (0x1F41F, 0x1F41F),
    (0x1F426, 0x1F426),
    (0x1F442, 0x1F442),
    (0x1F446, 0x1F449),
    (0x1F44D, 0x1F44E),
    (0x1F453, 0x1F453),
    (0x1F46A, 0x1F46A),
    (0x1F47D, 0x1F47D),
    (0x1F4A3, 0x1F4A3),
    (0x1F4B0, 0x1F4B0),
    (0x1F4B3, 0x1F4B3),
    (0x1F4BB, 0x1F4BB),
    (0x1F4BF, 0x1F4BF),
    (0x1F4CB, 0x1F4CB),
    (0x1F4DA, 0x1F4DA),
    (0x1F4DF, 0x1F4DF),
    (0x1F4E4, 0x1F4E6),
    (0x1F4EA, 0x1F4ED),
    (0x1F4F7, 0x1F4F7),
    (0x1F4F9, 0x1F4FB),
    (0x1F508, 0x1F508),
    (0x1F50D, 0x1F50D),
    (0x1F512, 0x1F513),
    (0x1F550, 0x1F567),
    (0x1F610, 0x1F610),
    (0x1F687, 0x1F687),
    (0x1F68D, 0x1F68D),
    (0x1F691, 0x1F691),
    (0x1F694, 0x1F694),
    (0x1F698, 0x1F698),
    (0x1F6AD, 0x1F6AD),
    (0x1F6B2, 0x1F6B2),
    (0x1F6B9, 0x1F6BA),
    (0x1F6BC, 0x1F6BC),
];
