//! Calls to the store: every missing answer is a typed error.

use ink::codegen::TraitCallBuilder;
use ink::contract_ref;
// The name under which `contract_ref!` looks for the chain's types.
use ink::env::DefaultEnvironment as Environment;
use interfaces::calls::{answer, request, CallError};
use interfaces::configurator::ChangeError;
use interfaces::parameters::{Course, Entry, Parameters, Part, Pauses, Row};
use interfaces::types::AccountId;

/// The store at an address.
pub struct Store(pub AccountId);

impl Store {
    pub fn row(&self, part: Part) -> Result<Option<Row>, CallError> {
        let store: contract_ref!(Parameters) = self.0.into();
        answer(store.call().row(part).try_invoke())
    }

    pub fn ceiling(&self, originator: AccountId) -> Result<Option<Course>, CallError> {
        let store: contract_ref!(Parameters) = self.0.into();
        answer(store.call().ceiling(originator).try_invoke())
    }

    pub fn pauses(&self) -> Result<Pauses, CallError> {
        let store: contract_ref!(Parameters) = self.0.into();
        answer(store.call().pauses().try_invoke())
    }

    pub fn write(&mut self, entry: Entry) -> Result<(), ChangeError> {
        let mut store: contract_ref!(Parameters) = self.0.into();
        request(store.call_mut().write(entry))
    }
}
