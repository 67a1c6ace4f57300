//! The addresses of customers, by which AX knows where an order goes.

use axcs::company::embedded::script::Layout;
use axcs::company::trade::{AddressKey, Destination, Trade};
use axcs::model::order::Address;

use super::Engine;
use crate::ax::Ax;
use crate::support::busy_sample;

/// Where the customer with this number lives in a generated company: Seattle for 1 to 3.
fn at(customer: &str, street: &str) -> Destination {
    Destination {
        customer: customer.to_owned(),
        address: Address {
            name: "Somebody".to_owned(),
            street: street.to_owned(),
            zip_code: "98101".to_owned(),
            city: "Seattle".to_owned(),
            state: "WA".to_owned(),
            country: "USA".to_owned(),
        },
    }
}

fn but(customer: &str, street: &str, change: impl FnOnce(&mut Address)) -> Destination {
    let mut destination = at(customer, street);
    change(&mut destination.address);
    destination
}

fn key(location: &str, year: i16) -> AddressKey {
    AddressKey {
        location: location.to_owned(),
        valid_from: jiff::civil::date(year, 1, 1).at(0, 0, 0, 0),
    }
}

/// What users of AX do, in words that both engines understand. Addresses are numbered as their
/// customers are.
const EDITS: &[&str] = &[
    // The second is over, the third not yet begun.
    "UPDATE LOGISTICSPOSTALADDRESS SET VALIDTO = '2021-01-01 00:00:00' WHERE RECID = 5637144578",
    "UPDATE LOGISTICSPOSTALADDRESS SET VALIDFROM = '2120-01-01 00:00:00' WHERE RECID = 5637144579",
    // The fourth was corrected in 2022.
    "UPDATE LOGISTICSPOSTALADDRESS SET VALIDTO = '2021-12-31 23:59:59' WHERE RECID = 5637144580",
    "INSERT INTO LOGISTICSPOSTALADDRESS (PARTITION, RECID, LOCATION, STREET, ZIPCODE, CITY, STATE, COUNTRYREGIONID, VALIDFROM, VALIDTO)
     VALUES (5637144576, 90, 5637144580, '4 Pine Street', '97205', 'Portland', 'OR', 'USA', '2022-01-01 00:00:00', '2154-12-31 23:59:59')",
    // The fifth keeps the number of the house apart, the sixth has letters in its post code.
    "UPDATE LOGISTICSPOSTALADDRESS SET STREET = 'Main Street', STREETNUMBER = '5' WHERE RECID = 5637144581",
    "UPDATE LOGISTICSPOSTALADDRESS SET ZIPCODE = 'SW1Y 4lb' WHERE RECID = 5637144582",
    // The seventh has another one, which is older and not the primary one.
    "INSERT INTO LOGISTICSLOCATION (PARTITION, RECID, LOCATIONID) VALUES (5637144576, 91, 'OLDER')",
    "INSERT INTO LOGISTICSPOSTALADDRESS (PARTITION, RECID, LOCATION, STREET, ZIPCODE, CITY, STATE, COUNTRYREGIONID, VALIDFROM, VALIDTO)
     VALUES (5637144576, 91, 91, '7 Hill Road', '97205', 'Portland', 'OR', 'USA', '2010-01-01 00:00:00', '2154-12-31 23:59:59')",
    "INSERT INTO DIRPARTYLOCATION (PARTITION, RECID, PARTY, LOCATION, ISPRIMARY) VALUES (5637144576, 91, 5637144584, 91, 0)",
    // What stands in AX's fields is as untidy as what a buyer types.
    "UPDATE LOGISTICSPOSTALADDRESS SET STREET = ' 1  Main   street' WHERE RECID = 5637144577",
];

