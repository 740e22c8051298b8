//! Runs the contract builder on what has changed and keeps the results in a folder of our own:
//! the builder's folder is overwritten whenever a test builds the same contract in debug mode.

use crate::{
    contract::{Contract, Project},
    shrink::shrink,
};
use anyhow::{bail, Context, Result};
use console::strip_ansi_codes;
use contract_build::{BuildMode, ExecuteArgs, ManifestPath};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    env, fmt, fs,
    io::{self, BufRead, BufReader, IsTerminal},
    os::unix::fs::symlink,
    path::Path,
    process::{Child, ChildStderr, Command, Stdio},
    time::Duration,
};

/// How the builder announces each of its steps.
const STEP_MARK: &str = "[==] ";

/// A contract whose artifacts lie in the output folder.
pub struct Built {
    pub name: String,
    /// Bytes of the optimised code.
    pub size: u64,
    pub rebuilt: bool,
}

/// Builds what has changed, one contract after the other.
pub fn all(project: &Project, contracts: &[Contract]) -> Result<Vec<Built>> {
    let output = project.target().join("contracts");
    fs::create_dir_all(&output).with_context(|| format!("creating {}", output.display()))?;
    let progress = progress_bar(contracts.len());
    contracts
        .iter()
        .map(|contract| {
            progress.inc(1);
            one(project, contract, &output, &progress)
                .with_context(|| format!("building the contract {}", contract.name))
        })
        .collect()
}

fn progress_bar(contracts: usize) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{spinner} contract {pos} of {len} [{elapsed_precise}] {msg}");
    let bar = ProgressBar::new(contracts as u64);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn one(
    project: &Project,
    contract: &Contract,
    output: &Path,
    progress: &ProgressBar,
) -> Result<Built> {
    let artifact = contract.name.replace('-', "_");
    let file = |extension| output.join(&artifact).with_extension(extension);
    let rebuilt = fs::read_to_string(file("key")).ok().as_ref() != Some(&contract.key);
    if rebuilt {
        let folder = project.target().join("ink").join(&artifact);
        // Until the new one is written, so that what an interrupted build leaves counts as not built.
        fs::remove_file(file("key")).or_else(ignore_missing)?;
        share_dependencies(&folder).context("sharing the compiled dependencies")?;
        run_builder(contract, progress)?;
        for extension in ["wasm", "json", "contract"] {
            copy(
                &folder.join(&artifact).with_extension(extension),
                &file(extension),
            )?;
        }
        shrink(&output.join(&artifact))?;
        fs::write(file("key"), &contract.key).context("writing the key")?;
    }
    let size = fs::metadata(file("wasm"))
        .context("reading the built code")?
        .len();
    Ok(Built {
        name: contract.name.clone(),
        size,
        rebuilt,
    })
}

/// The builder gives each contract a target folder of its own, with ink! and the core library
/// compiled anew. Linked to one place, they are compiled once: 20 seconds per contract, not 120.
fn share_dependencies(folder: &Path) -> Result<()> {
    for part in ["release", "wasm32-unknown-unknown"] {
        let link = folder.join(part);
        if !link.is_symlink() {
            fs::remove_dir_all(&link).or_else(ignore_missing)?;
            fs::create_dir_all(folder.join("../shared").join(part))?;
            symlink(Path::new("../shared").join(part), link)?;
        }
    }
    Ok(())
}

fn ignore_missing(error: io::Error) -> io::Result<()> {
    match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to)
        .with_context(|| format!("copying {} to {}", from.display(), to.display()))?;
    Ok(())
}

/// Builds in a child process: the builder lets cargo print to the terminal of its process.
fn run_builder(contract: &Contract, progress: &ProgressBar) -> Result<()> {
    if progress.is_hidden() {
        eprintln!("building the contract {}", contract.name);
    }
    let mut child = builder(&contract.manifest)?;
    let stderr = child.stderr.take().context("the builder has no output")?;
    let last = follow(stderr, |step| {
        progress.set_message(format!("{}: {step}", contract.name))
    })?;
    if !child.wait().context("waiting for the builder")?.success() {
        bail!("failed at \"{}\"\n{}", last.name, last.output.trim_end());
    }
    Ok(())
}

fn builder(manifest: &Path) -> Result<Child> {
    // The builder compiles in a temporary folder, out of reach of rust-toolchain.toml.
    env::var("RUSTUP_TOOLCHAIN")
        .context("RUSTUP_TOOLCHAIN is not set: use `cargo xtask` or the scripts")?;
    Command::new(env::current_exe()?)
        .arg("compile")
        .arg(manifest)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("starting the builder")
}

/// A step of the builder with what was printed in it.
#[derive(Default)]
struct Step {
    name: String,
    output: String,
}

/// Reads the builder's output to its end, tells of each new step, and returns the last one.
fn follow(stderr: ChildStderr, announce: impl Fn(&str)) -> Result<Step> {
    let colours = io::stderr().is_terminal();
    let mut step = Step::default();
    for line in BufReader::new(stderr).lines() {
        let line = line.context("reading the builder's output")?;
        if let Some((_, name)) = line.split_once(STEP_MARK) {
            announce(name);
            step = Step {
                name: name.to_owned(),
                output: String::new(),
            };
        } else {
            step.output += &format!(
                "{}\n",
                if colours {
                    line
                } else {
                    strip_ansi_codes(&line).into_owned()
                }
            );
        }
    }
    Ok(step)
}

/// Compiles one contract in this process.
pub fn compile(manifest: &Path) -> Result<()> {
    let folder = manifest.parent().context("a manifest has a folder")?;
    // The builder looks for default paths such as src/lib.rs in the current folder.
    env::set_current_dir(folder).with_context(|| format!("entering {}", folder.display()))?;
    let args = ExecuteArgs {
        manifest_path: ManifestPath::new(manifest)?,
        build_mode: BuildMode::Release,
        ..Default::default()
    };
    contract_build::execute(args).map(drop)
}

/// The closing report: one line per contract, or one for all if there is no news.
pub fn report(contracts: &[Built]) {
    if contracts.iter().all(|contract| !contract.rebuilt) {
        return println!("{} contracts are up to date", contracts.len());
    }
    for contract in contracts {
        let origin = if contract.rebuilt {
            "rebuilt"
        } else {
            "cached"
        };
        println!("{contract}  {origin}");
    }
}

/// A name and a number in columns, as in the snapshot of sizes.
impl fmt::Display for Built {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:20} {:>7}", self.name, self.size)
    }
}
