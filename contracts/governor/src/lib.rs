//! Proposals, votes and a timelock, in one contract.
//!
//! | file | what it does |
//! |---|---|
//! | [`peers`] | asks electorates, and calls whatever was decided to be called |
//!
//! States, ballots and bounds are [`finance::governance`]; the contract below knows callers, time, storage and other contracts.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod peers;

pub use self::governor::{GovernorContract, GovernorContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod governor {
    use crate::peers;
    use finance::governance::ballot::{is_majority, Vote, VoteError};
    use finance::governance::proposal::{Proposal, Quorum, Stage, State};
    use finance::governance::settings::Settings;
    use finance::governance::trace::{Checkpoint, Trace};
    use finance::{time, Rounding};
    use ink::env::hash::Blake2x256;
    use ink::prelude::{string::String, vec::Vec};
    use ink::storage::{traits::ManualKey, Mapping};
    use interfaces::ensure;
    use interfaces::governor::{
        Action, BallotMessage, Canceled, DeadlineExtended, Executed, Governor, GovernorError,
        GovernorTerms, GuardianChanged, GuardianNamed, Made, Payload, Powers, ProposalId,
        ProposalView, Proposed, Queued, SettingChanged, SignedVote, Vetoed, VoteCast, Voters,
        CLOCK_MODE, MAX_ACTIONS, MAX_CLASSES,
    };
    use interfaces::permit::Text;

    /// A proposal; 0 for its vote, and from 1 on the vetoes of the classes; a voter, or nobody for all of a class.
    type Cast = (ProposalId, u32, Option<AccountId>);

    #[ink(storage)]
    pub struct GovernorContract {
        /// Fixed at creation.
        voters: Voters,
        /// May cancel what waits.
        guardian: Option<AccountId>,
        /// May become the guardian.
        named: Option<AccountId>,
        /// Valid.
        settings: Trace<Settings>,
        /// What the settings were before.
        history: Mapping<u32, Checkpoint<Settings>, ManualKey<1>>,
        /// Every proposal that was ever made.
        proposals: Mapping<ProposalId, Made, ManualKey<2>>,
        /// Without zeros.
        cast: Mapping<Cast, Balance, ManualKey<3>>,
        /// All votes of a class when a proposal was queued.
        queued: Mapping<(ProposalId, u32), Balance, ManualKey<4>>,
    }

    impl GovernorContract {
        /// A governor without a proposal. The caller is nobody to it.
        ///
        /// # Errors
        /// [`GovernorError::TooManyClasses`], [`GovernorError::InvalidSetting`].
        #[ink(constructor)]
        pub fn new(terms: GovernorTerms) -> Result<Self, GovernorError> {
            let GovernorTerms {
                voters,
                guardian,
                settings,
            } = terms;
            ensure!(
                voters.classes.len() <= MAX_CLASSES,
                GovernorError::TooManyClasses
            );
            settings.ensure_valid()?;
            let mut governor = Self {
                voters,
                guardian,
                named: None,
                settings: Trace::default(),
                history: Mapping::default(),
                proposals: Mapping::default(),
                cast: Mapping::default(),
                queued: Mapping::default(),
            };
            governor.set_settings(settings);
            Ok(governor)
        }

        fn now(&self) -> time::Timestamp {
            time::Timestamp(self.env().block_timestamp())
        }

        /// The last moment that is past.
        fn before_now(&self) -> time::Timestamp {
            time::Timestamp(self.now().0.saturating_sub(1))
        }

        fn set_settings(&mut self, settings: Settings) {
            if let Some((number, before)) = self.settings.set(settings, self.now()) {
                self.history.insert(number, &before);
            }
        }

        fn id(&self, proposer: AccountId, payload: &Payload) -> ProposalId {
            self.env()
                .hash_encoded::<Blake2x256, _>(&(proposer, payload))
        }

        fn load(&self, id: &ProposalId) -> Result<Made, GovernorError> {
            let made = self.proposals.get(id);
            made.ok_or(GovernorError::UnknownProposal)
        }

        /// A proposal that stands at `state`.
        fn load_at(&self, id: &ProposalId, state: State) -> Result<Made, GovernorError> {
            let made = self.load(id)?;
            let found = made.proposal.state(self.now());
            ensure!(found == state, GovernorError::WrongState(found));
            Ok(made)
        }

        fn cast(&self, key: &Cast) -> Balance {
            self.cast.get(key).unwrap_or_default()
        }

        fn ensure_threshold(&self, proposer: AccountId) -> Result<(), GovernorError> {
            let electorate = self.voters.electorate;
            let before = self.before_now();
            let supply = peers::past_total_supply(electorate, before)?;
            let threshold = self.settings.latest.value.threshold;
            // At least one, so that nobody without votes proposes.
            let needed = threshold.of(supply, Rounding::Up)?.max(1);
            let votes = peers::past_votes(electorate, proposer, before)?;
            ensure!(votes >= needed, GovernorError::BelowThreshold { needed });
            Ok(())
        }

        fn count(
            &mut self,
            voter: AccountId,
            id: ProposalId,
            vote: Vote,
        ) -> Result<Balance, GovernorError> {
            let mut made = self.load_at(&id, State::Active)?;
            let proposal = &mut made.proposal;
            let settings = self.settings_at(proposal.snapshot);
            let quorum = self.quorum(proposal, &settings)?;
            let weight = peers::past_votes(self.voters.electorate, voter, proposal.snapshot)?;
            let key = (id, 0, Some(voter));
            let used = self.cast(&key);
            let ballot = vote.ballot(weight, used)?;
            let votes = ballot.sum()?;
            let is_late = proposal.count(&ballot, quorum, settings.late_extension, self.now());
            // Never above the weight, which fits.
            self.cast.insert(key, &used.wrapping_add(votes));
            let deadline = proposal.deadline;
            self.proposals.insert(id, &made);
            self.env().emit_event(VoteCast {
                proposal: id,
                voter,
                ballot,
            });
            if is_late {
                self.env().emit_event(DeadlineExtended {
                    proposal: id,
                    deadline,
                });
            }
            Ok(votes)
        }

        /// Computed with the first vote.
        fn quorum(
            &self,
            proposal: &Proposal,
            settings: &Settings,
        ) -> Result<Quorum, GovernorError> {
            if let Some(quorum) = proposal.quorum {
                return Ok(quorum);
            }
            let supply = peers::past_total_supply(self.voters.electorate, proposal.snapshot)?;
            Ok(settings.quorum_of(supply)?)
        }

        fn count_signed(&mut self, signed: &SignedVote) -> Result<Balance, GovernorError> {
            let SignedVote {
                voter,
                proposal,
                vote,
                signature,
            } = signed;
            let text = self.ballot_text(voter, proposal, vote);
            ensure!(
                text.is_signed(signature, voter),
                GovernorError::WrongSignature
            );
            self.count(*voter, *proposal, *vote)
        }

        fn ballot_text(&self, voter: &AccountId, proposal: &ProposalId, vote: &Vote) -> Text {
            let message = BallotMessage {
                network: &self.voters.network,
                governor: &self.env().account_id(),
                voter,
                proposal,
                vote,
                used: self.cast(&(*proposal, 0, Some(*voter))),
            };
            message.text()
        }

        /// The proposal `id`, of this payload and ready, is marked as executed.
        fn release(&mut self, id: &ProposalId, payload: &Payload) -> Result<(), GovernorError> {
            let mut made = self.load_at(id, State::Queued)?;
            ensure!(
                self.id(made.proposer, payload) == *id,
                GovernorError::WrongPayload
            );
            if let Stage::Queued { ready_at, .. } = made.proposal.stage {
                ensure!(self.now() >= ready_at, GovernorError::NotReady { ready_at });
            }
            if let Some(predecessor) = &payload.predecessor {
                let before = self.proposals.get(predecessor);
                ensure!(
                    before.is_some_and(|before| before.proposal.stage == Stage::Executed),
                    GovernorError::PredecessorMissing
                );
            }
            made.proposal.stage = Stage::Executed;
            self.proposals.insert(id, &made);
            Ok(())
        }

        fn act(&mut self, number: u32, action: Action) -> Result<(), GovernorError> {
            match action {
                Action::Call(call) => {
                    // The chain would trap a contract that calls itself.
                    let is_done = call.target != self.env().account_id() && peers::is_done(call);
                    ensure!(is_done, GovernorError::ActionFailed { action: number });
                }
                Action::Set(setting) => {
                    let settings = self.settings.latest.value.with(setting)?;
                    self.set_settings(settings);
                    self.env().emit_event(SettingChanged { setting });
                }
                // He could name another instead before the one who was voted for accepts.
                Action::NameGuardian(named) => {
                    self.set_guardian(None);
                    self.name(named);
                }
            }
            Ok(())
        }

        fn end(&mut self, id: ProposalId, mut made: Made) {
            made.proposal.stage = Stage::Canceled;
            self.proposals.insert(id, &made);
            self.env().emit_event(Canceled {
                proposal: id,
                by: self.env().caller(),
            });
        }

        fn name(&mut self, named: Option<AccountId>) {
            self.named = named;
            self.env().emit_event(GuardianNamed { named });
        }

        fn set_guardian(&mut self, guardian: Option<AccountId>) {
            self.guardian = guardian;
            self.env().emit_event(GuardianChanged { guardian });
        }
    }

    impl Governor for GovernorContract {
        #[ink(message)]
        fn propose(&mut self, payload: Payload) -> Result<ProposalId, GovernorError> {
            ensure!(
                (1..=MAX_ACTIONS).contains(&payload.actions.len()),
                GovernorError::InvalidPayload
            );
            let proposer = self.env().caller();
            let id = self.id(proposer, &payload);
            ensure!(!self.proposals.contains(id), GovernorError::AlreadyProposed);
            self.ensure_threshold(proposer)?;
            let settings = &self.settings.latest.value;
            let proposal = Proposal::new(self.now(), settings.voting_delay, settings.voting_period);
            let is_about_guardian = |action: &Action| matches!(action, Action::NameGuardian(_));
            let made = Made {
                proposer,
                is_about_guardian: payload.actions.iter().all(is_about_guardian),
                proposal,
            };
            self.proposals.insert(id, &made);
            self.env().emit_event(Proposed {
                proposal: id,
                proposer,
                payload,
                snapshot: proposal.snapshot,
                deadline: proposal.deadline,
            });
            Ok(id)
        }

        #[ink(message)]
        fn vote(&mut self, proposal: ProposalId, vote: Vote) -> Result<Balance, GovernorError> {
            self.count(self.env().caller(), proposal, vote)
        }

        #[ink(message)]
        fn vote_signed(&mut self, votes: Vec<SignedVote>) -> Vec<Result<Balance, GovernorError>> {
            let votes = votes.iter();
            votes.map(|vote| self.count_signed(vote)).collect()
        }

        #[ink(message)]
        fn queue(&mut self, proposal: ProposalId) -> Result<(), GovernorError> {
            let mut made = self.load_at(&proposal, State::Succeeded)?;
            for (class, electorate) in (0..).zip(&self.voters.classes) {
                let supply = peers::past_total_supply(*electorate, self.before_now())?;
                self.queued.insert((proposal, class), &supply);
            }
            let delay = self.settings.latest.value.delay;
            let ready_at = made.proposal.queue(self.now(), delay);
            self.proposals.insert(proposal, &made);
            self.env().emit_event(Queued { proposal, ready_at });
            Ok(())
        }

        #[ink(message)]
        fn execute(&mut self, proposal: ProposalId, payload: Payload) -> Result<(), GovernorError> {
            self.release(&proposal, &payload)?;
            for (number, action) in (0..).zip(payload.actions) {
                self.act(number, action)?;
            }
            self.env().emit_event(Executed {
                proposal,
                by: self.env().caller(),
            });
            Ok(())
        }

        #[ink(message)]
        fn cancel(&mut self, proposal: ProposalId) -> Result<(), GovernorError> {
            let made = self.load(&proposal)?;
            let caller = self.env().caller();
            let may_cancel = match made.proposal.state(self.now()) {
                State::Pending => made.proposer == caller,
                State::Queued => self.guardian == Some(caller) && !made.is_about_guardian,
                other => return Err(GovernorError::WrongState(other)),
            };
            ensure!(may_cancel, GovernorError::MayNotCancel);
            self.end(proposal, made);
            Ok(())
        }

        #[ink(message)]
        fn veto(&mut self, proposal: ProposalId, class: u32) -> Result<(), GovernorError> {
            let made = self.load_at(&proposal, State::Queued)?;
            let Stage::Queued { veto_at, .. } = made.proposal.stage else {
                return Ok(());
            };
            let place = usize::try_from(class).unwrap_or(usize::MAX);
            let electorate = self.voters.classes.get(place);
            let electorate = *electorate.ok_or(GovernorError::UnknownClass)?;
            let voter = self.env().caller();
            // Classes are few.
            let [all, own] = [None, Some(voter)].map(|who| (proposal, class.wrapping_add(1), who));
            ensure!(!self.cast.contains(own), GovernorError::AlreadyVetoed);
            let votes = peers::past_votes(electorate, voter, veto_at)?;
            ensure!(votes > 0, VoteError::NoVotes);
            let sum = self.cast(&all).saturating_add(votes);
            // Who joins the class in between makes the votes of the others no smaller a part.
            let supply = peers::past_total_supply(electorate, veto_at)?;
            let queued = self.queued.get((proposal, class)).unwrap_or_default();
            let supply = if queued > 0 {
                supply.min(queued)
            } else {
                supply
            };
            self.cast.insert(own, &votes);
            self.cast.insert(all, &sum);
            self.env().emit_event(Vetoed {
                proposal,
                voter,
                class,
                votes,
                sum,
            });
            if is_majority(sum, supply) {
                self.end(proposal, made);
            }
            Ok(())
        }

        #[ink(message)]
        fn hand_over(&mut self, to: AccountId) -> Result<(), GovernorError> {
            let is_guardian = self.guardian == Some(self.env().caller());
            ensure!(is_guardian, GovernorError::NotTheGuardian);
            self.name(Some(to));
            Ok(())
        }

        #[ink(message)]
        fn accept_guardian(&mut self) -> Result<(), GovernorError> {
            let caller = Some(self.env().caller());
            ensure!(self.named == caller, GovernorError::NotNamed);
            self.named = None;
            self.set_guardian(caller);
            Ok(())
        }

        #[ink(message)]
        fn proposal(&self, proposal: ProposalId) -> Option<ProposalView> {
            let made = self.proposals.get(proposal)?;
            let classes = (1..).zip(&self.voters.classes);
            Some(ProposalView {
                state: made.proposal.state(self.now()),
                made,
                vetoes: classes
                    .map(|(class, _)| self.cast(&(proposal, class, None)))
                    .collect(),
            })
        }

        #[ink(message)]
        fn proposal_id(&self, proposer: AccountId, payload: Payload) -> ProposalId {
            self.id(proposer, &payload)
        }

        #[ink(message)]
        fn votes_used(&self, proposal: ProposalId, voter: AccountId) -> Balance {
            self.cast(&(proposal, 0, Some(voter)))
        }

        #[ink(message)]
        fn ballot_message(&self, voter: AccountId, proposal: ProposalId, vote: Vote) -> [u8; 48] {
            *self.ballot_text(&voter, &proposal, &vote).message()
        }

        #[ink(message)]
        fn terms(&self) -> GovernorTerms {
            GovernorTerms {
                voters: self.voters.clone(),
                guardian: self.guardian,
                settings: self.settings.latest.value,
            }
        }

        #[ink(message)]
        fn settings_at(&self, at: time::Timestamp) -> Settings {
            self.settings.at(at, |number| self.history.get(number))
        }

        #[ink(message)]
        fn powers(&self, account: AccountId) -> Powers {
            Powers {
                is_guardian: self.guardian == Some(account),
                may_become_guardian: self.named == Some(account),
            }
        }

        #[ink(message)]
        fn clock_mode(&self) -> String {
            CLOCK_MODE.into()
        }
    }
}
