//! What goes over the wire: calls of `pallet-contracts`, and what its runtime API answers.

use anyhow::{Context, Result};
use deployment::Failure;
use scale::{Decode, Encode};
use serde_json::Value;
use subxt::error::DispatchError;
use subxt::ext::{scale_decode, scale_encode};
use subxt::utils::{AccountId32, MultiAddress, H256};
use subxt::Metadata;

/// Computation and proof, as the chain weighs them.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, scale_encode::EncodeAsType,
)]
#[encode_as_type(crate_path = "scale_encode")]
pub struct Weight {
    /// Picoseconds.
    #[codec(compact)]
    pub ref_time: u64,
    /// Bytes.
    #[codec(compact)]
    pub proof_size: u64,
}

impl Weight {
    /// Twice as much: between a dry run and the run others may act, and in a later block a contract may begin a record
    /// that the dry run only changed. What is not used is not paid.
    pub fn with_margin(self) -> Self {
        Self {
            ref_time: self.ref_time.saturating_mul(2),
            proof_size: self.proof_size.saturating_mul(2),
        }
    }
}

#[derive(Debug, scale_encode::EncodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
pub struct UploadCode {
    pub code: Vec<u8>,
    pub storage_deposit_limit: Option<u128>,
    pub determinism: Determinism,
}

#[derive(Clone, Copy, Debug, Encode, scale_encode::EncodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
pub enum Determinism {
    Enforced,
}

#[derive(Debug, scale_encode::EncodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
pub struct InstantiateWithCode {
    pub value: u128,
    pub gas_limit: Weight,
    pub storage_deposit_limit: Option<u128>,
    pub code: Vec<u8>,
    pub data: Vec<u8>,
    pub salt: Vec<u8>,
}

#[derive(Debug, scale_encode::EncodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
pub struct Call {
    pub dest: MultiAddress<AccountId32, ()>,
    pub value: u128,
    pub gas_limit: Weight,
    pub storage_deposit_limit: Option<u128>,
    pub data: Vec<u8>,
}

#[derive(Debug, scale_encode::EncodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
pub struct Transfer {
    pub dest: MultiAddress<AccountId32, ()>,
    pub value: u128,
}

/// Arguments of `ContractsApi_call`.
#[derive(Encode)]
pub struct TryCall {
    pub origin: [u8; 32],
    pub dest: [u8; 32],
    pub value: u128,
    pub gas_limit: Option<Weight>,
    pub storage_deposit_limit: Option<u128>,
    pub input: Vec<u8>,
}

/// Arguments of `ContractsApi_instantiate`.
#[derive(Encode)]
pub struct TryInstantiate {
    pub origin: [u8; 32],
    pub value: u128,
    pub gas_limit: Option<Weight>,
    pub storage_deposit_limit: Option<u128>,
    pub code: CodeSource,
    pub data: Vec<u8>,
    pub salt: Vec<u8>,
}

/// Which code is to be instantiated.
#[derive(Encode)]
pub enum CodeSource {
    Upload(Vec<u8>),
}

/// Arguments of `ContractsApi_upload_code`.
#[derive(Encode)]
pub struct TryUpload {
    pub origin: [u8; 32],
    pub code: Vec<u8>,
    pub storage_deposit_limit: Option<u128>,
    pub determinism: Determinism,
}

/// What a contract returned.
#[derive(Clone, Debug, Decode, PartialEq, Eq)]
pub struct Returned {
    flags: u32,
    /// The answer, encoded.
    pub data: Vec<u8>,
}

impl Returned {
    /// Whether it refused, so that the chain took back what it did.
    pub fn is_reverted(&self) -> bool {
        self.flags & 1 == 1
    }
}

/// What a constructor returned.
#[derive(Clone, Debug, Decode, PartialEq, Eq)]
pub struct Instantiated {
    /// Its answer.
    pub returned: Returned,
    /// Where the contract stands.
    pub address: [u8; 32],
}

/// What an upload came to.
#[derive(Clone, Debug, Decode, PartialEq, Eq)]
pub struct Uploaded {
    code_hash: [u8; 32],
    /// What the code holds in storage.
    pub deposit: u128,
}

