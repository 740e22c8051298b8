//! Any message of any contract, and what others have signed.

use std::fs;
use std::path::PathBuf;

use anyhow::{ensure, Context, Result};
use clap::Subcommand;
use ink::selector_bytes;
use serde::{Deserialize, Serialize};

use super::desk::{bytes, Desk};
use super::Step;
use crate::address;
use crate::book::Book;

#[derive(Subcommand)]
pub enum Other {
    /// Send any message: `send configurator arm Draws`; contracts are named as `deploy plan` does
    Send {
        contract: String,
        message: String,
        /// As in `Some("Risk desk")`, `12.5 %`, `2 d`, `(1, 2)`, `{ token: 5F…, asset: 3 }`; numbers in the smallest unit
        #[arg(allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Submit what somebody signed by `sluice sign`
    Submit { file: PathBuf },
}

/// An approval by signature.
const PERMIT: [u8; 4] = selector_bytes!("Permit::permit");
/// The messages that carry signatures: all that `sluice sign` writes.
const SIGNED: [[u8; 4]; 5] = [
    PERMIT,
    selector_bytes!("Governor::vote_signed"),
    selector_bytes!("Delegation::delegate_signed"),
    selector_bytes!("OracleAdapter::report_signed"),
    selector_bytes!("ComplianceRegistry::attest_signed"),
];

/// What somebody signed, for whoever submits it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// In words; the others alone count.
    message: String,
    contract: String,
    input: String,
}

impl Signed {
    /// To be written down.
    pub fn of(desk: &Desk, step: Step) -> Self {
        Self {
            message: desk.book.message(step.contract, &step.input),
            contract: address::show(step.contract),
            input: format!("0x{}", hex::encode(step.input)),
        }
    }

    fn step(&self, book: &Book) -> Result<Step> {
        let step = Step {
            what: "submit what was signed".to_owned(),
            contract: address::parse(&self.contract).context("`contract` is no address")?,
            input: bytes(&self.input).context("`input` is no row of bytes")?,
        };
        ensure_signed(book, &step)?;
        Ok(step)
    }
}

/// That it does what its signer wants. Whoever submits any other message does it himself.
fn ensure_signed(book: &Book, step: &Step) -> Result<()> {
    let contract = book.at(step.contract).with_context(|| {
        let address = address::show(step.contract);
        format!("{address} is no contract of this deal: say by --network and --deal for which one it was signed")
    })?;
    // Tokens that the deal found on its chain take approvals.
    let is_signed = match contract.is_made {
        true => SIGNED.iter().any(|signed| step.input.starts_with(signed)),
        false => step.input.starts_with(&PERMIT),
    };
    ensure!(
        is_signed,
        "{} does not carry a signature: it would be done by whoever submits it. Submit what `sluice sign` wrote; what you \
         want to do yourself goes by `sluice call send`",
        book.message(step.contract, &step.input)
    );
    Ok(())
}

impl Other {
    /// The message to be signed.
    pub fn step(&self, desk: &Desk) -> Result<Step> {
        match self {
            Self::Send {
                contract,
                message,
                arguments,
            } => {
                let account = |name: &str| desk.account(name);
                let (to, input) = desk.book.write(contract, message, arguments, &account)?;
                Ok(Step {
                    what: format!("send {message} to {contract}"),
                    contract: to,
                    input,
                })
            }
            Self::Submit { file } => {
                let read = || -> Result<Step> {
                    let signed: Signed = serde_json::from_slice(&fs::read(file)?)?;
                    signed.step(desk.book)
                };
                read().with_context(|| format!("cannot submit {}", file.display()))
            }
        }
    }
}
