//! A network of three validators, one of which stops.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ink_e2e::subxt::backend::legacy::LegacyRpcMethods;
use ink_e2e::subxt::backend::rpc::RpcClient;
use ink_e2e::PolkadotConfig;
use tokio::runtime::Runtime;
use tokio::time::sleep;

/// Where the first validator is found: its network key is 1.
const FIRST: &str =
    "/ip4/127.0.0.1/tcp/40333/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";
/// How long may pass until what is waited for has happened.
const PATIENCE: Duration = Duration::from_secs(120);

/// A validator in a process of its own, which ends with this value.
struct Validator {
    process: Child,
    rpc_port: u16,
}

impl Validator {
    fn start(data: &Path, name: &str, number: u16) -> Self {
        let node = std::env::var("CONTRACTS_NODE").unwrap();
        let rpc_port = 40_943 + number;
        let process = Command::new(node)
            .args(["--chain=local", "--no-prometheus", "--no-mdns"])
            .arg(format!("--{name}"))
            .arg(format!("--base-path={}", data.join(name).display()))
            .arg(format!("--node-key={number:064x}"))
            .arg(format!("--bootnodes={FIRST}"))
            .arg(format!("--port={}", 40_332 + number))
            .arg(format!("--rpc-port={rpc_port}"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { process, rpc_port }
    }

    /// The number of its last block, and of the last that is final. `None` while it does not answer.
    async fn height(&self) -> Option<(u64, u64)> {
        let url = format!("ws://127.0.0.1:{}", self.rpc_port);
        let rpc = RpcClient::from_url(url).await.ok()?;
        let rpc = LegacyRpcMethods::<PolkadotConfig>::new(rpc);
        let best = rpc.chain_get_header(None).await.ok()??;
        let last = rpc.chain_get_finalized_head().await.ok()?;
        let last = rpc.chain_get_header(Some(last)).await.ok()??;
        Some((best.number.into(), last.number.into()))
    }

    /// Waits until it knows `best` blocks of which `last` are final.
    async fn reaches(&self, best: u64, last: u64) {
        let start = Instant::now();
        let mut height = None;
        while !height.is_some_and(|(b, l)| b >= best && l >= last) {
            assert!(
                start.elapsed() < PATIENCE,
                "at {height:?} instead of {best}, {last}"
            );
            sleep(Duration::from_millis(500)).await;
            height = self.height().await;
        }
    }
}

impl Drop for Validator {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
#[ignore = "needs $CONTRACTS_NODE: run scripts/test.sh"]
fn a_validator_that_stops_holds_up_finality_until_it_is_back() {
    let data = std::env::temp_dir().join(format!("sluice-network-{}", std::process::id()));
    let start = |name, number| Validator::start(&data, name, number);
    Runtime::new().unwrap().block_on(async {
        let [alice, bob, charlie] =
            [("alice", 1), ("bob", 2), ("charlie", 3)].map(|(name, number)| start(name, number));
        for validator in [&alice, &bob, &charlie] {
            validator.reaches(4, 2).await;
        }

        drop(charlie);
        let (best, last) = alice.height().await.unwrap();
        alice.reaches(best + 4, last).await;
        // Of three, all three have to vote; what they voted on before may still become final.
        let (best, last) = alice.height().await.unwrap();
        assert!(
            best - last >= 3,
            "{last} of {best} blocks are final without the third vote"
        );

        let charlie = start("charlie", 3);
        for validator in [&alice, &bob, &charlie] {
            validator.reaches(best + 2, best).await;
        }
    });
    std::fs::remove_dir_all(data).unwrap();
}
