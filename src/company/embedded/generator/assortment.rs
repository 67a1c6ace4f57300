//! What Contoso sells: the leaves of its category tree with a name for their products in five
//! languages, and the words that tell one product from the next.

/// Languages of the nouns, in the order in which they stand in `assortment.txt`.
pub(super) const LANGUAGES: [&str; 5] = ["en-us", "de", "fr", "ar", "zh-hans"];

/// Lines of products.
pub(super) const LINES: [&str; 24] = [
    "Alpine", "Aurora", "Basalt", "Breeze", "Canyon", "Cascade", "Cobalt", "Delta", "Ember",
    "Fjord", "Glacier", "Harbor", "Horizon", "Juniper", "Lumen", "Meridian", "Nordic", "Orchid",
    "Pioneer", "Quartz", "Ridge", "Summit", "Tundra", "Vista",
];

/// Brands: Microsoft's invented companies.
pub(super) const BRANDS: [&str; 8] = [
    "Contoso",
    "Fabrikam",
    "Litware",
    "Northwind",
    "Proseware",
    "Tailspin",
    "Wingtip",
    "Adatum",
];

/// Parts that are bought or made, not sold.
pub(super) const COMPONENTS: [(&str, &str); 8] = [
    ("Zipper", "Reißverschluss"),
    ("Circuit Board", "Leiterplatte"),
    ("Hinge", "Scharnier"),
    ("Cable", "Kabel"),
    ("Frame Tube", "Rahmenrohr"),
    ("Screw Set", "Schraubensatz"),
    ("Fabric Roll", "Stoffrolle"),
    ("Gasket", "Dichtung"),
];

/// First and last names of customers.
pub(super) const PEOPLE: ([&str; 16], [&str; 16]) = (
    [
        "Amira", "Ben", "Chiara", "Daniel", "Elif", "Felix", "Grace", "Hiro", "Ines", "Jonas",
        "Karim", "Lena", "Mateo", "Nadia", "Oscar", "Priya",
    ],
    [
        "Andersen", "Bauer", "Costa", "Dubois", "Evans", "Fischer", "García", "Haddad", "Ivanova",
        "Jensen", "Kim", "Lefèvre", "Müller", "Novak", "Okafor", "Tanaka",
    ],
);

/// Colours of variants: name in AX (at most 10 characters) and short form in product numbers.
pub(super) const COLOURS: [(&str, &str); 8] = [
    ("Black", "BLK"),
    ("Blue", "BLU"),
    ("Green", "GRN"),
    ("Grey", "GRY"),
    ("Navy", "NVY"),
    ("Red", "RED"),
    ("White", "WHT"),
    ("Yellow", "YLW"),
];

/// Sizes of variants: clothing first, then shoes.
pub(super) const SIZES: [&str; 14] = [
    "XS", "S", "M", "L", "XL", "XXL", "37", "38", "39", "40", "41", "42", "43", "44",
];

/// How many of [`SIZES`] are sizes of clothing.
pub(super) const CLOTHING_SIZES: usize = 6;

/// How the products of a leaf are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// Colours and sizes of clothing.
    Clothing,
    /// Colours and sizes of shoes.
    Shoes,
    /// No variants.
    Plain,
    /// No variants and no stock.
    Service,
}

/// A category without categories below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    /// Names of the categories from the department to the leaf itself.
    pub(super) path: [&'static str; 4],
    /// What a product of it is called, in the order of [`LANGUAGES`].
    pub(super) nouns: [&'static str; 5],
    pub(super) scale: Scale,
    /// Lowest and highest price.
    pub(super) prices: (u64, u64),
}

/// Every leaf, in the order of the tree.
pub(super) fn leaves() -> Vec<Leaf> {
    TREE.lines().filter_map(leaf).collect()
}

const TREE: &str = include_str!("assortment.txt");

fn leaf(line: &'static str) -> Option<Leaf> {
    let mut fields = line.split(" | ");
    let mut path = fields.next()?.split(" > ");
    let path = [path.next()?, path.next()?, path.next()?, path.next()?];
    let mut next = || fields.next();
    Some(Leaf {
        path,
        nouns: [next()?, next()?, next()?, next()?, next()?],
        scale: match next()? {
            "clothing" => Scale::Clothing,
            "shoes" => Scale::Shoes,
            "plain" => Scale::Plain,
            "service" => Scale::Service,
            _ => return None,
        },
        prices: (next()?.parse().ok()?, next()?.parse().ok()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_assortment_is_a_leaf() {
        assert_eq!(leaves().len(), TREE.lines().count());
        assert!(leaves().iter().all(|leaf| leaf.prices.0 < leaf.prices.1));
    }

    #[test]
    fn each_kind_of_item_finds_a_leaf() {
        for scale in [Scale::Clothing, Scale::Shoes, Scale::Plain, Scale::Service] {
            assert!(leaves().iter().any(|leaf| leaf.scale == scale), "{scale:?}");
        }
    }
}
