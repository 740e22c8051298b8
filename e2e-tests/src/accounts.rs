//! The account of every base unit, taken from outside: balances of tokens against the books.

use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::{AsyncVault, OrderView};
use interfaces::collateral_vault::{LoanServicing, Stressed};
use interfaces::insurance_fund::InsuranceFund;
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::tranche_pool::TranchePool;
use interfaces::tranche_token::TrancheToken;
use interfaces::transfer_agent::{BookView, TransferAgent};
use interfaces::types::{AccountId, AuctionId, Balance, CollateralId, PositionId, TrancheId};
use psp22::PSP22;
use simulator::contracts::Psp22;

use crate::World;

/// What rounding may leave of one owner's orders and proceeds in one tranche: a base unit of each order and of
/// what he can claim.
const LEFT_OF_HOLDING: Balance = 3;
/// What rounding may leave of a tranche in one settlement, among five order books on each side and one index.
const LEFT_OF_SETTLEMENT: Balance = 11;

/// What investors can see to be theirs in one tranche, summed over all.
#[derive(Default)]
struct Theirs {
    holders: Balance,
    deposits: Balance,
    redemptions: Balance,
    tokens: Balance,
    cash: Balance,
}

impl World {
    /// Every token that exists is where the books of its keeper say it is.
    ///
    /// # Panics
    /// If a base unit is missing or too many.
    #[track_caller]
    pub fn assert_balanced(&self) {
        self.assert_cash_balanced();
        self.assert_owed_balanced();
        self.assert_collateral_balanced();
        self.assert_tranches_balanced();
    }

    /// Every base unit of cash is in an account of the pool or the transfer agent, or was given to them.
    ///
    /// # Panics
    /// If a base unit is missing or too many.
    #[track_caller]
    pub fn assert_cash_balanced(&self) {
        let [pool, agent] = self.assert_books_balanced();
        let given = self.reads(self.pool().unattributed()).unwrap();
        assert_eq!(
            self.cash_of(self.deal.pool),
            pool + given,
            "the pool's cash"
        );
        let given = self.reads(self.agent().unattributed()).unwrap();
        assert_eq!(
            self.cash_of(self.deal.agent),
            agent + given,
            "the agent's cash"
        );
    }

    /// What pool and transfer agent received and did not send is in their accounts, and they have at least that.
    /// Returns what is in the accounts of each.
    ///
    /// # Panics
    /// If a base unit is missing.
    #[track_caller]
    pub fn assert_books_balanced(&self) -> [Balance; 2] {
        let books = self.reads(self.pool().books());
        let pool = books.cash + books.fees + books.insurance;
        assert_eq!(books.received - books.sent, pool, "the pool's accounts");
        assert!(self.cash_of(self.deal.pool) >= pool, "the pool's cash");

        let books = self.reads(self.agent().books());
        let agent = books.orders + books.claims + books.dust;
        assert_eq!(books.received - books.sent, agent, "the agent's accounts");
        assert!(self.cash_of(self.deal.agent) >= agent, "the agent's cash");
        [pool, agent]
    }

    /// Every base unit of the engine's is owed to somebody, or was given to it, and the fund's are its backers' and its own.
    ///
    /// # Panics
    /// If a base unit is missing or too many.
    #[track_caller]
    pub fn assert_owed_balanced(&self) {
        let mut everybody = self.people();
        if !everybody.contains(&self.deal.insurance) {
            everybody.push(self.deal.insurance);
        }
        let owed = everybody
            .iter()
            .map(|who| self.reads(self.engine().owed(*who)));
        let unattributed = self.reads(self.engine().unattributed()).unwrap();
        let balance = self.cash_of(self.deal.engine);
        assert_eq!(
            balance,
            owed.sum::<Balance>() + unattributed,
            "the engine's cash"
        );
        self.assert_insurance_balanced();
    }

    /// What the insurance fund has is its reserve, or somebody's stake or income but for what rounding leaves.
    #[track_caller]
    fn assert_insurance_balanced(&self) {
        let Some(fund) = self.deal.fund() else {
            return;
        };
        let books = self.reads(fund.call().books()).fund;
        let total = books.reserve + books.stakes + books.income;
        assert!(total <= self.cash_of(self.deal.insurance), "{books:?}");
        let (mut staked, mut earned) = (0, 0);
        for who in self.people() {
            let backing = self.reads(fund.call().backing(who)).unwrap();
            staked += backing.stake;
            earned += backing.income;
        }
        // A part of a base unit is left behind whenever a stake is taken out, and whenever income is claimed.
        let left_behind =
            |owned, has: Balance| has.checked_sub(owned).is_some_and(|left| left < 100);
        assert!(left_behind(staked, books.stakes), "{staked} {books:?}");
        assert!(left_behind(earned, books.income), "{earned} {books:?}");
    }

    fn cash_of(&self, owner: AccountId) -> Balance {
        self.deal
            .balance(&self.chain, self.deal.cash, owner)
            .unwrap()
    }

