//! Lines of an order as they are typed: `1001/Steel//Black=2`, `1:1002`.

use crate::cli::Refusal;
use crate::cli::service::refused;
use crate::commerce::client::Client;
use crate::commerce::shopper::{item, price};
use crate::model::Amount;
use crate::model::catalog::ProductDimensions;
use crate::model::order::OrderLine;

/// What `--line` asks for.
pub struct Wanted {
    item: String,
    dimensions: ProductDimensions,
    /// How many, where it says so.
    pub quantity: Option<Amount>,
}

impl Wanted {
    /// Reads `ITEM[/configuration[/size[/colour[/style]]]][=QTY]`.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let (variant, quantity) = match text.rsplit_once('=') {
            None => (text, None),
            Some((variant, quantity)) => {
                let amount = quantity.parse().map_err(|error| {
                    Refusal::usage(
                        format!("The line {text:?} cannot be read."),
                        error,
                        "Write it as ITEM=QTY, such as 1001=2",
                    )
                })?;
                (variant, Some(amount))
            }
        };
        let (item, dimensions) = variant.split_once('/').unwrap_or((variant, ""));
        Ok(Self {
            item: item.to_owned(),
            dimensions: ProductDimensions::read(dimensions),
            quantity,
        })
    }

    /// The line, with unit and price as the service has them. What it does not have can be ordered
    /// all the same: that is how a shop comes to an order that AX cannot take.
    pub async fn line(
        self,
        client: &Client,
        line: u32,
        quantity: Amount,
    ) -> Result<OrderLine, Refusal> {
        let found = item(client, &self.item).await.map_err(refused)?;
        let text = found.as_ref().and_then(|item| item.texts.first());
        let mut line = OrderLine {
            line,
            item: self.item,
            dimensions: self.dimensions,
            name: text.map(|text| text.name.clone()).unwrap_or_default(),
            quantity,
            unit: found.as_ref().map_or("Pcs", |item| &item.unit).to_owned(),
            price: found.as_ref().map_or_else(|| 10.into(), price),
            discount: Amount::ZERO,
            amount: Amount::ZERO,
        };
        line.amount = line
            .quantity
            .checked_mul(line.price)
            .unwrap_or_default()
            .to_cents();
        Ok(line)
    }
}

/// Splits `N:REST`.
pub fn numbered<'a>(text: &'a str, form: &str) -> Result<(u32, &'a str), Refusal> {
    text.split_once(':')
        .and_then(|(number, rest)| Some((number.parse().ok()?, rest)))
        .ok_or_else(|| {
            Refusal::usage(
                format!("{text:?} cannot be read."),
                "The number of the line is missing.",
                format!("Write it as {form}."),
            )
        })
}
