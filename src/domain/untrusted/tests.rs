use super::*;

fn marker_of(text: &str) -> Vec<String> {
    safe_line(text).pieces.iter().filter(|piece| piece.is_marker()).map(|piece| piece.text().to_owned()).collect()
}

#[test]
fn every_class_of_code_points_has_its_sign() {
    for (text, shown) in [
        ("a\u{1b}[31mb", "a␛[31mb"),
        ("\u{0}\u{8}\u{b}\u{c}\u{1f}\u{7f}", "␀␈␋␌␟␡"),
        ("a\u{9b}31m", "a‹U+009B CSI›31m"),
        ("a\u{9d}", "a‹U+009D OSC›"),
        ("a\u{202e}b\u{2066}", "a‹U+202E RLO›b‹U+2066 LRI›"),
        ("\u{61c}\u{200e}\u{200f}", "‹U+061C ALM›‹U+200E LRM›‹U+200F RLM›"),
        ("\u{206a}", "‹U+206A ISS›"),
        ("pass\u{ad}word\u{200b}x\u{feff}", "pass‹U+00AD SHY›word‹U+200B ZWSP›x‹U+FEFF BOM›"),
        ("\u{3164}\u{115f}\u{2060}\u{1d173}\u{1bca0}", "‹U+3164 HF›‹U+115F HCF›‹U+2060 WJ›‹U+1D173›‹U+1BCA0›"),
        ("\u{2801}\u{2800}\u{2801}", "\u{2801}\u{2800}\u{2801}"),
        ("\u{2800}a", "‹U+2800 blank›a"),
        ("a\u{2800}\u{2800}b", "a‹U+2800 blank›‹U+2800 blank›b"),
        ("a\u{200d}b a\u{200c}b", "a‹U+200D ZWJ›b a‹U+200C ZWNJ›b"),
        ("a\u{fe0f}b\u{fe00}", "a‹U+FE0F VS16›b‹U+FE00›"),
        ("葛\u{e0100}", "葛‹U+E0100›"),
        ("hi\u{e0064}\u{e006f}\u{e0020}\u{e0069}\u{e0074}!", "hi‹hidden: do it›!"),
        ("\u{e0001}\u{e0041}", "‹U+E0001›‹hidden: A›"),
        ("a\u{e0158}\u{e0159}", "a‹hidden: hi›"),
        ("\u{e0080}\u{e01f0}", "‹U+E0080›‹U+E01F0›"),
        ("\u{fff9}\u{fffc}", "‹U+FFF9 IAA›‹U+FFFC OBJ›"),
        ("\u{fdd0}\u{ffff}\u{10fffe}", "‹U+FDD0›‹U+FFFF›‹U+10FFFE›"),
        ("\u{e000}\u{10eeee}", "‹U+E000›‹U+10EEEE›"),
        ("\u{378}", "‹U+0378›"),
        ("\u{fffd}", "\u{fffd}"),
        ("\u{301}x", "‹U+0301›x"),
        ("‹U+202E RLO›", "‹U+2039›U+202E RLO›"),
        ("‹hidden: x› ‹a›", "‹U+2039›hidden: x› ‹a›"),
    ] {
        assert_eq!(safe_plain(text), shown, "{}", text.escape_unicode());
    }
    assert_eq!(marker_of("\u{fffd}"), ["\u{fffd}"]);
}

#[test]
fn lines_break_where_a_reader_sees_them_break() {
    let shown = |text: &str| safe_lines(text).iter().map(SafeLine::text).collect::<Vec<_>>();
    assert_eq!(
        shown("a\nb\r\nc\rd\u{85}e\u{2028}f\u{2029}g"),
        ["a", "b", "c‹U+000D CR›", "d‹U+0085 NEL›", "e‹U+2028 LS›", "f‹U+2029 PS›", "g"]
    );
    assert_eq!(shown("a\n\nb\n"), ["a", "", "b"]);
    assert_eq!(shown(""), Vec::<String>::new());
    assert_eq!(shown("a\tb\t\tc"), ["a   b       c"]);
    assert_eq!(shown("日\tb\u{202e}\tc"), ["日  b‹U+202E RLO›   c"]);
    assert_eq!(safe_line("a\nb\r\n").text(), "a⏎b⏎");
    assert_eq!(safe_plain_lines("a\r\nb\u{7}\n"), "a\nb␇\n");
    assert_eq!(count_markers("a\nb\rc\u{7}"), 2);
}

