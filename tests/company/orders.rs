//! What AX makes of an order that its sales order service takes, and what the service refuses, as the
//! embedded company plays it; and what orders look up.

use axcs::company::embedded::tables;
use axcs::company::sales_orders::{HandOver, HandOverError, HandedOver, SalesOrderService};
use axcs::company::trade::{ItemKey, Requisition, SalesItem, Trade};
use axcs::model::catalog::ProductDimensions;
use axcs::model::order::{Address, Charge, Tax, WebOrder};
use axcs::model::shipment::SalesStatus;
use rusqlite::Connection;

use crate::support::{Sample, amount, create, hand_over, place, sample, stocked_items, web_order};

/// An item with variants, and one of its variants.
fn variant(sample: &Sample) -> (String, ProductDimensions) {
    let sql = "SELECT json_array(v.ITEMID, d.INVENTSIZEID, d.INVENTCOLORID)
        FROM INVENTDIMCOMBINATION v JOIN INVENTDIM d USING (DATAAREAID, INVENTDIMID) LIMIT 1";
    let [item, size, colour]: [String; 3] = serde_json::from_str(&sample.text(sql)).unwrap();
    let dimensions = ProductDimensions {
        size,
        colour,
        ..ProductDimensions::default()
    };
    (item, dimensions)
}

/// Every row of every table, tracked changes included.
fn dump(connection: &Connection) -> Vec<String> {
    let mut rows = Vec::new();
    for table in tables::all() {
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|column| format!("quote({})", column.name))
            .collect();
        let sql = format!("SELECT {} FROM {}", columns.join(" || ',' || "), table.name);
        let mut statement = connection.prepare(&sql).unwrap();
        let found = statement
            .query_map([], |row| row.get::<_, String>(0))
            .unwrap();
        rows.extend(found.map(|row| format!("{}: {}", table.name, row.unwrap())));
    }
    let version = "SELECT CAST(CURRENT_VERSION AS TEXT) FROM CHANGE_TRACKING";
    rows.push(connection.query_row(version, [], |row| row.get(0)).unwrap());
    rows
}

fn count(sample: &Sample, table: &str) -> String {
    sample.text(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}"))
}

