//! The chain of a node, through the client of `ink_e2e`.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::rc::Rc;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};
use finance::Timestamp;
use ink::env::DefaultEnvironment;
use ink::primitives::AccountId;
use ink_e2e::subxt::backend::legacy::LegacyRpcMethods;
use ink_e2e::subxt::backend::rpc::{rpc_params, RpcClient};
use ink_e2e::subxt::OnlineClient;
use ink_e2e::{alice, Client, Keypair, PolkadotConfig};
use interfaces::types::Balance;
use simulator::deployment::{Bundles, Host};
use tokio::runtime::Runtime;

use crate::process::{Folder, Process};
use crate::transactions::Bill;
use crate::wire::RuntimeCall;

/// Native tokens, of 10¹² units each, that an account is given to act.
const ENDOWMENT: Balance = 1_000 * 1_000_000_000_000;
/// How often an ever later block is waited for.
const BEAT: Duration = Duration::from_millis(200);
/// A node's chain, and the keys of those who act there.
pub struct Node {
    runtime: Runtime,
    link: RefCell<Rc<Link>>,
    keys: RefCell<BTreeMap<AccountId, Keypair>>,
    /// Whose keys were given native tokens.
    endowed: RefCell<BTreeSet<AccountId>>,
    pub bill: Cell<Bill>,
    pub bundles: Bundles,
    pub network: [u8; 32],
    /// None of a node that others started.
    process: RefCell<Option<Process>>,
    /// Whether its clock stands where it is set.
    is_still: bool,
    _folder: Folder,
}

/// A connection to a node.
pub struct Link {
    pub rpc: RpcClient,
    pub online: OnlineClient<PolkadotConfig>,
    /// Made when something is first sent through it.
    pub contracts: RefCell<Option<Client<PolkadotConfig, DefaultEnvironment>>>,
}

impl Link {
    async fn to(url: &str) -> Result<Self> {
        let rpc = RpcClient::from_url(url).await?;
        Ok(Self {
            online: OnlineClient::from_rpc_client(rpc.clone()).await?,
            contracts: RefCell::default(),
            rpc,
        })
    }

    /// To another node of the chain, whose metadata are known.
    async fn turned_to(&self, url: &str) -> Result<Self> {
        let (known, rpc) = (&self.online, RpcClient::from_url(url).await?);
        let (genesis, version) = (known.genesis_hash(), known.runtime_version());
        let online =
            OnlineClient::from_rpc_client_with(genesis, version, known.metadata(), rpc.clone())?;
        Ok(Self {
            rpc,
            online,
            contracts: RefCell::default(),
        })
    }

    pub fn legacy(&self) -> LegacyRpcMethods<PolkadotConfig> {
        LegacyRpcMethods::new(self.rpc.clone())
    }
}

impl Node {
    /// A development chain.
    pub fn start() -> Result<Self> {
        Self::develop(Folder::new()?, None)
    }

    /// A development chain whose clock stands where it is set, first at `now`. What it has on disk it has again when it is
    /// [restarted](Self::restart).
    pub fn still_at(now: Timestamp) -> Result<Self> {
        Self::stands_at(now, None)
    }

    /// [`Node::still_at`] with a block every three seconds, for as many transactions as there are until then.
    pub fn sealing_at(now: Timestamp) -> Result<Self> {
        Self::stands_at(now, Some("--sealing=3000".to_owned()))
    }

    fn stands_at(now: Timestamp, sealing: Option<String>) -> Result<Self> {
        let folder = Folder::new()?;
        let data = folder.path().join("chain");
        let options = [
            format!("--clock={}", now.0),
            format!("--base-path={}", data.display()),
        ];
        let options = options.into_iter().chain(sealing);
        let node = Self {
            is_still: true,
            ..Self::develop(folder, options)?
        };
        node.wait_until(now)?;
        Ok(node)
    }

    fn develop(folder: Folder, options: impl IntoIterator<Item = String>) -> Result<Self> {
        let all = ["--dev", "--port=0", "--rpc-port=0"].map(str::to_owned);
        let options = all.into_iter().chain(options).collect();
        let process = Process::start(folder.path().join("log"), options)?;
        let node = Self::at(&process.url)?;
        Ok(Self {
            process: RefCell::new(Some(process)),
            _folder: folder,
            ..node
        })
    }

