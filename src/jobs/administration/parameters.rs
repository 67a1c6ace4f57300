//! *Commerce Services Parameters*: chosen from the company's own records.

use serde::Serialize;

use super::Administration;
use crate::company::trade::Code;
use crate::model::administration::Parameters;
use crate::model::exception::Exception;

/// What is to be set; what is not given stays as it is, empty text takes a parameter away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewParameters {
    /// Company category hierarchy.
    pub category_hierarchy: Option<String>,
    /// Shipping charge code.
    pub shipping_charges_code: Option<String>,
}

/// What can be chosen: what the company has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Choices {
    /// Names of the category hierarchies.
    pub category_hierarchies: Vec<String>,
    /// Charges codes of the customer side.
    pub charges_codes: Vec<Code>,
}

impl Administration {
    /// The parameters.
    pub async fn parameters(&self) -> Result<Parameters, Exception> {
        Ok(self.sides().ledger.parameters().await?)
    }

    /// What can be chosen.
    pub async fn choices(&self) -> Result<Choices, Exception> {
        let company = &self.sides().company;
        let hierarchies = company.category_hierarchies().await?;
        Ok(Choices {
            category_hierarchies: hierarchies.into_iter().map(|one| one.code).collect(),
            charges_codes: company.trade_codes().await?.charges_codes,
        })
    }

    /// Sets the parameters, which [`Choices::choose`] has checked.
    pub async fn set_parameters(&self, set: &Parameters) -> Result<(), Exception> {
        let set = set.clone();
        let ledger = &self.sides().ledger;
        ledger.set_parameters(set, self.author()).await?;
        Ok(())
    }
}

impl Choices {
    /// The parameters with what is new put on those before.
    ///
    /// # Errors
    /// Where the company has no such record; it says which there are.
    pub fn choose(&self, before: &Parameters, new: NewParameters) -> Result<Parameters, Exception> {
        let mut set = before.clone();
        if let Some(name) = new.category_hierarchy {
            let names = self.category_hierarchies.iter();
            let names: Vec<&str> = names.map(String::as_str).collect();
            set.category_hierarchy = known("category hierarchy", &names, name)?;
        }
        if let Some(code) = new.shipping_charges_code {
            let codes: Vec<&str> = self.charges_codes.iter().map(|c| c.code.as_str()).collect();
            set.shipping_charges_code = known("charges code", &codes, code)?;
        }
        Ok(set)
    }
}

/// The record as AX writes it; AX takes upper and lower case for the same.
fn known(what: &str, there: &[&str], wanted: String) -> Result<String, Exception> {
    if wanted.is_empty() {
        return Ok(wanted);
    }
    let folded = wanted.to_lowercase();
    let found = there.iter().find(|known| known.to_lowercase() == folded);
    found.map(|known| (*known).to_owned()).ok_or_else(|| {
        let some: Vec<&str> = there.iter().copied().take(20).collect();
        Exception::new(
            format!("There is no {what} {wanted}."),
            if some.is_empty() {
                format!("The company has no {what} at all.")
            } else {
                format!("The company has {}.", some.join(", "))
            },
            format!("Name one of them, or make the {what} in AX."),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_is_written_as_the_company_writes_it() {
        let choices = Choices {
            category_hierarchies: vec!["Retail".into(), "Sales".into()],
            charges_codes: vec![Code {
                code: "FREIGHT".into(),
                text: "Freight".into(),
            }],
        };
        let new = |hierarchy: &str, code: &str| NewParameters {
            category_hierarchy: Some(hierarchy.to_owned()),
            shipping_charges_code: Some(code.to_owned()),
        };
        let none = Parameters::default();
        let set = choices.choose(&none, new("rETAIL", "freight")).unwrap();
        assert_eq!(
            (&*set.category_hierarchy, &*set.shipping_charges_code),
            ("Retail", "FREIGHT")
        );
        let kept = choices.choose(&set, NewParameters::default()).unwrap();
        assert_eq!(kept, set);
        assert_eq!(choices.choose(&set, new("", "")).unwrap(), none);
        let refused = choices.choose(&set, new("Web", "FREIGHT")).unwrap_err();
        assert_eq!(refused.cause, "The company has Retail, Sales.");
    }
}
