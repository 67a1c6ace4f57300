//! The marketplaces that one can sign up for, and the attributes that have to be filled for each of
//! them. Their categories are typed as the marketplace names them. The service talks to none of them:
//! their orders come in through the API.

/// A marketplace.
#[derive(Debug, PartialEq, Eq)]
pub struct Marketplace {
    /// What addresses and the store call it.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// An attribute of a marketplace.
#[derive(Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Name in forms and in the store.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// The marketplace is not opened before it is mapped.
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

/// What this service asks for of every product of a marketplace: a sample, whatever the marketplace. No
/// source says what each of them asks for, and they change it.
pub const ATTRIBUTES: [Attribute; 11] = [
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
];

/// Any other marketplace, also one that was made through the API.
const OTHER: Marketplace = Marketplace {
    id: "other",
    name: "Another marketplace",
};

/// Every marketplace one can sign up for: those that the documents name ("(USA) About online
/// marketplaces"), and any other.
pub const MARKETPLACES: [&Marketplace; 3] = [
    &Marketplace {
        id: "amazon",
        name: "Amazon",
    },
    &Marketplace {
        id: "ebay",
        name: "eBay",
    },
    &OTHER,
];

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
    fn every_id_and_every_attribute_is_there_once() {
        let ids: HashSet<_> = MARKETPLACES.iter().map(|known| known.id).collect();
        assert_eq!(ids.len(), MARKETPLACES.len());
        let attributes: HashSet<_> = ATTRIBUTES.iter().map(|known| known.id).collect();
        assert_eq!(attributes.len(), ATTRIBUTES.len());
        assert_eq!(Marketplace::of("ebay").name, "eBay");
        assert_eq!(Marketplace::of("bazaar").id, "other");
    }
}
