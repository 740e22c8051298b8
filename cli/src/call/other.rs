//! Any message of any contract, and what others have signed.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Subcommand;
use serde::{Deserialize, Serialize};

use super::desk::{bytes, Desk};
use super::Step;
use crate::address;

#[derive(Subcommand)]
pub enum Other {
    /// Send any message: `send configurator arm Draws`; contracts are named as `deploy plan` does
    Send {
        contract: String,
        message: String,
        /// As in `Some("Risk desk")`, `12.5 %`, `2 d`, `[1, 2]`, `{ token: 5F…, asset: 3 }`; numbers in the smallest unit
        #[arg(allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Submit what somebody signed by `sluice sign`
    Submit { file: PathBuf },
}

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

    fn step(&self) -> Result<Step> {
        Ok(Step {
            what: "submit what was signed".to_owned(),
            contract: address::parse(&self.contract).context("`contract` is no address")?,
            input: bytes(&self.input).context("`input` is no row of bytes")?,
        })
    }
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
                    signed.step()
                };
                read().with_context(|| format!("cannot submit {}", file.display()))
            }
        }
    }
}
