//! Correlation matrices: what pairs of numbers may stand together, and the nearest that may.

use nalgebra::{Cholesky, DMatrix};

/// The least eigenvalue of a repaired matrix, so that its entries may be rounded when they are written.
const LEAST_EIGENVALUE: f64 = 1e-4;
const ROUNDS: usize = 1_000;

/// A symmetric, positive definite matrix with ones on its diagonal.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlation {
    matrix: DMatrix<f64>,
    /// Lower triangular, `factor × factorᵀ = matrix`.
    factor: DMatrix<f64>,
}

impl Correlation {
    /// `size` things that have nothing to do with one another.
    pub fn independent(size: usize) -> Self {
        Self {
            matrix: DMatrix::identity(size, size),
            factor: DMatrix::identity(size, size),
        }
    }

    /// A matrix of `size` rows from its entries by row and column, of which those on and above the diagonal count.
    /// `None` if no variables can be correlated like this.
    pub fn new(size: usize, entry: impl Fn(usize, usize) -> f64) -> Option<Self> {
        Self::of(symmetric(size, entry))
    }

    /// The nearest matrix to the entries given, in the sum of squared differences, and that distance, which is zero if they
    /// were possible.
    ///
    /// Source: alternating projections with Dykstra's correction, Higham 2002.
    pub fn nearest(size: usize, entry: impl Fn(usize, usize) -> f64) -> (Self, f64) {
        let given = symmetric(size, entry);
        if let Some(possible) = Self::of(given.clone()) {
            return (possible, 0.0);
        }
        let mut nearest = given.clone();
        let mut correction = DMatrix::zeros(size, size);
        for _ in 0..ROUNDS {
            let corrected = &nearest - &correction;
            let projected = without_negative_directions(&corrected);
            correction = &projected - &corrected;
            let next = with_unit_diagonal(projected);
            let moved = (&next - &nearest).norm();
            nearest = next;
            if moved < 1e-13 {
                break;
            }
        }
        // The nearest lies at the edge of what is possible: mixed with the identity it moves inside.
        let least = nearest.clone().symmetric_eigenvalues().min();
        let share = ((LEAST_EIGENVALUE - least) / (1.0 - least)).max(0.0);
        let nearest = symmetric(size, |row, column| nearest[(row, column)] * (1.0 - share));
        let distance = (&nearest - &given).norm();
        let repaired = Self::of(nearest).unwrap_or_else(|| Self::independent(size));
        (repaired, distance)
    }

    fn of(matrix: DMatrix<f64>) -> Option<Self> {
        let factor = Cholesky::new(matrix.clone())?.unpack();
        Some(Self { matrix, factor })
    }

    /// How many variables there are.
    pub fn size(&self) -> usize {
        self.matrix.nrows()
    }

    /// The correlation of two of them.
    pub fn between(&self, one: usize, other: usize) -> f64 {
        self.matrix[(one, other)]
    }

    /// Correlates as many independent standard normal variables as there are rows, in place.
    pub fn apply(&self, normals: &mut [f64]) {
        for row in (0..self.size()).rev() {
            normals[row] = (0..=row)
                .map(|column| self.factor[(row, column)] * normals[column])
                .sum();
        }
    }
}

fn symmetric(size: usize, entry: impl Fn(usize, usize) -> f64) -> DMatrix<f64> {
    DMatrix::from_fn(size, size, |row, column| match row.cmp(&column) {
        std::cmp::Ordering::Equal => 1.0,
        _ => entry(row.min(column), row.max(column)),
    })
}

fn without_negative_directions(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    let mut eigen = matrix.clone().symmetric_eigen();
    eigen.eigenvalues.apply(|value| *value = value.max(0.0));
    eigen.recompose()
}

fn with_unit_diagonal(mut matrix: DMatrix<f64>) -> DMatrix<f64> {
    matrix.fill_diagonal(1.0);
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_possible_matrix_is_kept() {
        let (kept, distance) = Correlation::nearest(2, |_, _| 0.83);
        assert_eq!((kept.between(0, 1), distance), (0.83, 0.0));
        assert_eq!(Correlation::new(2, |_, _| 0.83), Some(kept));
    }

    #[test]
    fn the_nearest_of_a_published_matrix_is_found() {
        // Higham 2002: the matrix with rows (1 1 0), (1 1 1), (0 1 1) is nearest to 0.7607, 0.1573, 0.7607.
        let entry = |row, column| if (row, column) == (0, 2) { 0.0 } else { 1.0 };
        assert_eq!(Correlation::new(3, entry), None);
        let (repaired, distance) = Correlation::nearest(3, entry);
        let pairs = [
            repaired.between(0, 1),
            repaired.between(0, 2),
            repaired.between(1, 2),
        ];
        for (found, published) in pairs.into_iter().zip([0.760_690, 0.157_290, 0.760_690]) {
            // Drawn a ten-thousandth towards the identity.
            assert!(
                (found - published).abs() < 2e-4,
                "{found} is not {published}"
            );
        }
        assert!((distance - 0.527_8).abs() < 2e-4, "{distance}");
    }

    #[test]
    fn correlated_normals_have_the_covariance_of_the_matrix() {
        let given = Correlation::new(3, |row, column| 0.2 + 0.3 * (column - row) as f64).unwrap();
        // Applied to unit vectors it yields the columns of the factor, whose products are the matrix.
        let columns: Vec<_> = (0..3)
            .map(|unit| {
                let mut column = [0.0; 3];
                column[unit] = 1.0;
                given.apply(&mut column);
                column
            })
            .collect();
        for (row, column) in [(0, 1), (0, 2), (1, 2), (2, 2)] {
            let product: f64 = columns
                .iter()
                .map(|factor| factor[row] * factor[column])
                .sum();
            assert!((product - given.between(row, column)).abs() < 1e-14);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_given_the_nearest_is_possible(pairs in prop::collection::vec(-1.0f64..=1.0, 10)) {
            let number = |row: usize, column: usize| row * (9 - row) / 2 + column - row - 1;
            let (repaired, distance) = Correlation::nearest(5, |row, column| pairs[number(row, column)]);
            prop_assert!(distance >= 0.0);
            prop_assert!(repaired.matrix.clone().symmetric_eigenvalues().min() > 0.99 * LEAST_EIGENVALUE || distance == 0.0);
            for row in 0..5 {
                prop_assert!((repaired.between(row, row) - 1.0).abs() < 1e-15);
                for column in 0..row {
                    prop_assert!(repaired.between(row, column).abs() <= 1.0);
                    prop_assert_eq!(repaired.between(row, column), repaired.between(column, row));
                }
            }
        }
    }
}
