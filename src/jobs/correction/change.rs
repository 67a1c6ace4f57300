//! What a correction changes in the lines of an item, and how that is said before.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{counted, first};
use crate::company::trade::UnitConversion;
use crate::model::Amount;
use crate::model::order::{OrderLine, WebOrder};
use crate::model::words::{count, money};

/// Changes that the question tells one by one; of more, only the number is told.
const TOLD: usize = 3;

/// Another unit for the lines of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitChange {
    /// Item number.
    pub item: String,
    /// The unit of the orders.
    pub from: String,
    /// The unit that AX sells it by.
    pub to: String,
    /// What AX's unit conversions say of the two, if anything.
    pub conversion: Option<UnitConversion>,
    /// The lines whose quantity and price become those of the other unit: customers get and pay what
    /// they did.
    pub converted: Lines,
    /// The lines of which only the unit changes.
    pub renamed: Lines,
}

/// Lines that change alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    /// How many.
    pub count: u64,
    /// Quantity of the first of them, in the unit of the orders.
    pub quantity: Amount,
    /// Price of one unit of it.
    pub price: Amount,
}

impl Lines {
    /// One more.
    fn add(&mut self, line: &OrderLine) {
        if self.count == 0 {
            (self.quantity, self.price) = (line.quantity, line.price);
        }
        self.count += 1;
    }
}

/// What becomes of lines, the worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// AX has no conversion of the units: nobody knows what becomes of them.
    Unknown,
    /// The conversion does not come out even: customers get something else.
    Uneven,
    /// Quantity and price are converted.
    Converted,
    /// The unit is only written otherwise.
    Spelled,
}

impl Fate {
    /// True where customers may get something else than they bought.
    const fn is_bad(self) -> bool {
        match self {
            Self::Unknown | Self::Uneven => true,
            Self::Converted | Self::Spelled => false,
        }
    }
}

impl UnitChange {
    /// A change that no line is counted of yet.
    pub(super) fn new(line: &OrderLine, to: &str) -> Self {
        Self {
            item: line.item.clone(),
            from: line.unit.clone(),
            to: to.to_owned(),
            conversion: None,
            converted: Lines::default(),
            renamed: Lines::default(),
        }
    }

    /// True where both are the same unit, written otherwise.
    pub(super) fn is_spelling(&self) -> bool {
        self.from.trim().eq_ignore_ascii_case(self.to.trim())
    }

    /// Counts a line.
    pub(super) fn note(&mut self, line: &OrderLine) {
        if self.converts(line.quantity, line.price).is_some() {
            self.converted.add(line);
        } else {
            self.renamed.add(line);
        }
    }

    /// Quantity and price in the other unit, where AX knows it and both come out even, so that the
    /// amount of a line stays.
    fn converts(&self, quantity: Amount, price: Amount) -> Option<(Amount, Amount)> {
        let conversion = self.conversion?;
        let other = (conversion.quantity(quantity)?, conversion.price(price)?);
        let amount = quantity.checked_mul(price)?;
        (other.0.checked_mul(other.1) == Some(amount)).then_some(other)
    }

    /// Gives a line the other unit.
    fn apply(&self, line: &mut OrderLine) {
        if let Some(converted) = self.converts(line.quantity, line.price) {
            (line.quantity, line.price) = converted;
        }
        line.unit.clone_from(&self.to);
    }

    /// Its lines by what becomes of them.
    fn fates(&self) -> impl Iterator<Item = (Fate, &Self)> {
        let renamed = match self.conversion {
            _ if self.is_spelling() => Fate::Spelled,
            None => Fate::Unknown,
            Some(_) => Fate::Uneven,
        };
        let all = [(Fate::Converted, self.converted), (renamed, self.renamed)];
        let there = all.into_iter().filter(|(_, lines)| lines.count > 0);
        there.map(move |(fate, _)| (fate, self))
    }

    fn heading(&self, lines: u64) -> String {
        let lines = counted(lines, "line", "lines");
        format!(
            "item {} from {} to {} ({lines})",
            self.item, self.from, self.to
        )
    }

    /// What is written down of it.
    pub(super) fn in_words(&self) -> String {
        let mut text = self.heading(self.converted.count + self.renamed.count);
        if let (Some(ratio), 1..) = (self.ratio(), self.converted.count) {
            let converted = count(self.converted.count);
            text.push_str(&format!(", {converted} of them converted, {ratio}"));
        }
        text
    }

