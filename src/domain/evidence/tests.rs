use super::trailers::block;
use super::*;
use crate::domain::statistics::Verdict;
use proptest::prelude::*;
use rstest::rstest;

fn difference(evaluator: &str, numbers: [f64; 3], verdict: Verdict) -> MeasuredDifference {
    let [mean, low, high] = Digits::together(numbers);
    MeasuredDifference {
        evaluator: evaluator.to_owned(),
        mean,
        interval: Some([low, high]),
        verdict,
        variant: "answer@work".to_owned(),
        baseline: "answer@v3".to_owned(),
        model: "c/d".to_owned(),
        cases: None,
    }
}

fn evidence() -> Evidence {
    Evidence {
        run_id: "0199aa".into(),
        cases: CaseSet { count: 50, hash: ContentHash::new("0123456789abcdef").unwrap() },
        models: vec!["a/b".to_owned(), "c/d".to_owned()],
        differences: vec![
            difference("similarity", [0.041, 0.0124, 0.07], Verdict::Better),
            difference("latency", [-12.0, -80.25, 31.0], Verdict::NoDifference),
        ],
        unmoved: Vec::new(),
        cost: Some("0.0312".parse().unwrap()),
        prompt: ContentHash::new(&"ab".repeat(32)).unwrap(),
    }
}

