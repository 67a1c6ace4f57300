//! The exceptions that ask an operator to do in AX what was done online, or to look at what AX did.

use super::super::exceptions::{self, Opening};
use super::known::Known;
use crate::model::Stream;
use crate::model::exception::Exception;
use crate::sql::{Session, SqlError};

/// It was cancelled online, and AX has it or may have it.
pub const CANCELLED: &str = "cancelled-after-hand-over";
/// It was corrected online, and AX has the older contents or may have them.
pub const CHANGED: &str = "changed-after-hand-over";
/// AX made it a journal.
pub const JOURNAL: &str = "landed-as-journal";

/// Opens the exception, though an operator may have resolved the same one before: this is about
/// another event.
pub fn open(db: Session<'_>, now: i64, order: &Known, code: &str) -> Result<(), SqlError> {
    let exception = match code {
        CANCELLED => cancelled(order),
        CHANGED => changed(order),
        _ => journal(order),
    };
    exceptions::open(
        db,
        now,
        &[Opening {
            job: Stream::Orders.job(),
            stream: Some(Stream::Orders),
            key: &order.id,
            code,
            field: "",
            exception: &exception,
            generation: None,
            is_anew: true,
        }],
    )
}

/// What was done online is as AX has it again, or AX never took the order.
pub fn clear(db: Session<'_>, now: i64, order: &Known) -> Result<(), SqlError> {
    let is_cleared = clear_codes(db, order, &[CANCELLED, CHANGED])?;
    if is_cleared && order.is_journal {
        // It took the place of this one.
        open(db, now, order, JOURNAL)?;
    }
    Ok(())
}

/// Clears the order's exception where it is one of these; true where it was.
pub fn clear_codes(db: Session<'_>, order: &Known, codes: &[&str]) -> Result<bool, SqlError> {
    exceptions::clear_codes(db, Stream::Orders, &order.id, codes)
}

/// "sales order SO-1", "journal SO-1".
pub fn named(order: &Known) -> String {
    let kind = if order.is_journal {
        "journal"
    } else {
        "sales order"
    };
    format!("{kind} {}", order.sales_order)
}

fn cancelled(order: &Known) -> Exception {
    let text = "The order was cancelled online after it was handed over to AX.";
    if !order.is_in_ax() {
        return Exception::new(
            text,
            "AX may have it: its sales order was not seen yet.",
            "Wait for the next run of the orders job: it looks for the sales order.",
        );
    }
    Exception::new(
        text,
        format!("In AX it is {}, which is not canceled.", named(order)),
        format!(
            "Cancel {} in AX; the exception clears itself then. Where it must stay, resolve the exception with a note.",
            named(order)
        ),
    )
}

fn changed(order: &Known) -> Exception {
    let text = "The order was changed online after it was handed over to AX.";
    if !order.is_in_ax() {
        return Exception::new(
            text,
            "AX may have the older contents: its sales order was not seen yet.",
            "Wait for the next run of the orders job: it looks for the sales order.",
        );
    }
    Exception::new(
        text,
        format!("In AX {} has the older contents.", named(order)),
        format!(
            "Change {} in AX to what the order says now, then resolve the exception with a note.",
            named(order)
        ),
    )
}

fn journal(order: &Known) -> Exception {
    let Known {
        account,
        number,
        sales_order,
        ..
    } = order;
    Exception::new(
        "AX made the order a journal.",
        format!(
            "Customer account {account} and customer requisition {number} repeat an earlier sales order; \
             AX makes a repeat a journal, which is not delivered: {sales_order}."
        ),
        format!(
            "Compare it with the earlier order. A true repeat: delete journal {sales_order} in AX. Two different orders: \
             make it a sales order in AX. Then resolve the exception with a note."
        ),
    )
}