    /// `12 ea are 1 box`.
    fn ratio(&self) -> Option<String> {
        let UnitConversion { from, to, .. } = self.conversion?;
        let are = verb(from, "is", "are");
        Some(format!("{from} {} {are} {to} {}", self.from, self.to))
    }

    /// What the question says of the lines that something becomes of.
    fn told(&self, fate: Fate) -> String {
        let Self { from, to, .. } = self;
        let lines = match fate {
            Fate::Converted => self.converted,
            Fate::Unknown | Fate::Uneven | Fate::Spelled => self.renamed,
        };
        let sold = format!("{} {from} at {}", lines.quantity, money(lines.price));
        let then = match fate {
            Fate::Spelled => String::new(),
            Fate::Converted => self
                .converts(lines.quantity, lines.price)
                .map(|(quantity, price)| {
                    let becomes = verb(lines.quantity, "becomes", "become");
                    let price = money(price);
                    format!(
                        ": {sold} {becomes} {quantity} {to} at {price}; what customers pay stays"
                    )
                })
                .unwrap_or_default(),
            Fate::Unknown => format!(
                ": axcs finds no conversion from {from} to {to} in AX: quantity and price stay, which \
                 changes what customers bought, unless both mean the same"
            ),
            Fate::Uneven => {
                let does = verb(lines.quantity, "does", "do");
                let ratio = self.ratio().unwrap_or_default();
                format!(
                    ": {sold} {does} not come out even in {to}, where {ratio}: quantity and price stay, \
                     which changes what customers bought"
                )
            }
        };
        format!("{}{then}.", self.heading(lines.count))
    }
}

/// What a correction would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Units, by item.
    pub changes: Vec<UnitChange>,
    /// Ids of the orders.
    pub orders: Vec<String>,
    /// Exceptions that were meant too, and stay as they are.
    pub others: u64,
}

impl Correction {
    /// What is asked before, a line each: how many orders, which unit becomes which, and what that
    /// means for the customers, the worst first.
    pub fn in_words(&self) -> String {
        let orders = counted(self.orders.len() as u64, "order", "orders");
        let mut text = vec![format!(
            "This corrects {orders} at Commerce Services to the unit that AX sells by:"
        )];
        let mut fates: Vec<(Fate, &UnitChange)> =
            self.changes.iter().flat_map(UnitChange::fates).collect();
        fates.sort_by_key(|(fate, _)| *fate);
        let (told, more) = fates.split_at(fates.len().min(TOLD));
        text.extend(told.iter().map(|(fate, change)| change.told(*fate)));
        if !more.is_empty() {
            let number = count(more.len() as u64);
            let bad = more.iter().filter(|(fate, _)| fate.is_bad()).count();
            text.push(if bad == 0 {
                format!("And {number} more, which change nothing for customers.")
            } else {
                let bad = count(bad as u64);
                format!("And {number} more, {bad} of which change what customers bought.")
            });
        }
        if self.others > 0 {
            let others = counted(
                self.others,
                "other exception stays",
                "other exceptions stay",
            );
            text.push(format!("{others} as before."));
        }
        text.push("Then the orders job runs.".to_owned());
        text.join("\n")
    }

    /// What is written down of it.
    pub(super) fn changes_in_words(&self) -> String {
        first(self.changes.iter().map(UnitChange::in_words), "; ")
    }

    /// `order` with the units of AX.
    pub(super) fn applied_to(&self, order: &WebOrder) -> WebOrder {
        let changes: HashMap<(&str, &str), &UnitChange> = self
            .changes
            .iter()
            .map(|change| ((&*change.item, &*change.from), change))
            .collect();
        let mut order = order.clone();
        for line in &mut order.lines {
            if let Some(change) = changes.get(&(&*line.item, &*line.unit)) {
                change.apply(line);
            }
        }
        order
    }
}

