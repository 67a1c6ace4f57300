//! Statuses of sales orders: `SALESTABLE`, journals and orders without a customer requisition left
//! out.

use super::values::{BadField, text};
use super::{Paging, Reader, Source, all_gone, texts_of};
use crate::company::Entry;
use crate::model::Record;
use crate::model::shipment::{OrderStatus, SalesStatus};
use crate::sql::{SqlError, Text};
use crate::statement;

pub(super) const SOURCE: Source = Source {
    tables: &["SALESTABLE"],
    changed: statement!("order_statuses", "changed"),
    count: statement!("order_statuses", "count"),
    page: Paging::ByIds(NEXT),
    current,
};

const NEXT: Text<'static> = statement!("order_statuses", "next");
const CURRENT: Text<'static> = statement!("order_statuses", "current");

fn current(reader: &Reader<'_>, ids: &[String]) -> Result<Vec<Entry>, SqlError> {
    let mut entries = all_gone(ids);
    reader.of_list(&CURRENT, &texts_of(ids), |at, row| {
        let sales_order = text(row, 1)?;
        let number: i64 = row.get(4)?;
        entries[at] = match SalesStatus::from_ax(number) {
            Some(status) => Entry::Present(Record::OrderStatus(OrderStatus {
                sales_order,
                customer: text(row, 2)?,
                requisition: text(row, 3)?,
                status,
            })),
            None => {
                let reason = format!("{number} is no sales status (0 to 4)");
                BadField::new("SALESTABLE.SALESSTATUS", reason).into_entry(sales_order)
            }
        };
        Ok(())
    })?;
    Ok(entries)
}
