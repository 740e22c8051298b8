//! The built contracts on an embedded chain, one file per topic.

mod agent_guards;
mod attacks;
mod compliance;
mod configurator;
mod costs;
mod distributions;
mod donations;
mod engine_guards;
mod exits;
mod governance;
mod insurance;
mod lifecycle;
mod liquidation;
mod loans;
mod oracle;
mod oracle_guards;
mod orders;
mod pool_guards;
mod random_walk;
mod self_governed;
mod settlement;
mod states;
mod tokens;
mod vault_guards;
mod wallets;
mod weights;
