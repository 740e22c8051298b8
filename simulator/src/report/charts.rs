//! Pictures of a replay over time, as SVG.
//!
//! Colours are literal: the page's style sheet finds text and grid lines by theirs and changes them in
//! the dark.

use std::ops::Range;

use anyhow::{anyhow, Result};
use finance::Timestamp;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::prelude::*;

use super::Report;
use crate::input::calendar::Moment;
use crate::replay::Sample;
use crate::show::approximate;

const SIZE: (u32, u32) = (640, 300);
const INK: RGBColor = RGBColor(0x44, 0x4c, 0x56);
const GRID: RGBColor = RGBColor(0xd8, 0xde, 0xe4);
const SHADE: RGBColor = RGBColor(0xc9, 0x7b, 0x4a);
const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

/// From the most senior to the residual, which is always the last.
const CLASSES: [RGBColor; 5] = [
    RGBColor(0x2f, 0x6d, 0xa8),
    RGBColor(0x4a, 0xa3, 0xa2),
    RGBColor(0xe0, 0xa1, 0x3a),
    RGBColor(0x9b, 0x59, 0x7c),
    RGBColor(0xc4, 0x4e, 0x43),
];
const ASSETS: [RGBColor; 4] = [
    RGBColor(0x6f, 0x5b, 0xb5),
    RGBColor(0xe0, 0x8a, 0x2e),
    RGBColor(0x2a, 0x9d, 0x8f),
    RGBColor(0x9b, 0x59, 0x7c),
];
const CASH: RGBColor = RGBColor(0x6a, 0xa8, 0x6f);
const LOANS: RGBColor = RGBColor(0x2f, 0x6d, 0xa8);
const AUCTION: RGBColor = RGBColor(0xc9, 0x7b, 0x4a);

/// A picture with what explains it.
pub struct Chart {
    pub title: &'static str,
    pub caption: &'static str,
    pub legend: Vec<(String, String)>,
    pub svg: String,
}

/// Some values over time in one colour.
struct Series {
    name: String,
    color: RGBColor,
    points: Vec<(f64, f64)>,
}

/// How values are written at the axis.
#[derive(Clone, Copy)]
enum Scale {
    Millions,
    Thousands,
    Percent,
    Price,
}

impl Scale {
    fn label(self, value: f64) -> String {
        match self {
            Self::Millions => format!("{value:.2} M"),
            Self::Thousands => format!("{:.1} k", value * 1_000.0),
            Self::Percent => format!("{:.0} %", value * 100.0),
            Self::Price => format!("{value:.2}"),
        }
    }
}

