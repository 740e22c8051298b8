//! The report as a page: one file without scripts that needs no network.

use std::fmt::Write;

use anyhow::Result;
use finance::{Price, Ratio, Rounding};

use super::charts::Chart;
use super::tables::Table;
use super::{paid, Report};
use crate::input::calendar::Moment;
use crate::replay::Sample;
use crate::show;

const STYLE: &str = include_str!("page.css");

/// A headline number.
struct Figure {
    name: String,
    value: String,
    remark: String,
}

impl Report<'_> {
    /// The whole page.
    ///
    /// # Errors
    /// A picture cannot be drawn.
    pub fn page(&self) -> Result<String> {
        let title = format!("{} in {}", self.deal.sheet.name, self.scenario.name());
        let charts: String = self.charts()?.iter().map(figure).collect();
        let tables: String = self.tables().iter().map(table).collect();
        Ok(format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title} · Sluice</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
             {header}<section class=\"figures\">\n{figures}</section>\n<section class=\"charts\">\n{charts}</section>\n{story}{tables}{footer}\
             </main>\n</body>\n</html>\n",
            title = escape(&title),
            header = self.header(),
            figures = self.figures().iter().map(card).collect::<String>(),
            story = self.story(),
            footer = self.footer(),
        ))
    }

    fn header(&self) -> String {
        let sheet = &self.deal.sheet;
        let classes: Vec<_> = sheet
            .tranches
            .iter()
            .map(|tranche| escape(&tranche.name))
            .collect();
        format!(
            "<header>\n<p class=\"brand\">Sluice</p>\n<h1>{}</h1>\n<p>Scenario <b>{}</b>, {}. Classes from the top: {}. \
             Amounts in {}. Shaded in the charts: times when an auction ran.</p>\n</header>\n",
            escape(&sheet.name),
            escape(&self.scenario.name()),
            self.dates(),
            classes.join(", "),
            escape(&sheet.cash.symbol),
        )
    }

    fn dates(&self) -> String {
        let moment = |sample: Option<&Sample>| sample.map(|sample| Moment::from(sample.at));
        match (
            moment(self.record.samples.first()),
            moment(self.record.samples.last()),
        ) {
            (Some(first), Some(last)) => format!("{} to {}", first.day(), last.date()),
            _ => String::new(),
        }
    }

    fn figures(&self) -> Vec<Figure> {
        let mut figures = vec![self.deepest_fall(), self.auctioned(), self.distributed()];
        figures.extend((0..self.deal.sheet.tranches.len()).map(|class| self.class_figure(class)));
        figures
    }

    fn deepest_fall(&self) -> Figure {
        let falls =
            self.deal
                .sheet
                .collateral
                .iter()
                .enumerate()
                .filter_map(|(index, collateral)| {
                    let prices = || {
                        self.record
                            .samples
                            .iter()
                            .filter_map(|sample| sample.prices[index])
                    };
                    let (first, lowest) = (prices().next()?, prices().min()?);
                    let left = Ratio::from_fraction(lowest.0, first.0, Rounding::Down).ok()?;
                    Some((left.complement(), &collateral.token.symbol))
                });
        let deepest = falls.max_by_key(|(fall, _)| *fall);
        let (fall, symbol) =
            deepest.map_or((Ratio::ZERO, ""), |(fall, symbol)| (fall, symbol.as_str()));
        Figure {
            name: "Deepest fall".to_owned(),
            value: format!("−{}", show::percent(fall)),
            remark: format!("{symbol}, from the first price to the lowest"),
        }
    }

    fn auctioned(&self) -> Figure {
        let debt = self
            .record
            .auctions
            .iter()
            .map(|auction| auction.debt)
            .sum();
        let loss: u128 = self
            .record
            .auctions
            .iter()
            .map(|auction| auction.shortfall)
            .sum();
        let auctions = match self.record.auctions.len() {
            1 => "one auction".to_owned(),
            count => format!("{count} auctions"),
        };
        Figure {
            name: "Sold in auction".to_owned(),
            value: self.cash(debt),
            remark: format!("of debt in {auctions}; {} was not raised", self.cash(loss)),
        }
    }

    fn distributed(&self) -> Figure {
        let settlements = || self.record.settlements.iter();
        let payouts = || {
            let classes = settlements().flat_map(|settled| &settled.tranches);
            classes.map(|class| class.payout)
        };
        let coupons: u128 = payouts().map(|payout| payout.coupon).sum();
        let principal: u128 = payouts().map(|payout| payout.principal).sum();
        let fees = settlements().map(|settled| settled.trace.fees_funded).sum();
        Figure {
            name: "Paid to holders".to_owned(),
            value: self.cash(coupons + principal),
            remark: format!(
                "{} of it principal, the rest coupons; fees took {}",
                self.cash(principal),
                self.cash(fees)
            ),
        }
    }

    fn class_figure(&self, class: usize) -> Figure {
        let prices = self
            .record
            .samples
            .iter()
            .filter_map(|sample| sample.classes[class].price());
        let (lowest, last) = prices.fold((None, None), |(lowest, _): (Option<Price>, _), price| {
            (
                Some(lowest.map_or(price, |lowest| lowest.min(price))),
                Some(price),
            )
        });
        let worth = |price: Option<Price>| {
            price.map_or_else(|| "–".to_owned(), |price| show::price(price, 4))
        };
        let end = self.record.samples.last();
        let paid = end.map_or_else(String::new, |sample| paid(&sample.classes[class]));
        Figure {
            name: self.deal.sheet.tranches[class].name.clone(),
            value: worth(last),
            remark: format!("a token at the end{paid}; at its lowest {}", worth(lowest)),
        }
    }

    fn story(&self) -> String {
        let mut list = String::new();
        for (at, text) in &self.record.story {
            let _ = writeln!(
                list,
                "<li><time>{}</time> {}</li>",
                Moment::from(*at),
                escape(text)
            );
        }
        format!(
            "<section>\n<h2>What happened</h2>\n<ol class=\"story\">\n{list}</ol>\n</section>\n"
        )
    }

    fn footer(&self) -> String {
        format!(
            "<footer>\n<p>Replayed on an embedded chain from <code>{}</code> and <code>{}</code> with seed {}. \
             Every settlement was executed as previewed, and every base unit was accounted for after each of the {} settlements.</p>\n</footer>\n",
            file_name(&self.deal.sheet.file),
            file_name(&self.scenario.file),
            self.seed,
            self.record.settlements.len(),
        )
    }
}

