//! The model library against its own laws, differences, simulations and prices.

mod calibration;
mod laws;
mod sensitivities;
mod simulation;
mod support;
