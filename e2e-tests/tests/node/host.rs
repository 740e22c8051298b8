//! A node as what a deal is put on.

use anyhow::{ensure, Result};
use finance::Timestamp;
use ink::primitives::{AccountId, Hash};
use ink_e2e::alice;
use ink_e2e::subxt::dynamic::Value;
use scale::Decode;
use simulator::deployment::{Bundles, Code, Host};
use simulator::journal::Action;

use crate::node::Node;
use crate::wire::Trial;

impl Host for Node {
    fn bundles(&self) -> &Bundles {
        &self.bundles
    }

    fn network(&self) -> [u8; 32] {
        self.network
    }

    fn now(&self) -> Result<Timestamp> {
        let time = self.stored("Timestamp", "Now", vec![])?;
        let time = time.map(|time| u64::decode(&mut &time[..])).transpose()?;
        // The first block has none.
        Ok(Timestamp(time.unwrap_or_default()))
    }

    /// A name is a derivation of the development phrase, and has funds from its first mention on.
    fn account(&self, name: &str) -> Result<AccountId> {
        let account = self.know(name)?;
        self.endow()?;
        Ok(account)
    }

    fn asset(&self, _symbol: &str) -> Result<Option<AccountId>> {
        Ok(None)
    }

    fn code_at(&self, address: AccountId) -> Result<Option<Hash>> {
        let info = self.stored(
            "Contracts",
            "ContractInfoOf",
            vec![Value::from_bytes(address)],
        )?;
        // The first fields: the key of its storage, and its code.
        let decode = |info: Vec<u8>| <(Vec<u8>, Hash)>::decode(&mut &info[..]);
        Ok(info.map(decode).transpose()?.map(|(_, code)| code))
    }

    fn upload_code(&self, by: AccountId, code: &Code) -> Result<()> {
        if !self.has_code(code.hash)? {
            self.act(by, &Action::Upload(code.contract.clone()))?;
        }
        Ok(())
    }

    fn instantiate(
        &self,
        by: AccountId,
        code: &Code,
        input: &[u8],
        salt: &str,
    ) -> Result<Result<AccountId, Vec<u8>>> {
        self.upload_code(by, code)?;
        let tried = self.trial(by, &Trial::Instantiate(code.hash, input, salt))?;
        if tried.is_refused {
            return Ok(Err(tried.returned));
        }
        let address = code.address(by, input, salt);
        let instantiate = Action::Instantiate {
            contract: code.contract.clone(),
            input: input.to_vec(),
            salt: salt.to_owned(),
            address,
        };
        self.act(by, &instantiate)?;
        ensure!(
            self.code_at(address)? == Some(code.hash),
            "no contract at its address"
        );
        Ok(Ok(address))
    }

    fn send(&self, by: AccountId, contract: AccountId, input: Vec<u8>) -> Result<Vec<u8>> {
        let tried = self.trial(by, &Trial::Call(contract, &input))?;
        if tried.is_refused {
            return Ok(tried.returned);
        }
        self.force(by, contract, &input)
    }

    fn look(&self, contract: AccountId, input: Vec<u8>) -> Result<Vec<u8>> {
        let reader = AccountId(alice().public_key().0);
        Ok(self.trial(reader, &Trial::Call(contract, &input))?.returned)
    }
}