fn file_name(path: &std::path::Path) -> String {
    escape(&path.file_name().unwrap_or_default().to_string_lossy())
}

fn card(
    Figure {
        name,
        value,
        remark,
    }: &Figure,
) -> String {
    format!(
        "<div class=\"card\"><p>{}</p><strong>{}</strong><p>{}</p></div>\n",
        escape(name),
        escape(value),
        escape(remark)
    )
}

fn figure(chart: &Chart) -> String {
    let keys = chart.legend.iter().map(|(name, color)| {
        format!(
            "<span><i style=\"background:{color}\"></i>{}</span>",
            escape(name)
        )
    });
    let legend = if chart.legend.len() > 1 {
        keys.collect()
    } else {
        String::new()
    };
    format!(
        "<figure>\n<h2>{}</h2>\n<p class=\"legend\">{legend}</p>\n{}\n<figcaption>{}</figcaption>\n</figure>\n",
        escape(chart.title),
        chart.svg.replacen("<svg ", &format!("<svg role=\"img\" aria-label=\"{}\" ", escape(chart.title)), 1),
        escape(chart.caption)
    )
}

fn table(table: &Table) -> String {
    let align = |column: usize| {
        if column < table.text_columns {
            ""
        } else {
            " class=\"number\""
        }
    };
    let cells = |cells: Vec<String>, tag: &str| -> String {
        let cells = cells.iter().enumerate();
        cells
            .map(|(column, cell)| format!("<{tag}{}>{}</{tag}>", align(column), escape(cell)))
            .collect()
    };
    let header = cells(
        table.header.iter().map(|name| (*name).to_owned()).collect(),
        "th",
    );
    let rows = table.rows.iter().map(|row| {
        let first = row.first().is_some_and(|cell| !cell.is_empty());
        format!(
            "<tr{}>{}</tr>\n",
            if first { " class=\"group\"" } else { "" },
            cells(row.clone(), "td")
        )
    });
    format!(
        "<section>\n<h2>{}</h2>\n<p>{}</p>\n<div class=\"scroll\"><table>\n<thead><tr>{header}</tr></thead>\n<tbody>\n{}</tbody>\n</table></div>\n</section>\n",
        escape(table.title),
        escape(table.caption),
        rows.collect::<String>()
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