    /// Every base unit of collateral is in a position or a lot, every debt in the books of its type, and every lot in
    /// an auction that asks for what it owes.
    ///
    /// # Panics
    /// If a base unit is missing or too many.
    #[track_caller]
    pub fn assert_collateral_balanced(&self) {
        let types = self.reads(self.servicing().collateral_types());
        let mut held = vec![0; types.len()];
        let mut performing = vec![(0, 0); types.len()];
        let mut stressed = vec![Stressed::default(); types.len()];
        let mut lots = 0;
        for number in 0..self.reads(self.servicing().position_count()) {
            let Ok(view) = self.reads(self.servicing().position(PositionId(number))) else {
                continue;
            };
            let position = view.position;
            let index = position.collateral_type.index();
            held[index] += position.collateral;
            lots += position.lots;
            match position.impairment {
                Some(impairment) => add(&mut stressed[index], impairment.stressed),
                None => {
                    performing[index].0 += position.normalised_debt;
                    performing[index].1 += position.principal;
                }
            }
        }
        let mut counted = vec![0; types.len()];
        for number in (0..self.reads(self.engine().auction_count())).map(AuctionId) {
            let view = self.reads(self.engine().auction(number));
            let lot = self.reads(self.servicing().lot(number));
            let (Ok(view), Some(lot)) = (&view, lot) else {
                assert!(view.is_err() && lot.is_none(), "a lot without an auction");
                continue;
            };
            let auction = view.auction;
            let index = auction.collateral_type.index();
            assert_eq!(auction.collateral, lot.collateral, "collateral of a lot");
            assert_eq!(
                auction.debt,
                lot.stressed.debt + lot.uncounted,
                "debt of a lot"
            );
            held[index] += lot.collateral;
            add(&mut stressed[index], lot.stressed);
            counted[index] += auction.counted;
            lots -= 1;
        }
        assert_eq!(lots, 0, "lots of all positions");
        for (index, kind) in types.iter().enumerate() {
            let balance = self
                .deal
                .balance(&self.chain, kind.token, self.deal.vault)
                .unwrap();
            assert_eq!(
                kind.held, held[index],
                "collateral of all positions and lots"
            );
            assert_eq!(balance, kind.held, "the vault's collateral");
            let debt = (kind.normalised_debt, kind.principal);
            assert_eq!(debt, performing[index], "performing debt");
            assert_eq!(kind.stressed, stressed[index], "stressed debt");
            let id = CollateralId(u32::try_from(index).unwrap());
            let (of_type, in_all) = self.reads(self.engine().in_auction(id));
            assert_eq!(
                (of_type, in_all),
                (counted[index], counted.iter().sum()),
                "what counts in auctions"
            );
        }
    }

    /// What of cash and tokens the transfer agent keeps is what all investors together can see to be theirs, but for what
    /// rounding leaves.
    ///
    /// # Panics
    /// If more is missing or too much.
    #[track_caller]
    pub fn assert_tranches_balanced(&self) {
        let books = self.reads(self.agent().books());
        let classes = self.reads(self.agent().classes());
        let states = self.reads(self.pool().state()).classes;
        let settlements = Balance::from(self.epoch());
        let (mut deposits, mut cash, mut bound) = (0, 0, 0);
        for ((id, class), state) in (0..).map(TrancheId).zip(classes).zip(states) {
            let theirs = self.theirs(id, &class);
            let left = theirs.holders * LEFT_OF_HOLDING + settlements * LEFT_OF_SETTLEMENT;
            let held = self.reads(Psp22::from(class.token).call().total_supply());
            let is_theirs = |all: Balance, theirs: Balance| (theirs..=theirs + left).contains(&all);
            let waiting = class.redemptions + theirs.tokens;
            assert!(
                is_theirs(state.supply, held + waiting),
                "tokens of the class"
            );
            assert!(
                is_theirs(class.deposits, theirs.deposits),
                "deposits that wait"
            );
            assert!(
                is_theirs(class.redemptions, theirs.redemptions),
                "redemptions that wait"
            );
            deposits += class.deposits;
            cash += theirs.cash;
            bound += left;
        }
        assert_eq!(deposits, books.orders, "cash that waits");
        assert!(
            cash <= books.claims,
            "{cash} are claimed of {}",
            books.claims
        );
        assert!(
            books.claims - cash <= bound,
            "{cash} alone are claimed of {}",
            books.claims
        );
    }

    /// What everybody who was ever named has in one tranche, and those who lock have for others.
    fn theirs(&self, id: TrancheId, class: &BookView) -> Theirs {
        let mut sum = Theirs::default();
        for owner in self.people().into_iter().chain(self.lockers()) {
            let order = self.reads(self.orders().order(id, owner)).unwrap();
            let distribution = match class.index {
                0 => 0,
                _ => self.reads(self.token(id).distribution(owner)),
            };
            sum.deposits += order.pending_deposit;
            sum.redemptions += order.pending_redemption;
            sum.tokens += order.claimable_tokens;
            sum.cash += order.claimable_cash + distribution;
            sum.holders += Balance::from(order != OrderView::default() || class.index > 0);
        }
        sum
    }
}

fn add(all: &mut Stressed, one: Stressed) {
    all.debt += one.debt;
    all.principal += one.principal;
    all.mark += one.mark;
    all.collateral += one.collateral;
}
