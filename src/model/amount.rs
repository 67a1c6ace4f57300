//! An exact decimal: AX's `numeric(32,16)` in memory, a decimal string on the wire.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A quantity, price or percentage.
///
/// On the wire it is a string in its shortest form (`"63.5"`, never `"63.5000"` or `63.5`), so
/// that equal values have equal bytes and nobody rounds. A value that does not fit is refused,
/// not rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(Decimal);

/// The text is not a decimal number of at most 28 significant digits.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0:?} is not a decimal number of at most 28 digits")]
pub struct NotAnAmount(pub String);

impl Amount {
    /// Zero.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// True for zero.
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// `self + other`, or `None` where the sum does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// `self - other`, or `None` where the difference does not fit.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// `self * other`, or `None` where the product does not fit.
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        self.0.checked_mul(other.0).map(Self)
    }

    /// `self / other`, or `None` for a division by zero and a quotient that does not fit.
    pub fn checked_div(self, other: Self) -> Option<Self> {
        self.0.checked_div(other.0).map(Self)
    }

    /// `self * by / of`, where that comes out even with at most `decimals` decimals; `None` where it
    /// does not, or does not fit.
    pub fn in_ratio(self, by: Self, of: Self, decimals: u32) -> Option<Self> {
        let product = exact_product(self.0, by.0)?;
        let quotient = product.checked_div(of.0)?.round_dp(decimals);
        (exact_product(quotient, of.0)? == product).then_some(Self(quotient.normalize()))
    }

    /// Rounded to cents, half away from zero, as an invoice is.
    #[must_use]
    pub fn to_cents(self) -> Self {
        let half_up = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
        Self(self.0.round_dp_with_strategy(2, half_up))
    }
}

/// The product; `None` where it does not fit, or only rounded.
fn exact_product(one: Decimal, other: Decimal) -> Option<Decimal> {
    if one.is_zero() || other.is_zero() {
        return Some(Decimal::ZERO);
    }
    let (one, other) = (one.normalize(), other.normalize());
    let product = one.checked_mul(other)?;
    // A rounded one has fewer decimals than both together.
    (!product.is_zero() && product.scale() == one.scale() + other.scale()).then_some(product)
}

impl From<i64> for Amount {
    fn from(whole: i64) -> Self {
        Self(Decimal::from(whole))
    }
}

impl FromStr for Amount {
    type Err = NotAnAmount;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Decimal::from_str_exact(text)
            .map(Self)
            .map_err(|_| NotAnAmount(text.to_owned()))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `normalize` also turns -0 into 0.
        fmt::Display::fmt(&self.0.normalize(), f)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Amount;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal number as a string, such as \"12.5\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Amount, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_equal_bytes() {
        for (given, wire) in [
            ("63.5000", "\"63.5\""),
            ("0", "\"0\""),
            ("-0.00", "\"0\""),
            ("408", "\"408\""),
        ] {
            let amount: Amount = given.parse().unwrap();
            assert_eq!(serde_json::to_string(&amount).unwrap(), wire, "{given}");
        }
    }

    #[test]
    fn too_precise_is_refused_not_rounded() {
        let digits = "1.12345678901234567890123456789012345";
        assert!(digits.parse::<Amount>().is_err());
        assert!(serde_json::from_str::<Amount>(&format!("\"{digits}\"")).is_err());
    }

    #[test]
    fn a_ratio_comes_out_even_or_not_at_all() {
        let ratio = |text: &str, by: &str, of: &str, decimals| {
            let [amount, by, of] = [text, by, of].map(|text| text.parse::<Amount>().unwrap());
            amount
                .in_ratio(by, of, decimals)
                .map(|amount| amount.to_string())
        };
        assert_eq!(ratio("24", "1", "12", 0).as_deref(), Some("2"));
        assert_eq!(ratio("6.0", "1", "12.000", 1).as_deref(), Some("0.5"));
        assert_eq!(ratio("0", "1", "12", 0).as_deref(), Some("0"));
        assert_eq!(ratio("6", "1", "12", 0), None, "half a box");
        // What division rounds to is no third, however many decimals it has.
        for decimals in [0, 2, 16, 28, 40] {
            assert_eq!(ratio("10", "1", "3", decimals), None, "{decimals}");
            assert_eq!(ratio("12", "0.0833333333", "1", 2), None);
        }
        assert_eq!(ratio("1", "1", "0", 2), None);
        let most = "79228162514264337593543950335";
        assert_eq!(ratio(most, "2", "2", 2), None, "it does not fit");
        let least = "0.0000000000000000000000000001";
        assert_eq!(ratio(least, "0.1", "0.1", 28), None, "it is rounded");
    }

    #[test]
    fn numbers_that_are_not_strings_are_refused() {
        let error = serde_json::from_str::<Amount>("12.5")
            .unwrap_err()
            .to_string();
        assert!(error.contains("as a string"), "{error}");
    }
}
