use proptest::prelude::*;
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Case {
    r: Vec<(u32, i32)>,
    j: Vec<(u32, u8)>,
    v: Vec<f64>,
}

fn id(number: u32) -> DocumentId {
    DocumentId::new(format!("d{number}"))
}

fn cut(count: usize) -> Cutoff {
    Cutoff::new(count).unwrap()
}

fn ranks(numbers: &[u32]) -> RankedList {
    RankedList::of_ranks(numbers.iter().map(|&number| id(number)))
}

fn numbers(list: &RankedList) -> Vec<&str> {
    list.documents().iter().map(DocumentId::as_str).collect()
}

/// The values of `tests/by_hand/retrieval_reference/metrics.py`, which runs `trec_eval` itself.
#[test]
fn metrics_equal_those_of_trec_eval() {
    let cases: Vec<Case> = include_str!("../../../tests/fixtures/retrieval/metrics.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(cases.len(), 500);
    let cuts = [1, 3, 5, 10, 20].map(cut);
    let mut metrics: Vec<Metric> = Vec::new();
    for kind in [Metric::Recall, Metric::Precision, Metric::Hit] {
        metrics.extend(cuts.map(kind));
    }
    metrics.extend(cuts.map(|cut| Metric::Ndcg(cut, Gain::Linear)));
    metrics.push(Metric::ReciprocalRank);
    for (at, case) in cases.iter().enumerate() {
        assert_eq!(case.v.len(), metrics.len());
        let ranked = RankedList::of_scores(case.r.iter().map(|&(number, score)| (id(number), f64::from(score) / 4.0)));
        let judged: Judgements = case.j.iter().map(|&(number, grade)| (id(number), Grade::new(grade))).collect();
        for (metric, expected) in metrics.iter().zip(&case.v) {
            let found = metric.of(&ranked, &judged);
            assert!((found - expected).abs() < 1e-9, "line {}: {metric:?} {found} {expected}", at + 1);
        }
    }
}

/// Worked by hand: 3 / log2(3) over 3 + 1 / log2(3).
#[test]
fn exponential_gains_set_grades_further_apart() {
    let judged: Judgements = [(id(1), Grade::new(2)), (id(2), Grade::new(1))].into_iter().collect();
    let found = ranks(&[3, 1]);
    let (discount, expected) = (3.0_f64.log2(), [2.0, 3.0]);
    for (gain, best) in [Gain::Linear, Gain::Exponential].into_iter().zip(expected) {
        let value = Metric::Ndcg(cut(5), gain).of(&found, &judged);
        assert!((value - (best / discount) / (best + 1.0 / discount)).abs() < 1e-12, "{gain:?} {value}");
    }
}

#[test]
fn equal_scores_are_ordered_by_id_and_ranks_are_kept() {
    let scored = [(id(10), 1.0), (id(9), 1.0), (id(3), 2.0), (id(4), f64::NAN), (id(10), 0.5)];
    assert_eq!(numbers(&RankedList::of_scores(scored)), ["d3", "d9", "d10", "d4"]);
    assert_eq!(numbers(&ranks(&[10, 9, 10, 3])), ["d10", "d9", "d3"]);
}

#[test]
fn cases_without_a_relevant_document_are_counted_apart() {
    let judged: Judgements = [(id(1), Grade::new(1))].into_iter().collect();
    let none: Judgements = [(id(1), Grade::new(0))].into_iter().collect();
    let (right, wrong) = (ranks(&[1, 2]), ranks(&[2, 1]));
    let mut cases = vec![(&right, &judged), (&wrong, &judged), (&right, &none)];
    let few = summary(Metric::ReciprocalRank, cases.iter().copied(), 1).unwrap();
    assert_eq!((few.cases, few.without_relevant, few.interval), (2, 1, None));
    assert!((few.mean - 0.75).abs() < 1e-12);
    cases.extend([(&right, &judged), (&wrong, &judged)].repeat(5));
    let [low, high] = summary(Metric::ReciprocalRank, cases.iter().copied(), 1).unwrap().interval.unwrap();
    assert!(low > 0.5 && low < 0.75 && high > 0.75 && high < 1.0, "{low} {high}");
    assert_eq!(summary(Metric::ReciprocalRank, [(&right, &none)], 1), None);
}

/// Worked by hand: N = 3, lengths 3, 4 and 2, mean 3; "cat" is in two texts, "hat" in one.
#[test]
fn bm25_is_lucenes() {
    let index = Bm25::of(["the cat sat", "cat and cat hat", "a dog"], Bm25Parameters::default());
    let hits = index.search("Cat hat, cat!");
    let (cat, hat) = (1.6_f64.ln(), (8.0_f64 / 3.0).ln());
    let long = 1.2 * (0.25 + 0.75 * 4.0 / 3.0);
    let expected = [(1, cat * 2.0 / (2.0 + long) + hat / (1.0 + long)), (0, cat / 2.2)];
    assert_eq!(hits.len(), 2);
    for (hit, (text, score)) in hits.iter().zip(expected) {
        assert_eq!(hit.text, text);
        assert!((hit.score - score).abs() < 1e-12, "{hit:?} {score}");
    }
    assert!(index.search("bird").is_empty() && Bm25::of([], Bm25Parameters::default()).search("cat").is_empty());
}

#[test]
fn fusion_prefers_what_both_found() {
    let fused = reciprocal_rank_fusion(&[ranks(&[1, 2, 3]), ranks(&[3, 4])], RRF_K);
    assert_eq!(numbers(&fused), ["d3", "d1", "d4", "d2"]);
}

#[test]
fn the_nearest_vector_comes_first_whatever_its_length() {
    let index = DenseIndex::of([vec![0.0, 3.0], vec![5.0, 5.0], vec![0.1, 0.0]]);
    let hits = index.search(&[2.0, 0.0]);
    assert_eq!(hits.iter().map(|hit| hit.text).collect::<Vec<_>>(), [2, 1, 0]);
    assert!((hits[0].score - 1.0).abs() < 1e-6 && (hits[1].score - 0.5_f64.sqrt()).abs() < 1e-6);
    assert!(index.search(&[1.0]).is_empty());
}

#[test]
fn documents_are_cut_into_numbered_passages() {
    let document = Passage::whole(DocumentId::new("d"), Some("Plans"), "One two. Three four. Five six.");
    assert_eq!(document.searched(), "Plans. One two. Three four. Five six.");
    let cut = document.clone().cut(ChunkSize::new(4, 0).unwrap());
    let seen: Vec<_> = cut.iter().map(|passage| (passage.id.as_str(), &*passage.text)).collect();
    assert_eq!(seen, [("d#1", "One two. Three four."), ("d#2", "Five six.")]);
    assert!(cut.iter().all(|passage| passage.document == document.document));
    assert_eq!(document.clone().cut(ChunkSize::new(50, 0).unwrap()), [document]);
}

#[test]
fn pieces_are_whole_sentences_that_overlap() {
    let text = "One two. Three four. Five six. Seven eight nine ten eleven. End.";
    let cut = |most, overlap| -> Vec<&str> {
        pieces(text, ChunkSize::new(most, overlap).unwrap()).into_iter().map(|bytes| &text[bytes]).collect()
    };
    assert_eq!(cut(4, 2), ["One two. Three four.", "Three four. Five six.", "Seven eight nine ten eleven.", "End."]);
    assert_eq!(cut(4, 0), ["One two. Three four.", "Five six.", "Seven eight nine ten eleven.", "End."]);
    assert_eq!(ChunkSize::new(4, 4), None);
}

proptest! {
    #[test]
    fn fusion_knows_no_order_of_rankings(lists in proptest::collection::vec(proptest::collection::vec(0_u32..12, 0..10), 0..5)) {
        let rankings: Vec<RankedList> = lists.iter().map(|list| ranks(list)).collect();
        let backwards: Vec<RankedList> = rankings.iter().rev().cloned().collect();
        let fused = reciprocal_rank_fusion(&rankings, RRF_K);
        prop_assert_eq!(&fused, &reciprocal_rank_fusion(&backwards, RRF_K));
        let all: std::collections::BTreeSet<u32> = lists.into_iter().flatten().collect();
        prop_assert_eq!(fused.documents().len(), all.len());
        if let [first, ..] = rankings.as_slice() {
            prop_assert_eq!(&reciprocal_rank_fusion(std::slice::from_ref(first), RRF_K), first);
        }
    }

    #[test]
    fn every_sentence_is_in_a_piece_and_pieces_keep_their_size(
        text in "([A-Z][a-z]{1,4}( [a-z]{1,5}){0,6}\\. ){0,12}",
        most in 1_usize..12,
        share in 0_usize..12,
    ) {
        let size = ChunkSize::new(most, share % most).unwrap();
        let found = pieces(&text, size);
        let count = |bytes: &std::ops::Range<usize>| crate::domain::lexical::words(&text[bytes.clone()]).len();
        let sentences = crate::domain::lexical::sentences(&text);
        for sentence in &sentences {
            prop_assert!(found.iter().any(|piece| piece.start <= sentence.bytes.start && sentence.bytes.end <= piece.end));
        }
        for piece in &found {
            prop_assert!(count(piece) <= most || sentences.iter().any(|sentence| sentence.bytes == *piece));
        }
        for pair in found.windows(2) {
            prop_assert!(pair[0].start < pair[1].start && pair[0].end < pair[1].end);
            if pair[1].start < pair[0].end {
                prop_assert!(count(&(pair[1].start..pair[0].end)) <= share % most);
            }
        }
    }
}