fn verb(number: Amount, one: &'static str, many: &'static str) -> &'static str {
    if number == 1.into() { one } else { many }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::catalog::ProductDimensions;

    fn line(quantity: &str, price: &str, unit: &str) -> OrderLine {
        let [quantity, price] = [quantity, price].map(|text| text.parse::<Amount>().unwrap());
        OrderLine {
            line: 1,
            item: "1001".to_owned(),
            dimensions: ProductDimensions::default(),
            name: String::new(),
            quantity,
            unit: unit.to_owned(),
            price,
            discount: Amount::ZERO,
            amount: quantity.checked_mul(price).unwrap().to_cents(),
        }
    }

    fn change(from: &str, to: &str, dozen: bool, lines: &[(&str, &str)]) -> UnitChange {
        let mut change = UnitChange::new(&line("1", "1", from), to);
        change.conversion = dozen.then(|| UnitConversion {
            from: 12.into(),
            to: 1.into(),
            decimals: 0,
        });
        for (quantity, price) in lines {
            change.note(&line(quantity, price, from));
        }
        change
    }

    fn told(changes: Vec<UnitChange>) -> String {
        let correction = Correction {
            changes,
            orders: vec!["W-1".to_owned(), "W-2".to_owned()],
            others: 1,
        };
        correction.in_words()
    }

    #[test]
    fn where_ax_knows_the_conversion_quantity_and_price_are_told_in_the_other_unit() {
        let known = change("ea", "box", true, &[("24", "1"), ("12", "3")]);
        assert_eq!(
            told(vec![known]),
            "This corrects 2 orders at Commerce Services to the unit that AX sells by:\n\
             item 1001 from ea to box (2 lines): 24 ea at 1.00 become 2 box at 12.00; what customers pay stays.\n\
             1 other exception stays as before.\n\
             Then the orders job runs."
        );
    }

    #[test]
    fn a_unit_without_a_conversion_is_told_to_change_what_customers_bought() {
        let text = told(vec![change("ea", "box", false, &[("2", "9")])]);
        let words = "item 1001 from ea to box (1 line): axcs finds no conversion from ea to box in AX: \
                     quantity and price stay, which changes what customers bought, unless both mean the same.";
        assert!(text.contains(words), "{text}");
    }

    #[test]
    fn what_does_not_come_out_even_is_told_apart_and_first() {
        let lines = [("24", "1"), ("1", "9"), ("36", "1")];
        let text = told(vec![change("ea", "box", true, &lines)]);
        let uneven = text.find(
            "item 1001 from ea to box (1 line): 1 ea at 9.00 does not come out even in box, where 12 ea \
             are 1 box: quantity and price stay, which changes what customers bought.",
        );
        let even = text.find("(2 lines): 24 ea at 1.00 become 2 box at 12.00");
        assert!(uneven.is_some() && uneven < even, "{text}");
    }

    #[test]
    fn a_line_is_converted_so_that_its_amount_stays_or_only_renamed() {
        let boxes = |change: &UnitChange, quantity: &str, price: &str| {
            let mut line = line(quantity, price, &change.from);
            let before = line.clone();
            change.apply(&mut line);
            assert_eq!((&line.unit, line.amount), (&change.to, before.amount));
            (line.quantity.to_string(), line.price.to_string())
        };
        let known = change("ea", "box", true, &[]);
        for (sold, becomes) in [
            (("24", "1.05"), ("2", "12.6")),
            (("12", "0.333"), ("1", "3.996")),
            // Half a box is not sold.
            (("6", "1"), ("6", "1")),
        ] {
            let (quantity, price) = boxes(&known, sold.0, sold.1);
            assert_eq!((&*quantity, &*price), becomes, "{sold:?}");
        }
        let mut opened = change("box", "ea", true, &[]);
        opened.conversion = Some(UnitConversion {
            from: 1.into(),
            to: 12.into(),
            decimals: 0,
        });
        for (sold, becomes) in [
            (("2", "12.6"), ("24", "1.05")),
            // A twelfth of 10.00 is no price.
            (("2", "10"), ("2", "10")),
        ] {
            let (quantity, price) = boxes(&opened, sold.0, sold.1);
            assert_eq!((&*quantity, &*price), becomes, "{sold:?}");
        }
    }

    #[test]
    fn a_unit_that_is_only_written_otherwise_changes_nothing_for_customers() {
        let text = told(vec![change("EA", "ea", false, &[("1", "9")])]);
        assert!(
            text.contains("item 1001 from EA to ea (1 line).\n"),
            "{text}"
        );
        assert!(!text.contains("customers"), "{text}");
    }

    #[test]
    fn of_many_changes_the_worst_are_told_and_the_others_counted() {
        let even = change("ea", "box", true, &[("12", "1")]);
        let unknown = change("ea", "box", false, &[("12", "1")]);
        let mut changes = vec![even; 6];
        let text = told(changes.clone());
        assert_eq!(text.matches("item 1001").count(), TOLD);
        assert!(
            text.contains("And 3 more, which change nothing for customers."),
            "{text}"
        );
        changes.extend(vec![unknown; 5]);
        let text = told(changes);
        assert_eq!(text.matches("no conversion").count(), TOLD);
        assert!(
            text.contains("And 8 more, 2 of which change what customers bought."),
            "{text}"
        );
    }
}
