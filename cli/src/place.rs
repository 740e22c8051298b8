//! A deal and the chain that it is on or goes to, as the command line names them.

use std::path::PathBuf;

use anyhow::{ensure, Context, Result};
use clap::Args;
use deployment::contracts::Psp22Metadata;
use deployment::{Deal, Host};
use indicatif::ProgressBar;
use ink::codegen::TraitCallBuilder;
use psp22::PSP22Metadata;
use term_sheet::{find, TermSheet, Token};

use crate::book::Book;
use crate::network::Network;
use crate::node::Node;
use crate::output::Output;
use crate::rehearsal::Rehearsal;
use crate::site::Site;
use crate::state::{Record, State};

/// A deal, and where it is or goes.
#[derive(Args)]
pub struct Subject {
    /// Network file; also the name of one in networks/
    #[arg(long, value_name = "FILE", default_value = "local")]
    network: PathBuf,
    /// Term sheet of the deal; also the name of one in deals/
    #[arg(long, value_name = "FILE", default_value = "eth-btc-credit")]
    deal: PathBuf,
    /// The node to speak to, instead of the network file's
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    #[command(flatten)]
    /// How to print.
    pub output: Output,
}

/// A deal, and a connection to where it is or goes.
pub struct Place {
    /// The network.
    pub network: Network,
    /// The deal.
    pub sheet: TermSheet,
    /// The node.
    pub node: Node,
    /// What was deployed there.
    pub state: State,
}

impl Subject {
    /// Reads the files and connects.
    ///
    /// # Errors
    /// A file cannot be read or has a mistake, the node does not answer, or is of another chain than before.
    pub fn open(&self) -> Result<Place> {
        let mut network = Network::load(&find(&self.network, "networks", "toml")?)?;
        if let Some(endpoint) = &self.endpoint {
            network.endpoint.clone_from(endpoint);
        }
        let sheet = TermSheet::load(&find(&self.deal, "deals", "toml")?)?;
        let node = Node::connect(&network.endpoint, network.confirmation)?;
        let state = State::load(&network.state_file, node.genesis())?;
        Ok(Place {
            network,
            sheet,
            node,
            state,
        })
    }
}

impl Place {
    /// The deal as it was deployed, and what its addresses are.
    ///
    /// # Errors
    /// It was not deployed, or not to the end; there is no folder of built contracts.
    pub fn deal(&self) -> Result<(Deal, Book)> {
        let record = self.state.complete(&self.sheet.name)?;
        let book = Book::of(record, &self.sheet, &self.network)?;
        Ok((record.deal(self.sheet.clone()), book))
    }

    /// Tries the deployment on an embedded chain.
    ///
    /// # Errors
    /// As [`Rehearsal::of`]; a token is not as the term sheet says; another deployment of the deal was begun.
    pub fn rehearse(&self) -> Result<Rehearsal<'_>> {
        let sheet = &self.sheet;
        let tokens = sheet.collateral.iter().map(|listed| &listed.token);
        for token in tokens.chain([&sheet.cash]) {
            self.ensure_asset(token)?;
        }
        let (genesis, now) = (self.node.genesis(), self.node.now()?);
        let rehearsal = Rehearsal::of(self.sheet.clone(), &self.network, genesis, now)?;
        if let Some(begun) = self.state.record(&self.sheet.name) {
            begun.ensure_same(&Record::of(&rehearsal))?;
        }
        Ok(rehearsal)
    }

    /// That a token which the network file names is there, and counts as the term sheet does.
    fn ensure_asset(&self, token: &Token) -> Result<()> {
        let Some(asset) = self.network.asset(&token.symbol)? else {
            return Ok(());
        };
        let site = Site::new(&self.node, &self.network, ProgressBar::hidden())?;
        let place = || {
            format!(
                "{}, [assets], {}",
                self.network.file.display(),
                token.symbol
            )
        };
        let metadata = Psp22Metadata::from(asset);
        let decimals = (&site as &dyn Host).read(metadata.call().token_decimals());
        let decimals = decimals.with_context(|| format!("{}: no PSP22 token answers", place()))?;
        ensure!(
            decimals == token.decimals,
            "{}: the token has {decimals} decimals, and the term sheet says {}",
            place(),
            token.decimals
        );
        Ok(())
    }
}
