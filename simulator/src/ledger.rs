//! Where every base unit of every token is.
//!
//! What was brought to the chain must lie with somebody who is known, and what the contracts hold must
//! be what their books say. The two sides are counted independently: one by adding up balances and
//! books, the other by what was minted.

use std::fmt;

use anyhow::Result;
use finance::insurance::Fund;
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::{AsyncVault, OrderView};
use interfaces::collateral_vault::LoanServicing;
use interfaces::insurance_fund::InsuranceFund;
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::tranche_pool::TranchePool;
use interfaces::tranche_token::TrancheToken as _;
use interfaces::transfer_agent::TransferAgent;
use interfaces::types::{AccountId, Balance, CollateralId, TrancheId};
use psp22::PSP22;

use crate::chain::Chain;
use crate::contracts::{Psp22, TrancheToken};
use crate::deployment::Deal;
use crate::input::term_sheet::Token;
use crate::replay::{Cast, Record};

/// An account of all tokens.
#[derive(Default)]
pub struct Account {
    /// Cash, then collateral, then tranche tokens.
    pub tokens: Vec<TokenAccount>,
    imbalances: Vec<Imbalance>,
}

/// Where the base units of one token are.
pub struct TokenAccount {
    /// The token.
    pub token: Token,
    /// Brought to the chain, or issued less burned.
    pub created: Balance,
    /// Who has how much.
    pub held: Vec<(&'static str, Balance)>,
}

impl TokenAccount {
    /// What was found.
    pub fn found(&self) -> Balance {
        self.held.iter().map(|(_, units)| units).sum()
    }
}

/// Two sums that should be the same.
#[derive(Clone, Debug)]
pub struct Imbalance {
    what: String,
    expected: Balance,
    found: Balance,
}

impl fmt::Display for Imbalance {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self {
            what,
            expected,
            found,
        } = self;
        let units = match expected.abs_diff(*found) {
            1 => "one base unit is".to_owned(),
            units => format!("{units} base units are"),
        };
        let direction = if expected > found {
            "missing"
        } else {
            "too many"
        };
        write!(
            f,
            "{what}: {units} {direction} (expected {expected}, found {found})"
        )
    }
}

impl std::error::Error for Imbalance {}

impl Account {
    /// Counts everything.
    ///
    /// # Errors
    /// A contract fails.
    pub fn take(chain: &Chain, deal: &Deal, cast: &Cast, record: &Record) -> Result<Self> {
        let mut counting = Counting {
            chain,
            deal,
            cast,
            record,
            account: Self::default(),
        };
        counting.cash()?;
        for (index, token) in (0..).map(CollateralId).zip(&deal.collateral) {
            counting.collateral(index, *token)?;
        }
        for tranche in deal.tranche_ids() {
            counting.tranche(tranche)?;
        }
        Ok(counting.account)
    }

    /// Refuses an account in which a base unit is missing.
    ///
    /// # Errors
    /// The first [`Imbalance`].
    pub fn ensure_balanced(&self) -> Result<(), Imbalance> {
        self.imbalances.first().cloned().map_or(Ok(()), Err)
    }
}

struct Counting<'a> {
    chain: &'a Chain,
    deal: &'a Deal,
    cast: &'a Cast,
    record: &'a Record,
    account: Account,
}

