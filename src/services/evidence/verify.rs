//! Whether what a commit claims to have measured is what the journal tells.

use super::measure::{hash_of, measure};
use crate::domain::cancel::Cancel;
use crate::domain::evidence::{Evidence, EvidenceError, MeasuredDifference, Unmoved};
use crate::domain::run::{PromptVersionRef, Variant};
use crate::error::AppError;
use crate::evaluators::Specification;
use crate::services::Services;
use crate::services::compare::{CompareOrder, Compared, compare_journalled};
use crate::services::prompts::{Version, WORK};

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The commit says what is found.
    Agrees,
    /// It does not.
    Differs,
}

/// One claim of a commit beside what is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What is checked: `evidence`, `evaluator`, `run`, `cases`, `recordings`, `models`, `prompt`,
    /// `difference`, `cost`.
    pub check: &'static str,
    /// What the commit says. It came from outside.
    pub said: String,
    /// What is found.
    pub found: String,
    /// Whether they agree.
    pub outcome: Outcome,
}

impl Check {
    fn new(check: &'static str, said: impl Into<String>, found: impl Into<String>) -> Self {
        let (said, found) = (said.into(), found.into());
        let outcome = if said == found { Outcome::Agrees } else { Outcome::Differs };
        Self { check, said, found, outcome }
    }
}

/// The checks of one version's evidence.
#[derive(Clone, Debug)]
pub struct Verification {
    /// The version, by the shortest name it has.
    pub version: Version,
    /// What the commit claims; `None` where its message has no evidence, or none that can be read.
    pub evidence: Option<Evidence>,
    /// Every check; empty where the message has no evidence.
    pub checks: Vec<Check>,
}

impl Verification {
    /// Whether there is evidence and every check agrees.
    pub fn holds(&self) -> bool {
        !self.checks.is_empty() && self.checks.iter().all(|check| check.outcome == Outcome::Agrees)
    }
}

/// Checks the evidence in the commit of a prompt version; `work` stands for the newest committed version. Blocks.
pub fn verify(services: &Services, reference: &PromptVersionRef, cancel: &Cancel) -> Result<Verification, AppError> {
    let version = committed(services, reference)?;
    let none = |version, checks| Ok(Verification { version, evidence: None, checks });
    let evidence = match Evidence::parse(version.message.as_deref().unwrap_or_default()) {
        Ok(Some(evidence)) => evidence,
        Ok(None) => return none(version, Vec::new()),
        Err(error) => return none(version, vec![unreadable(&error)]),
    };
    let (specifications, unknown): (Vec<_>, Vec<_>) =
        named(&evidence).into_iter().map(str::parse::<Specification>).partition(Result::is_ok);
    let order = CompareOrder {
        evaluators: specifications.into_iter().filter_map(Result::ok).collect(),
        ..CompareOrder::default()
    };
    let mut checks: Vec<Check> = unknown
        .into_iter()
        .filter_map(Result::err)
        .map(|error| Check::new("evaluator", error.to_string(), "one of this version"))
        .collect();
    let id = evidence.run_id.as_str();
    match compare_journalled(services, &evidence.run_id, &order, cancel)? {
        Some(compared) if compared.run.run_id == evidence.run_id => {
            checks.push(Check::new("run", id, id));
            checks.extend(against(&evidence, &compared));
        }
        _ => checks.push(Check::new("run", id, "there is no journal of it in this workspace")),
    }
    checks.push(Check::new("prompt", evidence.prompt.as_str(), hash_of(&version.text)));
    Ok(Verification { version, evidence: Some(evidence), checks })
}

fn unreadable(error: &EvidenceError) -> Check {
    Check::new("evidence", error.to_string(), "whole evidence")
}

