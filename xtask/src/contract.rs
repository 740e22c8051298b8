//! The contracts of the workspace, and the key that tells whether one has to be built again.

use crate::shrink;
use anyhow::{ensure, Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId, Resolve};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Files and folders of a package, at any depth, whose content never reaches a contract.
const TESTS: [&str; 2] = ["tests", "tests.rs"];

/// What cargo knows about the workspace that the current folder belongs to.
pub struct Project {
    metadata: Metadata,
    resolve: Resolve,
    compiler: String,
}

/// A package of the workspace that is compiled to an on-chain artifact.
pub struct Contract {
    pub name: String,
    pub manifest: PathBuf,
    /// Hash of all that decides what the artifact looks like. It holds contents and no absolute
    /// path, so that another clone of the same state finds its contracts built.
    pub key: String,
}

impl Project {
    pub fn load() -> Result<Self> {
        let mut metadata = MetadataCommand::new().exec().context("cargo metadata")?;
        let resolve = metadata.resolve.take().context("no dependency graph")?;
        let compiler = compiler_version()?;
        Ok(Self {
            metadata,
            resolve,
            compiler,
        })
    }

    pub fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    pub fn target(&self) -> &Path {
        self.metadata.target_directory.as_std_path()
    }

    /// The contracts of these names, or all.
    pub fn contracts(&self, names: &[String]) -> Result<Vec<Contract>> {
        let all = self.metadata.workspace_packages();
        let all: Vec<_> = all
            .into_iter()
            .filter(|package| is_contract(package))
            .collect();
        for name in names {
            let known = all.iter().any(|package| package.name == *name);
            ensure!(known, "no contract is named `{name}`: a contract declares the feature `ink-as-dependency`");
        }
        all.into_iter()
            .filter(|package| names.is_empty() || names.contains(&package.name))
            .map(|package| self.contract(package))
            .collect()
    }

    fn contract(&self, package: &Package) -> Result<Contract> {
        ensure_own_paths(package)
            .with_context(|| format!("in the manifest of {}", package.name))?;
        let key = self
            .key(package)
            .with_context(|| format!("{}: hashing the sources", package.name))?;
        let manifest = package.manifest_path.clone().into();
        Ok(Contract {
            name: package.name.clone(),
            manifest,
            key,
        })
    }

    fn key(&self, package: &Package) -> Result<String> {
        let mut hasher = Sha256::new_with_prefix(&self.compiler);
        hasher.update(self.builder_version());
        hasher.update(shrink::PASS);
        for part in self.parts_of(package) {
            hasher.update(format!("{} {}\n", part.name, part.version));
            // A published version never changes; only what is in the workspace has to be read.
            if part.source.is_none() {
                hash_requirements(part, &mut hasher);
                hash_files(part, &mut hasher)?;
            }
        }
        Ok(format!("{:x}", hasher.finalize()))
    }

    fn builder_version(&self) -> String {
        let builder = self
            .metadata
            .packages
            .iter()
            .find(|package| package.name == "contract-build");
        builder
            .map(|package| package.version.to_string())
            .unwrap_or_default()
    }

    /// The package and all that is compiled into it, in an order that is the same everywhere.
    fn parts_of(&self, package: &Package) -> Vec<&Package> {
        let mut found = BTreeSet::new();
        let mut open = vec![&package.id];
        while let Some(id) = open.pop() {
            if found.insert(id) {
                open.extend(self.compiled_into(id));
            }
        }
        let mut parts: Vec<_> = found.into_iter().map(|id| &self.metadata[id]).collect();
        parts.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        parts
    }

    fn compiled_into(&self, id: &PackageId) -> impl Iterator<Item = &PackageId> {
        let dependencies = self.resolve[id].deps.iter();
        dependencies
            .filter(|dep| {
                dep.dep_kinds
                    .iter()
                    .any(|info| info.kind != DependencyKind::Development)
            })
            .map(|dep| &dep.pkg)
    }
}

fn is_contract(package: &Package) -> bool {
    package.features.contains_key("ink-as-dependency")
}

/// The builder resolves every path in the contract's own folder, also one that the manifest inherits
/// from the workspace.
fn ensure_own_paths(package: &Package) -> Result<()> {
    let manifest = fs::read_to_string(&package.manifest_path)?;
    for dep in package.dependencies.iter().filter(|dep| dep.path.is_some()) {
        let name = &dep.name;
        let inherits = |line: &str| line.starts_with(name) && line.contains("workspace = true");
        ensure!(
            !manifest.lines().any(inherits),
            "`{name}` cannot be inherited: write `{name} = {{ path = \"../{name}\", default-features = false }}`"
        );
    }
    Ok(())
}

fn compiler_version() -> Result<String> {
    let output = Command::new("rustc")
        .arg("-V")
        .output()
        .context("running `rustc -V`")?;
    ensure!(
        output.status.success(),
        "`rustc -V` failed: run scripts/setup.sh"
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The dependencies as declared, with what they inherit from the workspace.
fn hash_requirements(package: &Package, hasher: &mut Sha256) {
    for dep in &package.dependencies {
        let line = format!(
            "{} {} {:?} {}\n",
            dep.name, dep.req, dep.features, dep.uses_default_features
        );
        hasher.update(line);
    }
}

fn hash_files(package: &Package, hasher: &mut Sha256) -> Result<()> {
    let folder = package
        .manifest_path
        .parent()
        .context("a manifest has a folder")?
        .as_std_path();
    let mut files = Vec::new();
    collect_files(folder.to_owned(), &mut files)?;
    for file in files {
        let content = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        let name = file.strip_prefix(folder)?.display();
        hasher.update(format!("{name} {}\n", content.len()));
        hasher.update(content);
    }
    Ok(())
}

fn collect_files(path: PathBuf, files: &mut Vec<PathBuf>) -> Result<()> {
    if TESTS.iter().any(|name| path.ends_with(name)) {
        return Ok(());
    }
    if !path.is_dir() {
        files.push(path);
        return Ok(());
    }
    entries(&path)?
        .into_iter()
        .try_for_each(|entry| collect_files(entry, files))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let list = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut paths = list
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
