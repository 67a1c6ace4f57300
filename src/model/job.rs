//! The five Commerce Services jobs: their AX names, what they move, and their states.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::stream::Stream;

/// One of the five synchronisation jobs of the *Set up data synchronization* checklist item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Job {
    /// Inventory, dimensions, dimension groups and item tax groups; every 15 minutes.
    Inventory,
    /// Trade agreements; once a day.
    TradeAgreements,
    /// Orders down, shipments and statuses up; every 15 minutes.
    Orders,
    /// Delivery modes up, online stores down; as required.
    DeliveryModes,
    /// Everything; after each product selection and after data loss.
    Complete,
}

/// The word names no job.
#[derive(Debug, Clone, thiserror::Error)]
#[error(
    "there is no job {0:?}; the jobs are inventory, trade-agreements, orders, delivery-modes, complete"
)]
pub struct UnknownJob(pub String);

impl Job {
    /// Every job, in the order of the AX documents.
    pub const ALL: [Self; 5] = [
        Self::Inventory,
        Self::TradeAgreements,
        Self::Orders,
        Self::DeliveryModes,
        Self::Complete,
    ];

    /// The word used in commands, settings and the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::TradeAgreements => "trade-agreements",
            Self::Orders => "orders",
            Self::DeliveryModes => "delivery-modes",
            Self::Complete => "complete",
        }
    }

    /// The name AX shows in the *Batch job* form ("(USA) Set up synchronization").
    pub const fn ax_name(self) -> &'static str {
        match self {
            Self::Inventory => "Commerce Services inventory synchronization",
            Self::TradeAgreements => "Commerce Services trade agreements synchronization",
            Self::Orders => "Commerce Services online orders upload and download",
            Self::DeliveryModes => {
                "Commerce Services delivery mode and online store synchronization"
            }
            Self::Complete => "Commerce Services complete data synchronization",
        }
    }

    /// The streams the job moves, in the order of a complete run.
    ///
    /// Categories and items travel with the inventory job: the records it documents (on-hand,
    /// dimensions) would otherwise refer to what the service does not hold yet. Acknowledgements
    /// and shipments travel with the orders, store parameters with the stores.
    pub const fn streams(self) -> &'static [Stream] {
        match self {
            Self::Inventory => &[
                Stream::Categories,
                Stream::DimensionGroups,
                Stream::ItemTaxGroups,
                Stream::Items,
                Stream::OnHand,
            ],
            Self::TradeAgreements => &[Stream::TradeAgreements],
            Self::Orders => &[
                Stream::Orders,
                Stream::Acknowledgements,
                Stream::Shipments,
                Stream::OrderStatuses,
            ],
            Self::DeliveryModes => &[
                Stream::Stores,
                Stream::DeliveryModes,
                Stream::StoreParameters,
            ],
            Self::Complete => &Stream::ALL,
        }
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Job {
    type Err = UnknownJob;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|job| job.name() == name)
            .ok_or_else(|| UnknownJob(name.to_owned()))
    }
}

/// The state of a job, in the words of AX's batch jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobStatus {
    /// Taken off the queue by an operator: it does not start by itself.
    Withhold,
    /// Nothing to do until its next start.
    Waiting,
    /// A run is under way.
    Executing,
    /// The last run failed.
    Error,
    /// The last run ended well.
    Ended,
    /// The last run was stopped by an operator.
    Canceled,
}

impl JobStatus {
    /// The word operators know.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Withhold => "Withhold",
            Self::Waiting => "Waiting",
            Self::Executing => "Executing",
            Self::Error => "Error",
            Self::Ended => "Ended",
            Self::Canceled => "Canceled",
        }
    }
}

impl fmt::Display for JobStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
