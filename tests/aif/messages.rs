//! What the messages say, and what is refused before anything is sent.

use axcs::company::aif::message::{Header, file, soap};
use axcs::company::aif::schema::Schema;
use axcs::company::aif::xml::Element;
use axcs::company::aif::{AifOptions, check, document};
use axcs::company::sales_orders::{HandOver, HandOverError};
use axcs::model::order::WebOrder;

use super::made::{self, MESSAGE, Port, amount, full};

fn header(partition_key: &str) -> Header<'_> {
    Header {
        message_id: MESSAGE,
        company: "usmf",
        partition_key,
    }
}

fn text_of(hand_over: &HandOver, partition_key: &str) -> String {
    let schema = Schema::documented();
    let document = document::sales_order(hand_over, &schema);
    let document = check::checked(document, &schema).unwrap();
    String::from_utf8(file(header(partition_key), &document).unwrap()).unwrap()
}

/// What is said against a hand-over; nothing where it is right.
fn faults(change: impl FnOnce(&mut HandOver)) -> Vec<String> {
    let mut hand_over = full();
    change(&mut hand_over);
    let schema = Schema::documented();
    let document = document::sales_order(&hand_over, &schema);
    check::checked(document, &schema).err().unwrap_or_default()
}

#[test]
fn a_file_holds_the_whole_order_in_the_envelope_of_aif() {
    let text = text_of(&full(), "");
    assert_eq!(text, include_str!("message.xml").trim_end());
}

#[test]
fn a_request_over_http_holds_the_same_order_in_an_envelope_of_soap() {
    let schema = Schema::documented();
    let document = check::checked(document::sales_order(&full(), &schema), &schema).unwrap();
    let text = String::from_utf8(soap(header("initial"), &document).unwrap()).unwrap();
    let before = include_str!("soap.xml");
    assert!(text.starts_with(before), "{text}");
    let of_soap = Element::parse(&text).unwrap();
    let of_file = Element::parse(&text_of(&full(), "")).unwrap();
    let strip = |root: &Element| root.all("SalesOrder")[0].clone();
    assert_eq!(strip(&of_soap), strip(&of_file));
}

#[test]
fn the_partition_is_named_last_in_the_header_and_only_where_it_is_set() {
    let names = |partition_key: &str| -> Vec<String> {
        let root = Element::parse(&text_of(&full(), partition_key)).unwrap();
        let header = root.child("Header").unwrap();
        header.children.iter().map(|it| it.name.clone()).collect()
    };
    assert_eq!(names(""), ["MessageId", "Company", "Action"]);
    assert_eq!(
        names("initial"),
        ["MessageId", "Company", "Action", "PartitionKey"]
    );
}

/// The rule that is documented: fields in alphabetical order whatever their case, then the inner
/// entities in the order of the query.
fn assert_in_order(element: &Element, seen: &mut usize) {
    const ENTITIES: [&str; 4] = [
        "SalesLine",
        "InventDim",
        "DocuRefHeader",
        "MarkupTransHeader",
    ];
    let names: Vec<&str> = element.children.iter().map(|it| it.name.as_str()).collect();
    let mut sorted = names.clone();
    sorted.sort_by_key(|name| {
        let entity = ENTITIES.iter().position(|entity| entity == name);
        (entity.map_or(0, |at| at + 1), name.to_lowercase())
    });
    assert_eq!(names, sorted, "{}", element.name);
    assert!(
        !element.text.is_empty() || !names.is_empty(),
        "{} is empty",
        element.name
    );
    *seen += names.len();
    for child in &element.children {
        if child.name == "DeliveryPostalAddress" {
            // A key: no entity, and of another namespace inside.
            assert_eq!(child.attribute("class"), None);
            continue;
        }
        let is_entity = !child.children.is_empty();
        assert_eq!(
            child.attribute("class"),
            is_entity.then_some("entity"),
            "{}",
            child.name
        );
        assert_in_order(child, seen);
    }
}

