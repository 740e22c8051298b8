//! Slices of a pool's loss.

use crate::error::{ensure, Result};

/// Bears losses of the pool from the attachment to the detachment point, both as shares of the pool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tranche {
    pub attachment: f64,
    pub detachment: f64,
}

impl Tranche {
    pub fn new(attachment: f64, detachment: f64) -> Result<Self> {
        ensure(
            (0.0..1.0).contains(&attachment),
            "attachment",
            attachment,
            "at least 0 and below 1",
        )?;
        let above = attachment < detachment && detachment <= 1.0;
        ensure(
            above,
            "detachment",
            detachment,
            "above the attachment and at most 1",
        )?;
        Ok(Self {
            attachment,
            detachment,
        })
    }

    /// The tranches that divide the whole pool at `points`, from the one that loses first.
    pub fn stack(points: &[f64]) -> Result<Vec<Self>> {
        let lower = [0.0].into_iter().chain(points.iter().copied());
        let upper = points.iter().copied().chain([1.0]);
        lower
            .zip(upper)
            .map(|(attachment, detachment)| Self::new(attachment, detachment))
            .collect()
    }

    /// As a share of the pool.
    pub fn width(&self) -> f64 {
        self.detachment - self.attachment
    }

    /// Share of the tranche that is lost when the pool loses `pool_loss`.
    pub fn loss(&self, pool_loss: f64) -> f64 {
        ((pool_loss - self.attachment) / self.width()).clamp(0.0, 1.0)
    }
}
