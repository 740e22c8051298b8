//! The collateral types of a vault.

use crate::loan::Loan;
use crate::{peers, Refused};
use finance::debt::DebtIndex;
use finance::fixed::add;
use finance::valuation::Quote;
use finance::{MathError, Rate, Ratio, Timestamp};
use ink::prelude::boxed::Box;
use ink::prelude::vec::Vec;
use interfaces::collateral_vault::{CollateralType, Listing, Position, Stressed, VaultError};
use interfaces::types::{AccountId, Balance, CollateralId};

/// All collateral types, in the order of their numbers, and no more than
/// [`MAX_COLLATERAL_TYPES`](interfaces::collateral_vault::MAX_COLLATERAL_TYPES).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Book {
    pub types: Vec<CollateralType>,
}

interfaces::decode_fields!(Book { types });

/// A collateral type on which nobody owes anything at `time` of the clock of interest. The first draw sets its rate and notes its
/// parameters.
pub fn listed(listing: &Listing, quote: Quote, time: Timestamp) -> CollateralType {
    CollateralType {
        token: listing.token,
        asset: listing.asset,
        quote,
        index: DebtIndex::new(Rate::ZERO, time),
        normalised_debt: 0,
        principal: 0,
        held: 0,
        stressed: Stressed::default(),
        written_off: 0,
        haircut: Ratio::ZERO,
        minimum_debt: 0,
    }
}

/// A position of `originator` that holds and owes nothing.
pub fn empty(originator: AccountId, collateral_type: CollateralId) -> Position {
    Position {
        originator,
        collateral_type,
        collateral: 0,
        normalised_debt: 0,
        principal: 0,
        impairment: None,
        due_at: Timestamp(0),
        overdue: None,
        called_at: None,
        lots: 0,
    }
}

impl Book {
    /// Adds a collateral type at `time` of the clock of interest; the cash of the deal has `cash` decimals.
    pub fn list(&mut self, listing: &Listing, cash: u8, time: Timestamp) -> Result<(), Refused> {
        let quote = Quote::new(peers::decimals(listing.token)?, cash);
        let quote = quote.ok_or(VaultError::InvalidDecimals)?;
        self.types.push(listed(listing, quote, time));
        Ok(())
    }

    pub fn get(&self, id: CollateralId) -> Result<&CollateralType, Refused> {
        let kind = self.types.get(id.index());
        Ok(kind.ok_or(VaultError::UnknownCollateral)?)
    }

    /// A position with the totals it is part of, and interest up to `time` of the clock of interest. Boxed, because it
    /// is large and goes through many hands.
    pub fn loan(&self, position: Position, time: Timestamp) -> Result<Box<Loan>, Refused> {
        let kind = *self.get(position.collateral_type)?;
        let mut loan = Box::new(Loan { position, kind });
        loan.accrue(time)?;
        Ok(loan)
    }

    /// Takes over the totals of a loan that came from here.
    pub fn put(&mut self, loan: &Loan) {
        if let Some(kind) = self.types.get_mut(loan.position.collateral_type.index()) {
            *kind = loan.kind;
        }
    }

    /// What positions and lots hold of `token`, which may stand behind several types.
    pub fn held(&self, token: AccountId) -> Result<Balance, MathError> {
        let kinds = self.types.iter().filter(|kind| kind.token == token);
        kinds.map(|kind| kind.held).try_fold(0, add)
    }
}
