//! Numeric cases, most of them from the test suites of other systems, run through Sluice's own mathematics.
//!
//! The leading words of a case's id name its family, and a family is a function that maps the inputs on `finance` or
//! `risk` and back. The numbers come out of these; only units are converted here.

mod answer;
mod auctions;
mod claims;
mod epochs;
mod file;
mod given;
mod governance;
mod loans;
mod number;
mod oracle;
mod parameters;
mod pool;
mod risk;
mod shares;
mod stability;
mod tolerance;

use answer::{Answers, Mismatch};
use anyhow::{bail, Result};
use clap::Args as ClapArgs;
use file::Case;
use given::{Found, Given, Miss};
use std::{collections::BTreeSet, fmt, path::PathBuf};

/// Run numeric cases through Sluice's mathematics
#[derive(ClapArgs)]
#[command(after_help = EXAMPLE)]
pub struct Args {
    /// JSON lists of cases; the project's own in xtask/cases, if none is given
    files: Vec<PathBuf>,
    /// Only cases whose id begins so, for example `cfg-waterfall`
    #[arg(long, value_name = "WORDS")]
    family: Option<String>,
}

const EXAMPLE: &str = "\
Example: cargo xtask cases --family tinlake-validate xtask/cases/published.json

A case: {\"id\": \"cfg-ratio-halves\", \"inputs\": {\"tranche_values\": [500, 500]},
         \"expected\": {\"ratios\": [\"1/2\", \"1/2\"]}, \"tolerance\": \"exact\"}

Numbers may be texts: \"0.85\", \"4/5\", \"1e-9\", \"80 + 1e-18\". Amounts are whole units, or base units under keys that end in _wei.
It ends with 1 if a case fails or a file cannot be read.";

/// What a family makes of a case.
pub struct Solved {
    answers: Answers,
    /// The parts of `finance` or `risk` that answered.
    by: &'static str,
    /// Where we have another rule: the key that may differ for it, or none for all, and the rule.
    unlike: Option<(&'static str, &'static str)>,
}

impl Solved {
    fn by(by: &'static str, answers: Answers) -> Self {
        Self {
            answers,
            by,
            unlike: None,
        }
    }

    fn unlike(self, key: &'static str, rule: &'static str) -> Self {
        Self {
            unlike: Some((key, rule)),
            ..self
        }
    }
}

type Family = fn(&Given) -> Found<Solved>;

/// Families by the leading words of their ids.
const FAMILIES: &[(&str, Family)] = &[
    ("tinlake-senior-asset", claims::senior),
    ("tinlake-senior-state", claims::senior),
    ("tinlake-senior-ratio", claims::senior),
    ("tinlake-senior-interest", loans::claim),
    ("tinlake-senior-price", claims::token_price),
    ("tinlake-junior-price", claims::token_price),
    ("tinlake-price", claims::token_price),
    ("tinlake-rebalance", claims::rebalance),
    ("tinlake-nav", loans::value),
    ("tinlake-epoch-supply", epochs::deposits),
    ("tinlake-epoch-redeem", epochs::redemptions),
    ("tinlake-validate", epochs::validate),
    ("tinlake-execute", claims::execute),
    ("tinlake-system", claims::system),
    ("cfg-waterfall", claims::tranches),
    ("cfg-risk-buffer", claims::buffers),
    ("cfg-ratio", claims::ratios),
    ("cfg-fulfillment", epochs::fulfillment),
    ("idle", epochs::release),
    ("gf", loans::writedown),
    ("ytranche", claims::reserve_first),
    ("wildcat-split", claims::split),
    ("wildcat-acme", claims::split),
    ("wildcat-floor", claims::floor),
    ("wildcat-accrual", loans::partition),
    ("wildcat-queue", epochs::senior_first),
    ("royco", claims::recovery),
    ("recon-prebooked-loss", claims::late_loss),
    ("tranchess", shares::legs),
    ("oz4626", shares::vault),
    ("maple-preview", shares::preview),
    ("maple-exit", shares::exit),
    ("maple-frontrun", shares::frontrun),
    ("maker", auctions::maker),
    ("median", oracle::median),
    ("liquity-sp", stability::pool),
    ("osm", oracle::delay),
    ("oracle", oracle::confidence),
    ("evk-ltv", auctions::ramp),
    ("evk", auctions::seizure),
    ("comet", auctions::absorption),
    ("gov", governance::governor),
    ("metamorpho", parameters::metamorpho),
];

/// The family with the longest name that `id` begins with.
fn family(id: &str) -> Option<Family> {
    let begins = |name: &str| {
        id.strip_prefix(name)
            .is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
    };
    let all = FAMILIES.iter().chain(risk::FAMILIES);
    let families = all.filter(|(name, _)| begins(name));
    families
        .max_by_key(|(name, _)| name.len())
        .map(|(_, family)| *family)
}

#[derive(Debug, PartialEq)]
enum Verdict {
    /// By these parts of `finance` or `risk`.
    Pass(String),
    Fail(String),
    Unsupported(String),
}

fn judge(case: &Case, cases: &[Case]) -> Verdict {
    let Some(family) = family(&case.id) else {
        return Verdict::Unsupported("no such family".to_owned());
    };
    let solved = match family(&Given::new(case, cases)) {
        Ok(solved) => solved,
        Err(Miss::Unsupported(reason)) => return Verdict::Unsupported(reason),
        Err(Miss::Math(error)) if expects_refusal(case) => {
            return Verdict::Pass(format!("refused: {error:?}"))
        }
        Err(miss) => return Verdict::Fail(miss.to_string()),
    };
    let mut mismatches = answer::compare(&solved.answers, &case.expected, &case.tolerance);
    if let Some((figures, tolerance)) = &case.converged {
        let closer = answer::compare(&solved.answers, figures, tolerance);
        mismatches.extend(closer.into_iter().filter(Mismatch::is_difference));
    }
    let is_known = |mismatch: &Mismatch| match (mismatch, solved.unlike) {
        (Mismatch::Differs { key: differing, .. }, Some((key, _))) => {
            key.is_empty() || differing == key
        }
        (Mismatch::Unanswered(_), Some((key, _))) => key.is_empty(),
        _ => false,
    };
    let mut differences = Vec::new();
    let mut unanswered = Vec::new();
    for mismatch in mismatches.iter().filter(|mismatch| !is_known(mismatch)) {
        match mismatch {
            Mismatch::Differs { difference, .. } => differences.push(difference.clone()),
            Mismatch::Unanswered(key) => unanswered.push(key.clone()),
        }
    }
    match solved.unlike {
        _ if !differences.is_empty() => Verdict::Fail(differences.join("; ")),
        _ if !unanswered.is_empty() => {
            Verdict::Unsupported(format!("no answer to {}", unanswered.join(", ")))
        }
        Some((_, rule)) if !mismatches.is_empty() => Verdict::Unsupported(rule.to_owned()),
        _ => Verdict::Pass(solved.by.to_owned()),
    }
}

fn expects_refusal(case: &Case) -> bool {
    let refusals = case
        .expected
        .values()
        .map(|value| value.as_str().is_some_and(answer::is_refusal));
    !case.expected.is_empty() && refusals.into_iter().all(|is_refusal| is_refusal)
}

/// Verdicts by id.
struct Report(Vec<(String, Verdict)>);

impl Report {
    fn of(cases: &[Case], family: Option<&str>) -> Self {
        let chosen = cases
            .iter()
            .filter(|case| family.is_none_or(|words| case.id.starts_with(words)));
        Self(
            chosen
                .map(|case| (case.id.clone(), judge(case, cases)))
                .collect(),
        )
    }

    fn count(&self, is_counted: fn(&Verdict) -> bool) -> usize {
        self.0
            .iter()
            .filter(|(_, verdict)| is_counted(verdict))
            .count()
    }

    fn failed(&self) -> usize {
        self.count(|verdict| matches!(verdict, Verdict::Fail(_)))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let width = self
            .0
            .iter()
            .map(|(id, _)| id.chars().count())
            .max()
            .unwrap_or(0);
        for (id, verdict) in &self.0 {
            let (word, reason) = match verdict {
                Verdict::Pass(by) => ("pass", by),
                Verdict::Fail(reason) => ("fail", reason),
                Verdict::Unsupported(reason) => ("unsupported", reason),
            };
            writeln!(out, "{id:width$}  {word:11}  ({reason})")?;
        }
        let passed = self.count(|verdict| matches!(verdict, Verdict::Pass(_)));
        let unsupported = self.count(|verdict| matches!(verdict, Verdict::Unsupported(_)));
        let Self(all) = self;
        let (total, failed) = (all.len(), self.failed());
        write!(
            out,
            "\n{total} cases: {passed} pass, {failed} fail, {unsupported} unsupported"
        )
    }
}

pub fn run(args: &Args) -> Result<()> {
    let own = ["published.json", "risk.json"];
    let files = if args.files.is_empty() {
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/cases"));
        own.map(|file| folder.join(file)).to_vec()
    } else {
        args.files.clone()
    };
    let mut failing = BTreeSet::new();
    let mut chosen = 0;
    for file in &files {
        let report = Report::of(&file::read(file)?, args.family.as_deref());
        println!("{}\n\n{report}\n", file.display());
        if report.failed() > 0 {
            failing.insert(file.display().to_string());
        }
        chosen += report.0.len();
    }
    if let (0, Some(words)) = (chosen, &args.family) {
        bail!("no case begins with `{words}`");
    }
    match failing.len() {
        0 => Ok(()),
        _ => bail!(
            "cases fail in {}",
            failing.into_iter().collect::<Vec<_>>().join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: &str = r#"[
        {"id": "wildcat-split-full", "inputs": {"value": 400, "senior_owed": 300},
         "expected": {"senior": 300, "junior": 100}, "tolerance": "exact"},
        {"id": "wildcat-split-wrong", "inputs": {"value": 400, "senior_owed": 300},
         "expected": {"senior": 300, "junior": 101}, "tolerance": "exact"},
        {"id": "idle-anything", "inputs": {}, "expected": {"quorum": 8}, "tolerance": "exact"},
        {"id": "nobody-knows", "inputs": {}, "expected": {"b": 1}},
        {"id": "wildcat-split-bad", "inputs": {"value": "much", "senior_owed": 300}, "expected": {"senior": 1}},
        {"id": "wildcat-split-more", "inputs": {"value": 1, "senior_owed": 1}, "expected": {"mezzanine": 1}}
    ]"#;

    #[test]
    fn a_risk_that_falls_is_taken_at_once_and_one_that_rises_waits() -> Result<()> {
        let text = r#"[
            {"id": "metamorpho-timelock", "inputs": {"timelock_days": 7, "new_timelock_days": [0.5, 3, 10, 15]},
             "expected": {"result": ["revert", "ok", "ok", "revert"], "immediate": [false, true], "wait_days": [7, 0]}},
            {"id": "metamorpho-cap", "inputs": {"cap": 100, "new_cap": 150, "timelock_days": 3},
             "expected": {"result": "ok", "immediate": false, "wait_days": 3}},
            {"id": "metamorpho-cap-wrong", "inputs": {"cap": 100, "new_cap": 50, "timelock_days": 3},
             "expected": {"immediate": false}},
            {"id": "metamorpho-bounds", "inputs": {},
             "expected": {"min_timelock_days": 1, "max_timelock_days": 14}}
        ]"#;
        let cases = file::parse(text)?;
        let judged: Vec<_> = cases.iter().map(|case| judge(case, &cases)).collect();
        let by_course = || Verdict::Pass("parameters: Course".to_owned());
        assert_eq!(judged[0], by_course());
        assert_eq!(judged[1], by_course());
        assert!(matches!(judged[2], Verdict::Fail(_)));
        assert!(matches!(judged[3], Verdict::Pass(_)));
        Ok(())
    }

    #[test]
    fn one_passes_one_fails_and_some_are_unsupported() -> Result<()> {
        let Report(verdicts) = Report::of(&file::parse(THREE)?, None);
        let verdicts: Vec<Verdict> = verdicts.into_iter().map(|(_, verdict)| verdict).collect();
        let bad = "bad input: inputs.value is not a number: \"much\"";
        let expected = [
            Verdict::Pass("waterfall".to_owned()),
            Verdict::Fail("junior is 100, expected 101".to_owned()),
            Verdict::Unsupported("nothing is released over time: interest counts when it is paid, and orders settle at the end of an epoch".to_owned()),
            Verdict::Unsupported("no such family".to_owned()),
            Verdict::Fail(bad.to_owned()),
            Verdict::Unsupported("no answer to mezzanine".to_owned()),
        ];
        assert_eq!(verdicts, expected);
        Ok(())
    }

    #[test]
    fn all_digits_are_compared_where_they_are_known() -> Result<()> {
        let with = |converged: &str| {
            let case = format!(
                r#"[{{"id": "phi", "inputs": {{"x": 0}}, "expected": {{"value": [0.6]}},
                    "tolerance": {{"abs": 0.2}}, "converged": {converged}}}]"#
            );
            let Report(mut verdicts) = Report::of(&file::parse(&case)?, None);
            Ok::<_, anyhow::Error>(verdicts.remove(0).1)
        };
        let passes = Verdict::Pass("special".to_owned());
        assert_eq!(
            with(r#"{"value": [0.5], "tolerance": {"rel": 1e-15}}"#)?,
            passes
        );
        assert_eq!(with(r#"{"value": [0.51]}"#)?, passes);
        assert_eq!(
            with(r#"{"other": 1, "tolerance": {"rel": 1e-15}}"#)?,
            passes
        );
        assert_eq!(
            with(r#"{"value": [0.51], "tolerance": {"rel": 1e-15}}"#)?,
            Verdict::Fail("value[0] is 0.5, expected 0.51".to_owned())
        );
        Ok(())
    }

    #[test]
    fn the_table_ends_with_totals() -> Result<()> {
        let report = Report::of(&file::parse(THREE)?, Some("wildcat-split-f"));
        assert_eq!(
            report.to_string(),
            "wildcat-split-full  pass         (waterfall)\n\n1 cases: 1 pass, 0 fail, 0 unsupported"
        );
        Ok(())
    }

    #[test]
    fn the_project_s_own_cases_pass() -> Result<()> {
        run(&Args {
            files: Vec::new(),
            family: None,
        })
    }

    #[test]
    fn a_failing_or_missing_file_is_an_error() {
        let file = std::env::temp_dir().join(format!("sluice-cases-{}.json", std::process::id()));
        std::fs::write(&file, THREE).unwrap();
        let run_with = |file: &PathBuf, family: &str| {
            run(&Args {
                files: vec![file.clone()],
                family: Some(family.to_owned()),
            })
        };
        assert!(run_with(&file, "wildcat-split-full").is_ok());
        assert!(run_with(&file, "idle").is_ok());
        assert!(run_with(&file, "wildcat-split-wrong").is_err());
        assert!(run_with(&file, "absent").is_err());
        std::fs::remove_file(&file).unwrap();
        assert!(run_with(&file, "idle").is_err());
    }
}
