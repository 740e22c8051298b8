//! The table of parameters in docs/parameters.md, made from their declarations.

use anyhow::{bail, ensure, Context, Result};
use finance::parameters::{Declaration, Group, Parameter, Risk, Unit};
use std::fmt::Write;
use std::fs;
use std::path::Path;

const BEGIN: &str = "<!-- made by `cargo xtask parameters --write` -->\n";
const END: &str = "<!-- end -->\n";
const GROUPS: [(&str, Group); 3] = [
    ("Of the deal", Group::Deal),
    ("Of a collateral type: loans", Group::Loans),
    ("Of a collateral type: auctions", Group::Auctions),
];

/// Compares the table in the file with the declarations.
pub fn check(file: &Path) -> Result<()> {
    let (written, made) = with_table(file)?;
    ensure!(
        written == made,
        "{} is out of date: accept the present declarations with `cargo xtask parameters --write`",
        file.display()
    );
    Ok(())
}

/// Writes the table into the file.
pub fn write(file: &Path) -> Result<()> {
    let (_, made) = with_table(file)?;
    fs::write(file, made).with_context(|| format!("writing {}", file.display()))
}

/// The file as it is, and as it should be.
fn with_table(file: &Path) -> Result<(String, String)> {
    let written =
        fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let split = written
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let Some((before, after)) = split else {
        bail!(
            "{} has no place for the table: the lines {BEGIN} and {END}",
            file.display()
        );
    };
    let made = format!("{before}{BEGIN}{}{END}{after}", table()?);
    Ok((written, made))
}

fn table() -> Result<String> {
    let mut table = String::new();
    for (title, group) in GROUPS {
        writeln!(
            table,
            "\n### {title}\n\n| parameter | meaning | least | most | largest step in a day | at once |\n|---|---|---|---|---|---|"
        )?;
        for parameter in group.parameters() {
            writeln!(table, "{}", line(parameter))?;
        }
    }
    table.push('\n');
    Ok(table)
}

fn line(parameter: Parameter) -> String {
    let declared = parameter.declaration();
    let bounds = declared.bounds();
    let show = |value| show(declared.unit, value);
    format!(
        "| `{}` | {} | {} | {} | {} | {} |",
        parameter.name(),
        parameter.meaning().trim(),
        show(bounds.minimum),
        show(bounds.maximum),
        step(declared),
        at_once(parameter),
    )
}

fn step(declared: &Declaration) -> String {
    let middle = declared.bounds().maximum / 2;
    let step = declared.reach(middle).maximum - middle;
    match declared.unit {
        Unit::Cash => "double or half".into(),
        Unit::Flag => "–".into(),
        _ if step == 0 => "fixed".into(),
        Unit::Ratio => show(Unit::Ratio, step).replace('%', "points"),
        Unit::Period => show(Unit::Period, step),
    }
}

/// What the guardian may do too, and what only a vote may.
fn at_once(parameter: Parameter) -> &'static str {
    match (parameter, parameter.declaration().risk) {
        (Parameter::Ramp, _) => "never",
        (Parameter::IsOpen, _) => "retire, by the governor alone",
        (Parameter::LiquidationLtv, _) => "lower, over the ramp",
        (_, Risk::Up) => "lower",
        (_, Risk::Down) => "raise",
        (_, Risk::Both) => "nothing",
    }
}

fn show(unit: Unit, value: u128) -> String {
    match (unit, value) {
        (Unit::Ratio, _) => format!("{} %", value as f64 / 1e16),
        (Unit::Period, _) => span(value / 1_000),
        (Unit::Cash, u128::MAX) => "unlimited".into(),
        (Unit::Flag, _) => if value == 0 { "no" } else { "yes" }.into(),
        (Unit::Cash, _) => value.to_string(),
    }
}

fn span(seconds: u128) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let whole = units.iter().find(|(unit, _)| seconds % unit == 0);
    whole.map_or_else(String::new, |(unit, name)| {
        format!("{} {name}", seconds / unit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_table_is_that_of_the_declarations() {
        let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/parameters.md");
        check(Path::new(docs)).unwrap();
    }

    #[test]
    fn another_table_is_noticed_and_replaced() {
        let file = std::env::temp_dir().join(format!("parameters-{}.md", std::process::id()));
        fs::write(&file, format!("before\n{BEGIN}old\n{END}after\n")).unwrap();
        assert!(check(&file).is_err());
        write(&file).unwrap();
        check(&file).unwrap();
        let made = fs::read_to_string(&file).unwrap();
        assert!(made.starts_with("before\n") && made.ends_with("after\n"));
        assert!(made.contains("| `haircut` |"));
        fs::remove_file(file).unwrap();
    }

    #[test]
    fn a_line_says_what_is_declared() {
        assert_eq!(
            line(Parameter::Timelock),
            "| `timelock` | How long a change waits that does not tighten. | 1 d | 14 d | 7 d | raise |"
        );
        let haircut = line(Parameter::Haircut);
        assert!(
            haircut.ends_with("| 0 % | 90 % | 20 points | raise |"),
            "{haircut}"
        );
        assert!(line(Parameter::Ramp).ends_with("| 1 d | 90 d | fixed | never |"));
        let ceiling = line(Parameter::DebtCeiling);
        assert!(
            ceiling.ends_with("| 0 | unlimited | double or half | lower |"),
            "{ceiling}"
        );
    }
}