/// The committed version that a reference names.
fn committed(services: &Services, reference: &PromptVersionRef) -> Result<Version, AppError> {
    let prompts = services.prompts()?;
    let mut versions = prompts.log(&reference.name)?.into_iter().filter(|version| version.commit.is_some());
    let found = if reference.version == WORK {
        versions.next()
    } else {
        let loaded = prompts.load(reference)?;
        let hash = hash_of(&loaded.text);
        let versions: Vec<Version> = versions.collect();
        // A branch may stand at a commit that did not touch the file: the newest with its text made it.
        let by_commit = versions.iter().position(|version| version.commit == loaded.commit);
        let place = by_commit.or_else(|| versions.iter().position(|version| version.content_hash == hash));
        place.and_then(|place| versions.into_iter().nth(place))
    };
    found.ok_or_else(|| AppError::usage(format!("{reference} is not committed, so there is nothing to verify")))
}

/// The evaluators that evidence names, each once.
fn named(evidence: &Evidence) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    let moved = evidence.differences.iter().map(|difference| &difference.evaluator);
    for name in moved.chain(evidence.unmoved.iter().flat_map(|unmoved| &unmoved.evaluators)) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

/// What the commit says of a run, beside what the run's journal tells.
pub(super) fn against(evidence: &Evidence, compared: &Compared) -> Vec<Check> {
    let run = &compared.run;
    let told = |name: &str, of: &Evidence| -> String {
        of.to_trailers().into_iter().find(|(own, _)| *own == name).map(|(_, value)| value).unwrap_or_default()
    };
    let text = Some(evidence.prompt.as_str());
    let measured: Vec<&Variant> = run
        .variants
        .iter()
        .filter(|variant| {
            variant.prompt_hash.as_deref() == text && evidence.models.contains(&variant.model.to_string())
        })
        .collect();
    let Some(found) = measure(compared, &measured) else {
        let said = told("Hindcast-Prompt", evidence);
        return vec![Check::new("prompt", said, "the run measured another text, or asked other models")];
    };
    let mut checks = vec![Check::new("cases", told("Hindcast-Cases", evidence), told("Hindcast-Cases", &found))];
    let lost = compared.comparison.cases.iter().filter(|case| case.question.is_none()).count();
    if lost > 0 {
        checks.push(Check::new("recordings", "all are here", format!("{lost} are not here any more")));
    }
    checks.push(Check::new("models", told("Hindcast-Models", evidence), told("Hindcast-Models", &found)));
    checks.extend(differences(evidence, &found));
    checks.push(Check::new("cost", told("Hindcast-Cost", evidence), told("Hindcast-Cost", &found)));
    checks
}

/// Every difference claimed beside the one computed anew, then those that are left out of the claim.
fn differences(evidence: &Evidence, found: &Evidence) -> Vec<Check> {
    let same = |a: &MeasuredDifference, b: &MeasuredDifference| {
        (&a.evaluator, &a.variant, &a.baseline, &a.model) == (&b.evaluator, &b.variant, &b.baseline, &b.model)
    };
    let claimed = evidence.differences.iter().map(|said| {
        let anew = found.differences.iter().find(|anew| same(said, anew));
        Check::new("difference", said.to_string(), anew.map_or_else(|| "not measured".to_owned(), ToString::to_string))
    });
    let unmoved = evidence.unmoved.iter().flat_map(|said| {
        said.evaluators.iter().map(|evaluator| {
            let one = |verdict| Unmoved { evaluators: vec![evaluator.clone()], verdict, ..said.clone() }.to_string();
            let anew = found.differences.iter().find(|anew| anew.evaluator == *evaluator && said.is_about(anew));
            Check::new(
                "difference",
                one(said.verdict),
                anew.map_or_else(|| "not measured".to_owned(), |anew| one(anew.verdict)),
            )
        })
    });
    let told = |anew: &MeasuredDifference| {
        let still = |said: &Unmoved| said.is_about(anew) && said.evaluators.contains(&anew.evaluator);
        evidence.differences.iter().any(|said| same(said, anew)) || evidence.unmoved.iter().any(still)
    };
    let names = named(evidence);
    let left_out = found
        .differences
        .iter()
        .filter(|anew| names.contains(&anew.evaluator.as_str()))
        .filter(|anew| !told(anew))
        .map(|anew| Check::new("difference", "nothing", anew.to_string()));
    claimed.chain(unmoved).chain(left_out).collect()
}
