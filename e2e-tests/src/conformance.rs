//! What every PSP22 token owes its holders, whichever contract it is: the standard, message by message.
//!
//! [`assert_is_psp22`] moves tokens and allowances of accounts of its own and of the holder, and leaves the
//! holder at least half of what he had.

use ink::codegen::TraitCallBuilder;
use interfaces::types::{AccountId, Balance};
use psp22::{Approval, PSP22Error, PSP22Metadata, Transfer, PSP22};
use simulator::chain::{Called, Emitted};
use simulator::contracts::{Psp22, Psp22Metadata};

use crate::{Messages, World};

/// The name, the symbol and the decimals of a token.
pub type About = (Option<String>, Option<String>, u8);

/// Holds `token`, of which `holder` has at least 1000 base units, to the whole standard.
#[track_caller]
pub fn assert_is_psp22(world: &World, token: AccountId, holder: &str, about: About) {
    let suite = Suite::new(world, token, holder);
    assert_eq!(suite.about(), about);
    suite.balances_add_up();
    suite.a_transfer_moves_and_is_told();
    suite.nothing_and_to_oneself_change_nothing();
    suite.nobody_gives_more_than_he_has();
    suite.an_emptied_account_is_forgotten();
    suite.an_approval_replaces_the_last();
    suite.an_allowance_is_spent();
    suite.an_allowance_is_no_balance();
    suite.nobody_needs_an_allowance_for_himself();
    suite.an_allowance_rises_and_falls();
}

/// Three people and a token: the holder has all that the suite moves; the other two begin with nothing.
struct Suite<'a> {
    world: &'a World,
    token: AccountId,
    holder: &'a str,
}

const FRIEND: &str = "a friend";
const SPENDER: &str = "a spender";

impl<'a> Suite<'a> {
    fn new(world: &'a World, token: AccountId, holder: &'a str) -> Self {
        let suite = Self {
            world,
            token,
            holder,
        };
        assert!(suite.balance(holder) >= 1_000, "too little to move");
        assert_eq!((suite.balance(FRIEND), suite.balance(SPENDER)), (0, 0));
        assert_eq!(suite.allowance(), 0);
        suite
    }

    fn account(&self, who: &str) -> AccountId {
        self.world.account(who)
    }

    fn psp22(&self) -> Messages<Psp22> {
        self.token.into()
    }

    fn balance(&self, who: &str) -> Balance {
        self.world.balance(self.token, who)
    }

    /// What the spender may take from the holder.
    fn allowance(&self) -> Balance {
        let (owner, spender) = (self.account(self.holder), self.account(SPENDER));
        self.world.reads(self.psp22().allowance(owner, spender))
    }

    fn transfer(&self, from: &str, to: &str, value: Balance) -> Called<()> {
        let transfer = self.psp22().transfer(self.account(to), value, vec![]);
        self.world.sends(from, transfer)
    }

    /// `spender` takes from the holder for the friend.
    fn pull(&self, spender: &str, value: Balance) -> Called<()> {
        let (from, to) = (self.account(self.holder), self.account(FRIEND));
        let pull = self.psp22().transfer_from(from, to, value, vec![]);
        self.world.sends(spender, pull)
    }

    /// `spender` is refused what [`Suite::pull`] would take.
    #[track_caller]
    fn pull_is_refused(&self, spender: &str, value: Balance, error: PSP22Error) {
        let (from, to) = (self.account(self.holder), self.account(FRIEND));
        let pull = self.psp22().transfer_from(from, to, value, vec![]);
        self.world.refuses(spender, pull, error);
    }

    fn approve(&self, value: Balance) -> Called<()> {
        let approve = self.psp22().approve(self.account(SPENDER), value);
        self.world.sends(self.holder, approve)
    }

    fn about(&self) -> About {
        let token = Psp22Metadata::from(self.token);
        (
            self.world.reads(token.call().token_name()),
            self.world.reads(token.call().token_symbol()),
            self.world.reads(token.call().token_decimals()),
        )
    }