#[test]
fn the_trailers_are_lines_that_a_person_reads() {
    let message = evidence().append_to("Say five days\n\nThe old text said three.\n");
    insta::assert_snapshot!(message, @r"
    Say five days

    The old text said three.

    Hindcast-Run: 0199aa
    Hindcast-Cases: 50 blake3:0123456789abcdef
    Hindcast-Models: a/b, c/d
    Hindcast-Difference: similarity +0.041 [+0.012, +0.070] better (answer@work vs answer@v3 on c/d)
    Hindcast-Difference: latency -12.0 [-80.2, +31.0] no difference shown (answer@work vs answer@v3 on c/d)
    Hindcast-Cost: $0.0312
    Hindcast-Prompt: blake3:abababababababababababababababababababababababababababababababab
    ");
    assert_eq!(Evidence::parse(&message), Ok(Some(evidence())));
    assert_eq!(evidence().summary(), "50 cases: similarity +0.041 better on c/d; $0.0312");
}

#[test]
fn what_did_not_move_is_told_in_a_line() {
    let mut whole = evidence();
    whole.differences.push(difference("contains:a, b", [0.0, -0.1, 0.1], Verdict::NoDifference));
    whole.differences.push(difference("cost", [0.0, 0.0, 0.0], Verdict::TooFew));
    let brief = whole.brief();
    let message = brief.append_to("Say five days");
    insta::assert_snapshot!(message, @r"
    Say five days

    Hindcast-Run: 0199aa
    Hindcast-Cases: 50 blake3:0123456789abcdef
    Hindcast-Models: a/b, c/d
    Hindcast-Difference: similarity +0.041 [+0.012, +0.070] better (answer@work vs answer@v3 on c/d)
    Hindcast-Unmoved: latency, contains:a%2C%20b no difference shown (answer@work vs answer@v3 on c/d)
    Hindcast-Unmoved: cost too few cases to tell (answer@work vs answer@v3 on c/d)
    Hindcast-Cost: $0.0312
    Hindcast-Prompt: blake3:abababababababababababababababababababababababababababababababab
    ");
    assert_eq!(Evidence::parse(&message), Ok(Some(brief.clone())));
    assert_eq!(brief.summary(), "50 cases: similarity +0.041 better on c/d; $0.0312");
    let nothing = Evidence { differences: Vec::new(), ..brief };
    assert_eq!(nothing.summary(), "50 cases: no difference shown; $0.0312");
}

#[test]
fn trailers_that_are_there_already_stay_in_one_block() {
    let message = evidence().append_to("Say five days\n\nSigned-off-by: A <a@example.com>");
    assert!(message.contains("example.com>\nHindcast-Run: "), "{message}");
    assert_eq!(Evidence::parse(&message), Ok(Some(evidence())));
    let alone = evidence().append_to("fix: say five days");
    assert!(alone.starts_with("fix: say five days\n\nHindcast-Run: "), "{alone}");
}

#[test]
fn folded_lines_other_cases_and_carriage_returns_are_read() {
    let message = evidence().append_to("Say five days").replace("better (", "better\n   (").replace('\n', "\r\n");
    let message = message.replace("Hindcast-Run", "HINDCAST-run");
    assert_eq!(Evidence::parse(&message), Ok(Some(evidence())));
}

#[rstest]
#[case::none("Say five days", Ok(None))]
#[case::title_alone("Hindcast-Run: x", Ok(None))]
#[case::within_the_text("Title\n\nHindcast-Run: x\n\nMore text.", Ok(None))]
#[case::in_prose("Title\n\nHindcast-Run: x\nis what it says", Ok(None))]
#[case::half("Title\n\nHindcast-Run: x", Err(EvidenceError::Missing("Hindcast-Cases")))]
#[case::twice("Title\n\nHindcast-Run: x\nHindcast-Run: y", Err(EvidenceError::Twice("Hindcast-Run")))]
fn a_message_without_whole_evidence(#[case] message: &str, #[case] read: Result<Option<Evidence>, EvidenceError>) {
    assert_eq!(Evidence::parse(message), read);
}

#[rstest]
#[case("50 blake3:0123456789abcdef", "fifty blake3:0123456789abcdef")]
#[case("blake3:0123456789abcdef", "blake3:0123")]
#[case("$0.0312", "cheap")]
#[case("+0.041 [", "0.041 [")]
#[case("+0.041 [", "NaN [")]
#[case("better", "splendid")]
#[case(" vs ", " versus ")]
fn what_cannot_be_read_is_named(#[case] from: &str, #[case] to: &str) {
    let message = evidence().append_to("Title").replacen(from, to, 1);
    assert!(matches!(Evidence::parse(&message), Err(EvidenceError::Unreadable { .. })), "{message}");
}

#[test]
fn git_tells_a_block_of_trailers_by_its_last_paragraph() {
    assert!(block("Title\n\nA: 1\nB: 2\n folded").is_some());
    assert!(block("Title\n\nprose\nSigned-off-by: A").is_some());
    assert!(block("Title\n\nprose\nmore\nof\nit\nSigned-off-by: A").is_none());
    assert!(block("Title\n\nA: 1\nprose").is_none());
    assert!(block("\n\nA: 1").is_none());
}

#[test]
fn digits_are_as_many_as_the_numbers_need() {
    let shown = |numbers: [f64; 2]| Digits::together(numbers).map(|digits| digits.to_string());
    assert_eq!(shown([0.5, -0.0001]), ["+0.500", "+0.000"]);
    assert_eq!(shown([0.000_123_4, -0.000_02]), ["+0.00012", "-0.00002"]);
    assert_eq!(shown([1234.5, -3.2]), ["+1234", "-3"]);
    assert_eq!(shown([0.0, 0.0]), ["+0.000", "+0.000"]);
    assert_eq!(shown([1e-30, 0.0]), ["+0.000000000000", "+0.000000000000"]);
}

proptest! {
    #[test]
    fn any_names_survive(evaluator in ".{1,40}", variant in ".{1,20}", model in ".{1,20}", cases in any::<Option<u64>>()) {
        let mut one = evidence();
        let first = &mut one.differences[0];
        (first.evaluator, first.variant, first.model, first.cases) = (evaluator, variant, model.clone(), cases);
        one.models = vec![model];
        prop_assert_eq!(Evidence::parse(&one.append_to("Title")), Ok(Some(one)));
    }

    #[test]
    fn any_message_is_read_without_harm(message in "(Title\n\n)?(Hindcast-[A-Za-z]{1,10}: .{0,60}\n?|.{0,20}\n){0,12}") {
        let _ = Evidence::parse(&message);
    }
}
