//! What can be said in a call of one's own, or signed and submitted by somebody else, who pays for it.

use anyhow::{ensure, Context, Result};
use clap::{Args, Subcommand, ValueEnum};
use deployment::contracts::{Delegation, Permit, Psp22};
use finance::governance::ballot::Vote;
use finance::Timestamp;
use indicatif::ProgressBar;
use ink::codegen::TraitCallBuilder;
use interfaces::compliance::{ComplianceRegistry, Statement, StatementMessage, Tranches};
use interfaces::governance_token::{Delegation as _, DelegationMessage};
use interfaces::governor::{BallotMessage, Governor as _, ProposalId, SignedVote};
use interfaces::oracle_adapter::{OracleAdapter, Report, ReportMessage, SignedReport};
use interfaces::permit::{Permit as _, PermitMessage};
use interfaces::types::{AccountId, AssetId, Balance, TrancheId};
use psp22::PSP22;
use term_sheet::calendar;

use super::desk::{hash, period, price, Desk};
use super::other::Signed;
use super::{confirmed, Step};
use crate::address;
use crate::place::Subject;
use crate::site::Site;

#[derive(Subcommand)]
pub enum Say {
    /// Let somebody take up to so many tokens of cash, a class or a collateral
    Approve {
        token: String,
        spender: String,
        amount: String,
    },
    /// Report the price of a whole token of collateral in whole cash
    Report { collateral: String, price: String },
    /// Vote on a proposal with all votes that are left
    Vote { proposal: String, vote: Side },
    /// Have somebody vote with one's tokens: of the voting token, or of a class that are locked
    Delegate { token: String, to: String },
    /// Attest where an account is resident, by the number of the country in ISO 3166
    Attest {
        account: String,
        country: u16,
        #[command(flatten)]
        classes: Classes,
        /// How long that holds
        #[arg(long, value_name = "PERIOD", default_value = "365 d")]
        lasts: String,
    },
    /// End what is attested of an account
    Revoke {
        account: String,
        #[command(flatten)]
        classes: Classes,
    },
}

/// Of which classes something is said.
#[derive(Args)]
pub struct Classes {
    /// Only for this class; may be repeated
    #[arg(long = "class", value_name = "CLASS")]
    named: Vec<String>,
}

/// What a voter says.
#[derive(Clone, Copy, ValueEnum)]
pub enum Side {
    For,
    Against,
    Abstain,
}

/// Sign what somebody else submits by `call submit`: prints the message
#[derive(Args)]
pub struct Sign {
    #[command(flatten)]
    subject: Subject,
    /// Whose key signs: a name of the network file
    #[arg(long, value_name = "NAME")]
    r#as: String,
    /// How long it can be submitted; votes until the poll closes, prices until a newer one
    #[arg(long, value_name = "PERIOD", default_value = "1 h")]
    within: String,
    /// Sign without asking
    #[arg(long)]
    yes: bool,
    #[command(subcommand)]
    say: Say,
}

/// A text that is signed.
type Text = [u8; 48];
/// An sr25519 signature.
type Signature = [u8; 64];

/// Something to be said, by whoever is at the desk.
#[derive(Clone, Copy)]
pub enum Said {
    Allowance {
        token: AccountId,
        spender: AccountId,
        units: Balance,
    },
    Price(AssetId, Report),
    Vote(ProposalId, Vote),
    Delegate {
        votes: AccountId,
        to: AccountId,
    },
    Residence(Statement),
}