#[test]
fn a_window_is_a_part_of_the_whole() {
    let text = "one\ntwo\u{7}\r\nthree\u{2028}four\n\nsix";
    let all = safe_lines(text);
    assert_eq!(line_count(text), all.len());
    for first in 0..=all.len() + 1 {
        for count in 0..4 {
            let expected: Vec<_> = all.iter().skip(first).take(count).cloned().collect();
            assert_eq!(safe_lines_window(text, first, count), expected);
        }
    }
}

#[test]
fn clean_texts_of_many_scripts_have_no_markers() {
    for text in [
        "The quick brown fox – “quoted”, naïve café, cafe\u{301}. £5 © ® ™ 100 °C",
        "Быстрая коричневая лиса; й = и\u{306}",
        "Η γρήγορη καφέ αλεπού, ἀρχὴ",
        "می\u{200c}خواهم کتاب\u{200c}هایم را. خانه\u{200c}ها",
        "بِسْمِ اللَّهِ الرَّحْمٰنِ",
        "שָׁלוֹם עֲלֵיכֶם",
        "क्षत्रिय स्त्री ज्ञान र्क क्\u{200d}ष श्रीमान् हिन्दी राष्ट्र",
        "বাংলা র\u{200d}্য ক্ষুদ্র",
        "தமிழ் ஸ்ரீ క్షేత్రం ಕ್ಷ ಸ್ತ್ರೀ മലയാളം സ്ത്രീ ශ්\u{200d}රී ලංකා",
        "ภาษาไทย น้ำ ที่นี่ ພາສາລາວ",
        "မြန်မာဘာသာ ကြောင်း ភាសាខ្មែរ ស្ត្រី བོད་སྐད་",
        "日本語のテキスト、が か\u{3099} 中文 ｆｕｌｌ",
        "한국어 \u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}",
        "👨\u{200d}👩\u{200d}👧\u{200d}👦 👩🏽\u{200d}🚀 ❤\u{fe0f} ☎\u{fe0e} 1\u{fe0f}\u{20e3} 🇩🇪 👍🏿 🏳\u{fe0f}\u{200d}🌈",
        "👩🏻\u{200d}❤\u{fe0f}\u{200d}💋\u{200d}👨🏿 🧑\u{200d}🤝\u{200d}🧑 🏃🏽\u{200d}♀\u{fe0f}\u{200d}➡\u{fe0f} 🐻\u{200d}❄\u{fe0f}",
        "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}🏴\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
        "ქართული հայերեն አማርኛ ᠮᠣᠩᠭᠣᠯ ⠓⠑⠇⠇⠕ ├──└ ▇▁ ∑∫√ ‹quoted›",
    ] {
        assert_eq!(marker_of(text), Vec::<String>::new(), "{text}");
        assert_eq!(safe_line(text).text(), text);
    }
}

#[test]
fn sequences_that_nobody_recommends_are_shown() {
    assert_eq!(safe_plain("🍎\u{200d}🍌"), "🍎‹U+200D ZWJ›🍌");
    assert_eq!(safe_plain("🏴\u{e0066}\u{e0072}\u{e007f}"), "🏴‹hidden: fr›‹U+E007F›");
    assert_eq!(safe_plain("م\u{200c}\u{200c}م"), "م‹U+200C ZWNJ›‹U+200C ZWNJ›م");
    assert_eq!(safe_plain("م\u{200c}a"), "م‹U+200C ZWNJ›a");
}

#[test]
fn an_overloaded_cluster_is_its_base_and_a_count() {
    assert_eq!(safe_plain(&format!("a{}b", "\u{301}".repeat(1000))), "a‹+1000 marks›b");
    assert_eq!(safe_plain(&format!("x{}", "\u{301}".repeat(10))), format!("x{}", "\u{301}".repeat(10)));
    assert_eq!(safe_plain(&"\u{1100}".repeat(50)), "\u{1100}‹+49 marks›");
    assert_eq!(safe_plain(&"क्".repeat(50)), "क‹+99 marks›");
}
