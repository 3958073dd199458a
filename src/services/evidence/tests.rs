use super::measure::measure;
use super::verify::{Outcome, against};
use crate::domain::evidence::Evidence;
use crate::domain::run::{PromptVersionRef, Variant};
use crate::services::compare::Compared;
use crate::services::compare::testing::compared;

const OLD: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const NEW: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// Twenty cases over two versions of a prompt: A of `v3`, B of the file as it is now.
fn measured() -> Compared {
    let mut compared = compared(&["similarity", "cost", "contains:requests a"]);
    for (variant, (version, hash)) in compared.run.variants.iter_mut().zip([("v3", OLD), ("work", NEW)]) {
        variant.model = crate::domain::run::ModelChoice::Model("p/m".parse().unwrap());
        variant.prompt = Some(PromptVersionRef { name: "answer".into(), version: version.into() });
        variant.prompt_hash = Some(hash.to_owned());
    }
    compared
}

fn evidence(compared: &Compared) -> Evidence {
    let work: Vec<&Variant> = compared.run.variants.iter().filter(|variant| variant.id.as_str() == "B").collect();
    measure(compared, &work).unwrap()
}

fn differing(evidence: &Evidence, compared: &Compared) -> Vec<&'static str> {
    let checks = against(evidence, compared);
    checks.into_iter().filter(|check| check.outcome == Outcome::Differs).map(|check| check.check).collect()
}

#[test]
fn what_was_measured_is_the_difference_to_the_other_version() {
    let compared = measured();
    let message = evidence(&compared).append_to("Say requests");
    insta::assert_snapshot!(message, @r"
    Say requests

    Hindcast-Run: r
    Hindcast-Cases: 20 blake3:6be63c50dfabb37f
    Hindcast-Models: p/m
    Hindcast-Difference: similarity +0.667 [+0.667, +0.667] better (answer@work vs answer@v3 on p/m)
    Hindcast-Difference: cost -0.100 [-0.150, -0.050] better (answer@work vs answer@v3 on p/m)
    Hindcast-Difference: contains:requests%20a +0.000 [-0.161, +0.161] no difference shown (answer@work vs answer@v3 on p/m)
    Hindcast-Cost: $22
    Hindcast-Prompt: blake3:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
    ");
    assert_eq!(differing(&evidence(&compared), &compared), Vec::<&str>::new());
}

#[test]
fn every_claim_that_is_not_what_the_journal_tells_is_named() {
    let compared = measured();
    let true_one = evidence(&compared);
    let claims = |change: fn(&mut Evidence)| {
        let mut claim = true_one.clone();
        change(&mut claim);
        differing(&claim, &compared)
    };
    assert_eq!(claims(|claim| claim.cases.count = 21), ["cases"]);
    assert_eq!(claims(|claim| claim.cost = None), ["cost"]);
    assert_eq!(claims(|claim| claim.models.push("p/other".into())), ["models"]);
    assert_eq!(claims(|claim| claim.differences[0].cases = Some(7)), ["difference"]);
    assert_eq!(claims(|claim| claim.differences[0].baseline = "answer@v2".into()), ["difference", "difference"]);
    // The other text was measured against this one: each claim is unknown, and each difference is not claimed.
    let other_text = claims(|claim| claim.prompt = crate::domain::evidence::ContentHash::new(OLD).unwrap());
    assert_eq!(other_text, ["difference"; 6]);
}

#[test]
fn what_is_claimed_not_to_have_moved_is_checked_too() {
    let compared = measured();
    let brief = evidence(&compared).brief();
    assert_eq!((brief.differences.len(), brief.unmoved.len()), (2, 1));
    assert_eq!(differing(&brief, &compared), Vec::<&str>::new());
    let mut claim = brief.clone();
    claim.unmoved[0].evaluators.push("similarity".into());
    claim.differences.remove(0);
    assert_eq!(differing(&claim, &compared), ["difference"]);
    let mut silent = brief;
    silent.unmoved.clear();
    silent.differences.remove(1);
    assert_eq!(differing(&silent, &compared), Vec::<&str>::new(), "evaluators may be chosen");
}

#[test]
fn a_result_that_changed_later_is_found() {
    let compared = measured();
    let claim = evidence(&compared);
    let mut other = compared.clone();
    other.results[0].cost_usd = Some("9".parse().unwrap());
    assert_eq!(differing(&claim, &other), ["cost"]);
    let mut fewer = compared.clone();
    fewer.run.choice.spans.pop();
    assert_eq!(differing(&claim, &fewer), ["cases", "difference", "difference", "difference"]);
}

#[test]
fn a_run_that_does_not_tell_its_text_proves_nothing() {
    let mut compared = measured();
    compared.run.variants[1].prompt_hash = None;
    let variants: Vec<&Variant> = compared.run.variants.iter().collect();
    assert_eq!(measure(&compared, &variants[1..]), None);
    assert_eq!(measure(&compared, &variants), None);
}