impl Sign {
    /// Signs, and prints what is to be submitted.
    ///
    /// # Errors
    /// As [`Subject::open`]; an argument makes no sense; the key is not at hand; nobody confirmed.
    pub fn run(&self) -> Result<()> {
        let place = self.subject.open()?;
        let (deal, book) = place.deal()?;
        let site = Site::new(&place.node, &place.network, ProgressBar::hidden())?;
        let key = place.network.key(&self.r#as)?;
        let desk = Desk {
            deal: &deal,
            chain: &site,
            book: &book,
            actor: AccountId(key.public_key().0),
        };
        let within = period(&self.within)?;
        // Once: what is signed is what was shown and confirmed, whatever the node would answer afterwards.
        let now = desk.chain.now()?;
        let (what, said) = self.say.read(&desk, now)?;
        let Step {
            contract, input, ..
        } = said.by_call(&desk, what.clone())?;
        let (signer, shown) = (address::show(desk.actor), book.message(contract, &input));
        eprintln!("signed by   {} ({signer})\nas if sent  {shown}", self.r#as);
        // A node whose clock is ahead would have a deadline be later than it is thought to be.
        eprintln!("at          {} by the node's clock", calendar::write(now));
        ensure!(
            self.yes || confirmed("Sign?")?,
            "nothing was signed: not confirmed"
        );
        let signed = said.signed(&desk, what, now.plus(within), |text| key.sign(text).0)?;
        self.subject.output.document(&signed)
    }
}

impl Say {
    /// The message of a transaction of one's own.
    pub fn step(&self, desk: &Desk) -> Result<Step> {
        let (what, said) = self.read(desk, desk.chain.now()?)?;
        said.by_call(desk, what)
    }

    /// What is said at `now`, in words and as such.
    pub fn read(&self, desk: &Desk, now: Timestamp) -> Result<(String, Said)> {
        Ok(match self {
            Self::Approve {
                token,
                spender,
                amount,
            } => {
                let (token, units) = desk.amount_of(token, amount)?;
                let spender = desk.account(spender)?;
                let what = format!("allow {} to take {amount}", desk.book.name(spender));
                (
                    what,
                    Said::Allowance {
                        token,
                        spender,
                        units,
                    },
                )
            }
            Self::Report {
                collateral,
                price: whole,
            } => {
                let (price, observed_at) = (price(whole)?, now);
                let report = Report { price, observed_at };
                let asset = AssetId(desk.collateral(collateral)?.0);
                (
                    format!("report {whole} for {collateral}"),
                    Said::Price(asset, report),
                )
            }
            Self::Vote { proposal, vote } => {
                let what = format!("vote on {proposal}");
                (what, Said::Vote(hash(proposal)?, (*vote).into()))
            }
            Self::Delegate { token, to } => {
                let (votes, to) = (desk.electorate(token)?.address, desk.account(to)?);
                let what = format!("have {} vote", desk.book.name(to));
                (what, Said::Delegate { votes, to })
            }
            Self::Attest {
                account,
                country,
                classes,
                lasts,
            } => {
                let statement = Statement {
                    account: desk.account(account)?,
                    tranches: classes.read(desk)?,
                    jurisdiction: *country,
                    until: now.plus(period(lasts)?),
                };
                (
                    format!("attest that {account} is resident in {country}"),
                    Said::Residence(statement),
                )
            }
            Self::Revoke { account, classes } => {
                let statement = revocation(desk, desk.account(account)?, classes.read(desk)?)?;
                (
                    format!("end what is attested of {account}"),
                    Said::Residence(statement),
                )
            }
        })
    }
}

impl Said {
    /// The message that somebody else may submit until the deadline.
    pub fn signed(
        self,
        desk: &Desk,
        what: String,
        deadline: Timestamp,
        sign: impl Fn(&Text) -> Signature,
    ) -> Result<Signed> {
        let signature = sign(&self.text(desk, deadline)?);
        let step = self.by_signature(desk, what, deadline, signature)?;
        Ok(Signed::of(desk, step))
    }

    fn by_call(self, desk: &Desk, what: String) -> Result<Step> {
        Ok(match self {
            Self::Allowance {
                token,
                spender,
                units,
            } => Step::new(what, Psp22::from(token).call_mut().approve(spender, units)),
            Self::Price(asset, report) => {
                let mut oracle = desk.deal.oracle();
                Step::new(
                    what,
                    oracle
                        .call_mut()
                        .report(asset, report.price, report.observed_at),
                )
            }
            Self::Vote(proposal, vote) => {
                Step::new(what, desk.governor()?.call_mut().vote(proposal, vote))
            }
            Self::Delegate { votes, to } => {
                Step::new(what, Delegation::from(votes).call_mut().delegate(to))
            }
            Self::Residence(statement) => {
                Step::new(what, desk.registry()?.call_mut().attest(statement))
            }
        })
    }

    /// What is signed. It is made here: the node is asked for what was said before and for no text, which could be another.
    fn text(self, desk: &Desk, deadline: Timestamp) -> Result<Text> {
        let (chain, me) = (desk.chain, desk.actor);
        match self {
            Self::Allowance {
                token,
                spender,
                units,
            } => {
                let answer = Permit::from(token);
                let answer = answer.call().permit_message(me, spender, units, deadline);
                let answer = chain.read(answer);
                let (theirs, nonce) =
                    answer.context("the token takes no approvals by signature")?;
                let message = PermitMessage {
                    network: &chain.network(),
                    token: &token,
                    owner: &me,
                    spender: &spender,
                    value: units,
                    deadline,
                    nonce,
                };
                let ours = *message.text().message();
                ensure!(
                    theirs == ours,
                    "{} wants another text signed than is meant: it was made for another chain, or the node is not to be \
                     trusted; nothing was signed",
                    desk.book.name(token)
                );
                Ok(ours)
            }
            Self::Price(asset, report) => {
                let (network, oracle) = (&chain.network(), &desk.deal.oracle);
                let message = ReportMessage {
                    network,
                    oracle,
                    asset,
                    report,
                };
                Ok(*message.text().message())
            }
            Self::Vote(proposal, vote) => {
                let used = chain.read(desk.governor()?.call().votes_used(proposal, me))?;
                let message = BallotMessage {
                    network: &chain.network(),
                    governor: &desk.deal.governance.governor,
                    voter: &me,
                    proposal: &proposal,
                    vote: &vote,
                    used,
                };
                Ok(*message.text().message())
            }
            Self::Delegate { votes, to } => {
                let voter = chain.read(Delegation::from(votes).call().voter(me))?;
                let message = DelegationMessage {
                    network: &chain.network(),
                    token: &votes,
                    owner: &me,
                    to: &to,
                    deadline,
                    nonce: voter.nonce,
                };
                Ok(*message.text().message())
            }
            Self::Residence(statement) => {
                let registry = desk.registry()?;
                let (standing, _) =
                    chain.read(registry.call().member(statement.account, TrancheId(0)))?;
                let message = StatementMessage {
                    network: &chain.network(),
                    registry: &desk.deal.registry.unwrap_or(me),
                    issuer: &me,
                    statement: &statement,
                    deadline,
                    nonce: standing.nonce,
                };
                Ok(*message.text().message())
            }
        }
    }

    fn by_signature(
        self,
        desk: &Desk,
        what: String,
        deadline: Timestamp,
        signature: Signature,
    ) -> Result<Step> {
        let me = desk.actor;
        Ok(match self {
            Self::Allowance {
                token,
                spender,
                units,
            } => {
                let mut token = Permit::from(token);
                Step::new(
                    what,
                    token
                        .call_mut()
                        .permit(me, spender, units, deadline, signature),
                )
            }
            Self::Price(asset, report) => {
                let mut padded = [0; 65];
                padded[..64].copy_from_slice(&signature);
                let (feeder, signature) = (me, padded);
                let report = SignedReport {
                    asset,
                    feeder,
                    report,
                    signature,
                };
                let mut oracle = desk.deal.oracle();
                Step::new(what, oracle.call_mut().report_signed(vec![report.into()]))
            }
            Self::Vote(proposal, vote) => {
                let vote = SignedVote {
                    voter: me,
                    proposal,
                    vote,
                    signature,
                };
                Step::new(what, desk.governor()?.call_mut().vote_signed(vec![vote]))
            }
            Self::Delegate { votes, to } => {
                let mut votes = Delegation::from(votes);
                Step::new(
                    what,
                    votes
                        .call_mut()
                        .delegate_signed(me, to, deadline, signature),
                )
            }
            Self::Residence(statement) => {
                let mut registry = desk.registry()?;
                let attest = registry.call_mut();
                Step::new(
                    what,
                    attest.attest_signed(me, statement, deadline, signature),
                )
            }
        })
    }
}

/// The statement that ends what is attested of an account: of the same country, and past.
fn revocation(desk: &Desk, account: AccountId, tranches: Tranches) -> Result<Statement> {
    let registry = desk.registry()?;
    let attested =
        |tranche| -> Result<_> { Ok(desk.chain.read(registry.call().member(account, tranche))?.1) };
    let mut found = None;
    for tranche in tranches.each() {
        found = found.or(attested(tranche)?);
    }
    let attestation = found.context("nothing is attested of that account")?;
    Ok(Statement {
        account,
        tranches,
        jurisdiction: attestation.jurisdiction,
        until: Timestamp(0),
    })
}

impl Classes {
    fn read(&self, desk: &Desk) -> Result<Tranches> {
        let classes: Vec<_> = match self.named.is_empty() {
            true => desk.deal.tranche_ids().collect(),
            false => {
                let named = self.named.iter().map(|name| Ok(desk.class(name)?.0));
                named.collect::<Result<_>>()?
            }
        };
        let one = |bits, class| bits | Tranches::only(class).0;
        Ok(Tranches(classes.into_iter().fold(0, one)))
    }
}

impl From<Side> for Vote {
    fn from(side: Side) -> Self {
        match side {
            Side::For => Self::For,
            Side::Against => Self::Against,
            Side::Abstain => Self::Abstain,
        }
    }
}