#[test]
fn every_field_stands_where_the_document_has_it_and_none_is_empty() {
    let root = Element::parse(&text_of(&full(), "")).unwrap();
    let mut seen = 0;
    assert_in_order(root.all("SalesTable")[0], &mut seen);
    assert_eq!(seen, 73);
    // Whatever an order does not have.
    let bare = HandOver {
        order: WebOrder {
            payment: None,
            charges: Vec::new(),
            note: String::new(),
            ..full().order
        },
        customer: axcs::model::channel::CustomerTemplate {
            account: "C-1".to_owned(),
            ..Default::default()
        },
        ..full()
    };
    let root = Element::parse(&text_of(&bare, "")).unwrap();
    let mut fewer = 0;
    assert_in_order(root.all("SalesTable")[0], &mut fewer);
    assert!(fewer < seen, "{fewer}");
}

#[test]
fn an_address_that_ax_has_travels_by_its_key_and_any_other_one_as_a_note() {
    let with_key = Element::parse(&text_of(&full(), "")).unwrap();
    let key = with_key.all("DeliveryPostalAddress");
    assert_eq!(key.len(), 1);
    let parts: Vec<(&str, &str)> = key[0]
        .children
        .iter()
        .map(|part| (part.name.as_str(), part.text.as_str()))
        .collect();
    assert_eq!(
        parts,
        [
            ("Location_LocationId", "000004711"),
            ("ValidFrom", "2024-02-19T08:31:05Z")
        ]
    );
    let notes = |root: &Element| root.all("DocuRefHeader")[0].text_of("Notes").to_owned();
    assert!(!notes(&with_key).contains("Delivery address"));

    let without = HandOver {
        address_key: None,
        ..full()
    };
    let without = Element::parse(&text_of(&without, "")).unwrap();
    assert!(without.all("DeliveryPostalAddress").is_empty());
    let address = "Delivery address: A. Example, 12 St James's Square\nSeattle WA 98101\nUSA";
    assert!(notes(&without).contains(address), "{}", notes(&without));
}

#[test]
fn a_discount_that_no_unit_can_hold_is_not_rounded() {
    let root = Element::parse(&text_of(&full(), "")).unwrap();
    let lines = root.all("SalesLine");
    let of = |line: usize, name: &str| lines[line].text_of(name).to_owned();
    assert_eq!(
        (of(0, "LineDisc"), of(0, "LineAmount")),
        ("4".to_owned(), "151.8".to_owned())
    );
    assert_eq!(
        (of(1, "LineDisc"), of(1, "LineAmount")),
        (String::new(), "6.5".to_owned())
    );
    let notes = root.all("DocuRefHeader")[0].text_of("Notes");
    assert!(
        notes.contains("Line 2: the discount of 1 EUR is on the whole line"),
        "{notes}"
    );
}

#[test]
fn what_ax_would_refuse_is_refused_before_it_is_sent() {
    let long = "x".repeat(61);
    for (change, expected) in [
        (
            Box::new(|it: &mut HandOver| it.order.id = long.clone())
                as Box<dyn FnOnce(&mut HandOver)>,
            format!("Value '{long}' in field 'CustomerRef' is longer than 60 characters."),
        ),
        (
            Box::new(|it| it.order.number.clear()),
            "Field 'PurchOrderFormNum' must be filled in.".to_owned(),
        ),
        (
            Box::new(|it| it.order.lines.clear()),
            "Field 'SalesLine' must be filled in.".to_owned(),
        ),
        (
            Box::new(|it| it.order.lines[1].price = amount("2.505")),
            "Line 2: Value '2.505' in field 'SalesPrice' has more than 2 digits behind the point."
                .to_owned(),
        ),
        (
            Box::new(|it| it.order.lines[0].unit.clear()),
            "Line 1: Field 'SalesUnit' must be filled in.".to_owned(),
        ),
        (
            Box::new(|it| it.order.customer.name = "A\u{1}da".to_owned()),
            "Field 'SalesName' has a character that a document cannot hold.".to_owned(),
        ),
        (
            // Two UTF-16 units each.
            Box::new(|it| it.order.number = "\u{1f600}".repeat(11)),
            format!(
                "Value '{}' in field 'PurchOrderFormNum' is longer than 20 characters.",
                "\u{1f600}".repeat(11)
            ),
        ),
    ] {
        assert_eq!(faults(change), [expected]);
    }
    assert_eq!(faults(|_| {}), Vec::<String>::new());
    let all = faults(|it| {
        it.order.number.clear();
        it.order.lines[0].item.clear();
    });
    assert_eq!(all.len(), 2, "every fault is told: {all:?}");
}