impl Report<'_> {
    /// All pictures, in the order in which they are told.
    pub fn charts(&self) -> Result<Vec<Chart>> {
        let mut charts = vec![
            self.chart(
                "What the classes are worth",
                "The pool's value, divided by the waterfall. Losses eat from the top of the stack; the class at the bottom is paid first.",
                self.class_series(|class, sample| self.millions(sample.classes[class].value)),
                Scale::Millions,
                true,
            )?,
            self.chart(
                "What a token of each class is worth",
                "In units of cash. A class above the residual never rises beyond its claim, and refills when collateral recovers.",
                self.class_series(|class, sample| sample.classes[class].price().map_or(1.0, |price| approximate(price.0, 18))),
                Scale::Price,
                false,
            )?,
            self.chart(
                "Losses that each class bears",
                "Value below the claim, and for the residual below what was paid in. The last class bears the first loss.",
                self.class_series(|class, sample| self.millions(self.loss(class, sample))),
                Scale::Millions,
                true,
            )?,
            self.chart(
                "What the pool owns",
                "Cash, loans at face, and seized loans at their mark while their collateral is in auction.",
                self.asset_series(),
                Scale::Millions,
                true,
            )?,
            self.chart(
                "Collateral prices",
                "Market prices as a share of the first.",
                self.price_series(),
                Scale::Percent,
                false,
            )?,
            self.chart(
                "Portfolio loan-to-value",
                "All debt, seized debt included, as a share of all collateral at market prices. Above 100 % the collateral no longer covers the debt.",
                vec![self.series("Loan-to-value", SHADE, |sample| {
                    sample.loan_to_value().map_or(0.0, |ltv| approximate(ltv.0, 18))
                })],
                Scale::Percent,
                false,
            )?,
        ];
        if self.record.has_distributed() {
            let paid = self.class_series(|class, sample| {
                self.millions(self.record.distributed(class, sample.at))
            });
            let most = paid.iter().flat_map(|series| &series.points);
            let most = most.fold(0.0, |most, (_, value)| f64::max(most, *value));
            charts.push(self.chart(
                "What the classes were paid",
                "Coupons and principal that went to holders so far. What a class is paid, its tokens are worth less.",
                paid,
                if most < 1.0 {
                    Scale::Thousands
                } else {
                    Scale::Millions
                },
                true,
            )?);
        }
        Ok(charts)
    }

    fn series(&self, name: &str, color: RGBColor, value: impl Fn(&Sample) -> f64) -> Series {
        let points = self
            .record
            .samples
            .iter()
            .map(|sample| (hours(sample.at), value(sample)));
        Series {
            name: name.to_owned(),
            color,
            points: points.collect(),
        }
    }

    fn class_series(&self, value: impl Fn(usize, &Sample) -> f64) -> Vec<Series> {
        let tranches = &self.deal.sheet.tranches;
        let residual = self.deal.sheet.residual();
        let classes = tranches.iter().enumerate().map(|(class, terms)| {
            // Few classes take colours that lie far apart.
            let color = CLASSES[class * (CLASSES.len() - 1) / residual.max(1)];
            self.series(&terms.name, color, |sample| value(class, sample))
        });
        classes.collect()
    }

    fn asset_series(&self) -> Vec<Series> {
        vec![
            self.series("Cash", CASH, |sample| self.millions(sample.cash)),
            self.series("Performing loans", LOANS, |sample| {
                self.millions(sample.performing)
            }),
            self.series("In auction, at its mark", AUCTION, |sample| {
                self.millions(sample.stressed)
            }),
        ]
    }

    fn price_series(&self) -> Vec<Series> {
        let collateral = self
            .deal
            .sheet
            .collateral
            .iter()
            .zip(ASSETS.iter().cycle())
            .enumerate();
        let series = collateral.map(|(index, (terms, color))| {
            let prices = || {
                self.record
                    .samples
                    .iter()
                    .filter_map(move |sample| Some((sample.at, sample.prices[index]?)))
            };
            let first = prices()
                .next()
                .map_or(1.0, |(_, price)| approximate(price.0, 18));
            let points = prices().map(|(at, price)| (hours(at), approximate(price.0, 18) / first));
            Series {
                name: terms.token.symbol.clone(),
                color: *color,
                points: points.collect(),
            }
        });
        series.collect()
    }

    /// What a class has lost: below its claim, or for the residual below what was paid in and not paid back.
    pub fn loss(&self, class: usize, sample: &Sample) -> u128 {
        let owed = if class == self.deal.sheet.residual() {
            self.paid_in(class, sample.at)
        } else {
            sample.classes[class].claim
        };
        owed.saturating_sub(sample.classes[class].value)
    }

    fn paid_in(&self, class: usize, until: Timestamp) -> u128 {
        let settled = self
            .record
            .settlements
            .iter()
            .filter(|settled| settled.settled_at <= until);
        let fills = settled.map(|settled| settled.tranches[class].fill);
        let left = fills.fold(0, |sum: u128, fill| {
            (sum + fill.deposited).saturating_sub(fill.paid)
        });
        left.saturating_sub(self.record.distributed(class, until))
    }

    fn millions(&self, units: u128) -> f64 {
        approximate(units, u32::from(self.deal.sheet.cash.decimals) + 6)
    }

    fn chart(
        &self,
        title: &'static str,
        caption: &'static str,
        series: Vec<Series>,
        scale: Scale,
        stacked: bool,
    ) -> Result<Chart> {
        let legend = series
            .iter()
            .map(|series| (series.name.clone(), css(series.color)));
        Ok(Chart {
            title,
            caption,
            legend: legend.collect(),
            svg: self
                .draw(&series, scale, stacked)
                .map_err(|error| anyhow!("drawing \"{title}\": {error}"))?,
        })
    }

    fn draw(&self, series: &[Series], scale: Scale, stacked: bool) -> Result<String, String> {
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
            let stack = if stacked { pile(series) } else { Vec::new() };
            let layers = if stacked { &stack } else { series };
            let height = height(layers, scale, stacked);
            let mut chart = ChartBuilder::on(&area)
                .margin(6)
                .margin_right(18)
                .x_label_area_size(32)
                .y_label_area_size(66)
                .build_cartesian_2d(self.time_axis(), height.clone())
                .map_err(text)?;
            let label = ("sans-serif", 18, &INK).into_text_style(&area);
            chart
                .configure_mesh()
                .disable_x_mesh()
                .light_line_style(TRANSPARENT)
                .bold_line_style(GRID)
                .axis_style(GRID)
                .y_labels(6)
                .label_style(label)
                .x_label_formatter(&|hours| day(*hours))
                .y_label_formatter(&|value| scale.label(*value))
                .draw()
                .map_err(text)?;
            chart.draw_series(self.shades(height)).map_err(text)?;
            // The highest pile first: each further one covers all but its own layer.
            for layer in layers.iter().rev().filter(|_| stacked) {
                let points = layer.points.iter().copied();
                let fill = AreaSeries::new(points, 0.0, layer.color);
                chart.draw_series(fill).map_err(text)?;
            }
            for line in layers.iter().filter(|_| !stacked) {
                let points = line.points.iter().copied();
                let stroke = line.color.stroke_width(2);
                chart
                    .draw_series(LineSeries::new(points, stroke))
                    .map_err(text)?;
            }
            area.present().map_err(text)?;
        }
        Ok(svg)
    }

    fn time_axis(&self) -> Days {
        let samples = &self.record.samples;
        let first = samples.first().map_or(0, |sample| sample.at.0);
        let last = samples.last().map_or(first + HOUR, |sample| sample.at.0);
        let days = (first.div_ceil(DAY)..=last / DAY).map(|day| (day * DAY / HOUR) as f64);
        let every = days.clone().count() / 12 + 1;
        Days {
            range: hours(Timestamp(first))..hours(Timestamp(last)),
            marks: days.step_by(every).collect(),
        }
    }

    /// A veil over the times when an auction ran.
    fn shades(&self, height: Range<f64>) -> Vec<Rectangle<(f64, f64)>> {
        let end = self
            .record
            .samples
            .last()
            .map_or(Timestamp::default(), |sample| sample.at);
        let mut busy: Vec<(f64, f64)> = Vec::new();
        for auction in &self.record.auctions {
            let (from, to) = (
                hours(auction.opened_at),
                hours(auction.closed_at.unwrap_or(end)),
            );
            match busy.last_mut().filter(|last| last.1 >= from) {
                Some(last) => last.1 = last.1.max(to),
                None => busy.push((from, to)),
            }
        }
        let veil = |(from, to)| {
            Rectangle::new(
                [(from, height.start), (to, height.end)],
                SHADE.mix(0.16).filled(),
            )
        };
        busy.into_iter().map(veil).collect()
    }
}

