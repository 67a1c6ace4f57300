//! The door through which orders enter AX.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::{OpenCompany, named, passwords};
use crate::cli::Refusal;
use crate::company::aif::{self, Address, AifOptions, Authentication, Door, Folders, Followed};
use crate::company::sales_orders::{HandOver, HandOverError, HandedOver, SalesOrderService};
use crate::jobs::{ImportDoor, ImportOptions};
use crate::ledger::Ledger;
use crate::model::exception::chain;
use crate::secrets::Purpose;
use crate::settings::Settings;
use crate::settings::orders::{AuthenticationSetting, HandOverSetting};

/// Orders cannot enter AX: the settings name no door.
struct NoDoor;

#[async_trait]
impl SalesOrderService for NoDoor {
    async fn create(&self, _: HandOver) -> Result<HandedOver, HandOverError> {
        Err(HandOverError::NotReached {
            place: "AX".to_owned(),
            reason:
                "`orders.handover` names no way into it; set it to aif-file, aif-http or staging"
                    .to_owned(),
        })
    }
}

/// The door that the settings name; `id` is that of the company.
pub fn service(
    settings: &Settings,
    company: &OpenCompany,
    id: String,
    ledger: &Arc<dyn Ledger>,
) -> Result<Arc<dyn SalesOrderService>, Refusal> {
    let orders = &settings.orders;
    let door = match orders.handover {
        HandOverSetting::Company => match company {
            OpenCompany::Embedded(company) => return Ok(Arc::new(company.clone())),
            OpenCompany::Server(_) | OpenCompany::Refused(_) => return Ok(Arc::new(NoDoor)),
        },
        HandOverSetting::AifFile => Door::File(Folders {
            inbound: orders.inbound_folder.clone(),
            archive: orders.archive_folder.clone(),
            replies: named(&orders.reply_folder),
            overdue: orders.overdue(),
            kept: orders.kept(),
        }),
        HandOverSetting::AifHttp => Door::Http(Address {
            url: orders.url.clone(),
            user: orders.user.clone(),
            password: passwords::source(settings, Purpose::Orders),
            authentication: match orders.authentication {
                AuthenticationSetting::Basic => Authentication::Basic,
                AuthenticationSetting::Ntlm => Authentication::Ntlm,
            },
        }),
        HandOverSetting::Staging => {
            let options = ImportOptions {
                company: id,
                overdue: orders.overdue(),
                kept: orders.kept(),
            };
            let door = ImportDoor::new(Arc::clone(ledger), company.shared(), options);
            return Ok(Arc::new(door));
        }
    };
    let options = AifOptions {
        company: id,
        partition_key: orders.partition_key.clone(),
        schema_folder: named(&orders.schema_folder),
        deadline: Duration::from_secs(settings.engine.request_timeout_seconds),
        door,
    };
    let door = aif::service(options).map_err(|error| {
        Refusal::usage(
            "Orders cannot be handed over to AX.",
            chain(&error),
            "Check `orders` in the settings: axcs config show",
        )
    })?;
    Ok(match company {
        OpenCompany::Embedded(_) | OpenCompany::Refused(_) => door,
        OpenCompany::Server(ax) => Arc::new(Followed::new(door, ax.clone())),
    })
}