impl Counting<'_> {
    fn cash(&mut self) -> Result<()> {
        let deal = self.deal;
        let mut held = self.people(deal.cash)?;
        held.extend(self.pool_cash()?);
        held.extend(self.agent_cash()?);
        held.extend(self.engine_cash()?);
        held.extend(self.insurance_cash()?);
        let keepers = [deal.pool, deal.agent, deal.engine];
        let strays = self.strays(deal.cash, &keepers)?;
        held.push(("Other contracts", strays));
        let minted = self.record.minted.get(&deal.cash).copied();
        let exists = self.supply(deal.cash)?;
        let name = deal.sheet.cash.clone();
        self.close(name, minted.unwrap_or_default(), exists, held);
        Ok(())
    }

    fn pool_cash(&mut self) -> Result<[(&'static str, Balance); 4]> {
        let deal = self.deal;
        let books = self.chain.read(deal.pool().call().books())?;
        let donated = self.chain.inspect(deal.pool().call().unattributed())?;
        let booked = books.cash + books.fees + books.insurance;
        let balance = self.balance(deal.cash, deal.pool)?;
        self.compare("the pool's accounts", books.received, booked + books.sent);
        self.compare("the pool's balance of cash", booked + donated, balance);
        Ok([
            ("Pool: its own cash", books.cash),
            ("Pool: fees", books.fees),
            ("Pool: insurance", books.insurance),
            ("Pool: unattributed", donated),
        ])
    }

    fn agent_cash(&mut self) -> Result<[(&'static str, Balance); 4]> {
        let deal = self.deal;
        let books = self.chain.read(deal.agent().call().books())?;
        let donated = self.chain.inspect(deal.agent().call().unattributed())?;
        let booked = books.orders + books.claims + books.dust;
        let balance = self.balance(deal.cash, deal.agent)?;
        self.compare("the agent's accounts", books.received, booked + books.sent);
        self.compare("the agent's balance of cash", booked + donated, balance);
        let orders = self.all_orders()?;
        self.compare_rounded("deposit orders", orders.pending_deposit, books.orders);
        let unclaimed = orders.claimable_cash + self.distributions()?;
        self.compare_rounded("unclaimed cash", unclaimed, books.claims);
        Ok([
            ("Agent: orders", books.orders),
            ("Agent: unclaimed cash", books.claims),
            ("Agent: dust", books.dust),
            ("Agent: unattributed", donated),
        ])
    }

    fn engine_cash(&mut self) -> Result<[(&'static str, Balance); 2]> {
        let deal = self.deal;
        let donated = self.chain.inspect(deal.engine().call().unattributed())?;
        let balance = self.balance(deal.cash, deal.engine)?;
        let mut owed = 0;
        for account in self.cast.keepers.iter().chain([&self.cast.insurance]) {
            owed += self.chain.read(deal.engine().call().owed(*account))?;
        }
        self.compare("the engine's balance of cash", owed + donated, balance);
        Ok([
            ("Engine: penalties and rewards", owed),
            ("Engine: unattributed", donated),
        ])
    }

    fn insurance_cash(&mut self) -> Result<Vec<(&'static str, Balance)>> {
        let balance = self.balance(self.deal.cash, self.cast.insurance)?;
        let Some(fund) = self.deal.fund() else {
            return Ok(vec![("Insurance", balance)]);
        };
        let Fund {
            reserve,
            stakes,
            income,
            ..
        } = self.chain.read(fund.call().books())?.fund;
        let (mut staked, mut earned) = (0, 0);
        for backer in &self.cast.backers {
            let backing = self.chain.inspect(fund.call().backing(*backer))?;
            staked += backing.stake;
            earned += backing.income;
        }
        self.compare_rounded("stakes in the insurance fund", staked, stakes);
        self.compare_rounded("income of its backers", earned, income);
        let booked = reserve + stakes + income;
        Ok(vec![
            ("Insurance fund: reserve", reserve),
            ("Insurance fund: stakes", stakes),
            ("Insurance fund: income of backers", income),
            (
                "Insurance fund: not collected",
                balance.saturating_sub(booked),
            ),
        ])
    }

    fn collateral(&mut self, id: CollateralId, token: AccountId) -> Result<()> {
        let vault = self.deal.vault;
        let types = self
            .chain
            .read(self.deal.servicing().call().collateral_types())?;
        let booked = types
            .get(id.index())
            .map_or(0, |collateral| collateral.held);
        let donated = self
            .chain
            .inspect(self.deal.servicing().call().unattributed(id))?;
        let name = self.deal.sheet.collateral[id.index()].token.clone();
        self.compare(
            &format!("the vault's balance of {}", name.symbol),
            booked + donated,
            self.balance(token, vault)?,
        );
        let mut held = self.people(token)?;
        held.extend([
            ("Vault: collateral", booked),
            ("Vault: unattributed", donated),
        ]);
        held.push(("Other contracts", self.strays(token, &[vault])?));
        let created = self.record.minted.get(&token).copied().unwrap_or_default();
        self.close(name, created, self.supply(token)?, held);
        Ok(())
    }

    fn tranche(&mut self, tranche: TrancheId) -> Result<()> {
        let token = self.deal.tranche_token(tranche);
        let name = self.deal.sheet.tranches[tranche.index()].token.clone();
        let state = self.chain.read(self.deal.pool().call().state())?;
        let class = state.classes.get(tranche.index());
        let supply = class.map_or(0, |class| class.supply);
        let books = self.chain.read(self.deal.agent().call().classes())?;
        let leaving = books
            .get(tranche.index())
            .map_or(0, |books| books.redemptions);
        let unclaimed = self.orders(tranche)?.claimable_tokens;
        // Tokens that wait are in the agent's books alone.
        let waiting = supply.saturating_sub(self.supply(token)?);
        let remainder = waiting.saturating_sub(leaving + unclaimed);
        self.compare_rounded(
            &format!("the supply of {} that waits", name.symbol),
            leaving + unclaimed,
            waiting,
        );
        let mut held = self.people(token)?;
        held.extend([
            ("Agent: leaving", leaving),
            ("Agent: unclaimed tokens", unclaimed),
            ("Agent: rounding", remainder),
        ]);
        held.push(("Other contracts", self.strays(token, &[])?));
        self.close(name, self.issued(tranche), supply, held);
        Ok(())
    }

    /// Issued less burned, as the settlements published it.
    fn issued(&self, tranche: TrancheId) -> Balance {
        let fills = self
            .record
            .settlements
            .iter()
            .filter_map(|settled| settled.tranches.get(tranche.index()));
        fills.fold(0, |issued, settled| {
            issued + settled.fill.minted - settled.fill.burned
        })
    }

    /// The orders of all investors in all tranches.
    fn all_orders(&self) -> Result<OrderView> {
        let mut tranches = self.deal.tranche_ids();
        tranches.try_fold(OrderView::default(), |sum, tranche| {
            Ok(plus(sum, self.orders(tranche)?))
        })
    }

    /// The orders of all investors in one tranche.
    fn orders(&self, tranche: TrancheId) -> Result<OrderView> {
        let mut investors = self.cast.investors.iter();
        investors.try_fold(OrderView::default(), |sum, owner| {
            let order = self.deal.orders().call().order(tranche, *owner);
            Ok(plus(sum, self.chain.inspect(order)?))
        })
    }

    /// What the tranche tokens that investors hold were paid and nobody claimed yet.
    fn distributions(&self) -> Result<Balance> {
        let mut sum = 0;
        for token in &self.deal.tranches {
            for owner in &self.cast.investors {
                let distribution = TrancheToken::from(*token).call().distribution(*owner);
                sum += self.chain.read(distribution)?;
            }
        }
        Ok(sum)
    }

    fn people(&self, token: AccountId) -> Result<Vec<(&'static str, Balance)>> {
        Ok(vec![
            ("Investors", self.sum(token, &self.cast.investors)?),
            ("Originators", self.sum(token, &self.cast.originators)?),
            ("Keepers", self.sum(token, &self.cast.keepers)?),
            ("Market", self.sum(token, &[self.cast.market])?),
            (
                "Fee beneficiary",
                self.sum(token, self.cast.fee_beneficiary.as_slice())?,
            ),
            ("Backers", self.sum(token, &self.cast.backers)?),
        ])
    }

    /// What lies with contracts that should hold none of a token.
    fn strays(&self, token: AccountId, keepers: &[AccountId]) -> Result<Balance> {
        let deal = self.deal;
        let contracts = [
            deal.pool,
            deal.agent,
            deal.waterfall,
            deal.vault,
            deal.engine,
            deal.oracle,
            deal.parameters,
            deal.configurator,
        ];
        let others: Vec<_> = contracts
            .into_iter()
            .filter(|contract| !keepers.contains(contract))
            .collect();
        self.sum(token, &others)
    }

    fn sum(&self, token: AccountId, owners: &[AccountId]) -> Result<Balance> {
        owners
            .iter()
            .try_fold(0, |sum, owner| Ok(sum + self.balance(token, *owner)?))
    }

    fn balance(&self, token: AccountId, owner: AccountId) -> Result<Balance> {
        self.deal.balance(self.chain, token, owner)
    }

    fn supply(&self, token: AccountId) -> Result<Balance> {
        Ok(self.chain.read(Psp22::from(token).call().total_supply())?)
    }

    /// What was `created` of a token must be what `exists` of it, and what its holders have.
    fn close(
        &mut self,
        token: Token,
        created: Balance,
        exists: Balance,
        held: Vec<(&'static str, Balance)>,
    ) {
        let account = TokenAccount {
            token,
            created,
            held,
        };
        let symbol = account.token.symbol.clone();
        self.compare(&format!("the supply of {symbol}"), created, exists);
        self.compare(
            &format!("all holders of {symbol}"),
            created,
            account.found(),
        );
        self.account.tokens.push(account);
    }

    /// Compares what owners are promised with what the agent keeps for them: rounding may leave him less
    /// than one base unit more per settlement and order, and per settlement and holding.
    fn compare_rounded(&mut self, what: &str, promised: Balance, kept: Balance) {
        let holdings = self.cast.investors.len() * self.deal.tranches.len();
        let most = 2 * holdings * self.record.settlements.len();
        let rounding = kept.saturating_sub(promised);
        if rounding > most as Balance {
            self.compare(what, promised, kept);
        } else {
            self.compare(what, promised + rounding, kept);
        }
    }

    fn compare(&mut self, what: &str, expected: Balance, found: Balance) {
        if expected != found {
            self.account.imbalances.push(Imbalance {
                what: what.to_owned(),
                expected,
                found,
            });
        }
    }
}

fn plus(a: OrderView, b: OrderView) -> OrderView {
    OrderView {
        pending_deposit: a.pending_deposit + b.pending_deposit,
        pending_redemption: a.pending_redemption + b.pending_redemption,
        claimable_tokens: a.claimable_tokens + b.claimable_tokens,
        claimable_cash: a.claimable_cash + b.claimable_cash,
    }
}