    /// What the friend got goes back.
    fn undo(&self) {
        self.transfer(FRIEND, self.holder, self.balance(FRIEND));
        self.approve(0);
    }

    fn balances_add_up(&self) {
        let supply = self.world.reads(self.psp22().total_supply());
        assert!(supply >= self.balance(self.holder));
        self.transfer(self.holder, FRIEND, 10);
        assert_eq!(self.world.reads(self.psp22().total_supply()), supply);
        self.undo();
    }

    fn a_transfer_moves_and_is_told(&self) {
        let before = self.balance(self.holder);
        let sent = self.transfer(self.holder, FRIEND, 400);
        assert_eq!(
            (self.balance(self.holder), self.balance(FRIEND)),
            (before - 400, 400)
        );
        self.assert_told(&sent, &[self.transferred(400)]);
        // Whatever comes along with the tokens is nothing to the token.
        let with_data = self
            .psp22()
            .transfer(self.account(FRIEND), 1, b"for you".to_vec());
        self.assert_told(
            &self.world.sends(self.holder, with_data),
            &[self.transferred(1)],
        );
        self.undo();
    }

    fn nothing_and_to_oneself_change_nothing(&self) {
        let all = self.balance(self.holder);
        for (to, value) in [(self.holder, 1), (self.holder, all + 1), (FRIEND, 0)] {
            self.assert_changes_nothing(|| self.transfer(self.holder, to, value));
        }
        self.assert_changes_nothing(|| self.transfer(SPENDER, FRIEND, 0));
        self.assert_changes_nothing(|| self.pull(SPENDER, 0));
        let holder = self.account(self.holder);
        let round = || self.psp22().transfer_from(holder, holder, all + 1, vec![]);
        self.assert_changes_nothing(|| self.world.sends(SPENDER, round()));
    }

    fn nobody_gives_more_than_he_has(&self) {
        let give = |value| self.psp22().transfer(self.account(FRIEND), value, vec![]);
        let short = || PSP22Error::InsufficientBalance;
        let all = self.balance(self.holder);
        self.world.refuses(self.holder, give(all + 1), short());
        self.world.refuses(self.holder, give(u128::MAX), short());
        self.world.refuses(SPENDER, give(1), short());
    }

    fn an_emptied_account_is_forgotten(&self) {
        self.transfer(self.holder, FRIEND, 300);
        let with_two = self.world.chain.state_digest();
        self.transfer(FRIEND, SPENDER, 300);
        assert_eq!((self.balance(FRIEND), self.balance(SPENDER)), (0, 300));
        self.transfer(SPENDER, FRIEND, 300);
        assert_eq!(
            self.world.chain.state_digest(),
            with_two,
            "something of the emptied account is left"
        );
        self.undo();
    }

    fn an_approval_replaces_the_last(&self) {
        for value in [500, 20, u128::MAX] {
            let approved = self.approve(value);
            assert_eq!(self.allowance(), value);
            self.assert_told(&approved, &[self.approved(value)]);
        }
        self.assert_told(&self.approve(0), &[self.approved(0)]);
        assert_eq!(self.allowance(), 0);
        let myself = self.psp22().approve(self.account(self.holder), 1);
        self.assert_changes_nothing(|| self.world.sends(self.holder, myself));
    }

    fn an_allowance_is_spent(&self) {
        let before = self.balance(self.holder);
        let disallowed = || PSP22Error::InsufficientAllowance;
        self.pull_is_refused(SPENDER, 1, disallowed());
        self.approve(100);
        self.pull_is_refused(SPENDER, 101, disallowed());
        self.pull_is_refused(FRIEND, 1, disallowed());

        let pulled = self.pull(SPENDER, 40);
        self.assert_told(&pulled, &[self.transferred(40), self.approved(60)]);
        assert_eq!(
            (self.balance(self.holder), self.balance(FRIEND)),
            (before - 40, 40)
        );
        assert_eq!((self.balance(SPENDER), self.allowance()), (0, 60));
        // 100 − 40 are left.
        self.pull_is_refused(SPENDER, 61, disallowed());
        self.pull(SPENDER, 60);
        assert_eq!((self.balance(FRIEND), self.allowance()), (100, 0));
        self.pull_is_refused(SPENDER, 1, disallowed());
        self.undo();
    }

