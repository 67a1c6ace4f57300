//! What is required before a store or marketplace can sell.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::commerce::wire::account::AccountState;
use crate::model::Stream;
use crate::model::channel::{Channel, ChannelKind};
use crate::service::api::refusal::{Code, Refusal};
use crate::service::marketplaces::ATTRIBUTES;

use super::account::Standing;
use super::{Collection, Store, channels, marketplaces};

/// Something that is required.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// The account is active.
    Account,
    /// A payment provider takes a payment method.
    Payment,
    /// A shipping method is offered.
    Shipping,
    /// A sales tax is set up.
    SalesTax,
    /// The store's parameters have come from AX.
    Parameters,
    /// Products have come from AX.
    Products,
    /// The required attributes of the marketplace are mapped.
    Attributes,
    /// A department or category is mapped to one of the marketplace.
    Categories,
}

impl Requirement {
    /// What the organization sets up once for all its stores.
    pub const COMMON: [Self; 3] = [Self::Payment, Self::Shipping, Self::SalesTax];

    /// What a store or marketplace requires, in the order in which it is done.
    pub const fn of(kind: ChannelKind) -> &'static [Self] {
        match kind {
            ChannelKind::OnlineStore => &[
                Self::Account,
                Self::Payment,
                Self::Shipping,
                Self::SalesTax,
                Self::Parameters,
                Self::Products,
            ],
            // It takes the money and the sales tax itself.
            ChannelKind::Marketplace => &[
                Self::Account,
                Self::Shipping,
                Self::Parameters,
                Self::Products,
                Self::Attributes,
                Self::Categories,
            ],
        }
    }

    /// What has to be so, for people.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Account => "The account is active",
            Self::Payment => "A payment provider takes a payment method",
            Self::Shipping => "A shipping method is offered",
            Self::SalesTax => "A sales tax is set up",
            Self::Parameters => "The store parameters have come from AX",
            Self::Products => "Products have come from AX",
            Self::Attributes => "The required attributes of the marketplace are mapped",
            Self::Categories => "Departments or categories are mapped to the marketplace's",
        }
    }

    fn is_met(self, connection: &Connection, channel: &str) -> Result<bool, Refusal> {
        let exists = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
            connection.prepare_cached(sql)?.exists(values)
        };
        Ok(match self {
            Self::Account => {
                Standing::read(connection)?.state_at(Timestamp::now()) == AccountState::Active
            }
            Self::Payment => exists("SELECT 1 FROM payment_method", &[])?,
            Self::Shipping => {
                let modes = Collection::of(connection, Stream::DeliveryModes)?.id;
                exists(include_str!("shipping/offered.sql"), params![modes])?
            }
            Self::SalesTax => exists("SELECT 1 FROM sales_tax", &[])?,
            Self::Parameters => {
                let parameters = Collection::of(connection, Stream::StoreParameters)?.id;
                exists(
                    "SELECT 1 FROM record WHERE collection = ?1 AND id = ?2 AND value IS NOT NULL",
                    params![parameters, channel],
                )?
            }
            Self::Products => Collection::of(connection, Stream::Items)?.records > 0,
            Self::Attributes => {
                let mapped = marketplaces::attributes(connection, channel)?;
                let mut required = ATTRIBUTES.iter().filter(|a| a.is_required);
                required.all(|attribute| mapped.contains_key(attribute.id))
            }
            Self::Categories => exists(
                "SELECT 1 FROM category_mapping WHERE channel = ?1",
                params![channel],
            )?,
        })
    }
}

impl Store {
    /// What a store or marketplace requires, each with whether it is met; none where there is no
    /// such channel.
    pub async fn requirements(
        &self,
        channel: String,
    ) -> Result<Option<Vec<(Requirement, bool)>>, Refusal> {
        self.run(move |connection| {
            let Some(channel) = channels::find(connection, &channel)? else {
                return Ok(None);
            };
            look(connection, Requirement::of(channel.kind), &channel.id).map(Some)
        })
        .await
    }

    /// What the organization sets up once for all its stores, each with whether it is met.
    pub async fn common_requirements(&self) -> Result<Vec<(Requirement, bool)>, Refusal> {
        self.run(|connection| look(connection, &Requirement::COMMON, ""))
            .await
    }
}

fn look(
    connection: &Connection,
    requirements: &[Requirement],
    channel: &str,
) -> Result<Vec<(Requirement, bool)>, Refusal> {
    let look = |requirement: &Requirement| {
        let is_met = requirement.is_met(connection, channel)?;
        Ok((*requirement, is_met))
    };
    requirements.iter().map(look).collect()
}

/// Refuses what cannot sell, and says what is missing.
pub fn must_be_ready(connection: &Connection, channel: &Channel) -> Result<(), Refusal> {
    let looked = look(connection, Requirement::of(channel.kind), &channel.id)?;
    let missing: Vec<_> = looked
        .into_iter()
        .filter(|(_, is_met)| !is_met)
        .map(|(requirement, _)| requirement.in_words())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(
        Code::BadValue,
        format!(
            "open: it cannot sell yet. Not so far: {}",
            missing.join("; ")
        ),
    ))
}
