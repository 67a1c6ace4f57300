//! The items of a sample company with all that belongs to them: shared product, texts, category,
//! variants, prices, stock and trade agreements.

mod name;

use std::ops::Range;

use rusqlite::{Connection, Statement, params};

use self::name::{AR, DE, EN, FR, Name, ZH};
use super::assortment::{CLOTHING_SIZES, COLOURS, COMPONENTS, LANGUAGES, Leaf, SIZES, Scale};
use super::conversions::Conversions;
use super::setup::{COLOUR_AND_SIZE, WAREHOUSES, dimension, leaf_recid, pair};
use super::{COMPANY, CURRENCY, insert, recid};
use crate::model::random::Random;

/// `INSTANCERELATIONTYPE` of masters and single products, and of variants: the concrete types'
/// table ids, which differ by installation.
const PRODUCT_TYPE_IDS: (i64, i64) = (1, 2);

/// Writes items one after the other.
pub(super) struct Items<'c> {
    leaves: Vec<(usize, &'c Leaf)>,
    /// Digits of an item number: all have the same, so that their order is that of the numbers.
    digits: usize,
    written: u64,
    products: u64,
    modules: u64,
    combinations: u64,
    texts: u64,
    sums: u64,
    agreements: u64,
    categories: u64,
    inventtable: Statement<'c>,
    inventtablemodule: Statement<'c>,
    inventitemgroupitem: Statement<'c>,
    inventdimcombination: Statement<'c>,
    ecoresproduct: Statement<'c>,
    ecoresproducttranslation: Statement<'c>,
    ecoresproductcategory: Statement<'c>,
    ecoresproductdimensiongroupproduct: Statement<'c>,
    inventsum: Statement<'c>,
    pricedisctable: Statement<'c>,
    conversions: Conversions<'c>,
}

/// What an item is.
enum Kind<'c> {
    /// A product of a leaf; a master where `pairs` are its variants' colours and sizes.
    Sold {
        leaf: (usize, &'c Leaf),
        pairs: Vec<(usize, usize)>,
    },
    /// A part, not for sale.
    Component { name: (&'static str, &'static str) },
}

impl<'c> Items<'c> {
    pub(super) fn new(
        connection: &'c Connection,
        leaves: &'c [Leaf],
        items: u64,
    ) -> rusqlite::Result<Self> {
        let table = |name, columns: &str| {
            let columns: Vec<&str> = columns.split_whitespace().collect();
            insert(connection, name, &columns)
        };
        Ok(Self {
            leaves: leaves.iter().enumerate().collect(),
            digits: items.to_string().len().max(6),
            written: 0,
            products: 0,
            modules: 0,
            combinations: 0,
            texts: 0,
            sums: 0,
            agreements: 0,
            categories: 0,
            inventtable: table(
                "INVENTTABLE",
                "DATAAREAID ITEMID PRODUCT NAMEALIAS ITEMTYPE NETWEIGHT MODIFIEDDATETIME RECID",
            )?,
            inventtablemodule: table(
                "INVENTTABLEMODULE",
                "DATAAREAID ITEMID MODULETYPE PRICE PRICEUNIT UNITID TAXITEMGROUPID RECID",
            )?,
            inventitemgroupitem: table(
                "INVENTITEMGROUPITEM",
                "DATAAREAID ITEMDATAAREAID ITEMID ITEMGROUPID RECID",
            )?,
            inventdimcombination: table(
                "INVENTDIMCOMBINATION",
                "DATAAREAID ITEMID INVENTDIMID DISTINCTPRODUCTVARIANT RETAILVARIANTID RECID",
            )?,
            ecoresproduct: table(
                "ECORESPRODUCT",
                "RECID DISPLAYPRODUCTNUMBER SEARCHNAME PRODUCTTYPE PRODUCTMASTER INSTANCERELATIONTYPE",
            )?,
            ecoresproducttranslation: table(
                "ECORESPRODUCTTRANSLATION",
                "PRODUCT LANGUAGEID NAME DESCRIPTION RECID",
            )?,
            ecoresproductcategory: table(
                "ECORESPRODUCTCATEGORY",
                "PRODUCT CATEGORY CATEGORYHIERARCHY MODIFIEDDATETIME RECID",
            )?,
            ecoresproductdimensiongroupproduct: table(
                "ECORESPRODUCTDIMENSIONGROUPPRODUCT",
                "PRODUCT PRODUCTDIMENSIONGROUP RECID",
            )?,
            inventsum: table(
                "INVENTSUM",
                "DATAAREAID ITEMID INVENTDIMID POSTEDQTY RESERVPHYSICAL PHYSICALINVENT \
                 AVAILPHYSICAL CLOSED CLOSEDQTY RECID",
            )?,
            pricedisctable: table(
                "PRICEDISCTABLE",
                "RECID DATAAREAID RELATION MODULE ACCOUNTCODE ACCOUNTRELATION ITEMCODE ITEMRELATION \
                 CURRENCY AMOUNT PERCENT1 QUANTITYAMOUNTFROM FROMDATE UNITID PRICEUNIT INVENTDIMID",
            )?,
            conversions: Conversions::new(connection)?,
        })
    }

