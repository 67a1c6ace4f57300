//! What AX's unit conversions say of an item's units.

use axcs::company::embedded::script::Layout;
use axcs::company::trade::{Trade, UnitConversion, UnitsOfItem};
use axcs::model::Amount;

use super::Engine;
use crate::ax::Ax;
use crate::support::{Sample, amount, busy_sample};

fn units(item: &str, from: &str, to: &str) -> UnitsOfItem {
    UnitsOfItem {
        item: item.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
    }
}

fn ratio(from: impl Into<Amount>, to: impl Into<Amount>, decimals: u32) -> UnitConversion {
    let (from, to) = (from.into(), to.into());
    UnitConversion { from, to, decimals }
}

/// `PRODUCT` of the item that is the `number`-th.
fn product(sample: &Sample, number: u32) -> String {
    sample.text(&format!(
        "SELECT CAST(PRODUCT AS TEXT) FROM INVENTTABLE WHERE ITEMID = '{}'",
        item(number)
    ))
}

fn item(number: u32) -> String {
    format!("C-{number:06}")
}

/// One `from` is factor times numerator by denominator `to`; product 0: of all.
fn conversion(product: &str, from: u32, to: u32, factor: &str, ratio: &str) -> String {
    format!(
        "INSERT INTO UNITOFMEASURECONVERSION (PARTITION, RECID, PRODUCT, FROMUNITOFMEASURE, TOUNITOFMEASURE, FACTOR, NUMERATOR, DENOMINATOR)
         VALUES (5637144576, {from}{to}, {product}, {from}, {to}, '{factor}', {ratio})"
    )
}

/// The units with their `RecId`s; the last belongs to another partition.
const UNITS: &[&str] = &[
    "DELETE FROM UNITOFMEASURECONVERSION",
    "DELETE FROM UNITOFMEASURE",
    "INSERT INTO UNITOFMEASURE (PARTITION, RECID, SYMBOL, DECIMALPRECISION) VALUES (5637144576, 11, 'ea', 0)",
    "INSERT INTO UNITOFMEASURE (PARTITION, RECID, SYMBOL, DECIMALPRECISION) VALUES (5637144576, 12, 'box', 0)",
    "INSERT INTO UNITOFMEASURE (PARTITION, RECID, SYMBOL, DECIMALPRECISION) VALUES (5637144576, 13, 'pcs', 0)",
    "INSERT INTO UNITOFMEASURE (PARTITION, RECID, SYMBOL, DECIMALPRECISION) VALUES (5637144576, 14, 'kg', 3)",
    "INSERT INTO UNITOFMEASURE (PARTITION, RECID, SYMBOL, DECIMALPRECISION) VALUES (5637144576, 15, 'C', 2)",
    "INSERT INTO UNITOFMEASURE (PARTITION, RECID, SYMBOL, DECIMALPRECISION) VALUES (5637144577, 16, 'dz', 2)",
];

