//! The door through which orders enter AX.

use std::sync::Arc;
use std::time::Duration;

use super::named;
use crate::cli::Refusal;
use crate::company::aif::{self, Address, AifOptions, Door, Folders};
use crate::company::embedded::Embedded;
use crate::company::sales_orders::SalesOrderService;
use crate::model::exception::chain;
use crate::settings::Settings;
use crate::settings::orders::HandOverSetting;

/// The door that the settings name.
pub fn service(
    settings: &Settings,
    company: &Embedded,
    id: String,
) -> Result<Arc<dyn SalesOrderService>, Refusal> {
    let orders = &settings.orders;
    let door = match orders.handover {
        HandOverSetting::Company => return Ok(Arc::new(company.clone())),
        HandOverSetting::AifFile => Door::File(Folders {
            inbound: orders.inbound_folder.clone(),
            archive: orders.archive_folder.clone(),
            replies: named(&orders.reply_folder),
            overdue: Duration::from_secs(orders.overdue_minutes * 60),
        }),
        HandOverSetting::AifHttp => Door::Http(Address {
            url: orders.url.clone(),
            user: orders.user.clone(),
            password_file: orders.password_file.clone(),
        }),
    };
    let options = AifOptions {
        company: id,
        partition_key: orders.partition_key.clone(),
        schema_folder: named(&orders.schema_folder),
        deadline: Duration::from_secs(settings.engine.request_timeout_seconds),
        door,
    };
    aif::service(options).map_err(|error| {
        Refusal::usage(
            "Orders cannot be handed over to AX.",
            chain(&error),
            "Check `orders` in the settings: axcs config show",
        )
    })
}