    fn an_allowance_is_no_balance(&self) {
        let all = self.balance(self.holder);
        self.approve(u128::MAX);
        self.pull_is_refused(SPENDER, all + 1, PSP22Error::InsufficientBalance);
        self.approve(all);
        // Neither is enough: the allowance is looked at first.
        self.pull_is_refused(SPENDER, all + 1, PSP22Error::InsufficientAllowance);
        self.undo();
    }

    fn nobody_needs_an_allowance_for_himself(&self) {
        let pulled = self.pull(self.holder, 70);
        self.assert_told(&pulled, &[self.transferred(70)]);
        assert_eq!(self.balance(FRIEND), 70);
        let too_much = self.balance(self.holder) + 1;
        self.pull_is_refused(self.holder, too_much, PSP22Error::InsufficientBalance);
        self.undo();
    }

    fn an_allowance_rises_and_falls(&self) {
        let spender = self.account(SPENDER);
        let more = |value| {
            let more = self.psp22().increase_allowance(spender, value);
            self.world.sends(self.holder, more)
        };
        let less = |value| self.psp22().decrease_allowance(spender, value);
        let sends_less = |value| self.world.sends(self.holder, less(value));

        self.assert_told(&more(30), &[self.approved(30)]);
        self.assert_told(&more(12), &[self.approved(42)]);
        self.assert_told(&sends_less(2), &[self.approved(40)]);
        assert_eq!(self.allowance(), 40);
        let disallowed = PSP22Error::InsufficientAllowance;
        self.world.refuses(self.holder, less(41), disallowed);
        self.assert_changes_nothing(|| more(0));
        self.assert_changes_nothing(|| sends_less(0));
        // It does not run over.
        more(u128::MAX);
        assert_eq!(self.allowance(), u128::MAX);
        self.assert_told(&sends_less(u128::MAX), &[self.approved(0)]);
        assert_eq!(self.allowance(), 0);

        let myself = self.account(self.holder);
        let more = self.psp22().increase_allowance(myself, 1);
        self.assert_changes_nothing(|| self.world.sends(self.holder, more));
        let less = self.psp22().decrease_allowance(myself, 1);
        self.assert_changes_nothing(|| self.world.sends(self.holder, less));
    }

    /// The event of tokens that went from the holder to the friend.
    fn transferred(&self, value: Balance) -> Emitted {
        let (from, to) = (self.account(self.holder), self.account(FRIEND));
        self.event::<Transfer>([from, to], (Some(from), Some(to), value))
    }

    /// The event of what the holder now allows the spender.
    fn approved(&self, amount: Balance) -> Emitted {
        let (owner, spender) = (self.account(self.holder), self.account(SPENDER));
        self.event::<Approval>([owner, spender], (owner, spender, amount))
    }

    /// An event with its signature and both accounts as topics, in this order.
    fn event<E: ink::env::Event>(
        &self,
        accounts: [AccountId; 2],
        fields: impl scale::Encode,
    ) -> Emitted {
        let accounts = accounts.map(|account| *account.as_ref());
        Emitted {
            contract: self.token,
            topics: E::SIGNATURE_TOPIC.into_iter().chain(accounts).collect(),
            data: fields.encode(),
        }
    }

    /// Exactly these events, in any order.
    #[track_caller]
    fn assert_told<T>(&self, called: &Called<T>, expected: &[Emitted]) {
        assert_eq!(called.emitted.len(), expected.len());
        for event in expected {
            assert!(called.emitted.contains(event), "{event:?} was not told");
        }
    }

    /// The message succeeds, tells nothing and leaves the chain as it was.
    #[track_caller]
    fn assert_changes_nothing(&self, message: impl FnOnce() -> Called<()>) {
        let before = self.world.chain.state_digest();
        let sent = message();
        assert_eq!(sent.emitted, []);
        assert_eq!(self.world.chain.state_digest(), before);
    }
}
