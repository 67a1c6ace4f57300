//! The other end of a port: the batch job of AIF, played with the embedded company. It fetches the
//! files of the inbound folder and makes sales orders of what they say, and of nothing else.

use std::path::Path;

use axcs::company::aif::xml::Element;
use axcs::company::embedded::Embedded;
use axcs::company::sales_orders::{HandOver, HandOverError, HandedOver, SalesOrderService as _};
use axcs::company::trade::{AddressKey, Trade as _};
use axcs::model::Amount;
use axcs::model::catalog::ProductDimensions;
use axcs::model::channel::StoreSettings;
use axcs::model::order::{Address, Charge, Customer, OrderLine, Payment, WebOrder};

use super::made::names;

/// A message that AX has fetched.
pub struct Fetched {
    pub id: String,
    document: Element,
}

/// Fetches every file, in the order of their names; AX deletes what it fetches.
pub fn fetch(inbound: &Path) -> Vec<Fetched> {
    let files = names(inbound).into_iter();
    files
        .map(|name| {
            let path = inbound.join(name);
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::remove_file(&path).unwrap();
            let document = Element::parse(&text).unwrap();
            let id = document.all("MessageId")[0].text.clone();
            Fetched { id, document }
        })
        .collect()
}

impl Fetched {
    /// The service makes a sales order of the message, or refuses it.
    pub async fn process(&self, company: &Embedded) -> Result<HandedOver, HandOverError> {
        let table = self.document.all("SalesTable")[0];
        let account = [table.text_of("CustAccount").to_owned()];
        let customer = company
            .customers(&account)
            .await
            .unwrap()
            .remove(0)
            .unwrap();
        let own = |text: &str| text.to_owned();
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        let lines = table.all("SalesLine").into_iter().map(|line| {
            let dimensions = line.all("InventDim")[0];
            assert_eq!(dimensions.text_of("InventSiteId"), customer.site);
            let quantity = amount(line.text_of("SalesQty"));
            let amount_of_line = amount(line.text_of("LineAmount"));
            let gross = quantity
                .checked_mul(amount(line.text_of("SalesPrice")))
                .unwrap();
            OrderLine {
                line: line.text_of("LineNum").parse().unwrap(),
                item: own(line.text_of("ItemId")),
                dimensions: ProductDimensions {
                    configuration: own(dimensions.text_of("ConfigId")),
                    colour: own(dimensions.text_of("InventColorId")),
                    size: own(dimensions.text_of("InventSizeId")),
                    style: own(dimensions.text_of("InventStyleId")),
                },
                name: own(line.text_of("Name")),
                quantity,
                unit: own(line.text_of("SalesUnit")),
                price: amount(line.text_of("SalesPrice")),
                discount: gross.checked_sub(amount_of_line).unwrap(),
                amount: amount_of_line,
            }
        });
        let charges = table
            .all("MarkupTransHeader")
            .into_iter()
            .map(|charge| Charge {
                code: own(charge.text_of("MarkupCode")),
                text: own(charge.text_of("Txt")),
                amount: amount(charge.text_of("Value")),
            });
        let payment = table
            .child("CreditCardAuthorization")
            .map(|authorization| Payment {
                provider: String::new(),
                method: String::new(),
                authorization: authorization.text.clone(),
                amount: amount(table.text_of("CreditCardApprovalAmount")),
                authorized: jiff::Timestamp::UNIX_EPOCH,
            });
        let order = WebOrder {
            id: own(table.text_of("CustomerRef")),
            number: own(table.text_of("PurchOrderFormNum")),
            store: String::new(),
            placed: jiff::Timestamp::UNIX_EPOCH,
            currency: own(table.text_of("CurrencyCode")),
            customer: Customer {
                name: own(table.text_of("SalesName")),
                email: own(table.text_of("Email")),
                language: own(table.text_of("LanguageId")),
                ..Customer::default()
            },
            delivery_mode: own(table.text_of("DlvMode")),
            requested: Some(table.text_of("DeliveryDate").parse().unwrap()),
            delivery_address: Address {
                name: own(table.text_of("DeliveryName")),
                ..Address::default()
            },
            invoice_address: None,
            lines: lines.collect(),
            charges: charges.collect(),
            taxes: Vec::new(),
            payment,
            total: Amount::ZERO,
            note: own(table
                .child("DocuRefHeader")
                .map_or("", |note| note.text_of("Notes"))),
        };
        let settings = StoreSettings {
            sales_origin: own(table.text_of("SalesOriginId")),
            ..StoreSettings::default()
        };
        let address_key = table.child("DeliveryPostalAddress").map(|key| AddressKey {
            location: own(key.text_of("Location_LocationId")),
            valid_from: key
                .text_of("ValidFrom")
                .trim_end_matches('Z')
                .parse()
                .unwrap(),
        });
        company
            .create(HandOver {
                message_id: self.id.trim_matches(['{', '}']).to_owned(),
                attempt: 1,
                order,
                customer: customer.clone(),
                settings,
                address_key,
            })
            .await
    }

    /// Id of its order.
    pub fn order(&self) -> &str {
        self.document.all("SalesTable")[0].text_of("CustomerRef")
    }

    /// Writes the answer of a port with a response address.
    pub fn answer(&self, folder: &Path, body: &str) {
        let text = format!(
            "<?xml version='1.0' encoding='utf-8'?>\
             <Envelope xmlns='http://schemas.microsoft.com/dynamics/2011/01/documents/Message'><Header>\
             <MessageId>{{11111111-2222-3333-4444-555555555555}}</MessageId>\
             <RequestMessageId>{}</RequestMessageId></Header>\
             <Body><MessageParts>{body}</MessageParts></Body></Envelope>",
            self.id.to_uppercase()
        );
        let count = names(folder).len();
        std::fs::write(folder.join(format!("Out{count}.xml")), text).unwrap();
    }
}

/// The key of a sales order, as an answer holds it.
pub fn key(sales_order: &str) -> String {
    format!(
        "<EntityKeyList xmlns='http://schemas.microsoft.com/dynamics/2006/02/documents/EntityKeyList'>\
         <EntityKey xmlns='http://schemas.microsoft.com/dynamics/2006/02/documents/EntityKey'><KeyData><KeyField>\
         <Field>SalesId</Field><Value>{sales_order}</Value></KeyField></KeyData></EntityKey></EntityKeyList>"
    )
}

/// A fault with its text, as an answer holds it.
pub fn fault(code: &str, text: &str) -> String {
    format!(
        "<Fault xmlns='http://schemas.microsoft.com/dynamics/2008/01/documents/Fault'><Code>{code}</Code>\
         <Reason><Text xml:lang='en-us'>{text}</Text></Reason></Fault>"
    )
}