async fn a_conversion_is_the_products_own_or_that_of_all_in_the_direction_that_is_asked(
    engine: Engine,
) {
    let sample = busy_sample(6, 1).await;
    let ax = Ax::of(engine, &sample).await;
    let (first, second) = (product(&sample, 1), product(&sample, 2));
    let mut edits: Vec<String> = UNITS.iter().map(|edit| (*edit).to_owned()).collect();
    edits.extend([
        conversion("0", 12, 11, "12", "1, 1"),
        conversion("0", 13, 11, "1", "1, 1"),
        conversion("0", 16, 11, "12", "1, 1"),
        // A kilogram of the first is 2.5 pieces; its box holds six, and the reverse, which AX asks only
        // from pieces on, says something else.
        conversion(&first, 14, 11, "0.5", "5, 1"),
        conversion(&first, 12, 11, "6", "1, 1"),
        conversion(&first, 11, 12, "1", "1, 5"),
        // Of the second something is known, which AX may chain with another.
        conversion(&second, 14, 11, "3", "1, 2"),
        // What is no ratio.
        conversion("0", 15, 11, "1.8", "1, 1"),
        "UPDATE UNITOFMEASURECONVERSION SET OUTEROFFSET = '32' WHERE FROMUNITOFMEASURE = 15"
            .to_owned(),
        conversion("0", 15, 13, "2", "1, 0"),
    ]);
    for edit in &edits {
        sample.run(edit);
        ax.run(edit).await;
    }
    let (one, two, three) = (item(1), item(2), item(3));
    let cases = [
        (units(&three, "ea", "box"), Some(ratio(12, 1, 0))),
        (units(&three, "box", "ea"), Some(ratio(1, 12, 0))),
        (units(&three, "pcs", "ea"), Some(ratio(1, 1, 0))),
        (units(&three, "box", "pcs"), None),
        (units(&three, "dz", "ea"), None),
        (units(&three, "C", "ea"), None),
        (units(&three, "pcs", "C"), None),
        (units(&three, "kg", "ea"), None),
        (units(&one, "kg", "ea"), Some(ratio(1, amount("2.5"), 0))),
        (units(&one, "ea", "kg"), Some(ratio(amount("2.5"), 1, 3))),
        (units(&one, "box", "ea"), Some(ratio(1, 6, 0))),
        (units(&one, "ea", "box"), Some(ratio(5, 1, 0))),
        (units(&one, "pcs", "ea"), None),
        (units(&two, "ea", "kg"), Some(ratio(3, 2, 3))),
        (units(&two, "ea", "box"), None),
        (units(&three, "ea", "ea"), None),
        (units("no such", "ea", "box"), None),
        (units(&three, "", ""), None),
    ];
    let (wanted, expected): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    let company = ax.open(None, None).await.unwrap();
    for company in [&company as &dyn Trade, &sample.company] {
        let found = company.unit_conversions(&wanted).await.unwrap();
        for ((wanted, found), expected) in wanted.iter().zip(found).zip(&expected) {
            assert_eq!(found, *expected, "{wanted:?}");
        }
        assert_eq!(company.unit_conversions(&[]).await.unwrap(), []);
    }
}

async fn an_ax_without_unit_conversions_converts_nothing(engine: Engine) {
    for missing in ["UNITOFMEASURE", "UNITOFMEASURECONVERSION"] {
        let sample = busy_sample(3, 1).await;
        let ax = Ax::with(engine, &sample, Layout::Rtm, |script| script).await;
        let wanted = [units(&item(2), "dz", "ea")];
        let company = ax.open(None, None).await.unwrap();
        let found = company.unit_conversions(&wanted).await.unwrap();
        assert_eq!(found, [Some(ratio(1, 12, 0))]);
        ax.run(&format!("DROP TABLE dbo.{missing}")).await;
        let company = ax.open(None, None).await.unwrap();
        assert_eq!(company.unit_conversions(&wanted).await.unwrap(), [None]);
    }
}

servers![
    a_conversion_is_the_products_own_or_that_of_all_in_the_direction_that_is_asked,
    an_ax_without_unit_conversions_converts_nothing,
];

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_may_not_read_unit_conversions_converts_nothing() {
    let sample = busy_sample(3, 1).await;
    let ax = Ax::of(Engine::Server, &sample).await;
    let company = ax.open(None, None).await.unwrap();
    let wanted = [units(&item(2), "dz", "ea")];
    for denied in ["UNITOFMEASURE", "UNITOFMEASURECONVERSION"] {
        ax.bed().deny_select(denied, true);
        assert_eq!(company.unit_conversions(&wanted).await.unwrap(), [None]);
        ax.bed().deny_select(denied, false);
    }
    let found = company.unit_conversions(&wanted).await.unwrap();
    assert_eq!(found, [Some(ratio(1, 12, 0))]);
}
