//! Document and routes agree, names included.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::refusal::Code;
use crate::commerce::wire;
use crate::model::catalog::{
    AgreementKind, Category, CodeScope, DeliveryMode, DimensionFamily, DimensionGroup, Item,
    ItemTaxGroup, OnHand, ProductDimensions, ProductType, Text, TradeAgreement, Variant,
};
use crate::model::{Amount, Stream};

mod account;
mod orders;

fn document() -> Value {
    serde_json::from_str(include_str!("../openapi.json")).unwrap()
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

fn words(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap())
        .collect()
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let routes: BTreeSet<String> = super::routes()
        .into_iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let described: BTreeSet<String> = document()["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            keys(methods)
                .into_iter()
                .filter(|key| key != "parameters")
                .map(|method| format!("{} {path}", method.to_uppercase()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(routes, described);
}

#[test]
fn every_code_and_collection_is_described() {
    let document = document();
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.parts().0).collect();
    let problem = &document["components"]["schemas"]["Problem"]["properties"];
    assert_eq!(words(&problem["code"]["enum"]), codes);
    let collection = &document["components"]["parameters"]["collection"]["schema"];
    let names: Vec<&str> = Stream::uploads().map(Stream::name).collect();
    assert_eq!(words(&collection["enum"]), names);
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(document: &Value, value: &Value, found: &mut usize) {
        if let Some(target) = value.get("$ref").and_then(Value::as_str) {
            let pointer = target.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{target}");
            *found += 1;
        }
        match value {
            Value::Object(members) => members.values().for_each(|v| walk(document, v, found)),
            Value::Array(items) => items.iter().for_each(|v| walk(document, v, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document = document();
    let mut found = 0;
    walk(&document, &document, &mut found);
    assert!(found > 50, "{found}");
}

/// Each schema names the fields that serde writes, and requires those that it cannot leave out.
#[test]
fn the_schemas_have_the_fields_of_the_types() {
    let document = document();
    let same = |name: &str, full: Value| {
        let schema = &document["components"]["schemas"][name];
        assert_eq!(keys(&schema["properties"]), keys(&full), "{name}");
        assert_eq!(schema["additionalProperties"], json!(false), "{name}");
    };
    let records = full_records().into_iter().chain(orders::full());
    let records = records.chain(
        account::all()
            .into_iter()
            .map(|(name, full, _)| (name, full)),
    );
    for (name, full) in records.chain(full_wire_types()) {
        same(name, full);
    }
}

#[test]
fn what_a_schema_requires_is_what_a_record_cannot_leave_out() {
    let document = document();
    for (stream, name) in [
        (Stream::Categories, "Category"),
        (Stream::DimensionGroups, "DimensionGroup"),
        (Stream::ItemTaxGroups, "ItemTaxGroup"),
        (Stream::DeliveryModes, "DeliveryMode"),
        (Stream::Items, "Item"),
        (Stream::TradeAgreements, "TradeAgreement"),
        (Stream::OnHand, "OnHand"),
        (Stream::StoreParameters, "StoreParameters"),
        (Stream::Acknowledgements, "Acknowledgement"),
        (Stream::Shipments, "Shipment"),
        (Stream::OrderStatuses, "OrderStatus"),
    ] {
        let (_, full) = full_records()
            .into_iter()
            .chain(orders::full())
            .find(|(n, _)| *n == name)
            .unwrap();
        let required = words(&document["components"]["schemas"][name]["required"])
            .into_iter()
            .map(str::to_owned)
            .collect::<BTreeSet<_>>();
        for field in keys(&full) {
            let mut without = full.clone();
            without.as_object_mut().unwrap().remove(&field);
            let refused = crate::model::Record::from_json(stream, &without.to_string()).is_err();
            assert_eq!(refused, required.contains(&field), "{name}.{field}");
        }
    }
}

/// Reads JSON as a `T` and writes it again.
fn as_type<T: DeserializeOwned + Serialize>(json: Value) -> serde_json::Result<Value> {
    serde_json::to_value(serde_json::from_value::<T>(json)?)
}

fn value(of: impl Serialize) -> Value {
    serde_json::to_value(of).unwrap()
}

/// One of each type with nothing left out.
fn full_records() -> Vec<(&'static str, Value)> {
    let word = || "x".to_owned();
    let one = Amount::from(1);
    let dimensions = ProductDimensions {
        configuration: word(),
        size: word(),
        colour: word(),
        style: word(),
    };
    let text = Text {
        language: word(),
        name: word(),
        description: word(),
    };
    let variant = Variant {
        number: word(),
        dimensions: dimensions.clone(),
        texts: vec![text.clone()],
    };
    let day = Some(jiff::civil::date(2012, 1, 1));
    vec![
        ("ProductDimensions", value(&dimensions)),
        ("Text", value(&text)),
        ("Variant", value(&variant)),
        (
            "Category",
            value(Category {
                id: word(),
                hierarchy: word(),
                name: word(),
                code: word(),
                parent: word(),
                active: true,
            }),
        ),
        (
            "DimensionGroup",
            value(DimensionGroup {
                family: DimensionFamily::Product,
                name: word(),
                description: word(),
            }),
        ),
        (
            "ItemTaxGroup",
            value(ItemTaxGroup {
                group: word(),
                name: word(),
                codes: vec![word()],
            }),
        ),
        (
            "DeliveryMode",
            value(DeliveryMode {
                code: word(),
                description: word(),
                carrier: word(),
                carrier_name: word(),
            }),
        ),
        (
            "Item",
            value(Item {
                item: word(),
                product: word(),
                product_type: ProductType::Item,
                search_name: word(),
                item_group: word(),
                item_tax_group: word(),
                dimension_group: word(),
                unit: word(),
                price: one,
                price_unit: one,
                net_weight: one,
                categories: vec![word()],
                texts: vec![text],
                variants: vec![variant],
            }),
        ),
        (
            "TradeAgreement",
            value(TradeAgreement {
                id: word(),
                kind: AgreementKind::Price,
                account_code: CodeScope::Table,
                account: word(),
                item_code: CodeScope::Table,
                item: word(),
                dimensions: dimensions.clone(),
                site: word(),
                warehouse: word(),
                currency: word(),
                amount: one,
                percent_1: one,
                percent_2: one,
                quantity_from: one,
                quantity_to: one,
                from: day,
                to: day,
                unit: word(),
                price_unit: one,
            }),
        ),
        (
            "OnHand",
            value(OnHand {
                item: word(),
                dimensions,
                site: word(),
                warehouse: word(),
                available: one,
            }),
        ),
    ]
}

fn full_wire_types() -> Vec<(&'static str, Value)> {
    let word = || "x".to_owned();
    let json = serde_json::value::RawValue::from_string("{}".to_owned()).unwrap();
    let result = wire::LineResult {
        id: word(),
        status: wire::LineStatus::Rejected,
        version: Some(1),
        code: Some(word()),
        field: Some(word()),
        detail: Some(word()),
    };
    let listed = wire::Listed {
        id: word(),
        version: 1,
        hash: word(),
    };
    let limits = wire::Limits {
        max_lines: 1,
        max_body_bytes: 1,
        max_line_bytes: 1,
    };
    let now = jiff::Timestamp::UNIX_EPOCH;
    vec![
        (
            "Line",
            value(wire::Line {
                op: wire::Op::Upsert,
                id: "x".into(),
                version: 1,
                value: Some(&json),
            }),
        ),
        ("LineResult", value(&result)),
        (
            "BatchAnswer",
            value(wire::BatchAnswer {
                results: vec![result],
            }),
        ),
        (
            "CollectionSummary",
            value(wire::CollectionSummary {
                count: 1,
                digest: word(),
                newest_version: 1,
            }),
        ),
        ("Listed", value(&listed)),
        (
            "ListPage",
            value(wire::ListPage {
                records: vec![listed],
                next: Some(word()),
            }),
        ),
        (
            "Stored",
            value(wire::Stored {
                id: word(),
                version: 1,
                hash: word(),
                value: json.clone(),
            }),
        ),
        (
            "Load",
            value(wire::Load {
                id: word(),
                state: wire::LoadState::Open,
                mentioned: 1,
                retired: 1,
                begun: now,
            }),
        ),
        ("CommitLoad", value(wire::CommitLoad { confirm: true })),
        ("Limits", value(limits)),
        (
            "WhoAmI",
            value(wire::WhoAmI {
                account: word(),
                state: wire::account::AccountState::Active,
                user: word(),
                rights: vec![word()],
                limits,
                encodings: vec![word()],
                server_time: now,
                guards_versions: true,
            }),
        ),
        (
            "Health",
            value(wire::Health {
                status: word(),
                version: word(),
                uptime_seconds: 1,
            }),
        ),
        (
            "Problem",
            value(wire::Problem {
                kind: word(),
                title: word(),
                status: 1,
                detail: word(),
                code: word(),
            }),
        ),
    ]
}
