//! What a node knows: accounts, codes, blocks, and all that contracts store.

use anyhow::{Context, Result};
use ink::primitives::{AccountId, Hash};
use ink_e2e::subxt::backend::legacy::rpc_methods::BlockNumber;
use ink_e2e::subxt::dynamic::{self, Value};
use ink_e2e::H256;
use interfaces::types::Balance;
use scale::{Compact, Decode};

use crate::node::Node;

/// What is in a block.
#[derive(Default)]
pub struct Block {
    /// Those that somebody paid for.
    pub transactions: usize,
    /// Those of them that the chain took back.
    pub failed: usize,
    /// The work of all, in picoseconds.
    pub work: u64,
    /// The bytes of a proof of all.
    pub proof: u64,
}

impl Node {
    /// Native tokens that an account may spend.
    pub fn native(&self, account: AccountId) -> Result<Balance> {
        Ok(self.info(account)?.1[0])
    }

    /// How many transactions of an account are in blocks.
    pub fn nonce(&self, account: AccountId) -> Result<u64> {
        Ok(self.info(account)?.0[0].into())
    }

    /// What the chain keeps of an account: its nonce and three counters of references, what it may spend and what it may not.
    fn info(&self, account: AccountId) -> Result<([u32; 4], [Balance; 2])> {
        let info = self.stored("System", "Account", vec![Value::from_bytes(account)])?;
        let info = info
            .map(|info| Decode::decode(&mut &info[..]))
            .transpose()?;
        Ok(info.unwrap_or_default())
    }

    /// Whether the chain has a code.
    pub fn has_code(&self, code: Hash) -> Result<bool> {
        let key = vec![Value::from_bytes(code)];
        Ok(self.stored("Contracts", "CodeInfoOf", key)?.is_some())
    }

    /// How many blocks there are, and how many of them are final.
    ///
    /// # Errors
    /// The node does not answer.
    pub fn height(&self) -> Result<(u64, u64)> {
        let legacy = self.link().legacy();
        self.wait(async {
            let best = legacy.chain_get_header(None).await?.context("no block")?;
            let last = legacy.chain_get_finalized_head().await?;
            let last = legacy
                .chain_get_header(Some(last))
                .await?
                .context("no block")?;
            Ok((best.number.into(), last.number.into()))
        })
    }

    /// What is in the blocks after one.
    ///
    /// # Errors
    /// The node does not answer.
    pub fn blocks_since(&self, number: u64) -> Result<Vec<Block>> {
        let (best, _) = self.height()?;
        let blocks = (number + 1..=best).map(|number| self.contents(self.block(number)?));
        blocks.collect()
    }

    fn contents(&self, block: H256) -> Result<Block> {
        let blocks = self.link().online.blocks();
        let events = self.wait(async { blocks.at(block).await?.events().await })?;
        let mut contents = Block::default();
        for event in events.iter() {
            let event = event?;
            match (event.pallet_name(), event.variant_name()) {
                ("TransactionPayment", "TransactionFeePaid") => contents.transactions += 1,
                ("System", "ExtrinsicFailed") => contents.failed += 1,
                _ => {}
            }
        }
        let storage = self.link().online.storage();
        let weight = dynamic::storage("System", "BlockWeight", Vec::<Value>::new());
        let weight = self.wait(storage.at(block).fetch(&weight))?;
        let weight = weight.context("a block without a weight")?.into_encoded();
        // That of ordinary transactions comes first.
        let (work, proof) = <(Compact<u64>, Compact<u64>)>::decode(&mut &weight[..])?;
        (contents.work, contents.proof) = (work.0, proof.0);
        Ok(contents)
    }

    /// The hash of a block.
    ///
    /// # Errors
    /// There is no such block.
    pub fn block(&self, number: u64) -> Result<H256> {
        let number = BlockNumber::Number(number);
        let legacy = self.link().legacy();
        let hash = self.wait(legacy.chain_get_block_hash(Some(number)))?;
        hash.context("no such block")
    }

    /// The root of all that a contract stores.
    ///
    /// # Errors
    /// There is no contract.
    pub fn storage_root(&self, contract: AccountId) -> Result<Option<Vec<u8>>> {
        let info = self.stored(
            "Contracts",
            "ContractInfoOf",
            vec![Value::from_bytes(contract)],
        )?;
        let info = info.context("no contract")?;
        let trie = Vec::<u8>::decode(&mut &info[..])?;
        let key = [b":child_storage:default:".as_slice(), &trie].concat();
        let legacy = self.link().legacy();
        Ok(self.wait(legacy.state_get_storage(&key, None))?)
    }

    /// The bytes under a key of the state at the last block.
    pub fn stored(&self, pallet: &str, entry: &str, key: Vec<Value>) -> Result<Option<Vec<u8>>> {
        let address = dynamic::storage(pallet, entry, key);
        let legacy = self.link().legacy();
        self.wait(async {
            let best = legacy.chain_get_block_hash(None).await?;
            let state = self
                .link()
                .online
                .storage()
                .at(best.context("a chain without a block")?);
            Ok(state
                .fetch(&address)
                .await?
                .map(|value| value.into_encoded()))
        })
    }
}
