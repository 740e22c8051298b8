//! A vote of the residual class from its proposal to what it changes, and one that the senior class vetoes.

use e2e_tests::proposals::{action, payload};
use e2e_tests::{DAY, ETH, HOUR, JUNIOR, SENIOR, START};
use finance::governance::ballot::Vote;
use finance::governance::proposal::State;
use finance::governance::settings::Settings;
use finance::{Period, Ratio};
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::AsyncVault;
use interfaces::configurator::Configurator;
use interfaces::governance_token::Locker as _;
use interfaces::governor::{Governor as _, GovernorError, Payload, ProposalId};
use interfaces::parameters::{Parameter, Parameters};
use interfaces::types::{AccountId, TrancheId};
use psp22::PSP22;
use simulator::contracts::{Governor, Locker, Psp22};
use simulator::input::term_sheet::{self, Electorate, Governance};

use crate::node::Node;
use crate::world::{sheet, World};

pub const GOVERNANCE: Governance = Governance {
    electorate: Electorate::Residual,
    vetoes: Vec::new(),
    settings: Settings {
        voting_delay: HOUR,
        voting_period: DAY,
        late_extension: Period(0),
        threshold: Ratio::from_bps(100),
        quorum: Ratio::from_bps(2_000),
        super_quorum: Ratio::from_bps(6_600),
        delay: Period(2 * DAY.0),
    },
};

impl World {
    fn governor(&self) -> Governor {
        self.deal.governance.governor.into()
    }

    fn passes(&self, period: Period) {
        let now = self.host().now().unwrap();
        self.node.wait_until(now.plus(period)).unwrap();
    }

    /// All that `who` has of a class votes from now on.
    fn lock(&self, who: &str, class: TrancheId, locker: AccountId) {
        let owner = self.account(who);
        self.does("kim", self.deal.orders().call_mut().claim(class, owner));
        let token = self.deal.tranche_token(class);
        let amount = self.balance(token, who);
        let approve = Psp22::from(token).call_mut().approve(locker, amount);
        self.does(who, approve);
        self.does(who, Locker::from(locker).call_mut().lock(amount));
        self.passes(Period(1));
    }

    /// Proposed by "cal", who decides alone, and queued.
    fn queued(&self, payload: &Payload) -> ProposalId {
        let mut governor = self.governor();
        let propose = governor.call_mut().propose(payload.clone());
        let id = self.does("cal", propose);
        self.passes(Period(HOUR.0 + 1));
        self.does("cal", governor.call_mut().vote(id, Vote::For));
        self.does("kim", governor.call_mut().queue(id));
        id
    }

    /// Loans against ether may go to so much of its value.
    fn borrow_ltv(&self, percent: u32) -> Payload {
        let ltv = Ratio::from_bps(percent * 100).0;
        let mut configurator = self.deal.configurator();
        let set = configurator
            .call_mut()
            .set(ETH.into(), Parameter::BorrowLtv, ltv);
        payload(vec![action(set)])
    }

    fn borrow_ltv_in_force(&self) -> Ratio {
        let olga = self.account("olga");
        let lending = self.deal.parameters().call().lending(ETH, olga);
        self.reads(lending).unwrap().parameters.borrow_ltv
    }
}

#[test]
#[ignore = "needs $CONTRACTS_NODE: run scripts/test.sh"]
fn the_residual_class_decides_unless_the_senior_class_vetoes() {
    let mut sheet = sheet();
    sheet.guardian = "guardian".into();
    sheet.governor = term_sheet::Governor::Votes(Governance {
        vetoes: vec![SENIOR],
        ..GOVERNANCE
    });
    let world = World::on(Node::still_at(START).unwrap(), sheet);
    let votes = world.deal.governance.votes.clone().unwrap();
    world.subscribe();
    world.settle();
    world.lock("cal", JUNIOR, votes.electorate);
    let mut governor = world.governor();

    let higher = world.borrow_ltv(77);
    let id = world.queued(&higher);
    let ready_at = world.host().now().unwrap().plus(GOVERNANCE.settings.delay);
    let mut execute = || governor.call_mut().execute(id, higher.clone());
    world.refuses("kim", execute(), GovernorError::NotReady { ready_at });
    world.node.wait_until(ready_at).unwrap();
    world.does("kim", execute());
    // What loosens waits for the timelock of the deal besides.
    assert_eq!(world.borrow_ltv_in_force(), Ratio::from_bps(7_500));
    world.passes(world.deal.sheet.timelock);
    assert_eq!(world.borrow_ltv_in_force(), Ratio::from_bps(7_700));

    let even_higher = world.borrow_ltv(78);
    let id = world.queued(&even_higher);
    world.lock("ann", SENIOR, votes.vetoes[0]);
    world.passes(DAY);
    world.does("ann", governor.call_mut().veto(id, 0));
    world.passes(DAY);
    let execute = governor.call_mut().execute(id, even_higher);
    let vetoed = GovernorError::WrongState(State::Canceled);
    world.refuses("kim", execute, vetoed);
}
