//! `sluice ask`: what a contract answers.

use anyhow::Result;
use clap::Args;
use deployment::Host;
use indicatif::ProgressBar;
use serde::Serialize;

use crate::place::Subject;
use crate::site::Site;

/// Read a message of a contract; nothing is signed or sent
#[derive(Args)]
pub struct Ask {
    #[command(flatten)]
    subject: Subject,
    /// The contract, as `deploy plan` names it
    contract: String,
    /// The message
    message: String,
    /// As for `call send`
    arguments: Vec<String>,
}

#[derive(Serialize)]
struct Answer {
    message: String,
    answer: String,
}

impl Ask {
    /// Asks and prints.
    ///
    /// # Errors
    /// As [`Subject::open`]; the deal is not deployed; an argument makes no sense; the contract refuses.
    pub fn run(&self) -> Result<()> {
        let place = self.subject.open()?;
        let (_, book) = place.deal()?;
        let site = Site::new(&place.node, &place.network, ProgressBar::hidden())?;
        let account = |name: &str| book.account(name);
        let (to, input) = book.write(&self.contract, &self.message, &self.arguments, &account)?;
        let returned = site.look(to, input.clone())?;
        let (message, answer) = (
            book.message(to, &input),
            book.answer(to, &input, &returned)?,
        );
        let output = self.subject.output;
        match output.is_json() {
            true => output.document(&Answer { message, answer }),
            false => output.note(answer),
        }
    }
}