    /// Discounts that name no item: multiline for a group of items, total for every order.
    pub(super) fn write_general_agreements(&mut self) -> rusqlite::Result<()> {
        self.agreement(6, (1, "WHOLESALE"), (1, "SEASON"), 0, 5, 10)?;
        self.agreement(7, (1, "WHOLESALE"), (2, ""), 0, 2, 1_000)?;
        self.agreement(7, (2, ""), (2, ""), 0, 1, 5_000)
    }

    /// Writes the next item.
    pub(super) fn write(&mut self, random: &mut Random) -> rusqlite::Result<()> {
        let kind = self.kind(random);
        let item = format!("C-{:0digits$}", self.written + 1, digits = self.digits);
        let product = self.products;
        let name = Name::new(&kind, random);
        let service = matches!(&kind, Kind::Sold { leaf, .. } if leaf.1.scale == Scale::Service);
        let cents = match &kind {
            Kind::Sold { leaf, .. } => {
                let (low, high) = leaf.1.prices;
                random.between(low, high) * 100 - 1
            }
            Kind::Component { .. } => random.between(20, 4_000),
        };
        self.ecoresproduct.execute(params![
            recid(product),
            item,
            name.alias(),
            i64::from(service),
            None::<i64>,
            PRODUCT_TYPE_IDS.0,
        ])?;
        self.products += 1;
        self.write_texts(product, &name, "", random.below(64))?;
        self.write_released(&item, product, &kind, &name, cents, random)?;
        match &kind {
            Kind::Sold { leaf, pairs } => {
                let category = leaf_recid(leaf.0);
                let row = recid(self.categories);
                self.ecoresproductcategory.execute(params![
                    recid(product),
                    category,
                    recid(0),
                    CREATED,
                    row
                ])?;
                self.categories += 1;
                if !pairs.is_empty() {
                    self.write_variants(&item, product, pairs, &name, random)?;
                } else if !service {
                    self.conversions.write_box(self.written, recid(product))?;
                    let places = random.between(1, 4);
                    self.write_stock(&item, 0, places, random)?;
                }
                self.write_agreements(&item, cents, random)?;
            }
            Kind::Component { .. } => {
                let places = random.between(1, 2);
                self.write_stock(&item, 0, places, random)?;
            }
        }
        self.written += 1;
        Ok(())
    }

