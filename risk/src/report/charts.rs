//! Pictures as SVG.
//!
//! Colours are literal: the page's style sheet finds text and grid lines by theirs and changes them in the dark.

use std::fmt::Display;
use std::ops::Range;

use anyhow::{anyhow, Result};
use plotters::coord::ranged1d::{
    AsRangedCoord, DefaultFormatting, KeyPointHint, Ranged, ValueFormatter,
};
use plotters::prelude::*;

const SIZE: (u32, u32) = (640, 300);
const INK: RGBColor = RGBColor(0x44, 0x4c, 0x56);
const GRID: RGBColor = RGBColor(0xd8, 0xde, 0xe4);
const UP: RGBColor = RGBColor(0xc4, 0x4e, 0x43);
const DOWN: RGBColor = RGBColor(0x2f, 0x6d, 0xa8);

/// From the most senior class to the residual.
const COLORS: [RGBColor; 5] = [
    RGBColor(0x2f, 0x6d, 0xa8),
    RGBColor(0x4a, 0xa3, 0xa2),
    RGBColor(0xe0, 0xa1, 0x3a),
    RGBColor(0x9b, 0x59, 0x7c),
    RGBColor(0xc4, 0x4e, 0x43),
];

/// A picture with what explains it.
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// How to read it.
    pub caption: String,
    /// Names and colours.
    pub legend: Vec<(String, String)>,
    /// The picture.
    pub svg: String,
}

impl Chart {
    /// A picture that needs no legend.
    fn plain(title: impl Into<String>, caption: impl Into<String>, svg: String) -> Self {
        Self {
            title: title.into(),
            caption: caption.into(),
            legend: Vec::new(),
            svg,
        }
    }
}

/// A line of one colour.
pub struct Line {
    /// What it is of.
    pub name: String,
    /// From left to right.
    pub points: Vec<(f64, f64)>,
}

/// How the numbers along an axis are written.
pub type Label = fn(f64) -> String;

/// Lines in a logarithmic height, each in the colour of its class; points below `floor` are left out.
///
/// # Errors
/// There is nothing to draw.
pub fn lines(
    title: impl Into<String>,
    caption: impl Into<String>,
    lines: &[Line],
    floor: f64,
    (across, up): (Label, Label),
) -> Result<Chart> {
    let points = || lines.iter().flat_map(|line| line.points.iter());
    let width = points().map(|point| point.0).fold(0.0, f64::max);
    let top = points().map(|point| point.1).fold(10.0 * floor, f64::max);
    let svg = draw(
        (0.0..width, across),
        ((floor..top).log_scale(), Beside::numbers(&up)),
        |chart| {
            for (line, color) in lines.iter().zip(COLORS) {
                let points = line.points.iter().copied().filter(|point| point.1 >= floor);
                chart
                    .draw_series(LineSeries::new(points, color.stroke_width(2)))
                    .map_err(failed)?;
            }
            Ok(())
        },
    )?;
    let keys = lines.iter().zip(COLORS);
    Ok(Chart {
        title: title.into(),
        caption: caption.into(),
        legend: keys
            .map(|(line, color)| (line.name.clone(), css(color)))
            .collect(),
        svg,
    })
}

/// Bands from the outermost pair of quantiles to the innermost, and the line in the middle: `rows` are moments from left to
/// right, each with an odd number of ascending values.
///
/// # Errors
/// There is nothing to draw.
pub fn fan(
    title: impl Into<String>,
    caption: impl Into<String>,
    rows: &[(f64, Vec<f64>)],
    class: usize,
    (across, up): (Label, Label),
) -> Result<Chart> {
    let values = || rows.iter().flat_map(|row| row.1.iter().copied());
    let (low, high) = (
        values().fold(f64::INFINITY, f64::min),
        values().fold(0.0, f64::max),
    );
    let margin = (0.1 * (high - low)).max(0.002);
    let width = rows.last().map_or(1.0, |row| row.0);
    let color = COLORS[class % COLORS.len()];
    let levels = rows.first().map_or(0, |row| row.1.len());
    let height = low - margin..high + margin;
    let svg = draw(
        (0.0..width, across),
        (height, Beside::numbers(&up)),
        |chart| {
            for level in 0..levels / 2 {
                let lower = rows.iter().map(|(at, values)| (*at, values[level]));
                let upper = rows
                    .iter()
                    .rev()
                    .map(|(at, values)| (*at, values[levels - 1 - level]));
                let band = Polygon::new(lower.chain(upper).collect::<Vec<_>>(), color.mix(0.22));
                chart.draw_series([band]).map_err(failed)?;
            }
            let middle = rows.iter().map(|(at, values)| (*at, values[levels / 2]));
            chart
                .draw_series(LineSeries::new(middle, color.stroke_width(2)))
                .map_err(failed)?;
            Ok(())
        },
    )?;
    Ok(Chart::plain(title, caption, svg))
}

