//! Records as rows of a spreadsheet: the columns of each list, and cells that no spreadsheet takes
//! for a formula. Nothing here writes a file.

use super::amount::Amount;
use super::exception::ExceptionEntry;
use super::staged::OrderRow;
use super::stream::Stream;

/// Records that are read and written at once.
pub const PAGE: usize = 1_000;

/// A record that can be a row.
pub trait Tabular {
    /// The titles of its cells.
    const HEAD: &'static [&'static str];

    /// Its cells, as they are: see [`row`].
    fn cells(&self) -> Vec<String>;
}

/// The cells of a record as a spreadsheet may have them. Customers write some of them: one that would
/// be a formula is told apart by an apostrophe, as in the spreadsheet itself.
pub fn row(record: &impl Tabular) -> Vec<String> {
    record.cells().into_iter().map(harmless).collect()
}

/// The records as text: a line each, with tabs between the cells, as a spreadsheet takes them from the
/// clipboard.
pub fn lines<'a, T: Tabular + 'a>(records: impl IntoIterator<Item = &'a T>) -> String {
    let mut text = String::new();
    for record in records {
        let cells = row(record);
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| cell.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        text.push_str(&cells.join("\t"));
        text.push('\n');
    }
    text
}

/// A text that is none of a formula; a number stays one.
fn harmless(cell: String) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if is_formula && cell.parse::<Amount>().is_err() {
        format!("'{cell}")
    } else {
        cell
    }
}

/// `yes` or `no`.
pub fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

impl Tabular for OrderRow {
    const HEAD: &'static [&'static str] = &[
        "Order",
        "Number",
        "Store",
        "Placed",
        "State",
        "Customer",
        "Customer account",
        "Total",
        "Currency",
        "Lines",
        "Sales order",
        "Acknowledged",
        "Possible duplicate",
        "Tries",
        "Downloaded",
        "Changed",
        "Exception",
        "Cause",
        "Remedy",
    ];

    fn cells(&self) -> Vec<String> {
        let exception = self.exception.as_ref();
        let [text, cause, remedy] = exception.map_or_else(Default::default, |exception| {
            [&exception.text, &exception.cause, &exception.remedy].map(String::clone)
        });
        vec![
            self.id.clone(),
            self.number.clone(),
            self.store.clone(),
            self.placed.to_string(),
            self.state().to_owned(),
            self.customer.clone(),
            self.account.clone(),
            self.total.to_string(),
            self.currency.clone(),
            self.lines.to_string(),
            self.sales_order.clone(),
            yes(self.is_acknowledged),
            yes(self.is_possible_duplicate),
            self.attempts.to_string(),
            self.downloaded.to_string(),
            self.changed.to_string(),
            text,
            cause,
            remedy,
        ]
    }
}

impl Tabular for ExceptionEntry {
    const HEAD: &'static [&'static str] = &[
        "Exception",
        "Job",
        "Stream",
        "Record",
        "Code",
        "Field",
        "State",
        "Tries",
        "First",
        "Last",
        "Text",
        "Cause",
        "Remedy",
        "Note",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.to_string(),
            self.job.name().to_owned(),
            self.stream.map_or("", Stream::name).to_owned(),
            self.key.clone(),
            self.code.clone(),
            self.field.clone(),
            self.state.name().to_owned(),
            self.attempts.to_string(),
            self.first.to_string(),
            self.last.to_string(),
            self.exception.text.clone(),
            self.exception.cause.clone(),
            self.exception.remedy.clone(),
            self.note.clone(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Cells(Vec<&'static str>);

    impl Tabular for Cells {
        const HEAD: &'static [&'static str] = &[];

        fn cells(&self) -> Vec<String> {
            self.0.iter().map(ToString::to_string).collect()
        }
    }

    #[test]
    fn no_cell_is_a_formula_and_a_number_stays_one() {
        let cells = Cells(vec![
            "=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "-12.50", "a=b", "", "'=1",
        ]);
        assert_eq!(
            row(&cells),
            [
                "'=1+1",
                "'+cmd",
                "'-2+3",
                "'@SUM(A1)",
                "'\t=1",
                "-12.50",
                "a=b",
                "",
                "'=1",
            ]
        );
    }

    #[test]
    fn a_copied_record_is_one_line_whatever_stands_in_it() {
        let cells = [
            Cells(vec!["W-1", "a\tb\nc", ""]),
            Cells(vec!["=1", "Größe", "x"]),
        ];
        assert_eq!(lines(&cells), "W-1\ta b c\t\n'=1\tGröße\tx\n");
    }
}