/// Hours since 1970, marked where days begin.
struct Days {
    range: Range<f64>,
    marks: Vec<f64>,
}

impl Ranged for Days {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, hours: &f64, (from, to): (i32, i32)) -> i32 {
        let share = (hours - self.range.start) / (self.range.end - self.range.start);
        from + (f64::from(to - from) * share).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.marks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

/// Each series on top of those before it.
fn pile(series: &[Series]) -> Vec<Series> {
    let mut below = vec![0.0; series.first().map_or(0, |series| series.points.len())];
    let piled = series.iter().map(|series| {
        for (sum, (_, value)) in below.iter_mut().zip(&series.points) {
            *sum += value;
        }
        let times = series.points.iter().map(|(time, _)| *time);
        Series {
            name: series.name.clone(),
            color: series.color,
            points: times.zip(below.iter().copied()).collect(),
        }
    });
    piled.collect()
}

fn height(series: &[Series], scale: Scale, stacked: bool) -> Range<f64> {
    let values = || {
        series
            .iter()
            .flat_map(|series| series.points.iter().map(|(_, value)| *value))
    };
    let top = values().fold(0.0, f64::max);
    let bottom = values().fold(top, f64::min);
    match scale {
        _ if stacked && top == 0.0 => 0.0..1.0,
        _ if stacked => 0.0..top * 1.1,
        Scale::Price => bottom.min(0.9)..(top.max(1.0) + 0.05),
        _ => (bottom - 0.05).max(0.0)..top + 0.05,
    }
}

fn hours(moment: Timestamp) -> f64 {
    moment.0 as f64 / HOUR as f64
}

fn day(hours: f64) -> String {
    Moment::from(Timestamp((hours * HOUR as f64).round() as u64)).day()
}

fn css(RGBColor(red, green, blue): RGBColor) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