#[derive(Decode)]
enum StorageDeposit {
    Refund(#[allow(dead_code, reason = "nothing has to be provided for it")] u128),
    Charge(u128),
}

/// What a call would do.
#[derive(Debug, PartialEq, Eq)]
pub struct DryRun<T> {
    /// What it needs.
    pub gas: Weight,
    /// The deposit for storage that it takes from the caller, in the smallest native unit.
    pub deposit: u128,
    /// What it gives.
    pub result: T,
}

impl<T: Decode> DryRun<T> {
    /// From the answer of `ContractsApi_call` or `_instantiate`.
    ///
    /// # Errors
    /// The chain refuses, or answers in another shape.
    pub fn decode(mut answer: &[u8], metadata: &Metadata) -> Result<Self> {
        let answer = &mut answer;
        let (_consumed, gas) = shaped(<(Weight, Weight)>::decode(answer))?;
        let deposit = match shaped(StorageDeposit::decode(answer))? {
            StorageDeposit::Charge(deposit) => deposit,
            StorageDeposit::Refund(_) => 0,
        };
        let _debug_message = shaped(Vec::<u8>::decode(answer))?;
        Ok(Self {
            gas,
            deposit,
            result: outcome(answer, metadata)?,
        })
    }
}

/// From the answer of `ContractsApi_get_storage`.
///
/// # Errors
/// There is no contract, or the chain answers in another shape.
pub fn kept(mut answer: &[u8]) -> Result<Option<Vec<u8>>> {
    let kept = shaped(Result::<Option<Vec<u8>>, u8>::decode(&mut answer))?;
    kept.map_err(|_| Failure::NoContract.into())
}

/// The key under which a contract keeps something, from that in its part of the state, which begins with a hash of 16 bytes.
///
/// # Errors
/// The chain answers in another shape.
pub fn key(listed: &str) -> Result<Vec<u8>> {
    let bytes = listed.strip_prefix("0x").map(hex::decode);
    let key = bytes.and_then(|bytes| Some(bytes.ok()?.get(16..)?.to_vec()));
    key.context("the node lists what a contract keeps in another shape")
}

/// The name of the native token and its decimals, from the properties of a chain, which are lists where it has several.
///
/// # Errors
/// No token has as many decimals.
pub fn native_token(properties: &serde_json::Map<String, Value>) -> Result<(String, u32)> {
    let first = |name| {
        let property = properties.get(name)?;
        property
            .as_array()
            .map_or(Some(property), |all| all.first())
    };
    let symbol = first("tokenSymbol").and_then(Value::as_str);
    let decimals = first("tokenDecimals").and_then(Value::as_u64);
    Ok((
        symbol.unwrap_or("UNIT").to_owned(),
        u32::try_from(decimals.unwrap_or(12))?,
    ))
}

/// From the encoded `Result<T, DispatchError>` that runtime APIs answer.
///
/// # Errors
/// The chain refuses, or answers in another shape.
pub fn outcome<T: Decode>(answer: &mut &[u8], metadata: &Metadata) -> Result<T> {
    match shaped(u8::decode(answer))? {
        0 => shaped(T::decode(answer)),
        _ => Err(refusal(answer, metadata)?.into()),
    }
}

fn shaped<T>(decoded: Result<T, scale::Error>) -> Result<T> {
    decoded.context("the runtime API of this chain's contracts pallet has another shape")
}

/// A dispatch error at the start of some bytes.
fn refusal(bytes: &[u8], metadata: &Metadata) -> Result<Failure> {
    /// The variant of an error of a pallet, which takes five bytes more.
    const MODULE: u8 = 3;
    let length = match bytes.first() {
        Some(&MODULE) => 6,
        _ => bytes.len(),
    };
    let bytes = bytes.get(..length).unwrap_or(bytes);
    Ok(failure(&DispatchError::decode_from(
        bytes,
        metadata.clone(),
    )?))
}

/// What a dispatch error means.
pub fn failure(error: &DispatchError) -> Failure {
    if let DispatchError::Module(module) = error {
        if let Ok(details) = module.details() {
            return Failure::named(&details.variant.name);
        }
    }
    Failure::Refused(error.to_string())
}

/// What is read of `Contracts.ContractInfoOf`.
#[derive(Debug, scale_decode::DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct ContractInfo {
    /// Its code.
    pub code_hash: H256,
    /// Where the chain keeps what it stores.
    pub trie_id: Vec<u8>,
}

/// What is read of `System.Account`.
#[derive(Debug, scale_decode::DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct AccountInfo {
    /// How many transactions it has sent.
    pub nonce: u32,
    /// What it has.
    pub data: AccountData,
}

/// An account's native tokens.
#[derive(Debug, scale_decode::DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct AccountData {
    /// What it may spend, in the smallest unit.
    pub free: u128,
}

#[cfg(test)]
mod tests {
    use drink::frame_support::sp_runtime::AccountId32 as Native;
    use drink::minimal::{Contracts, MinimalSandbox, RuntimeCall};
    use drink::pallet_contracts::{
        Call as PalletCall, CollectEvents, DebugInfo, Determinism as Mode,
    };
    use drink::{Sandbox, Weight as NativeWeight};
    use subxt::tx::{Payload, TxPayload};

    use super::*;

    const SOMEBODY: [u8; 32] = [7; 32];
    const WEIGHT: Weight = Weight {
        ref_time: 5_000_000_000,
        proof_size: 70_000,
    };