    /// The chain of a node that runs already.
    pub fn at(url: &str) -> Result<Self> {
        let runtime = Runtime::new()?;
        let link = runtime.block_on(Link::to(url))?;
        Ok(Self {
            network: link.online.genesis_hash().0,
            runtime,
            link: RefCell::new(Rc::new(link)),
            keys: RefCell::default(),
            endowed: RefCell::default(),
            bill: Cell::default(),
            bundles: Bundles::find()?,
            process: RefCell::default(),
            is_still: false,
            _folder: Folder::new()?,
        })
    }

    /// Speaks to another node of the same chain from now on.
    pub fn turn_to(&self, url: &str) -> Result<()> {
        let link = self.wait(self.link().turned_to(url))?;
        self.link.replace(Rc::new(link));
        Ok(())
    }

    /// Kills the process between two instructions, and starts it with what it has on disk.
    pub fn restart(&self) -> Result<()> {
        let mut process = self.process.borrow_mut();
        let process = process.as_mut().context("the process of others")?;
        process.restart()?;
        self.turn_to(&process.url)?;
        let Timestamp(last) = Host::now(self)?;
        self.set_clock(Timestamp(last + 1))
    }

    /// Keeps a connection to another node from now on.
    ///
    /// # Errors
    /// It does not say who it is.
    pub fn meet(&self, other: &Self, port: u16) -> Result<()> {
        let (link, theirs) = (self.link(), other.link());
        let name: String = other.wait(theirs.rpc.request("system_localPeerId", rpc_params![]))?;
        let peer = format!("/ip4/127.0.0.1/tcp/{port}/p2p/{name}");
        let added = link
            .rpc
            .request("system_addReservedPeer", rpc_params![peer]);
        Ok(self.wait::<Result<(), _>>(added)?)
    }

    pub fn link(&self) -> Rc<Link> {
        self.link.borrow().clone()
    }

    /// Returns with a block at `moment` or later.
    pub fn wait_until(&self, moment: Timestamp) -> Result<()> {
        self.set_clock(moment)?;
        while Host::now(self)? < moment {
            if !self.is_still {
                sleep(BEAT);
            }
            self.submit(&alice(), &RuntimeCall::remark())?;
        }
        Ok(())
    }

    /// The next block is at `now`, if the clock stands.
    pub fn set_clock(&self, now: Timestamp) -> Result<()> {
        if self.is_still {
            let link = self.link();
            let set = link.rpc.request("clock_set", rpc_params![now.0]);
            self.wait::<Result<(), _>>(set)?;
        }
        Ok(())
    }

    /// The account of a name, which may have no funds yet.
    pub fn know(&self, name: &str) -> Result<AccountId> {
        let key = Keypair::from_uri(&format!("//{name}").parse()?)?;
        let account = AccountId(key.public_key().0);
        self.keys.borrow_mut().insert(account, key);
        Ok(account)
    }

    /// Everybody whose name was mentioned.
    pub fn people(&self) -> Vec<AccountId> {
        self.keys.borrow().keys().copied().collect()
    }

    /// Gives those who have none yet native tokens to act, in one transaction.
    pub fn endow(&self) -> Result<()> {
        let mut endowed = self.endowed.borrow_mut();
        let people = self.people().into_iter();
        let new: Vec<_> = people.filter(|one| !endowed.contains(one)).collect();
        if !new.is_empty() {
            let metadata = self.link().online.metadata();
            let gifts = RuntimeCall::gifts(&new, ENDOWMENT, &metadata)?;
            self.submit(&alice(), &gifts)?;
            endowed.extend(new);
        }
        Ok(())
    }

    pub fn key(&self, account: AccountId) -> Result<Keypair> {
        let keys = self.keys.borrow();
        keys.get(&account)
            .cloned()
            .with_context(|| format!("nobody here has the key of {account:?}"))
    }

    pub fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.block_on(answer)
    }
}