const SAVED: &str = r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="SalesOrder"><xs:complexType><xs:sequence><xs:element name="SalesTable" type="T"/></xs:sequence></xs:complexType></xs:element>
  <xs:complexType name="T"><xs:sequence>FIELDS</xs:sequence></xs:complexType>
</xs:schema>"#;

#[tokio::test]
async fn a_schema_saved_from_the_port_goes_before_the_documented_one() {
    let documented = Element::parse(&text_of(&full(), "")).unwrap();
    let mut fields: Vec<String> = documented.all("SalesTable")[0]
        .children
        .iter()
        .map(|it| it.name.clone())
        .collect();
    fields.dedup();
    fields.reverse();
    // Without types nothing is known of what stands inside of lines, charges and notes.
    let with_types = |name: &String| match name.as_str() {
        "SalesLine" | "MarkupTransHeader" | "DocuRefHeader" => {
            let inside = documented.all(name)[0].children.iter();
            let inside: Vec<String> = inside
                .filter(|it| it.children.is_empty())
                .map(|it| {
                    format!(
                        "<xs:element minOccurs='0' name='{}' type='xs:string'/>",
                        it.name
                    )
                })
                .collect();
            format!(
                "<xs:element minOccurs='0' maxOccurs='unbounded' name='{name}'><xs:complexType><xs:sequence>{}\
                 <xs:element minOccurs='0' name='Txt' type='xs:string'/>\
                 <xs:element minOccurs='0' name='InventDim'><xs:complexType><xs:sequence>\
                 <xs:element name='InventSizeId' minOccurs='0'/><xs:element name='InventColorId' minOccurs='0'/>\
                 <xs:element name='InventLocationId'/><xs:element name='InventSiteId'/></xs:sequence></xs:complexType></xs:element>\
                 </xs:sequence></xs:complexType></xs:element>",
                inside.concat()
            )
        }
        _ => format!("<xs:element minOccurs='0' name='{name}' type='xs:string'/>"),
    };
    let port = Port::new();
    let folder = port.folder("schema");
    std::fs::create_dir(&folder).unwrap();
    let save = |fields: &[String], more: &str| {
        let fields: String = fields.iter().map(with_types).collect();
        let schema = SAVED.replace("FIELDS", &format!("{fields}{more}"));
        std::fs::write(folder.join("SalesOrder.xsd"), schema).unwrap();
    };
    let send = async |message_id: &str| {
        let options = AifOptions {
            schema_folder: Some(folder.clone()),
            ..port.options()
        };
        let hand_over = HandOver {
            message_id: message_id.to_owned(),
            ..full()
        };
        made::service(options).unwrap().create(hand_over).await
    };
    save(&fields, "");
    send(MESSAGE).await.unwrap();
    let sent = std::fs::read_to_string(port.folder("in").join(&port.files("in")[0])).unwrap();
    let sent = Element::parse(&sent).unwrap();
    let mut names: Vec<String> = sent.all("SalesTable")[0]
        .children
        .iter()
        .map(|it| it.name.clone())
        .collect();
    names.dedup();
    assert_eq!(names, fields);
    let dimensions = &sent.all("InventDim")[0].children;
    assert_eq!(dimensions[0].name, "InventSizeId");

    let other = "1b9d1c52-37a4-8e0e-8c6a-91d0a6c4f77b";
    let refused = async |said: &str| match send(other).await {
        Err(HandOverError::Refused { infolog }) => {
            assert!(
                infolog.iter().any(|line| line.contains(said)),
                "{infolog:?}"
            );
        }
        sent => panic!("{sent:?}"),
    };
    save(&fields, "<xs:element name='ShopCode' type='xs:string'/>");
    refused("Field 'ShopCode' must be filled in.").await;
    let all = fields.clone();
    fields.retain(|name| name != "Email");
    save(&fields, "");
    refused("invalid child element 'Email'").await;
    assert_eq!(port.files("in").len(), 1);

    // A port that takes no key gets the address as a note.
    fields = all;
    fields.retain(|name| name != "DeliveryPostalAddress");
    save(&fields, "");
    send(other).await.unwrap();
    let sent = port.folder("in").join(format!("order-{other}.xml"));
    let sent = Element::parse(&std::fs::read_to_string(sent).unwrap()).unwrap();
    assert!(sent.all("DeliveryPostalAddress").is_empty());
    let notes = sent.all("DocuRefHeader")[0].text_of("Notes");
    assert!(notes.contains("12 St James's Square"), "{notes}");
}