    fn metadata() -> Metadata {
        Metadata::decode(&mut MinimalSandbox::get_metadata().encode().as_slice()).unwrap()
    }

    /// A call as the runtime reads it.
    fn understood(
        name: &str,
        call: impl scale_encode::EncodeAsFields,
    ) -> PalletCall<<MinimalSandbox as Sandbox>::Runtime> {
        let payload = Payload::new("Contracts", name, call).unvalidated();
        let encoded = payload.encode_call_data(&metadata()).unwrap();
        match RuntimeCall::decode(&mut encoded.as_slice()).unwrap() {
            RuntimeCall::Contracts(call) => call,
            other => panic!("{other:?}"),
        }
    }

    fn native(weight: Weight) -> NativeWeight {
        NativeWeight::from_parts(weight.ref_time, weight.proof_size)
    }

    #[test]
    fn the_pallet_reads_what_calls_say() {
        let call = Call {
            dest: AccountId32(SOMEBODY).into(),
            value: 0,
            gas_limit: WEIGHT,
            storage_deposit_limit: Some(9),
            data: vec![1, 2, 3],
        };
        let expected = PalletCall::call {
            dest: Native::new(SOMEBODY).into(),
            value: 0,
            gas_limit: native(WEIGHT),
            storage_deposit_limit: Some(scale::Compact(9)),
            data: vec![1, 2, 3],
        };
        assert_eq!(understood("call", call), expected);
        let call = InstantiateWithCode {
            value: 0,
            gas_limit: WEIGHT,
            storage_deposit_limit: None,
            code: vec![4; 300],
            data: vec![5],
            salt: b"salt".to_vec(),
        };
        let expected = PalletCall::instantiate_with_code {
            value: 0,
            gas_limit: native(WEIGHT),
            storage_deposit_limit: None,
            code: vec![4; 300],
            data: vec![5],
            salt: b"salt".to_vec(),
        };
        assert_eq!(understood("instantiate_with_code", call), expected);
        let call = UploadCode {
            code: vec![6],
            storage_deposit_limit: Some(1),
            determinism: Determinism::Enforced,
        };
        let expected = PalletCall::upload_code {
            code: vec![6],
            storage_deposit_limit: Some(scale::Compact(1)),
            determinism: Mode::Enforced,
        };
        assert_eq!(understood("upload_code", call), expected);
    }

    #[test]
    fn a_refusal_of_the_chain_has_its_name() {
        let answer = MinimalSandbox::default().execute_with(|| {
            Contracts::bare_call(
                Native::new(SOMEBODY),
                Native::new(SOMEBODY),
                0,
                native(WEIGHT),
                None,
                vec![],
                DebugInfo::Skip,
                CollectEvents::Skip,
                Mode::Enforced,
            )
            .encode()
        });
        let error = DryRun::<Returned>::decode(&answer, &metadata()).unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Failure::NoContract));
        let error = DryRun::<Returned>::decode(&answer[..3], &metadata()).unwrap_err();
        assert!(error.to_string().contains("another shape"), "{error}");
    }

    #[test]
    fn the_first_of_several_native_tokens_counts() {
        let token =
            |properties: &str| native_token(&serde_json::from_str(properties).unwrap()).unwrap();
        let (one, several) = (
            r#"{ "tokenSymbol": "DOT", "tokenDecimals": 10 }"#,
            r#"{ "tokenSymbol": ["ASTR", "X"], "tokenDecimals": [18, 6] }"#,
        );
        assert_eq!(token(one), ("DOT".to_owned(), 10));
        assert_eq!(token(several), ("ASTR".to_owned(), 18));
        assert_eq!(token("{}"), ("UNIT".to_owned(), 12));
        assert_eq!(token(r#"{ "tokenDecimals": [] }"#), ("UNIT".to_owned(), 12));
    }

    #[test]
    fn a_listed_key_begins_with_its_hash() {
        let listed = format!("0x{}0200", "ab".repeat(16));
        assert_eq!(key(&listed).unwrap(), [2, 0]);
        assert!(key("0x00").is_err() && key("ab").is_err());
    }

    #[test]
    fn a_dry_run_tells_gas_deposit_and_answer() {
        let deposit = (1u8, 42u128);
        let answer = (
            WEIGHT,
            WEIGHT,
            deposit,
            vec![0u8; 3],
            0u8,
            1u32,
            vec![8u8, 9],
        )
            .encode();
        let tried = DryRun::<Returned>::decode(&answer, &metadata()).unwrap();
        assert_eq!((tried.gas, tried.deposit), (WEIGHT, 42));
        assert!(tried.result.is_reverted());
        assert_eq!(tried.result.data, [8, 9]);
        assert_eq!(WEIGHT.with_margin().proof_size, 140_000);
    }
}