/// Bars from zero to the left or right, the longest at the top.
///
/// # Errors
/// There is nothing to draw.
pub fn tornado(
    title: impl Into<String>,
    caption: impl Into<String>,
    mut effects: Vec<(String, f64)>,
    label: Label,
) -> Result<Chart> {
    effects.sort_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    let longest = effects
        .iter()
        .map(|effect| effect.1.abs())
        .fold(1e-9, f64::max)
        * 1.1;
    let widest = effects
        .iter()
        .map(|effect| effect.0.chars().count())
        .max()
        .unwrap_or_default();
    let name = |row: f64| {
        effects
            .get(row as usize)
            .map_or_else(String::new, |effect| effect.0.clone())
    };
    let axis = Beside {
        width: 9 * widest as u32,
        label: &name,
    };
    let svg = draw(
        (-longest..longest, label),
        (Rows(effects.len()), axis),
        |chart| {
            for (row, (_, effect)) in effects.iter().enumerate() {
                let color = if *effect > 0.0 { UP } else { DOWN };
                let (bottom, top) = (row as f64 + 0.15, row as f64 + 0.85);
                chart
                    .draw_series([Rectangle::new(
                        [(0.0, bottom), (*effect, top)],
                        color.filled(),
                    )])
                    .map_err(failed)?;
            }
            Ok(())
        },
    )?;
    Ok(Chart::plain(title, caption, svg))
}

type Canvas<'a, 'b, Y> =
    ChartContext<'a, SVGBackend<'b>, Cartesian2d<plotters::coord::types::RangedCoordf64, Y>>;

/// What stands beside the vertical axis, and the room it needs.
struct Beside<'a> {
    width: u32,
    label: &'a dyn Fn(f64) -> String,
}

impl<'a> Beside<'a> {
    fn numbers(label: &'a Label) -> Self {
        Self { width: 66, label }
    }
}

/// Axes, a grid, and what `content` draws.
fn draw<Y>(
    (across, label_across): (Range<f64>, Label),
    (up, beside): (Y, Beside),
    content: impl FnOnce(&mut Canvas<'_, '_, Y::CoordDescType>) -> Result<()>,
) -> Result<String>
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64>,
{
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin(6)
            .margin_right(24)
            .x_label_area_size(32)
            .y_label_area_size(beside.width)
            .build_cartesian_2d(across, up)
            .map_err(failed)?;
        let label = ("sans-serif", 16, &INK).into_text_style(&area);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(GRID)
            .y_labels(6)
            .x_labels(6)
            .label_style(label)
            .x_label_formatter(&|value| label_across(*value))
            .y_label_formatter(&|value| (beside.label)(*value))
            .draw()
            .map_err(failed)?;
        content(&mut chart)?;
        area.present().map_err(failed)?;
    }
    Ok(svg)
}

/// Rows of a height of one, from the bottom.
struct Rows(usize);

impl AsRangedCoord for Rows {
    type CoordDescType = RowAxis;
    type Value = f64;
}

impl From<Rows> for RowAxis {
    fn from(Rows(count): Rows) -> Self {
        Self(count as f64)
    }
}

/// An axis with a mark in the middle of each row.
struct RowAxis(f64);

impl Ranged for RowAxis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, row: &f64, (from, to): (i32, i32)) -> i32 {
        from + (f64::from(to - from) * row / self.0).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        (0..self.0 as usize).map(|row| row as f64 + 0.5).collect()
    }

    fn range(&self) -> Range<f64> {
        0.0..self.0
    }
}

fn css(RGBColor(red, green, blue): RGBColor) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn failed(error: impl Display) -> anyhow::Error {
    anyhow!("drawing a chart: {error}")
}
