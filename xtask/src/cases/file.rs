//! Case files: a JSON list of `{id, inputs, expected, tolerance}`; other fields are remarks.

use super::tolerance::Tolerance;
use anyhow::{bail, Context, Result};
use serde_json::{Map, Value};
use std::{collections::BTreeSet, fs, path::Path};

pub struct Case {
    pub id: String,
    pub inputs: Map<String, Value>,
    /// Nothing, if all that is asked is that there is an answer.
    pub expected: Map<String, Value>,
    pub tolerance: Tolerance,
    /// Where `expected` is rounded: some of it in all digits, and how close that is to be met.
    pub converged: Option<(Map<String, Value>, Tolerance)>,
}

pub fn read(path: &Path) -> Result<Vec<Case>> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    parse(&text).with_context(|| format!("in {}", path.display()))
}

pub fn parse(text: &str) -> Result<Vec<Case>> {
    let Value::Array(entries) = serde_json::from_str(text).context("no JSON")? else {
        bail!("no list of cases");
    };
    let cases: Vec<Case> = entries
        .iter()
        .enumerate()
        .map(|(place, entry)| case(entry, place + 1))
        .collect::<Result<_>>()?;
    let mut seen = BTreeSet::new();
    match cases.iter().find(|case| !seen.insert(&case.id)) {
        Some(case) => bail!("case {}: field `id`: there are two of them", case.id),
        None => Ok(cases),
    }
}

fn case(entry: &Value, place: usize) -> Result<Case> {
    let id = entry
        .get("id")
        .and_then(Value::as_str)
        .filter(|id| !id.is_empty());
    let id = id.with_context(|| format!("case number {place}: field `id` is not a name"))?;
    let object = |field: &str| {
        let object = entry.get(field).and_then(Value::as_object).cloned();
        object.with_context(|| format!("case {id}: field `{field}` is not an object"))
    };
    let tolerance = entry
        .get("tolerance")
        .map_or_else(|| Some(Tolerance::default()), tolerance);
    let tolerance =
        tolerance.with_context(|| format!("case {id}: field `tolerance` holds no tolerance"))?;
    Ok(Case {
        id: id.to_owned(),
        inputs: object("inputs")?,
        expected: object("expected")?,
        tolerance,
        converged: entry.get("converged").and_then(converged),
    })
}

fn tolerance(value: &Value) -> Option<Tolerance> {
    match value {
        Value::String(text) => Tolerance::parse(text),
        Value::Object(fields) => Tolerance::of_fields(fields),
        number => Tolerance::parse(&number.to_string()),
    }
}

/// Figures with a tolerance of their own; without one they are remarks.
fn converged(value: &Value) -> Option<(Map<String, Value>, Tolerance)> {
    let mut figures = value.as_object()?.clone();
    let tolerance = tolerance(&figures.remove("tolerance")?)?;
    Some((figures, tolerance))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        parse(text)
            .map(|_| ())
            .map_err(|error| format!("{error:#}"))
            .unwrap_err()
    }

    #[test]
    fn bad_input_is_named() {
        assert!(error("[{").starts_with("no JSON"));
        assert_eq!(error("{}"), "no list of cases");
        assert_eq!(
            error(r#"[{"inputs": {}}]"#),
            "case number 1: field `id` is not a name"
        );
        assert_eq!(
            error(r#"[{"id": "a", "inputs": 1}]"#),
            "case a: field `inputs` is not an object"
        );
        let vague = r#"[{"id": "a", "inputs": {}, "expected": {"b": 1}, "tolerance": "close"}]"#;
        assert_eq!(error(vague), "case a: field `tolerance` holds no tolerance");
        let twice = r#"[{"id": "a", "inputs": {}, "expected": {"b": 1}}, {"id": "a", "inputs": {}, "expected": {"b": 1}}]"#;
        assert_eq!(error(twice), "case a: field `id`: there are two of them");
    }
}
