//! The marketplaces that one can sign up for, with the attributes they ask for and their main
//! categories. The service talks to none of them: their orders come in through the API.

/// A marketplace.
#[derive(Debug, PartialEq, Eq)]
pub struct Marketplace {
    /// What addresses and the store call it.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it asks for of every product.
    pub attributes: &'static [Attribute],
    /// Its main categories; none where it is not known which it has.
    pub categories: &'static [&'static str],
}

/// An attribute of a marketplace.
#[derive(Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Name in forms and in the store.
    pub id: &'static str,
    /// Its name at the marketplace.
    pub name: &'static str,
    /// The marketplace takes no product without it.
    pub is_required: bool,
    /// What may fill it.
    pub source: Source,
}

/// What may fill an attribute of a marketplace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// An attribute of the product.
    Product,
    /// The same text for every product.
    Text,
}

/// The attributes of the company's products: word and name.
pub const PRODUCT_ATTRIBUTES: [(&str, &str); 14] = [
    ("item", "Item number"),
    ("product", "Product number"),
    ("name", "Product name"),
    ("description", "Description"),
    ("search-name", "Search name"),
    ("item-group", "Item group"),
    ("price", "Sales price"),
    ("available", "Available quantity"),
    ("unit", "Sales unit"),
    ("net-weight", "Net weight"),
    ("configuration", "Configuration"),
    ("size", "Size"),
    ("colour", "Color"),
    ("style", "Style"),
];

const fn required(id: &'static str, name: &'static str, source: Source) -> Attribute {
    Attribute {
        id,
        name,
        is_required: true,
        source,
    }
}

const fn optional(id: &'static str, name: &'static str, source: Source) -> Attribute {
    Attribute {
        id,
        name,
        is_required: false,
        source,
    }
}

const AMAZON: Marketplace = Marketplace {
    id: "amazon",
    name: "Amazon",
    attributes: &[
        required("sku", "SKU", Source::Product),
        required("title", "Product name", Source::Product),
        required("brand", "Brand", Source::Text),
        required("condition", "Condition", Source::Text),
        required("price", "Price", Source::Product),
        required("quantity", "Quantity", Source::Product),
        optional("description", "Description", Source::Product),
        optional("manufacturer", "Manufacturer", Source::Text),
        optional("size", "Size", Source::Product),
        optional("color", "Color", Source::Product),
        optional("style", "Style", Source::Product),
        optional("weight", "Shipping weight", Source::Product),
    ],
    categories: &[
        "Appliances",
        "Arts, Crafts & Sewing",
        "Automotive",
        "Baby",
        "Beauty",
        "Books",
        "Cell Phones & Accessories",
        "Clothing, Shoes & Jewelry",
        "Electronics",
        "Grocery & Gourmet Food",
        "Health & Personal Care",
        "Home & Kitchen",
        "Industrial & Scientific",
        "Luggage & Travel Gear",
        "Musical Instruments",
        "Office Products",
        "Patio, Lawn & Garden",
        "Pet Supplies",
        "Software",
        "Sports & Outdoors",
        "Tools & Home Improvement",
        "Toys & Games",
        "Video Games",
    ],
};

const EBAY: Marketplace = Marketplace {
    id: "ebay",
    name: "eBay",
    attributes: &[
        required("label", "Custom label (SKU)", Source::Product),
        required("title", "Title", Source::Product),
        required("condition", "Condition", Source::Text),
        required("description", "Item description", Source::Product),
        required("price", "Buy It Now price", Source::Product),
        required("quantity", "Quantity", Source::Product),
        optional("brand", "Brand", Source::Text),
        optional("mpn", "Manufacturer part number", Source::Product),
        optional("size", "Size", Source::Product),
        optional("color", "Color", Source::Product),
        optional("style", "Style", Source::Product),
    ],
    categories: &[
        "Antiques",
        "Art",
        "Baby",
        "Books",
        "Business & Industrial",
        "Cameras & Photo",
        "Cell Phones & Accessories",
        "Clothing, Shoes & Accessories",
        "Collectibles",
        "Computers/Tablets & Networking",
        "Consumer Electronics",
        "Crafts",
        "Dolls & Bears",
        "Health & Beauty",
        "Home & Garden",
        "Jewelry & Watches",
        "Music",
        "Musical Instruments & Gear",
        "Pet Supplies",
        "Pottery & Glass",
        "Sporting Goods",
        "Toys & Hobbies",
        "Video Games & Consoles",
        "Everything Else",
    ],
};

/// Any other marketplace, also one that was made through the API.
const OTHER: Marketplace = Marketplace {
    id: "other",
    name: "Another marketplace",
    attributes: &[
        required("sku", "Product id", Source::Product),
        required("title", "Title", Source::Product),
        required("price", "Price", Source::Product),
        required("quantity", "Quantity", Source::Product),
        optional("description", "Description", Source::Product),
        optional("brand", "Brand", Source::Text),
        optional("condition", "Condition", Source::Text),
        optional("size", "Size", Source::Product),
        optional("color", "Color", Source::Product),
        optional("style", "Style", Source::Product),
        optional("weight", "Weight", Source::Product),
    ],
    categories: &[],
};

/// Every marketplace one can sign up for.
pub const MARKETPLACES: [&Marketplace; 3] = [&AMAZON, &EBAY, &OTHER];

impl Marketplace {
    /// The marketplace of that id.
    pub fn find(id: &str) -> Option<&'static Self> {
        MARKETPLACES.into_iter().find(|known| known.id == id)
    }

    /// The marketplace of that id; the one for any other where it is not known.
    pub fn of(id: &str) -> &'static Self {
        Self::find(id).unwrap_or(&OTHER)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_id_and_every_attribute_of_a_marketplace_is_there_once() {
        let mut ids = HashSet::new();
        for marketplace in MARKETPLACES {
            assert!(ids.insert(marketplace.id), "{}", marketplace.id);
            let mut attributes = HashSet::new();
            for attribute in marketplace.attributes {
                assert!(attributes.insert(attribute.id), "{}", attribute.id);
            }
            let categories: HashSet<_> = marketplace.categories.iter().collect();
            assert_eq!(categories.len(), marketplace.categories.len());
        }
        assert_eq!(Marketplace::of("ebay").name, "eBay");
        assert_eq!(Marketplace::of("bazaar").id, "other");
    }
}
