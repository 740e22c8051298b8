//! The account of every base unit, taken from outside: balances of tokens against the books.

use ink::codegen::TraitCallBuilder;
use interfaces::collateral_vault::{CollateralVault, Standing};
use interfaces::tranche_pool::TranchePool;
use interfaces::types::PositionId;
use psp22::PSP22;
use simulator::contracts::Psp22;

use crate::World;

impl World {
    /// Every token that exists is where the books of its keeper say it is.
    ///
    /// # Panics
    /// If a base unit is missing or too many.
    #[track_caller]
    pub fn assert_balanced(&self) {
        self.assert_cash_balanced();
        self.assert_collateral_balanced();
        self.assert_tranches_balanced();
    }

    #[track_caller]
    fn assert_cash_balanced(&self) {
        let books = self.reads(self.pool().books());
        let accounts = books.cash + books.orders + books.claims + books.penalties + books.dust;
        assert_eq!(books.received - books.sent, accounts, "the pool's accounts");
        let balance = self
            .deal
            .balance(&self.chain, self.deal.cash, self.deal.pool)
            .unwrap();
        let unattributed = self.reads(self.pool().unattributed()).unwrap();
        assert_eq!(balance, accounts + unattributed, "the pool's cash");
    }

    #[track_caller]
    fn assert_collateral_balanced(&self) {
        let types = self.reads(self.vault().collateral_types());
        let mut held = vec![0; types.len()];
        let mut normalised = vec![0; types.len()];
        let mut seized = vec![(0, 0, 0); types.len()];
        for number in 0..self.reads(self.vault().position_count()) {
            let Ok(view) = self.reads(self.vault().position(PositionId(number))) else {
                continue;
            };
            let index = view.position.collateral_type.index();
            held[index] += view.position.collateral;
            match view.position.standing {
                Standing::Performing { normalised_debt } => normalised[index] += normalised_debt,
                Standing::Seized { debt, mark } => {
                    let (debts, marks, collateral) = seized[index];
                    seized[index] = (
                        debts + debt,
                        marks + mark,
                        collateral + view.position.collateral,
                    );
                }
            }
        }
        for (index, kind) in types.iter().enumerate() {
            let balance = self
                .deal
                .balance(&self.chain, kind.token, self.deal.vault)
                .unwrap();
            assert_eq!(kind.held, held[index], "collateral of all positions");
            assert_eq!(balance, kind.held, "the vault's collateral");
            assert_eq!(kind.normalised_debt, normalised[index], "performing debt");
            let totals = (kind.seized.debt, kind.seized.mark, kind.seized.collateral);
            assert_eq!(totals, seized[index], "seized debt");
        }
    }

    #[track_caller]
    fn assert_tranches_balanced(&self) {
        for tranche in self.reads(self.pool().tranches()) {
            let supply = self.reads(Psp22::from(tranche.token).call().total_supply());
            assert_eq!(supply, tranche.supply, "tokens in existence");
            let with_pool = self
                .deal
                .balance(&self.chain, tranche.token, self.deal.pool)
                .unwrap();
            assert!(
                with_pool >= tranche.redemptions,
                "tokens that wait for redemption"
            );
        }
    }
}
