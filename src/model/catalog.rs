//! The master data that travels from AX to Commerce Services, one type for each stream of it.
//!
//! The types are shared by the company (which fills them), the jobs (which serialise them) and the
//! service (which refuses what does not fit). Empty text means "no value", as in AX, and is left
//! out of the JSON. Field order is the wire order: equal records have equal bytes.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::amount::Amount;

/// Name and description in one language (`ECORESPRODUCTTRANSLATION`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// AX language id, such as `en-us` or `zh-hant`.
    pub language: String,
    /// Product name.
    pub name: String,
    /// Longer text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// A node of a category hierarchy (`ECORESCATEGORY`). Its id is the node's RecId.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// RecId of the node, as text.
    pub id: String,
    /// Name of the hierarchy the node belongs to.
    pub hierarchy: String,
    /// Name of the node.
    pub name: String,
    /// Code of the node.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// Id of the node above; empty at the root.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub parent: String,
    /// False where AX has switched the node off.
    pub active: bool,
}

/// Which family of dimensions a group describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DimensionFamily {
    /// Configuration, size, colour, style (`ECORESPRODUCTDIMENSIONGROUP`).
    Product,
    /// Site, warehouse, location (`ECORESSTORAGEDIMENSIONGROUP`).
    Storage,
    /// Batch, serial number (`ECORESTRACKINGDIMENSIONGROUP`).
    Tracking,
}

impl DimensionFamily {
    /// The word used on the wire and in record ids.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Storage => "storage",
            Self::Tracking => "tracking",
        }
    }
}

/// A dimension group. Its id is `family|name`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DimensionGroup {
    /// Which dimensions it is about.
    pub family: DimensionFamily,
    /// Name of the group.
    pub name: String,
    /// Longer text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// An item sales tax group (`TAXITEMGROUPHEADING`, `TAXONITEM`). Its id is the group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemTaxGroup {
    /// The group, such as `TX-FULL`.
    pub group: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Sales tax codes of the group, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
}

/// A mode of delivery (`DLVMODE`). Its id is the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveryMode {
    /// The mode, such as `GROUND`.
    pub code: String,
    /// Its text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Carrier id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub carrier: String,
    /// Carrier name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub carrier_name: String,
}

/// The four product dimensions (`INVENTDIM.CONFIGID`, `INVENTSIZEID`, `INVENTCOLORID`,
/// `INVENTSTYLEID`); empty where the item does not use one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductDimensions {
    /// Configuration.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub configuration: String,
    /// Size.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub size: String,
    /// Colour.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub colour: String,
    /// Style.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub style: String,
}

/// A variant of a product master (`INVENTDIMCOMBINATION` with its `ECORESPRODUCT`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Display product number of the variant.
    pub number: String,
    /// What tells it from its siblings.
    pub dimensions: ProductDimensions,
    /// Names in every language, sorted by language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<Text>,
}

/// Item or service (`ECORESPRODUCT.PRODUCTTYPE`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProductType {
    /// 0: something that is stocked.
    Item,
    /// 1: a service.
    Service,
}

/// A released product (`INVENTTABLE` with its shared product). Its id is the item number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Item number.
    pub item: String,
    /// Display product number of the shared product.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub product: String,
    /// Item or service.
    pub product_type: ProductType,
    /// Search name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub search_name: String,
    /// Item group.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item_group: String,
    /// Item sales tax group of the sales side (`INVENTTABLEMODULE`, module type 2).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item_tax_group: String,
    /// Product dimension group, empty for a product without variants.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub dimension_group: String,
    /// Sales unit.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Base sales price in the company's currency, for [`Item::price_unit`] units.
    pub price: Amount,
    /// Number of units the price is for.
    pub price_unit: Amount,
    /// Net weight.
    pub net_weight: Amount,
    /// Ids of the categories the product is in, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Texts in every language, sorted by language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<Text>,
    /// Variants, sorted by number. Empty for a product without variants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Variant>,
}

