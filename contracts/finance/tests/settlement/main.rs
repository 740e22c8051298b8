//! Settlements from outside: examples, attacks, and laws on random histories.

mod attacks;
mod conservation;
mod examples;
mod laws;
mod payouts;
mod world;
