//! What the compliance officer does. Issuers attest: [`super::say`].

use anyhow::Result;
use clap::Subcommand;
use ink::codegen::TraitCallBuilder;
use interfaces::compliance::ComplianceRegistry;

use super::desk::Desk;
use super::Step;

#[derive(Subcommand)]
pub enum Comply {
    /// Have an account neither give nor receive tokens of classes
    Freeze { account: String },
    /// Let it again
    Unfreeze { account: String },
}

impl Comply {
    /// The message to be signed.
    pub fn step(&self, desk: &Desk) -> Result<Step> {
        let (what, account, is_frozen) = match self {
            Self::Freeze { account } => ("freeze", account, true),
            Self::Unfreeze { account } => ("unfreeze", account, false),
        };
        let mut registry = desk.registry()?;
        let freeze = registry
            .call_mut()
            .freeze(desk.account(account)?, is_frozen);
        Ok(Step::new(format!("{what} {account}"), freeze))
    }
}
