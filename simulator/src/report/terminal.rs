//! The report on a terminal.

use std::fmt;

use comfy_table::{presets, CellAlignment, Table as Grid, TableComponent};

use super::tables::Table;
use super::Report;
use crate::input::calendar::Moment;

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let deal = &self.deal.sheet.name;
        let symbol = &self.deal.sheet.cash.symbol;
        writeln!(
            f,
            "{deal} in {}; amounts in {symbol}\n",
            self.scenario.name()
        )?;
        for (at, text) in &self.record.story {
            writeln!(f, "{}  {text}", Moment::from(*at))?;
        }
        self.tables()
            .iter()
            .try_for_each(|table| write!(f, "\n{table}"))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let mut grid = Grid::new();
        grid.load_preset(presets::UTF8_HORIZONTAL_ONLY)
            .remove_style(TableComponent::HorizontalLines)
            .remove_style(TableComponent::MiddleIntersections)
            .remove_style(TableComponent::LeftBorderIntersections)
            .remove_style(TableComponent::RightBorderIntersections)
            .set_header(&self.header)
            .add_rows(&self.rows);
        for column in grid.column_iter_mut().skip(self.text_columns) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        writeln!(f, "{}\n{}\n{grid}", self.title, self.caption)
    }
}
