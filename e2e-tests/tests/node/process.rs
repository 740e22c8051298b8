//! A node in a process of its own, and what it keeps on disk.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};

/// How long a node may take until it listens.
const START: Duration = Duration::from_secs(60);

/// A folder that is removed with this value.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sluice-node-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left in a folder for temporary files does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The node that `$CONTRACTS_NODE` names, at work. It is killed with this value, and has no time to save anything.
pub struct Process {
    child: Child,
    log: PathBuf,
    arguments: Vec<String>,
    /// Where clients connect.
    pub url: String,
}

impl Process {
    /// Starts a node that logs into a file.
    ///
    /// # Errors
    /// It ended, or does not say where it listens; with its log.
    pub fn start(log: PathBuf, arguments: Vec<String>) -> Result<Self> {
        let mut process = Self {
            child: spawn(&log, &arguments)?,
            log,
            arguments,
            url: String::new(),
        };
        process.listen()?;
        Ok(process)
    }

    /// Kills it between two instructions.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Starts it again, with what it has on disk.
    pub fn restart(&mut self) -> Result<()> {
        self.kill()?;
        self.child = spawn(&self.log, &self.arguments)?;
        self.listen()
    }

    fn listen(&mut self) -> Result<()> {
        let start = Instant::now();
        while start.elapsed() < START && self.child.try_wait()?.is_none() {
            if let Some(url) = endpoint(&fs::read_to_string(&self.log)?) {
                self.url = url;
                return Ok(());
            }
            sleep(Duration::from_millis(50));
        }
        bail!(
            "the node did not start:\n{}",
            fs::read_to_string(&self.log)?
        )
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.kill();
    }
}

fn spawn(log: &Path, arguments: &[String]) -> Result<Child> {
    let node = std::env::var("CONTRACTS_NODE").context("$CONTRACTS_NODE names no node")?;
    let log = File::create(log)?;
    let mut command = Command::new(node);
    command.args(arguments).stdout(Stdio::null()).stderr(log);
    Ok(command.spawn()?)
}

/// Where a node with this log listens.
fn endpoint(log: &str) -> Option<String> {
    let (_, rest) = log.split_once("JSON-RPC server: addr=")?;
    let (address, _) = rest.split_once([',', '\n'])?;
    Some(format!("ws://{}", address.trim()))
}
