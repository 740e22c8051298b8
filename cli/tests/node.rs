//! Deals on a node. `$CONTRACTS_NODE` names its program.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

/// A node with a chain of its own, and a folder with its network file and state.
struct Node {
    process: Child,
    endpoint: String,
    folder: PathBuf,
}

impl Node {
    fn start(name: &str) -> Self {
        let program = std::env::var_os("CONTRACTS_NODE").expect("CONTRACTS_NODE names a node");
        let folder = std::env::temp_dir().join(format!("sluice-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let local = term_sheet::workspace_root().join("networks/local.toml");
        fs::copy(local, folder.join("net.toml")).unwrap();
        let process = Command::new(program)
            .args(["--dev", "--port=0", "--rpc-port=0"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        // Owned before anything can fail, so that it ends in any case.
        let mut node = Self {
            process: process.unwrap(),
            endpoint: String::new(),
            folder,
        };
        let mut log = BufReader::new(node.process.stderr.take().unwrap()).lines();
        let address = log.by_ref().find_map(|line| {
            let line = line.unwrap();
            let (_, address) = line.split_once("Running JSON-RPC server: addr=")?;
            Some(address.split([',', ' ']).next()?.to_owned())
        });
        node.endpoint = format!("ws://{}", address.expect("the node tells where it listens"));
        // A full pipe would stop the node.
        std::thread::spawn(move || log.for_each(drop));
        node
    }

    /// `sluice <verb> --deal members-only …` on this node.
    fn sluice(&self, verb: &[&str], arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sluice"));
        command
            .args(verb)
            .arg("--network")
            .arg(self.folder.join("net.toml"))
            .args([
                "--deal",
                "members-only",
                "--json",
                "--endpoint",
                &self.endpoint,
            ])
            .args(arguments);
        command
    }

    fn says(&self, verb: &[&str], arguments: &[&str]) -> Value {
        let output = self.sluice(verb, arguments).output().unwrap();
        assert!(output.status.success(), "{verb:?}: {}", errors(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn refuses(&self, verb: &[&str], arguments: &[&str]) -> String {
        let output = self.sluice(verb, arguments).output().unwrap();
        assert!(!output.status.success(), "{verb:?} succeeded");
        errors(&output)
    }

    /// Somebody's action.
    fn acts(&self, who: &str, action: &[&str]) -> Value {
        let arguments = [&["--as", who, "--yes"], action].concat();
        self.says(&["call"], &arguments)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn done(plan: &Value) -> Vec<bool> {
    let steps = plan.as_array().unwrap().iter();
    steps
        .map(|step| step["is_done"].as_bool().unwrap())
        .collect()
}

#[test]
#[ignore = "needs a node"]
fn a_deployment_that_is_killed_again_and_again_is_finished() {
    let node = Node::start("killed");
    assert!(done(&node.says(&["deploy", "plan"], &[]))
        .iter()
        .all(|done| !done));
    assert!(node
        .refuses(&["deploy", "verify"], &[])
        .contains("checks fail"));
    let (mut progress, mut was_amid) = (0, false);
    for patience in (1..=12).map(|round| Duration::from_millis(300) * round) {
        let mut run = node.sluice(&["deploy", "apply"], &[]);
        let run = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut run = run.unwrap();
        sleep(patience);
        run.kill().unwrap();
        run.wait().unwrap();
        let steps = done(&node.says(&["deploy", "plan"], &[]));
        let so_far = steps.iter().filter(|done| **done).count();
        assert!(so_far >= progress, "{so_far} < {progress}");
        was_amid |= so_far > 0 && so_far < steps.len();
        progress = so_far;
    }
    assert!(was_amid, "no run was killed amid its steps");
    node.says(&["deploy", "apply"], &[]);
    assert!(done(&node.says(&["deploy", "plan"], &[]))
        .iter()
        .all(|done| *done));
    node.says(&["deploy", "verify"], &[]);
    // The chain knows it all: without the state file nothing is sent twice.
    fs::remove_file(node.folder.join("net.state.json")).unwrap();
    let again = node.says(&["deploy", "apply"], &[]);
    assert_eq!(again["transactions"], 0);
}

#[test]
#[ignore = "needs a node"]
fn those_who_take_part_act_and_see_what_came_of_it() {
    let node = Node::start("actors");
    let error = node.refuses(&["status"], &[]);
    assert!(error.contains("deploy apply"), "{error}");
    let deployed = node.says(&["deploy", "apply"], &[]);
    assert!(deployed["transactions"].as_u64().unwrap() > 20);
    let status = node.says(&["status"], &[]);
    assert_eq!(status["epoch"], 0);
    assert_eq!(status["prices"][0]["quotation"], Value::Null);
    let sheet = term_sheet::find("members-only".as_ref(), "deals", "toml").unwrap();
    let sheet = term_sheet::TermSheet::load(&sheet).unwrap();
    let symbol = &sheet.collateral[0].token.symbol;
    for feeder in &sheet.oracle.feeders {
        node.acts(feeder, &["report", symbol, "201.84"]);
    }
    let status = node.says(&["status"], &[]);
    assert_eq!(
        status["prices"][0]["quotation"]["price"],
        "201840000000000000000"
    );
    let originator = &sheet.originators[0].name;
    node.acts(originator, &["mint", symbol, "12.5"]);
    let opened = node.acts(originator, &["open", symbol, "12.5"]);
    // The allowance first, then the position.
    assert_eq!(opened.as_array().unwrap().len(), 2);
    let status = node.says(&["status"], &[]);
    let position = &status["positions"][0];
    let units = format!(
        "125{}",
        "0".repeat(usize::from(sheet.collateral[0].token.decimals) - 1)
    );
    assert_eq!(position["amount"], units);
    assert_eq!(position["debt"], "0");
    let error = node.refuses(
        &["call"],
        &["--as", originator, "--yes", "draw", "0", "1000"],
    );
    assert!(error.contains("the contract refuses"), "{error}");
    let error = node.refuses(&["call"], &["--as", originator, "withdraw", "0", "1"]);
    assert!(
        error.contains("not confirmed") && error.contains("signed by"),
        "{error}"
    );
}
