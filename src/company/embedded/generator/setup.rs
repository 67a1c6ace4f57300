//! What a company has before its first item: the legal entity, sites, warehouses, dimensions,
//! groups, taxes, delivery, charges, categories and customers.

use rusqlite::{Connection, ToSql, params};

use super::assortment::{COLOURS, Leaf, PEOPLE, SIZES};
use super::{COMPANY, CURRENCY, insert, recid};
use crate::company::CompanyFacts;
use crate::company::embedded::address;
use crate::company::embedded::number_sequence::{self, NumberError};
use crate::company::embedded::row::text;
use crate::company::embedded::tables::INITIAL_PARTITION;
use crate::model::order::Address;
use crate::model::random::Random;

/// RecId of the product dimension group of the masters.
pub(super) const COLOUR_AND_SIZE: u64 = 0;

/// Site and warehouse, in the order of their ids.
pub(super) const WAREHOUSES: [(&str, &str, &str); 10] = [
    ("EAST", "WH01", "Boston distribution center"),
    ("EAST", "WH02", "New York store stock"),
    ("EAST", "WH03", "Atlanta distribution center"),
    ("EAST", "WH04", "Returns east"),
    ("MIDWEST", "WH05", "Chicago distribution center"),
    ("MIDWEST", "WH06", "Minneapolis store stock"),
    ("MIDWEST", "WH07", "Overflow Joliet"),
    ("WEST", "WH08", "Seattle distribution center"),
    ("WEST", "WH09", "San Francisco store stock"),
    ("WEST", "WH10", "Returns west"),
];

/// Item groups: id, name and sales tax group. Components are not for sale.
pub(super) const ITEM_GROUPS: [(&str, &str); 3] = [
    ("COMP", "Components"),
    ("FIN", "Finished goods"),
    ("SERV", "Services"),
];

/// Number of the colour and size pair; 0 is the blank one.
pub(super) fn pair(colour: usize, size: usize) -> usize {
    1 + colour * SIZES.len() + size
}

/// `INVENTDIMID` of a pair in a warehouse (1 to 10; 0 for none). Grows with both, so that rows of
/// an item are written in the order of their key.
pub(super) fn dimension(pair: usize, warehouse: usize) -> String {
    match pair * (WAREHOUSES.len() + 1) + warehouse {
        // AX's own name for it differs by installation; this is one that was seen.
        0 => "AllBlank".to_owned(),
        number => format!("DIM-{number:06}"),
    }
}

pub(super) fn write(
    connection: &Connection,
    leaves: &[Leaf],
    customers: u64,
    random: &mut Random,
) -> rusqlite::Result<()> {
    let company = CompanyFacts {
        id: COMPANY.to_owned(),
        name: "Contoso Retail USA".to_owned(),
        partition: INITIAL_PARTITION,
        release: String::new(),
        place: String::new(),
    };
    rows(
        connection,
        "DATAAREA",
        &["ID", "NAME"],
        &[&[&company.id, &company.name]],
    )?;
    number_sequence::set_up(connection, &company)?;
    small_tables(connection)?;
    dimensions(connection)?;
    categories(connection, leaves)?;
    write_customers(connection, customers, random)?;
    addresses(connection, &company, customers)
}

