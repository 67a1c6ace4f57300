//! Every fault of an order, by its code, field, cause and remedy.

use jiff::Timestamp;

use super::*;
use crate::model::catalog::ProductDimensions;
use crate::model::channel::{Channel, ChannelKind, StoreSettings};
use crate::model::order::{Address, Charge, Customer, Payment, Tax};

fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

/// An order without a fault: 2 × 10.50 − 1.00 + 5.00 shipping + 1.60 tax.
fn order() -> WebOrder {
    WebOrder {
        id: "W-1".into(),
        number: "1001".into(),
        store: "web".into(),
        placed: Timestamp::UNIX_EPOCH,
        currency: "USD".into(),
        customer: Customer {
            name: "Ada".into(),
            ..Customer::default()
        },
        delivery_mode: "GROUND".into(),
        requested: None,
        delivery_address: Address::default(),
        invoice_address: None,
        lines: vec![OrderLine {
            line: 1,
            item: "SHOE".into(),
            dimensions: ProductDimensions::default(),
            name: "Shoe".into(),
            quantity: amount("2"),
            unit: "ea".into(),
            price: amount("10.50"),
            discount: amount("1"),
            amount: amount("20"),
        }],
        charges: vec![Charge {
            code: String::new(),
            text: "Shipping".into(),
            amount: amount("5"),
        }],
        taxes: vec![Tax {
            code: "STATE".into(),
            amount: amount("1.60"),
        }],
        payment: Some(Payment {
            provider: "Pay".into(),
            method: "VISA".into(),
            authorization: "A1".into(),
            amount: amount("26.60"),
            authorized: Timestamp::UNIX_EPOCH,
        }),
        total: amount("26.60"),
        note: String::new(),
    }
}

struct World {
    store: KnownStore,
    customers: HashMap<String, CustomerTemplate>,
    items: HashMap<ItemKey, SalesItem>,
    codes: TradeCodes,
}

impl World {
    fn new() -> Self {
        let code = |code: &str| {
            vec![Code {
                code: code.into(),
                text: String::new(),
            }]
        };
        let shoe = ItemKey {
            item: "SHOE".into(),
            dimensions: ProductDimensions::default(),
        };
        let template = CustomerTemplate {
            account: "WEB".into(),
            currency: "USD".into(),
            ..CustomerTemplate::default()
        };
        Self {
            store: KnownStore {
                channel: Channel {
                    id: "web".into(),
                    kind: ChannelKind::OnlineStore,
                    name: "Web".into(),
                    currency: "USD".into(),
                    open: true,
                },
                gone_since: None,
                settings: StoreSettings {
                    customer_template: "WEB".into(),
                    shipping_charges_code: "FREIGHT".into(),
                    sales_origin: "INET".into(),
                },
                orders: 0,
                open_orders: 0,
            },
            customers: HashMap::from([("WEB".into(), template)]),
            items: HashMap::from([(shoe, SalesItem::Released { unit: "ea".into() })]),
            codes: TradeCodes {
                charges_codes: code("FREIGHT"),
                sales_origins: code("INET"),
                delivery_modes: code("GROUND"),
            },
        }
    }

    fn check(&self, order: &WebOrder) -> Result<(), Box<SetAside>> {
        let known = Known {
            store: Some(&self.store),
            customers: &self.customers,
            items: &self.items,
            codes: &self.codes,
        };
        check(order, &known)
            .map(drop)
            .map_err(|faults| Box::new(faults.into_set_aside(order)))
    }
}

#[test]
fn an_order_without_a_fault_passes() {
    World::new().check(&order()).unwrap();
}

type Change<T> = fn(&mut T);

