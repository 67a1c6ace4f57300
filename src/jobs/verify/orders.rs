//! Online orders: the service's, the ledger's, and the sales orders they led to in AX.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::runner::Sides;
use super::{Comparison, Listed, Verified, json_hash};
use crate::commerce::wire::MAX_LIST_LIMIT;
use crate::company::trade::{FoundOrder, Requisition};
use crate::model::staged::{Stage, StagedOrder};
use crate::model::{Exception, Stream};

/// Orders looked up together.
const PAGE: usize = 500;

/// Compares every order of the service with the ledger, and the accepted ones with AX.
pub async fn compare(
    sides: &Arc<Sides>,
    listed: Listed,
    limit: usize,
) -> Result<Verified, Exception> {
    let mut after = None;
    loop {
        let page = sides
            .commerce
            .order_page(after.as_deref(), MAX_LIST_LIMIT)
            .await?;
        listed.add(
            page.orders
                .iter()
                .map(|order| (order.id.as_str(), order.hash.as_str())),
        )?;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut comparison = Comparison::new(Stream::Orders, listed, limit)?;
    for stage in Stage::ALL {
        let mut after = 0;
        loop {
            let page = sides.ledger.orders_in(stage, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.row.seq;
            let in_ax = if stage == Stage::Accepted {
                are_in_ax(sides, &page).await?
            } else {
                vec![true; page.len()]
            };
            for (staged, in_ax) in page.iter().zip(in_ax) {
                let hash = in_ax.then(|| json_hash(&staged.order));
                comparison.take(&staged.row.id, hash.as_deref())?;
            }
        }
    }
    comparison.finish()
}

/// An accepted order is one sales order in AX, the one that the ledger names: under the number
/// that it was handed over with or, where that was changed at both ends, under the newest.
async fn are_in_ax(sides: &Arc<Sides>, page: &[StagedOrder]) -> Result<Vec<bool>, Exception> {
    let ids = page.iter().map(|staged| staged.row.id.clone()).collect();
    let handed = sides.ledger.numbers_for_ax(ids).await?;
    let requisitions: Vec<Requisition> = page
        .iter()
        .zip(handed)
        .flat_map(|(staged, handed)| {
            [handed, staged.order.number.clone()].map(|requisition| Requisition {
                customer: staged.row.account.clone(),
                requisition,
            })
        })
        .collect();
    let found = sides.company.sales_orders(&requisitions).await?;
    let is_in_ax = |(staged, found): (&StagedOrder, &[Vec<FoundOrder>])| {
        let own: BTreeSet<&String> = found
            .iter()
            .flatten()
            .filter(|found| found.reference == staged.row.id)
            .map(|found| &found.sales_order)
            .collect();
        own == BTreeSet::from([&staged.row.sales_order])
    };
    Ok(page.iter().zip(found.chunks(2)).map(is_in_ax).collect())
}