#[tokio::test]
async fn an_order_becomes_a_sales_order_with_everything_that_hangs_on_it() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    let (master, dimensions) = variant(&sample);
    let mut order = web_order(1, &[&items[0], &master]);
    order.lines[0].line = 3;
    order.lines[1].dimensions = dimensions;
    order.taxes.push(Tax {
        code: "WA".to_owned(),
        amount: amount("3.2"),
    });
    order.charges.push(Charge {
        code: "GIFTWRAP".to_owned(),
        text: String::new(),
        amount: amount("2"),
    });
    let made = create(&sample.company, order, "message-1").await.unwrap();
    let expected = HandedOver::Created {
        sales_order: "SO-0000001".to_owned(),
        is_journal: false,
    };
    assert_eq!(made, expected);
    for (sql, expected) in [
        ("SELECT json_array(SALESTYPE, SALESSTATUS, CUSTACCOUNT, INVOICEACCOUNT, PURCHORDERFORMNUM, CUSTOMERREF) FROM SALESTABLE",
         r#"[3,1,"WEB-TEMPLATE","WEB-TEMPLATE","W-000001","order-1"]"#),
        ("SELECT json_array(SALESORIGINID, CURRENCYCODE, DLVMODE, TAXGROUP, LINEDISC, LANGUAGEID, CUSTGROUP) FROM SALESTABLE",
         r#"["WEB","USD","GROUND","WA","INTERNET","en-us","INTERNET"]"#),
        ("SELECT json_array(INVENTSITEID, INVENTLOCATIONID, DELIVERYNAME, SALESNAME, EMAIL, DELIVERYDATE, CREDITCARDAUTHORIZATION) FROM SALESTABLE",
         r#"["WEST","WH08","Ada Lovelace","Ada Lovelace","ada@example.com","2026-03-01 00:00:00","auth-1"]"#),
        ("SELECT json_group_array(json_array(LINENUM, SALESQTY, REMAINSALESPHYSICAL, SALESPRICE, LINEDISC, LINEAMOUNT, SALESUNIT, SALESTYPE)) FROM SALESLINE",
         r#"[["3","2","2","10.5","0.5","20","ea",3],["2","2","2","10.5","0.5","20","ea",3]]"#),
        ("SELECT json_group_array(INVENTTRANSID) FROM SALESLINE", r#"["LOT-00000001","LOT-00000002"]"#),
        ("SELECT json_group_array(DISTINCT d.INVENTLOCATIONID) FROM SALESLINE l JOIN INVENTDIM d USING (DATAAREAID, INVENTDIMID)", r#"["WH08"]"#),
        ("SELECT json_group_array(json_array(MARKUPCODE, VALUE, TXT, MODULECATEGORY, TAXITEMGROUP)) FROM MARKUPTRANS m JOIN SALESTABLE s ON s.RECID = m.TRANSRECID",
         r#"[["FREIGHT","7.95","Ground",0,"FULL"],["GIFTWRAP","2","Gift wrapping",0,"FULL"]]"#),
        ("SELECT json_array(SALESID, AUTHORIZATION, APPROVALAMOUNTCUR, PROCESSORSTATUS) FROM CREDITCARDAUTHTRANS", r#"["SO-0000001","auth-1","47.95",1]"#),
        ("SELECT json_array(a.STREET, a.ZIPCODE, a.CITY, a.STATE, a.COUNTRYREGIONID) FROM SALESTABLE s
            JOIN LOGISTICSPOSTALADDRESS a ON a.RECID = s.DELIVERYPOSTALADDRESS JOIN LOGISTICSLOCATION l ON l.RECID = a.LOCATION",
         r#"["12 St James's Square","98101","Seattle","WA","USA"]"#),
        ("SELECT NOTES FROM DOCUREF n JOIN SALESTABLE s ON s.RECID = n.REFRECID",
         "Please ring twice\nTelephone: +1 555 0100\nPayment: Contoso Pay VISA\nSales tax told to the customer: WA 3.2 USD"),
    ] {
        assert_eq!(sample.text(sql), expected, "{sql}");
    }
}

#[tokio::test]
async fn a_repeat_of_customer_account_and_requisition_becomes_a_journal_without_effect_on_stock() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    let order = || web_order(1, &[&items[0]]);
    assert_eq!(place(&sample.company, order()).await, "SO-0000001");
    let reserved = "SELECT group_concat(RESERVPHYSICAL) FROM INVENTSUM";
    let before = sample.text(reserved);
    let repeat = WebOrder {
        id: "another-id".to_owned(),
        ..order()
    };
    let made = create(&sample.company, repeat, "another message")
        .await
        .unwrap();
    let journal = HandedOver::Created {
        sales_order: "SO-0000002".to_owned(),
        is_journal: true,
    };
    assert_eq!(made, journal);
    assert_eq!(sample.text(reserved), before);
    // The same requisition of another customer is no repeat.
    let mut other = hand_over(&sample.company, order(), "third").await;
    let account = ["US-000001".to_owned()];
    other.customer = sample
        .company
        .customers(&account)
        .await
        .unwrap()
        .remove(0)
        .unwrap();
    let made = sample.company.create(other).await.unwrap();
    assert!(
        matches!(
            made,
            HandedOver::Created {
                is_journal: false,
                ..
            }
        ),
        "{made:?}"
    );

    let pair = |customer: &str, requisition: &str| Requisition {
        customer: customer.to_owned(),
        requisition: requisition.to_owned(),
    };
    let wanted = [
        pair("WEB-TEMPLATE", "none"),
        pair("WEB-TEMPLATE", "W-000001"),
        pair("US-000001", "W-000001"),
        pair("US-000001", ""),
    ];
    let found = sample.company.sales_orders(&wanted).await.unwrap();
    let found: Vec<Vec<_>> = found
        .iter()
        .map(|orders| {
            orders
                .iter()
                .map(|order| {
                    (
                        order.sales_order.as_str(),
                        order.is_journal,
                        order.reference.as_str(),
                        order.status,
                    )
                })
                .collect()
        })
        .collect();
    let open = SalesStatus::OpenOrder;
    assert_eq!(
        found,
        [
            vec![],
            vec![
                ("SO-0000001", false, "order-1", open),
                ("SO-0000002", true, "another-id", open)
            ],
            vec![("SO-0000003", false, "order-1", open)],
            vec![],
        ]
    );
}

#[tokio::test]
async fn a_message_is_taken_once_and_the_second_time_nothing_happens() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    place(&sample.company, web_order(1, &[&items[0]])).await;
    let before = dump(&sample.writer);
    let again = create(&sample.company, web_order(1, &[&items[0]]), "order-1").await;
    assert!(
        matches!(again, Err(HandOverError::DuplicateMessage)),
        "{again:?}"
    );
    assert_eq!(dump(&sample.writer), before);
}

/// Makes a hand-over that AX refuses.
type Spoil = fn(&mut HandOver);

#[tokio::test]
async fn each_refusal_names_its_cause_in_the_words_of_ax_and_makes_nothing() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    let (master, _) = variant(&sample);
    let good = hand_over(
        &sample.company,
        web_order(1, &[&items[0], &master]),
        "message",
    )
    .await;
    let before = dump(&sample.writer);
    let cases: [(&str, Spoil); 18] = [
        (
            "Value 'X' in field 'Item number' is not found in the relating table 'Items'.",
            |h| h.order.lines[0].item = "X".to_owned(),
        ),
        ("Field 'Item number' must be filled in.", |h| {
            h.order.lines[0].item.clear()
        }),
        (
            "Field 'Product dimensions' must be filled in for item number",
            |_| (),
        ),
        ("The product variant 'Mauve' of item number", |h| {
            h.order.lines[1].dimensions.colour = "Mauve".to_owned()
        }),
        ("The product variant 'Mauve' of item number", |h| {
            h.order.lines[0].dimensions.colour = "Mauve".to_owned()
        }),
        ("Field 'Quantity' must be filled in.", |h| {
            h.order.lines[0].quantity = amount("0")
        }),
        ("Field 'Quantity' must be filled in.", |h| {
            h.order.lines[0].quantity = amount("-1")
        }),
        ("has more than 16 digits", |h| {
            h.order.lines[0].quantity = amount("12345678901234567")
        }),
        ("Unit conversion from 'box' to 'ea' does not exist", |h| {
            h.order.lines[0].unit = "box".to_owned()
        }),
        ("Field 'Unit' must be filled in.", |h| {
            h.order.lines[0].unit.clear()
        }),
        ("The sales order must have at least one line.", |h| {
            h.order.lines.clear()
        }),
        (
            "Value 'X' in field 'Customer account' is not found in the relating table 'Customers'.",
            |h| h.customer.account = "X".to_owned(),
        ),
        ("Field 'Customer account' must be filled in.", |h| {
            h.customer.account.clear()
        }),
        ("Field 'Customer requisition' must be filled in.", |h| {
            h.order.number.clear()
        }),
        (
            "'Customer requisition' is longer than 20 characters.",
            |h| h.order.number = "W".repeat(21),
        ),
        (
            "Value 'DRONE' in field 'Mode of delivery' is not found in the relating table 'Modes of delivery'.",
            |h| h.order.delivery_mode = "DRONE".to_owned(),
        ),
        ("Value 'FAX' in field 'Sales origin' is not found", |h| {
            h.settings.sales_origin = "FAX".to_owned()
        }),
        ("Value 'X' in field 'Charges code' is not found", |h| {
            h.order.charges[0].code = "X".to_owned()
        }),
    ];
    for (expected, spoil) in cases {
        let mut bad = good.clone();
        spoil(&mut bad);
        let Err(HandOverError::Refused { infolog }) = sample.company.create(bad).await else {
            panic!("{expected}")
        };
        assert!(
            infolog.iter().any(|line| line.contains(expected)),
            "{expected}: {infolog:?}"
        );
        assert_eq!(dump(&sample.writer), before, "{expected}");
    }
    // The refused message is not burned, no number is lost.
    let mut mended = good;
    mended.order.lines.pop();
    let made = sample.company.create(mended).await.unwrap();
    assert!(
        matches!(made, HandedOver::Created { ref sales_order, .. } if sales_order == "SO-0000001"),
        "{made:?}"
    );
}

#[tokio::test]
async fn a_number_sequence_that_is_blocked_exceeded_or_behind_refuses_the_order() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    let refused =
        async |expected: &str| match create(&sample.company, web_order(1, &[&items[0]]), "m").await
        {
            Err(HandOverError::Refused { infolog }) => {
                assert!(infolog[0].contains(expected), "{infolog:?}")
            }
            other => panic!("{other:?}"),
        };
    sample.run("UPDATE NUMBERSEQUENCETABLE SET BLOCKED = 1 WHERE NUMBERSEQUENCE = 'SalesOrder'");
    refused("SalesOrder is blocked").await;
    sample.run("UPDATE NUMBERSEQUENCETABLE SET BLOCKED = 0, NEXTREC = 10000000 WHERE NUMBERSEQUENCE = 'SalesOrder'");
    refused("SalesOrder has been exceeded").await;
    sample.run("UPDATE NUMBERSEQUENCETABLE SET NEXTREC = 1 WHERE NUMBERSEQUENCE = 'SalesOrder'");
    sample.run(
        "INSERT INTO SALESTABLE (DATAAREAID, SALESID, RECID) VALUES ('usmf', 'SO-0000001', 1)",
    );
    refused("The record already exists").await;
}

#[tokio::test]
async fn stock_is_reserved_as_far_as_it_goes() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    let mut order = web_order(1, &[&items[0]]);
    order.lines[0].quantity = amount("1000000");
    place(&sample.company, order).await;
    let sql = format!(
        "SELECT json_array(s.AVAILPHYSICAL, s.RESERVPHYSICAL = s.POSTEDQTY) FROM INVENTSUM s JOIN INVENTDIM d USING (DATAAREAID, INVENTDIMID)
          WHERE s.ITEMID = '{}' AND d.INVENTLOCATIONID = 'WH08' AND s.CLOSED = 0", items[0]);
    let [available, _]: [serde_json::Value; 2] = serde_json::from_str(&sample.text(&sql)).unwrap();
    assert_eq!(available, "0");
    // What AX wants and has not got is on order: reserved and on order come to the whole.
    let rows = "SELECT CAST(SUM(CAST(QTY AS INTEGER)) AS TEXT) || ' ' || COUNT(*) FROM INVENTTRANS";
    assert_eq!(sample.text(rows), "-1000000 2");
}

#[tokio::test]
async fn text_of_any_script_is_kept_byte_for_byte_and_cut_between_characters() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    let names = [
        "محمد بن سلمان",
        "שרה כהן",
        "สมชาย ใจดี",
        "張偉",
        "Zoe\u{308} O’Brien",
        "👩‍🚀 Nova 🚲",
    ];
    for (number, name) in names.iter().enumerate() {
        let mut order = web_order(number as u32 + 1, &[&items[0]]);
        order.customer.name = (*name).to_owned();
        order.delivery_address.name = (*name).to_owned();
        order.note = format!("{name}\n{name}");
        let sales_order = place(&sample.company, order).await;
        let column = |column: &str| {
            sample.text(&format!(
                "SELECT {column} FROM SALESTABLE WHERE SALESID = '{sales_order}'"
            ))
        };
        assert_eq!(column("SALESNAME"), *name);
        assert_eq!(column("DELIVERYNAME"), *name);
    }
    let mut long = web_order(99, &[&items[0]]);
    long.customer.name = format!("a{}", "🚲".repeat(40));
    long.delivery_address = Address {
        state: "Baden-Württemberg".to_owned(),
        ..long.delivery_address
    };
    let sales_order = place(&sample.company, long).await;
    let sql = format!("SELECT SALESNAME FROM SALESTABLE WHERE SALESID = '{sales_order}'");
    assert_eq!(sample.text(&sql), format!("a{}", "🚲".repeat(29)));
    let state = "SELECT STATE || '|' || (instr(ADDRESS, 'Baden-Württemberg') > 0) FROM LOGISTICSPOSTALADDRESS ORDER BY RECID DESC LIMIT 1";
    assert_eq!(sample.text(state), "Baden-Würt|1");
}

#[tokio::test]
async fn an_order_of_two_thousand_lines_is_made_whole() {
    let sample = sample(2_000);
    let items = stocked_items(&sample, 20);
    let items: Vec<&str> = items
        .iter()
        .map(String::as_str)
        .cycle()
        .take(2_000)
        .collect();
    let started = std::time::Instant::now();
    place(&sample.company, web_order(1, &items)).await;
    println!("2,000 lines in {:.2?}", started.elapsed());
    assert_eq!(count(&sample, "SALESLINE"), "2000");
    assert_eq!(count(&sample, "INVENTTRANSORIGIN"), "2000");
}

#[tokio::test]
async fn look_ups_answer_a_whole_list_in_its_order() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    let (master, dimensions) = variant(&sample);
    let accounts = [
        "none".to_owned(),
        "WEB-TEMPLATE".to_owned(),
        "WEB-TEMPLATE".to_owned(),
    ];
    let customers = sample.company.customers(&accounts).await.unwrap();
    assert_eq!(customers[0], None);
    assert_eq!(customers[1], customers[2]);
    let template = customers[1].as_ref().unwrap();
    assert_eq!(
        (
            template.name.as_str(),
            template.warehouse.as_str(),
            template.currency.as_str()
        ),
        ("Web customer template", "WH08", "USD")
    );

    let key = |item: &str, dimensions: &ProductDimensions| ItemKey {
        item: item.to_owned(),
        dimensions: dimensions.clone(),
    };
    let blank = ProductDimensions::default();
    let unknown = ProductDimensions {
        style: "'quoted\"".to_owned(),
        ..dimensions.clone()
    };
    let keys = [
        key(&master, &dimensions),
        key("none", &blank),
        key(&master, &blank),
        key(&master, &unknown),
        key(&items[0], &blank),
        key(&items[0], &dimensions),
    ];
    let released = SalesItem::Released {
        unit: "ea".to_owned(),
    };
    assert_eq!(
        sample.company.sales_items(&keys).await.unwrap(),
        [
            released.clone(),
            SalesItem::UnknownItem,
            SalesItem::UnknownVariant,
            SalesItem::UnknownVariant,
            released,
            SalesItem::UnknownVariant,
        ]
    );
    let codes = sample.company.trade_codes().await.unwrap();
    let names = |codes: &[axcs::company::trade::Code]| {
        codes
            .iter()
            .map(|code| code.code.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(&codes.charges_codes),
        ["FREIGHT", "GIFTWRAP", "HANDLING"]
    );
    assert_eq!(
        names(&codes.sales_origins),
        ["EMAIL", "PHONE", "STORE", "WEB"]
    );
    assert_eq!(codes.delivery_modes.len(), 5);
    assert!(sample.company.customers(&[]).await.unwrap().is_empty());
}
