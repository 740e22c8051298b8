//! A page: one file without scripts that needs no network.

use super::charts::Chart;
use super::table::{Cell, Table};

/// The style of all of the project's reports.
const STYLE: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../simulator/src/report/page.css"
));

/// A page with a heading and parts below it.
pub struct Page {
    /// In a line.
    pub title: String,
    /// In a paragraph.
    pub introduction: String,
    /// From the top.
    pub parts: Vec<Part>,
    /// How it was made.
    pub footer: String,
}

/// A part of a page.
pub enum Part {
    /// Pictures side by side.
    Charts(Vec<Chart>),
    /// A table with a remark.
    Table(Table, String),
}

impl Page {
    /// The whole page.
    pub fn html(&self) -> String {
        let parts: String = self.parts.iter().map(Part::html).collect();
        let [title, introduction, footer] =
            [&self.title, &self.introduction, &self.footer].map(|text| escape(text));
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title} · Sluice</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
             <header>\n<p class=\"brand\">Sluice</p>\n<h1>{title}</h1>\n<p>{introduction}</p>\n</header>\n\
             {parts}<footer>\n<p>{footer}</p>\n</footer>\n</main>\n</body>\n</html>\n"
        )
    }
}

impl Part {
    fn html(&self) -> String {
        match self {
            Self::Charts(charts) => {
                let figures: String = charts.iter().map(figure).collect();
                format!("<section class=\"charts\">\n{figures}</section>\n")
            }
            Self::Table(table, remark) => section(table, remark),
        }
    }
}

fn figure(chart: &Chart) -> String {
    let title = escape(&chart.title);
    let keys = chart.legend.iter();
    let legend: String = keys
        .map(|(name, color)| {
            format!(
                "<span><i style=\"background:{color}\"></i>{}</span>",
                escape(name)
            )
        })
        .collect();
    let picture = chart.svg.replacen(
        "<svg ",
        &format!("<svg role=\"img\" aria-label=\"{title}\" "),
        1,
    );
    format!(
        "<figure>\n<h2>{title}</h2>\n<p class=\"legend\">{legend}</p>\n{picture}\n<figcaption>{}</figcaption>\n</figure>\n",
        escape(&chart.caption)
    )
}

fn section(table: &Table, remark: &str) -> String {
    let names = table.columns.iter().enumerate();
    let header: String = names
        .map(|(column, name)| cell("th", !table.is_text(column), name))
        .collect();
    let row = |cells: &Vec<Cell>| {
        let cells = cells
            .iter()
            .map(|value| cell("td", !matches!(value, Cell::Text(_)), &value.to_string()));
        format!("<tr class=\"group\">{}</tr>\n", cells.collect::<String>())
    };
    let rows: String = table.rows.iter().map(row).collect();
    format!(
        "<section>\n<h2>{}</h2>\n<p>{}</p>\n<div class=\"scroll\"><table>\n<thead><tr>{header}</tr></thead>\n<tbody>\n{rows}</tbody>\n\
         </table></div>\n</section>\n",
        escape(&table.title),
        escape(remark)
    )
}

fn cell(tag: &str, is_number: bool, text: &str) -> String {
    let class = if is_number { " class=\"number\"" } else { "" };
    format!("<{tag}{class}>{}</{tag}>", escape(text))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
