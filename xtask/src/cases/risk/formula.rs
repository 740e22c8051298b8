//! Formulas by which cases describe many names: `p_i = 0.01 + 0.001*i, i=0..99`, `0.40 for even i, 0.20 for odd i`,
//! `0.40 all`.

use super::super::given::{Found, Given};
use std::f64::consts::PI;

/// One value for each of `count` names, from a number, a list or a formula.
pub fn values(given: &Given, key: &str, count: usize) -> Found<Vec<f64>> {
    let Ok(text) = given.text(key) else {
        let numbers = given.floats(key)?;
        return match numbers[..] {
            [number] => Ok(vec![number; count]),
            _ if numbers.len() == count => Ok(numbers),
            _ => Err(given.wrong(key, "has another number of values than there are names")),
        };
    };
    // Only the first formula of a case says where counting begins.
    let first = given
        .text("default_probability")
        .ok()
        .and_then(first)
        .unwrap_or(0);
    read(text, first, count).ok_or_else(|| given.wrong(key, "is not a formula"))
}

/// 0 of `i=0..99`.
fn first(text: &str) -> Option<usize> {
    let (_, range) = text.rsplit_once('=')?;
    range.split_once("..")?.0.trim().parse().ok()
}

fn read(text: &str, first: usize, count: usize) -> Option<Vec<f64>> {
    if let Some((number, _)) = text.split_once(" all") {
        return Some(vec![number.trim().parse().ok()?; count]);
    }
    if let Some((even, odd)) = text
        .split_once(',')
        .filter(|(even, _)| even.contains("even"))
    {
        let number = |part: &str| part.split_whitespace().next()?.parse::<f64>().ok();
        let [even, odd] = [number(even)?, number(odd)?];
        return Some(
            (0..count)
                .map(|i| if i % 2 == 0 { even } else { odd })
                .collect(),
        );
    }
    let formula = text.split_once(',').map_or(text, |(formula, _)| formula);
    let (name, formula) = formula.split_once('=')?;
    let variable = name.trim().chars().next_back()?;
    (first..first + count)
        .map(|i| evaluate(formula, variable, i as f64))
        .collect()
}

fn evaluate(formula: &str, variable: char, value: f64) -> Option<f64> {
    let text: Vec<char> = formula
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let mut reader = Reader {
        text: &text,
        variable,
        value,
    };
    let result = reader.sum()?;
    reader.text.is_empty().then_some(result)
}

/// What is left to read of a formula in one variable.
struct Reader<'a> {
    text: &'a [char],
    variable: char,
    value: f64,
}

impl Reader<'_> {
    fn take(&mut self, letter: char) -> bool {
        let is_next = self.text.first() == Some(&letter);
        if is_next {
            self.text = &self.text[1..];
        }
        is_next
    }

    fn sum(&mut self) -> Option<f64> {
        let mut sum = self.product()?;
        loop {
            if self.take('+') {
                sum += self.product()?;
            } else if self.take('-') {
                sum -= self.product()?;
            } else {
                return Some(sum);
            }
        }
    }

    /// Factors may stand side by side: `5k`.
    fn product(&mut self) -> Option<f64> {
        let mut product = self.power()?;
        loop {
            if self.take('/') {
                product /= self.power()?;
            } else if self.take('*')
                || self
                    .text
                    .first()
                    .is_some_and(|letter| letter.is_alphabetic())
            {
                product *= self.power()?;
            } else {
                return Some(product);
            }
        }
    }

    fn power(&mut self) -> Option<f64> {
        let base = self.factor()?;
        if self.take('^') {
            return Some(base.powf(self.factor()?));
        }
        Some(base)
    }

    fn factor(&mut self) -> Option<f64> {
        let length = |is_part: fn(&char) -> bool, text: &[char]| {
            text.iter().take_while(|letter| is_part(letter)).count()
        };
        let digits = length(
            |letter| letter.is_ascii_digit() || *letter == '.',
            self.text,
        );
        if digits > 0 {
            let (number, rest) = self.text.split_at(digits);
            self.text = rest;
            return number.iter().collect::<String>().parse().ok();
        }
        let letters = length(|letter| letter.is_alphabetic(), self.text);
        let (word, rest) = self.text.split_at(letters);
        self.text = rest;
        match word.iter().collect::<String>().as_str() {
            "" => self.parentheses(),
            "pi" => Some(PI),
            "sqrt" => self.parentheses().map(f64::sqrt),
            "sin" => self.parentheses().map(f64::sin),
            "ceil" => self.parentheses().map(f64::ceil),
            word if word.len() == 1 && word.starts_with(self.variable) => Some(self.value),
            _ => None,
        }
    }

    fn parentheses(&mut self) -> Option<f64> {
        let inner = self.take('(').then(|| self.sum())??;
        self.take(')').then_some(inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_of_many_names() {
        assert_eq!(read("0.40 all", 0, 2), Some(vec![0.4, 0.4]));
        assert_eq!(
            read("0.40 for even i, 0.20 for odd i", 0, 3),
            Some(vec![0.4, 0.2, 0.4])
        );
        assert_eq!(
            read("p_i = 0.01 + 0.5*i, i=0..2", 0, 3),
            Some(vec![0.01, 0.51, 1.01])
        );
        assert_eq!(read("c_k = ceil(5k/10)^2", 1, 3), Some(vec![1.0, 1.0, 4.0]));
        assert_eq!(read("p_i = 0.01 + j, i=0..2", 0, 3), None);
    }
}