fn small_tables(connection: &Connection) -> rusqlite::Result<()> {
    let (c, id) = (&COMPANY, recid);
    for (at, (site, name)) in [("EAST", "East"), ("MIDWEST", "Midwest"), ("WEST", "West")]
        .iter()
        .enumerate()
    {
        let columns = ["DATAAREAID", "SITEID", "NAME", "RECID"];
        rows(
            connection,
            "INVENTSITE",
            &columns,
            &[&[c, site, name, &id(at as u64)]],
        )?;
    }
    for (at, (site, warehouse, name)) in WAREHOUSES.iter().enumerate() {
        let columns = [
            "DATAAREAID",
            "INVENTLOCATIONID",
            "NAME",
            "INVENTSITEID",
            "RECID",
        ];
        let row: &[&dyn ToSql] = &[c, warehouse, name, site, &id(at as u64)];
        rows(connection, "INVENTLOCATION", &columns, &[row])?;
    }
    for (at, (group, name)) in ITEM_GROUPS.iter().enumerate() {
        let columns = ["DATAAREAID", "ITEMGROUPID", "NAME", "RECID"];
        rows(
            connection,
            "INVENTITEMGROUP",
            &columns,
            &[&[c, group, name, &id(at as u64)]],
        )?;
    }
    let group = ["NAME", "DESCRIPTION", "RECID"];
    rows(
        connection,
        "ECORESPRODUCTDIMENSIONGROUP",
        &group,
        &[&[&"ColSize", &"Color and size", &id(COLOUR_AND_SIZE)]],
    )?;
    rows(
        connection,
        "ECORESSTORAGEDIMENSIONGROUP",
        &group,
        &[&[&"SiteWH", &"Site and warehouse", &id(0)]],
    )?;
    rows(
        connection,
        "ECORESTRACKINGDIMENSIONGROUP",
        &group,
        &[
            &[&"None", &"No tracking dimensions", &id(0)],
            &[&"Batch", &"Batch number", &id(1)],
        ],
    )?;
    rows(
        connection,
        "TAXITEMGROUPHEADING",
        &["DATAAREAID", "TAXITEMGROUP", "NAME", "RECID"],
        &[
            &[c, &"FULL", &"Full rate", &id(0)],
            &[c, &"CLOTH", &"Clothing", &id(1)],
            &[c, &"EXEMPT", &"Exempt", &id(2)],
        ],
    )?;
    rows(
        connection,
        "TAXONITEM",
        &["DATAAREAID", "TAXITEMGROUP", "TAXCODE", "RECID"],
        &[
            &[c, &"FULL", &"STATE", &id(0)],
            &[c, &"FULL", &"CITY", &id(1)],
            &[c, &"CLOTH", &"STATE", &id(2)],
        ],
    )?;
    rows(
        connection,
        "DLVMODE",
        &[
            "DATAAREAID",
            "CODE",
            "TXT",
            "SHIPCARRIERID",
            "SHIPCARRIERNAME",
            "MARKUPGROUP",
            "RECID",
        ],
        &[
            &[
                c,
                &"GROUND",
                &"Ground, 3 to 5 days",
                &"FEDEX",
                &"FedEx Ground",
                &"FREIGHT",
                &id(0),
            ],
            &[
                c,
                &"EXPRESS",
                &"Express, 2 days",
                &"UPS",
                &"UPS 2nd Day Air",
                &"FREIGHT",
                &id(1),
            ],
            &[
                c,
                &"OVERNIGHT",
                &"Overnight",
                &"UPS",
                &"UPS Next Day Air",
                &"FREIGHT",
                &id(2),
            ],
            &[
                c,
                &"MAIL",
                &"Mail, 4 to 8 days",
                &"USPS",
                &"US Postal Service",
                &"FREIGHT",
                &id(3),
            ],
            &[c, &"PICKUP", &"Pick up in store", &"", &"", &"", &id(4)],
        ],
    )?;
    rows(
        connection,
        "MARKUPTABLE",
        &[
            "DATAAREAID",
            "MODULETYPE",
            "MARKUPCODE",
            "TXT",
            "TAXITEMGROUP",
            "RECID",
        ],
        &[
            &[c, &1, &"FREIGHT", &"Shipping", &"FULL", &id(0)],
            &[c, &1, &"HANDLING", &"Handling", &"FULL", &id(1)],
            &[c, &1, &"GIFTWRAP", &"Gift wrapping", &"FULL", &id(2)],
        ],
    )?;
    rows(
        connection,
        "SALESORIGIN",
        &["DATAAREAID", "ORIGINID", "DESCRIPTION", "RECID"],
        &[
            &[c, &"WEB", &"Web shop", &id(0)],
            &[c, &"PHONE", &"Telephone", &id(1)],
            &[c, &"STORE", &"Store", &id(2)],
            &[c, &"EMAIL", &"E-mail", &id(3)],
        ],
    )
}

fn dimensions(connection: &Connection) -> rusqlite::Result<()> {
    let columns =
        "DATAAREAID INVENTDIMID INVENTCOLORID INVENTSIZEID INVENTSITEID INVENTLOCATIONID RECID";
    let columns: Vec<&str> = columns.split(' ').collect();
    let mut statement = insert(connection, "INVENTDIM", &columns)?;
    let pairs = COLOURS
        .iter()
        .flat_map(|(colour, _)| SIZES.map(|size| (*colour, size)));
    let mut number = 0;
    for (pair, (colour, size)) in std::iter::once(("", "")).chain(pairs).enumerate() {
        let places = WAREHOUSES
            .iter()
            .map(|(site, warehouse, _)| (*site, *warehouse));
        for (place, (site, warehouse)) in std::iter::once(("", "")).chain(places).enumerate() {
            let id = dimension(pair, place);
            statement.execute(params![
                COMPANY,
                id,
                colour,
                size,
                site,
                warehouse,
                recid(number)
            ])?;
            number += 1;
        }
    }
    Ok(())
}

/// A category that waits for its last descendant.
struct Open {
    name: &'static str,
    number: u64,
    left: u64,
}