/// Each with what is to be found.
fn cases() -> Vec<(Destination, Option<AddressKey>)> {
    let portland = |address: &mut Address| {
        "97205".clone_into(&mut address.zip_code);
        "Portland".clone_into(&mut address.city);
        "OR".clone_into(&mut address.state);
    };
    vec![
        (
            at("US-000001", "1 Main Street"),
            Some(key("000000001", 2020)),
        ),
        (
            but("US-000001", "1\r\nMAIN\tStreet\n", |address| {
                " 981 01".clone_into(&mut address.zip_code);
                "SEATTLE ".clone_into(&mut address.city);
                "wa".clone_into(&mut address.state);
                "usa".clone_into(&mut address.country);
            }),
            Some(key("000000001", 2020)),
        ),
        (at("US-000001", "11 Main Street"), None),
        (at("US-000001", ""), None),
        (
            but("US-000001", "1 Main Street", |it| it.city.clear()),
            None,
        ),
        (
            but("US-000001", "1 Main Street", |it| it.state.clear()),
            None,
        ),
        (
            but("US-000001", "1 Main Street", |it| it.zip_code.clear()),
            None,
        ),
        (
            but("US-000001", "1 Main Street", |it| {
                "US".clone_into(&mut it.country);
            }),
            None,
        ),
        (at("US-000002", "1 Main Street"), None),
        (at("WEB-TEMPLATE", "1 Main Street"), None),
        (at("nobody", "1 Main Street"), None),
        (at("US-000002", "2 Lake Avenue"), None),
        (at("US-000003", "3 Hill Road"), None),
        (
            but("US-000004", "4 Pine Street", portland),
            Some(key("000000004", 2022)),
        ),
        (
            but("US-000005", "Main Street 5", portland),
            Some(key("000000005", 2020)),
        ),
        (
            but("US-000005", "5 Main Street", portland),
            Some(key("000000005", 2020)),
        ),
        (but("US-000005", "Main Street", portland), None),
        (
            but("US-000006", "6 Lake Avenue", |address| {
                portland(address);
                "sw1y4LB".clone_into(&mut address.zip_code);
            }),
            Some(key("000000006", 2020)),
        ),
        (
            but("US-000007", "7 Hill Road", portland),
            Some(key("000000007", 2020)),
        ),
    ]
}

async fn a_delivery_address_is_known_by_its_key_where_the_customer_has_the_same_one_now(
    engine: Engine,
) {
    let sample = busy_sample(3, 1).await;
    let ax = Ax::of(engine, &sample).await;
    for edit in EDITS {
        sample.run(edit);
        ax.run(edit).await;
    }
    let company = ax.open(None, None).await.unwrap();
    let (wanted, expected): (Vec<_>, Vec<_>) = cases().into_iter().unzip();
    let in_file = sample.company.address_keys(&wanted).await.unwrap();
    let on_server = company.address_keys(&wanted).await.unwrap();
    for (at, wanted) in wanted.iter().enumerate() {
        assert_eq!(in_file[at], expected[at], "in the file: {wanted:?}");
        assert_eq!(on_server[at], expected[at], "on the server: {wanted:?}");
    }
    assert_eq!(company.address_keys(&[]).await.unwrap(), []);
}

async fn an_ax_without_addresses_of_customers_knows_none_by_its_key(engine: Engine) {
    for missing in [
        "DIRPARTYLOCATION",
        "LOGISTICSLOCATION",
        "LOGISTICSPOSTALADDRESS",
    ] {
        let sample = busy_sample(1, 1).await;
        let ax = Ax::with(engine, &sample, Layout::Rtm, |script| script).await;
        let wanted = [at("US-000001", "1 Main Street")];
        let company = ax.open(None, None).await.unwrap();
        let found = company.address_keys(&wanted).await.unwrap();
        assert_eq!(found, [Some(key("000000001", 2020))]);
        ax.run(&format!("DROP TABLE dbo.{missing}")).await;
        let company = ax.open(None, None).await.unwrap();
        assert_eq!(company.address_keys(&wanted).await.unwrap(), [None]);
    }
}

servers![
    a_delivery_address_is_known_by_its_key_where_the_customer_has_the_same_one_now,
    an_ax_without_addresses_of_customers_knows_none_by_its_key,
];

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_may_not_read_addresses_knows_none_by_its_key() {
    let sample = busy_sample(1, 1).await;
    let ax = Ax::of(Engine::Server, &sample).await;
    let company = ax.open(None, None).await.unwrap();
    let wanted = [at("US-000001", "1 Main Street")];
    ax.bed().deny_select("LOGISTICSPOSTALADDRESS", true);
    assert_eq!(company.address_keys(&wanted).await.unwrap(), [None]);
    ax.bed().deny_select("LOGISTICSPOSTALADDRESS", false);
    let found = company.address_keys(&wanted).await.unwrap();
    assert_eq!(found, [Some(key("000000001", 2020))]);
}
