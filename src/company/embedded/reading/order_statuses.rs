//! Statuses of sales orders: `SALESTABLE`, journals and orders without a customer requisition left
//! out.

use super::values::{BadField, place, text};
use super::{Reader, Source, all_gone, list, page_by_id};
use crate::company::Entry;
use crate::model::Record;
use crate::model::shipment::{OrderStatus, SalesStatus};

pub(super) const SOURCE: Source = Source {
    tables: &["SALESTABLE"],
    changed: include_str!("order_statuses/changed.sql"),
    count: |reader| reader.number("SELECT COUNT(*) FROM ONLINE_ORDER"),
    page: |reader, after| {
        page_by_id(
            reader,
            include_str!("order_statuses/next.sql"),
            after,
            current,
        )
    },
    current,
};

fn current(reader: &Reader, ids: &[String]) -> rusqlite::Result<Vec<Entry>> {
    let mut entries = all_gone(ids);
    let sql = include_str!("order_statuses/current.sql");
    reader.each(sql, &[(":ids", &list(ids)?)], |row| {
        let sales_order = text(row, 1)?;
        let number: i64 = row.get(4)?;
        entries[place(row)?] = match SalesStatus::from_ax(number) {
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