/// Writes the tree as a nested set: five levels, the root on top. A leaf's RecId is found by
/// [`leaf_recid`].
fn categories(connection: &Connection, leaves: &[Leaf]) -> rusqlite::Result<()> {
    rows(
        connection,
        "ECORESCATEGORYHIERARCHY",
        &["NAME", "RECID"],
        &[&[&"Contoso retail products", &recid(0)]],
    )?;
    rows(
        connection,
        "ECORESCATEGORYHIERARCHYROLE",
        &["NAMEDCATEGORYHIERARCHYROLE", "CATEGORYHIERARCHY", "RECID"],
        // Role 4: retail product hierarchy.
        &[&[&4, &recid(0), &recid(0)]],
    )?;
    let columns = "RECID CATEGORYHIERARCHY PARENTCATEGORY NAME CODE ISACTIVE LEVEL_ NESTEDSETLEFT NESTEDSETRIGHT";
    let columns: Vec<&str> = columns.split(' ').collect();
    let mut statement = insert(connection, "ECORESCATEGORY", &columns)?;
    let mut close = |open: &mut Vec<Open>, right: u64| -> rusqlite::Result<()> {
        let Some(category) = open.pop() else {
            return Ok(());
        };
        let parent = open.last().map_or(0, |above| recid(above.number));
        let level = open.len() as i64 + 1;
        statement
            .execute(params![
                recid(category.number),
                recid(0),
                parent,
                category.name,
                format!("CAT{:03}", category.number),
                1,
                level,
                category.left as i64,
                right as i64,
            ])
            .map(drop)
    };
    let root = Open {
        name: "All products",
        number: ROOT,
        left: 1,
    };
    let (mut open, mut bracket, mut inner) = (vec![root], 1, ROOT);
    for (at, leaf) in leaves.iter().enumerate() {
        let depth = leaf.path.len() - 1;
        let shared = open[1..].iter().zip(&leaf.path[..depth]);
        let keep = 1 + shared
            .take_while(|(above, name)| above.name == **name)
            .count();
        while open.len() > keep {
            bracket += 1;
            close(&mut open, bracket)?;
        }
        for name in &leaf.path[keep - 1..] {
            bracket += 1;
            let is_leaf = open.len() == depth + 1;
            let number = if is_leaf {
                at as u64
            } else {
                inner += 1;
                inner
            };
            open.push(Open {
                name,
                number,
                left: bracket,
            });
        }
        bracket += 1;
        close(&mut open, bracket)?;
    }
    while !open.is_empty() {
        bracket += 1;
        close(&mut open, bracket)?;
    }
    Ok(())
}

/// Leaves are numbered from 0, the root and what lies between from here on.
const ROOT: u64 = 500;

/// RecId of the leaf at a place of the list that was given to [`write`].
pub(super) fn leaf_recid(at: usize) -> i64 {
    recid(at as u64)
}

fn write_customers(
    connection: &Connection,
    customers: u64,
    random: &mut Random,
) -> rusqlite::Result<()> {
    let mut parties = insert(connection, "DIRPARTYTABLE", &["RECID", "NAME"])?;
    let columns = "DATAAREAID ACCOUNTNUM PARTY CUSTGROUP CURRENCY TAXGROUP PRICEGROUP LINEDISC \
                   MULTILINEDISC ENDDISC DLVMODE DLVTERM PAYMTERMID INVENTSITEID INVENTLOCATION \
                   LANGUAGEID RECID";
    let columns: Vec<&str> = columns.split_whitespace().collect();
    let mut accounts = insert(connection, "CUSTTABLE", &columns)?;
    for number in 0..=customers {
        let party = recid(number);
        let (account, name, group) = if number == 0 {
            let template = "Web customer template";
            ("WEB-TEMPLATE".to_owned(), template.to_owned(), "INTERNET")
        } else {
            let (first, last) = PEOPLE;
            let name = format!("{} {}", random.pick(&first), random.pick(&last));
            let group = random.pick(&["INTERNET", "RETAIL", "WHOLESALE"]);
            (format!("US-{number:06}"), name, group)
        };
        parties.execute(params![party, name])?;
        accounts.execute(params![
            COMPANY, account, party, group, CURRENCY, "WA", group, group, group, group, "GROUND",
            "DAP", "NET30", "WEST", "WH08", "en-us", party,
        ])?;
    }
    Ok(())
}

/// Where the customers live; the template lives nowhere. Chance has no part in it.
fn addresses(
    connection: &Connection,
    company: &CompanyFacts,
    customers: u64,
) -> rusqlite::Result<()> {
    const STREETS: [&str; 4] = ["Pine Street", "Main Street", "Lake Avenue", "Hill Road"];
    const CITIES: [[&str; 3]; 4] = [
        ["98101", "Seattle", "WA"],
        ["97205", "Portland", "OR"],
        ["60601", "Chicago", "IL"],
        ["02108", "Boston", "MA"],
    ];
    for number in 1..=customers {
        let street = STREETS[number as usize % STREETS.len()];
        let [zip_code, city, state] = CITIES[(number / 4) as usize % CITIES.len()];
        let address = Address {
            name: format!("Customer US-{number:06}"),
            street: format!("{number} {street}"),
            zip_code: zip_code.to_owned(),
            city: city.to_owned(),
            state: state.to_owned(),
            country: "USA".to_owned(),
        };
        let since = text("2020-01-01 00:00:00");
        address::write(connection, company, &address, since, Some(recid(number))).map_err(
            |error| match error {
                NumberError::Sqlite(error) => error,
                none @ (NumberError::Blocked(_) | NumberError::Exceeded(_)) => {
                    rusqlite::Error::ToSqlConversionFailure(none.into())
                }
            },
        )?;
    }
    Ok(())
}

fn rows(
    connection: &Connection,
    table: &str,
    columns: &[&str],
    rows: &[&[&dyn ToSql]],
) -> rusqlite::Result<()> {
    let mut statement = insert(connection, table, columns)?;
    for row in rows {
        statement.execute(*row)?;
    }
    Ok(())
}
