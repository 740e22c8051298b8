//! What a chain is told, as it reads it.

use anyhow::{Context, Result};
use ink::primitives::{AccountId, Hash};
use ink_e2e::subxt::error::MetadataError;
use ink_e2e::subxt::tx::TxPayload;
use ink_e2e::subxt::{Error, Metadata};
use interfaces::types::Balance;
use scale::{Compact, Decode, Encode};
use simulator::deployment::Bundles;
use simulator::journal::Action;

/// Picoseconds of work, and bytes of proof.
pub type Gas = (u64, u64);

/// More than anything takes that is not tried before, and little enough for several in a block.
pub const PLENTY: Gas = (200_000_000_000, 1024 * 1024);
/// The storage deposit: as much as the chain takes by itself.
const DEPOSIT: Option<Compact<Balance>> = None;
const NOTHING: Compact<Balance> = Compact(0);

/// A call of the runtime.
pub struct RuntimeCall {
    pallet: &'static str,
    call: &'static str,
    /// Its arguments, encoded.
    arguments: Vec<u8>,
}

impl TxPayload for RuntimeCall {
    fn encode_call_data_to(&self, metadata: &Metadata, out: &mut Vec<u8>) -> Result<(), Error> {
        let pallet = metadata.pallet_by_name_err(self.pallet)?;
        let call = pallet
            .call_variant_by_name(self.call)
            .ok_or_else(|| MetadataError::CallNameNotFound(self.call.to_owned()))?;
        out.extend([pallet.index(), call.index]);
        out.extend(&self.arguments);
        Ok(())
    }
}

impl RuntimeCall {
    fn new(pallet: &'static str, call: &'static str, arguments: impl Encode) -> Self {
        Self {
            pallet,
            call,
            arguments: arguments.encode(),
        }
    }

    /// Nothing but a block.
    pub fn remark() -> Self {
        Self::new("System", "remark", Vec::<u8>::new())
    }

    /// The same amount for each account, all or nothing.
    pub fn gifts(to: &[AccountId], amount: Balance, metadata: &Metadata) -> Result<Self> {
        let gifts = to.iter().map(|account| {
            let gift = (address(account), Compact(amount));
            Self::new("Balances", "transfer_allow_death", gift).encode_call_data(metadata)
        });
        let gifts = gifts.collect::<Result<Vec<_>, _>>()?;
        let count = Compact(u32::try_from(gifts.len())?);
        let arguments = [count.encode(), gifts.concat()].concat();
        Ok(Self {
            pallet: "Utility",
            call: "batch_all",
            arguments,
        })
    }

    /// What an action asks of the contracts pallet. The code of an instance goes along unless the chain has it.
    pub fn of(
        action: &Action,
        (work, proof): Gas,
        bundles: &Bundles,
        has_code: impl Fn(Hash) -> Result<bool>,
    ) -> Result<Self> {
        let gas = (Compact(work), Compact(proof));
        let call = |call, arguments: Vec<u8>| Self {
            pallet: "Contracts",
            call,
            arguments,
        };
        Ok(match action {
            Action::Upload(contract) => {
                let code = &bundles.code(contract)?.wasm;
                // 0: code that is the same on every machine.
                call("upload_code", (code, DEPOSIT, 0u8).encode())
            }
            Action::Instantiate {
                contract,
                input,
                salt,
                ..
            } => {
                let code = bundles.code(contract)?;
                let (terms, made_of) = ((NOTHING, gas, DEPOSIT), (input, salt));
                if has_code(code.hash)? {
                    call("instantiate", (terms, code.hash, made_of).encode())
                } else {
                    call(
                        "instantiate_with_code",
                        (terms, &code.wasm, made_of).encode(),
                    )
                }
            }
            Action::Call { contract, input } => {
                let message = (address(contract), NOTHING, gas, DEPOSIT, input);
                call("call", message.encode())
            }
        })
    }
}

/// A `MultiAddress::Id`.
fn address(account: &AccountId) -> (u8, &AccountId) {
    (0, account)
}

/// What somebody wants to try without limits.
pub enum Trial<'a> {
    /// A message.
    Call(AccountId, &'a [u8]),
    /// The constructor of a code that the chain has.
    Instantiate(Hash, &'a [u8], &'a str),
}

impl Trial<'_> {
    /// The function of the runtime, and its arguments.
    pub fn request(&self, by: AccountId) -> (&'static str, Vec<u8>) {
        match self {
            Self::Call(contract, input) => {
                let request = (by, contract, 0u128, None::<()>, None::<()>, input);
                ("ContractsApi_call", request.encode())
            }
            Self::Instantiate(code, input, salt) => {
                let request = (by, 0u128, None::<()>, None::<()>, (1u8, code), input, salt);
                ("ContractsApi_instantiate", request.encode())
            }
        }
    }
}

/// What a trial came to.
pub struct Tried {
    /// What a transaction would need.
    pub gas: Gas,
    /// Whether the chain would take back what it did.
    pub is_refused: bool,
    /// What the contract returned.
    pub returned: Vec<u8>,
}

impl Tried {
    /// From the answer to a request.
    ///
    /// # Errors
    /// The contract failed: its error is no answer.
    pub fn decode(answer: &[u8]) -> Result<Self> {
        type Weight = (Compact<u64>, Compact<u64>);
        /// Consumed and required gas, the storage deposit, debug messages, and whether there is no answer.
        type Head = (Weight, Weight, (u8, Balance), Vec<u8>, bool);
        let rest = &mut &answer[..];
        let (_, (work, proof), _, _, failed) = Head::decode(rest)?;
        let answer = (!failed).then(|| <(u32, Vec<u8>)>::decode(rest));
        let (flags, returned) = answer.with_context(|| format!("no answer: {rest:?}"))??;
        Ok(Self {
            gas: (work.0, proof.0),
            is_refused: flags & 1 == 1,
            returned,
        })
    }
}