#[test]
fn every_fault_of_an_order_has_its_code_field_cause_and_remedy() {
    let cases: [(&str, &str, &str, Change<WebOrder>); 14] = [
        ("unknown-item", "lines[0].item", "BOOT", |order| {
            order.lines[0].item = "BOOT".into();
        }),
        ("unknown-item", "lines[0].item", "SHOE", |order| {
            order.lines[0].dimensions.colour = "RED".into();
        }),
        ("unit-mismatch", "lines[0].unit", "\"box\"", |order| {
            order.lines[0].unit = "box".into();
        }),
        ("currency-mismatch", "currency", "EUR", |order| {
            order.currency = "EUR".into();
        }),
        ("total-mismatch", "total", "26.61", |order| {
            order.total = "26.61".parse().unwrap();
            order.payment = None;
        }),
        ("total-mismatch", "lines[0].amount", "is not 21", |order| {
            order.lines[0].amount = "21".parse().unwrap();
            order.total = "27.60".parse().unwrap();
            order.payment = None;
        }),
        ("partial-authorization", "payment.amount", "20", |order| {
            order.payment.as_mut().unwrap().amount = "20".parse().unwrap();
        }),
        ("unknown-customer", "customer.account", "C9", |order| {
            order.customer.account = "C9".into();
        }),
        (
            "unknown-delivery-mode",
            "delivery_mode",
            "ROCKET",
            |order| {
                order.delivery_mode = "ROCKET".into();
            },
        ),
        ("unknown-charges-code", "charges[0].code", "GIFT", |order| {
            order.charges[0].code = "GIFT".into();
        }),
        ("bad-number", "number", "123456789012345678901", |order| {
            order.number = "123456789012345678901".into();
        }),
        ("bad-number", "number", "1 to 20", |order| {
            order.number = " ".into();
        }),
        ("bad-number", "number", "ends with a blank", |order| {
            order.number = "W-1 ".into();
        }),
        ("bad-quantity", "lines[0].quantity", "is 0", |order| {
            order.lines[0].quantity = Amount::ZERO;
        }),
    ];
    for (code, field, cause, spoil) in cases {
        let mut order = order();
        spoil(&mut order);
        let aside = World::new().check(&order).unwrap_err();
        assert_eq!((aside.code.as_str(), aside.field.as_str()), (code, field));
        assert!(aside.exception.cause.contains(cause), "{aside:?}");
        assert!(!aside.exception.remedy.is_empty(), "{code}");
    }
}

#[test]
fn what_a_store_lacks_is_told_with_the_command_that_mends_it() {
    let cases: [(&str, Change<World>); 5] = [
        ("store-not-set-up", |world| {
            world.store.settings.customer_template.clear();
        }),
        ("store-not-set-up", |world| {
            world.store.settings = StoreSettings::default();
        }),
        ("store-parameter-unknown", |world| world.customers.clear()),
        ("store-parameter-unknown", |world| {
            world.codes.charges_codes.clear();
        }),
        ("store-parameter-unknown", |world| {
            world.codes.sales_origins.clear();
        }),
    ];
    for (code, spoil) in cases {
        let mut world = World::new();
        spoil(&mut world);
        let aside = world.check(&order()).unwrap_err();
        assert_eq!(aside.code, code);
        assert!(aside.exception.remedy.contains("axcs stores set web"));
    }
}

#[test]
fn an_order_of_an_unknown_store_is_told_so_and_not_blamed_for_its_parameters() {
    let world = World::new();
    let known = Known {
        store: None,
        customers: &world.customers,
        items: &world.items,
        codes: &world.codes,
    };
    let aside = check(&order(), &known)
        .unwrap_err()
        .into_set_aside(&order());
    assert_eq!(
        (aside.code.as_str(), aside.field.as_str()),
        ("unknown-store", "store")
    );
}

#[test]
fn every_fault_is_told_at_once_and_a_thousand_do_not_make_a_book() {
    let mut order = order();
    order.currency = "EUR".into();
    order.lines[0].item = "BOOT".into();
    let aside = World::new().check(&order).unwrap_err();
    assert_eq!(aside.code, "currency-mismatch");
    assert!(aside.exception.cause.contains("EUR") && aside.exception.cause.contains("BOOT"));

    order.lines = vec![order.lines[0].clone(); 1_000];
    let aside = World::new().check(&order).unwrap_err();
    assert!(aside.exception.cause.len() < 1_500, "{aside:?}");
    assert!(aside.exception.cause.contains("more."), "{aside:?}");
}