    fn kind(&self, random: &mut Random) -> Kind<'c> {
        let leaf = |scales: &[Scale], random: &mut Random| {
            let fits = |(_, leaf): &&(usize, &Leaf)| scales.contains(&leaf.scale);
            let fitting: Vec<_> = self.leaves.iter().filter(fits).copied().collect();
            random.pick(&fitting)
        };
        // Of eight items one is a master with variants, one is a component; of 32 one is a service.
        match random.below(32) {
            0..4 => {
                let leaf = leaf(&[Scale::Clothing, Scale::Shoes], random);
                let sizes = match leaf.1.scale {
                    Scale::Shoes => CLOTHING_SIZES..SIZES.len(),
                    Scale::Clothing | Scale::Plain | Scale::Service => 0..CLOTHING_SIZES,
                };
                let colours = some_of(0..COLOURS.len(), random.between(1, 3), random);
                let sizes = some_of(sizes, random.between(2, 4), random);
                let pairs = colours
                    .iter()
                    .flat_map(|colour| sizes.iter().map(|size| (*colour, *size)))
                    .collect();
                Kind::Sold { leaf, pairs }
            }
            4..8 => Kind::Component {
                name: random.pick(&COMPONENTS),
            },
            8 => Kind::Sold {
                leaf: leaf(&[Scale::Service], random),
                pairs: Vec::new(),
            },
            _ => Kind::Sold {
                leaf: leaf(&[Scale::Plain], random),
                pairs: Vec::new(),
            },
        }
    }

    fn write_released(
        &mut self,
        item: &str,
        product: u64,
        kind: &Kind<'_>,
        name: &Name,
        cents: u64,
        random: &mut Random,
    ) -> rusqlite::Result<()> {
        let (group, tax, service) = match kind {
            Kind::Component { .. } => ("COMP", "FULL", false),
            Kind::Sold { leaf, .. } => match leaf.1.scale {
                Scale::Clothing | Scale::Shoes => ("FIN", "CLOTH", false),
                Scale::Plain => ("FIN", "FULL", false),
                Scale::Service => ("SERV", "EXEMPT", true),
            },
        };
        let weight = if service { 0 } else { random.between(5, 2_500) };
        // ItemType 2: service.
        let item_type = if service { 2 } else { 0 };
        self.inventtable.execute(params![
            COMPANY,
            item,
            recid(product),
            name.alias(),
            item_type,
            decimal(weight),
            CREATED,
            recid(self.written),
        ])?;
        let cost = cents * 6 / 10;
        for (module, price) in [(0, cost), (1, cost), (2, cents)] {
            let unit = if service { "hr" } else { "ea" };
            let row = recid(self.modules);
            self.inventtablemodule.execute(params![
                COMPANY,
                item,
                module,
                decimal(price),
                "1",
                unit,
                tax,
                row
            ])?;
            self.modules += 1;
        }
        let row = recid(self.written);
        self.inventitemgroupitem
            .execute(params![COMPANY, COMPANY, item, group, row])
            .map(drop)
    }

    fn write_variants(
        &mut self,
        item: &str,
        master: u64,
        pairs: &[(usize, usize)],
        name: &Name,
        random: &mut Random,
    ) -> rusqlite::Result<()> {
        self.ecoresproductdimensiongroupproduct.execute(params![
            recid(master),
            recid(COLOUR_AND_SIZE),
            recid(master),
        ])?;
        for (colour, size) in pairs {
            let ((colour_name, code), size_name) = (COLOURS[*colour], SIZES[*size]);
            let (variant, pair) = (self.products, pair(*colour, *size));
            self.ecoresproduct.execute(params![
                recid(variant),
                format!("{item}-{code}-{size_name}"),
                name.alias(),
                0,
                recid(master),
                PRODUCT_TYPE_IDS.1,
            ])?;
            self.products += 1;
            self.write_texts(
                variant,
                name,
                &format!(", {colour_name}, {size_name}"),
                VARIANT_TEXTS,
            )?;
            self.inventdimcombination.execute(params![
                COMPANY,
                item,
                dimension(pair, 0),
                recid(variant),
                format!("V{:08}", self.combinations + 1),
                recid(self.combinations),
            ])?;
            self.combinations += 1;
            let places = random.between(1, 2);
            self.write_stock(item, pair, places, random)?;
        }
        Ok(())
    }

    /// Texts in some languages, chosen by `languages`, in the order of their ids.
    fn write_texts(
        &mut self,
        product: u64,
        name: &Name,
        suffix: &str,
        languages: u64,
    ) -> rusqlite::Result<()> {
        // Every product speaks English and German, half of them French, a few Arabic or Chinese.
        for (language, wanted) in [
            (AR, languages % 16 == 3),
            (DE, true),
            (EN, true),
            (FR, languages % 2 == 1),
            (ZH, languages % 16 == 7),
        ] {
            if !wanted {
                continue;
            }
            let Some((title, description)) = name.text(language) else {
                continue;
            };
            // A variant says no more than its master does.
            let description = if suffix.is_empty() {
                description
            } else {
                String::new()
            };
            self.ecoresproducttranslation.execute(params![
                recid(product),
                LANGUAGES[language],
                format!("{title}{suffix}"),
                description,
                recid(self.texts),
            ])?;
            self.texts += 1;
        }
        Ok(())
    }

    fn write_stock(
        &mut self,
        item: &str,
        pair: usize,
        places: u64,
        random: &mut Random,
    ) -> rusqlite::Result<()> {
        for warehouse in some_of(1..WAREHOUSES.len() + 1, places, random) {
            // A closed row is one that AX keeps for its past only.
            let closed = random.once_in(40);
            let posted = if closed { 0 } else { random.below(500) };
            let reserved = if random.once_in(4) { posted / 10 } else { 0 };
            self.inventsum.execute(params![
                COMPANY,
                item,
                dimension(pair, warehouse),
                posted.to_string(),
                reserved.to_string(),
                posted.to_string(),
                (posted - reserved).to_string(),
                closed,
                closed,
                recid(self.sums),
            ])?;
            self.sums += 1;
        }
        Ok(())
    }

    fn write_agreements(
        &mut self,
        item: &str,
        cents: u64,
        random: &mut Random,
    ) -> rusqlite::Result<()> {
        if random.once_in(3) {
            self.agreement(4, (2, ""), (0, item), cents * 95 / 100, 0, 0)?;
            if random.once_in(3) {
                self.agreement(4, (2, ""), (0, item), cents * 9 / 10, 0, 10)?;
            }
        }
        if random.once_in(10) {
            let percent = random.between(2, 20);
            self.agreement(5, (1, "INTERNET"), (0, item), 0, percent, 0)?;
        }
        if random.once_in(20) {
            // What a vendor asks: nothing for a shop.
            self.agreement(0, (0, "US-VENDOR"), (0, item), cents / 2, 0, 0)?;
        }
        Ok(())
    }

    fn agreement(
        &mut self,
        relation: i64,
        account: (i64, &str),
        item: (i64, &str),
        cents: u64,
        percent: u64,
        quantity_from: u64,
    ) -> rusqlite::Result<()> {
        // Enum ModuleCustVend: 1 customer, 2 vendor.
        let module = if relation < 4 { 2 } else { 1 };
        self.pricedisctable.execute(params![
            recid(self.agreements),
            COMPANY,
            relation,
            module,
            account.0,
            account.1,
            item.0,
            item.1,
            CURRENCY,
            decimal(cents),
            percent.to_string(),
            quantity_from.to_string(),
            CREATED,
            "ea",
            "1",
            dimension(0, 0),
        ])?;
        self.agreements += 1;
        Ok(())
    }
}

const CREATED: &str = "2025-01-01 00:00:00";
/// Chooses English and German.
const VARIANT_TEXTS: u64 = 0;

/// `number` of `range` (all where there are not so many), in their order.
fn some_of(range: Range<usize>, number: u64, random: &mut Random) -> Vec<usize> {
    let mut wanted = number;
    let end = range.end;
    range
        .filter(|candidate| {
            let taken = random.below((end - candidate) as u64) < wanted;
            wanted -= u64::from(taken);
            taken
        })
        .collect()
}

fn decimal(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
