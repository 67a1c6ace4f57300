//! One record of any upload stream: its id, its JSON, and how ids of several parts are written.

use super::catalog::{
    Category, DeliveryMode, DimensionGroup, Item, ItemTaxGroup, OnHand, TradeAgreement,
};
use super::channel::StoreParameters;
use super::order::Acknowledgement;
use super::shipment::{OrderStatus, Shipment};
use super::stream::Stream;

/// One record of any stream that is uploaded, as read from the company or the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// See [`Category`].
    Category(Category),
    /// See [`DimensionGroup`].
    DimensionGroup(DimensionGroup),
    /// See [`ItemTaxGroup`].
    ItemTaxGroup(ItemTaxGroup),
    /// See [`DeliveryMode`].
    DeliveryMode(DeliveryMode),
    /// See [`Item`].
    Item(Box<Item>),
    /// See [`TradeAgreement`].
    TradeAgreement(Box<TradeAgreement>),
    /// See [`OnHand`].
    OnHand(OnHand),
    /// See [`StoreParameters`].
    StoreParameters(Box<StoreParameters>),
    /// See [`Acknowledgement`].
    Acknowledgement(Acknowledgement),
    /// See [`Shipment`].
    Shipment(Box<Shipment>),
    /// See [`OrderStatus`].
    OrderStatus(OrderStatus),
}

impl Record {
    /// The stream it travels in.
    pub const fn stream(&self) -> Stream {
        match self {
            Self::Category(_) => Stream::Categories,
            Self::DimensionGroup(_) => Stream::DimensionGroups,
            Self::ItemTaxGroup(_) => Stream::ItemTaxGroups,
            Self::DeliveryMode(_) => Stream::DeliveryModes,
            Self::Item(_) => Stream::Items,
            Self::TradeAgreement(_) => Stream::TradeAgreements,
            Self::OnHand(_) => Stream::OnHand,
            Self::StoreParameters(_) => Stream::StoreParameters,
            Self::Acknowledgement(_) => Stream::Acknowledgements,
            Self::Shipment(_) => Stream::Shipments,
            Self::OrderStatus(_) => Stream::OrderStatuses,
        }
    }

    /// The record's id within its stream, stable for its life in AX.
    pub fn id(&self) -> String {
        match self {
            Self::Category(record) => record.id.clone(),
            Self::DimensionGroup(record) => record_id(&[record.family.name(), &record.name]),
            Self::ItemTaxGroup(record) => record.group.clone(),
            Self::DeliveryMode(record) => record.code.clone(),
            Self::Item(record) => record.item.clone(),
            Self::TradeAgreement(record) => record.id.clone(),
            Self::OnHand(record) => record_id(&[
                &record.item,
                &record.dimensions.configuration,
                &record.dimensions.size,
                &record.dimensions.colour,
                &record.dimensions.style,
                &record.site,
                &record.warehouse,
            ]),
            Self::StoreParameters(record) => record.store.clone(),
            Self::Acknowledgement(record) => record.order.clone(),
            Self::Shipment(record) => record_id(&[&record.packing_slip, &record.sales_order]),
            Self::OrderStatus(record) => record.sales_order.clone(),
        }
    }

    /// Appends the record's JSON value to `out`. Equal records append equal bytes.
    pub fn write_json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        match self {
            Self::Category(record) => serde_json::to_writer(out, record),
            Self::DimensionGroup(record) => serde_json::to_writer(out, record),
            Self::ItemTaxGroup(record) => serde_json::to_writer(out, record),
            Self::DeliveryMode(record) => serde_json::to_writer(out, record),
            Self::Item(record) => serde_json::to_writer(out, record),
            Self::TradeAgreement(record) => serde_json::to_writer(out, record),
            Self::OnHand(record) => serde_json::to_writer(out, record),
            Self::StoreParameters(record) => serde_json::to_writer(out, record),
            Self::Acknowledgement(record) => serde_json::to_writer(out, record),
            Self::Shipment(record) => serde_json::to_writer(out, record),
            Self::OrderStatus(record) => serde_json::to_writer(out, record),
        }
    }

    /// Reads one value of `stream` strictly: unknown fields, numbers in place of decimal strings
    /// and missing fields are errors that name the field.
    pub fn from_json(stream: Stream, json: &str) -> serde_json::Result<Self> {
        Ok(match stream {
            Stream::Categories => Self::Category(serde_json::from_str(json)?),
            Stream::DimensionGroups => Self::DimensionGroup(serde_json::from_str(json)?),
            Stream::ItemTaxGroups => Self::ItemTaxGroup(serde_json::from_str(json)?),
            Stream::DeliveryModes => Self::DeliveryMode(serde_json::from_str(json)?),
            Stream::Items => Self::Item(serde_json::from_str(json)?),
            Stream::TradeAgreements => Self::TradeAgreement(serde_json::from_str(json)?),
            Stream::OnHand => Self::OnHand(serde_json::from_str(json)?),
            Stream::StoreParameters => Self::StoreParameters(serde_json::from_str(json)?),
            Stream::Acknowledgements => Self::Acknowledgement(serde_json::from_str(json)?),
            Stream::Shipments => Self::Shipment(serde_json::from_str(json)?),
            Stream::OrderStatuses => Self::OrderStatus(serde_json::from_str(json)?),
            Stream::Stores | Stream::Orders => {
                return Err(serde::de::Error::custom(format!(
                    "{stream} are not uploaded"
                )));
            }
        })
    }
}

/// Joins the parts of a composite id with `|`; `|` and `\` inside a part are escaped with `\`.
pub fn record_id(parts: &[&str]) -> String {
    let mut id = String::with_capacity(parts.iter().map(|part| part.len() + 1).sum());
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            id.push('|');
        }
        if part.contains(['|', '\\']) {
            for character in part.chars() {
                if matches!(character, '|' | '\\') {
                    id.push('\\');
                }
                id.push(character);
            }
        } else {
            id.push_str(part);
        }
    }
    id
}

/// Splits what [`record_id`] joined.
pub fn split_record_id(id: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = id.chars();
    while let Some(character) = characters.next() {
        let literal = match character {
            '|' => {
                parts.push(String::new());
                continue;
            }
            '\\' => characters.next().unwrap_or('\\'),
            other => other,
        };
        if let Some(part) = parts.last_mut() {
            part.push(literal);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_record_id_splits_into_the_parts_it_was_made_of(parts in prop::collection::vec("[a-c|\\\\ü]{0,5}", 1..8)) {
            let borrowed: Vec<&str> = parts.iter().map(String::as_str).collect();
            prop_assert_eq!(split_record_id(&record_id(&borrowed)), parts);
        }
    }

    #[test]
    fn an_unknown_field_is_refused_by_name() {
        let error = Record::from_json(Stream::DeliveryModes, r#"{"code":"GROUND","colour":"red"}"#)
            .unwrap_err();
        assert!(error.to_string().contains("colour"), "{error}");
    }
}