/// Available quantity of an item or variant in one warehouse (`INVENTSUM` by `INVENTDIM`, closed
/// rows left out). Its id is `item|configuration|size|colour|style|site|warehouse`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnHand {
    /// Item number.
    pub item: String,
    /// The variant; all empty for a product without variants.
    #[serde(default, skip_serializing_if = "ProductDimensions::is_blank")]
    pub dimensions: ProductDimensions,
    /// Site.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub site: String,
    /// Warehouse.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub warehouse: String,
    /// Available physical: what can be promised now.
    pub available: Amount,
}

impl ProductDimensions {
    /// True where no dimension is used.
    pub fn is_blank(&self) -> bool {
        [&self.configuration, &self.size, &self.colour, &self.style]
            .into_iter()
            .all(String::is_empty)
    }

    /// Reads what [`Self::written`] wrote, or somebody typed: `configuration/size/colour/style`, where
    /// any may be empty and the last ones left out.
    pub fn read(text: &str) -> Self {
        let mut parts = text.splitn(4, '/').map(|part| part.trim().to_owned());
        let mut next = || parts.next().unwrap_or_default();
        Self {
            configuration: next(),
            size: next(),
            colour: next(),
            style: next(),
        }
    }

    /// All four in a row, with nothing behind the last one in use: `//54/Red` has no configuration and
    /// no size.
    pub fn written(&self) -> String {
        let all = [&self.configuration, &self.size, &self.colour, &self.style];
        let all = all.map(String::as_str).join("/");
        all.trim_end_matches('/').to_owned()
    }

    /// The dimensions in use, in one word: `54/Red`.
    pub fn joined(&self) -> String {
        let used = [&self.configuration, &self.size, &self.colour, &self.style];
        let used: Vec<&str> = used
            .into_iter()
            .map(String::as_str)
            .filter(|dimension| !dimension.is_empty())
            .collect();
        used.join("/")
    }
}

/// What a trade agreement grants (`PRICEDISCTABLE.RELATION` 4 to 7, the sales side).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgreementKind {
    /// 4: sales price.
    Price,
    /// 5: line discount.
    LineDiscount,
    /// 6: multiline discount.
    MultilineDiscount,
    /// 7: total discount.
    TotalDiscount,
}

/// How far an account or item code reaches (`TableGroupAll`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeScope {
    /// 0: one account or item.
    Table,
    /// 1: a group of them.
    Group,
    /// 2: all.
    All,
}

/// A trade agreement (`PRICEDISCTABLE`). Its id is the RecId.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TradeAgreement {
    /// RecId, as text.
    pub id: String,
    /// What it grants.
    pub kind: AgreementKind,
    /// Whom it is for.
    pub account_code: CodeScope,
    /// The customer or customer group; empty for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub account: String,
    /// What it is for.
    pub item_code: CodeScope,
    /// The item or item discount group; empty for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item: String,
    /// The variant it is for; left out where it holds for all.
    #[serde(default, skip_serializing_if = "ProductDimensions::is_blank")]
    pub dimensions: ProductDimensions,
    /// Site it is limited to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub site: String,
    /// Warehouse it is limited to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub warehouse: String,
    /// Currency of [`TradeAgreement::amount`].
    pub currency: String,
    /// Price, or discount in currency.
    pub amount: Amount,
    /// First discount percentage.
    pub percent_1: Amount,
    /// Second discount percentage.
    pub percent_2: Amount,
    /// Holds from this quantity (for a total discount: amount) on.
    pub quantity_from: Amount,
    /// Holds below this quantity; 0 means no limit.
    pub quantity_to: Amount,
    /// First day; left out where open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Last day; left out where open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// Unit.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Number of units the price is for.
    pub price_unit: Amount,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_are_read_as_they_are_written() {
        for text in ["", "Steel", "//54/Red", "/XL", "Steel/XL/Red/Slim"] {
            assert_eq!(ProductDimensions::read(text).written(), text);
        }
        let typed = ProductDimensions::read(" / XL //");
        assert_eq!(
            (typed.size.as_str(), typed.joined()),
            ("XL", "XL".to_owned())
        );
        assert_eq!(typed.written(), "/XL");
    }
}
