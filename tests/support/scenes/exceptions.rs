//! Exceptions of runs and records, open and closed, and how a ledger would list them.

use axcs::console::app::ExceptionsRead;
use axcs::model::exception::{ExceptionEntry, ExceptionFilter, ExceptionId, ExceptionState};
use axcs::model::{Exception, Job, Stream};

use super::{ago, network_error, orders};

fn entry(id: i64, stream: Stream, key: &str, code: &str, exception: Exception) -> ExceptionEntry {
    ExceptionEntry {
        id: ExceptionId(id),
        job: stream.job(),
        stream: Some(stream),
        key: key.to_owned(),
        code: code.to_owned(),
        field: String::new(),
        exception,
        attempts: 1,
        first: ago(100_000 - id),
        last: ago(4_000 - 100 * id),
        state: ExceptionState::Open,
        note: String::new(),
    }
}

/// Every exception, newest first.
fn entries() -> Vec<ExceptionEntry> {
    let mut entries = vec![
        ExceptionEntry {
            stream: None,
            code: "run".to_owned(),
            attempts: 3,
            last: ago(65),
            job: Job::TradeAgreements,
            ..entry(39, Stream::TradeAgreements, "", "run", network_error())
        },
        entry(
            38,
            Stream::Orders,
            "shop-W-100786",
            "unknown-item",
            orders::unknown_item(),
        ),
        ExceptionEntry {
            state: ExceptionState::Retrying,
            ..entry(
                37,
                Stream::Orders,
                "shop-W-100785",
                "refused-by-ax",
                Exception::new(
                    "AX refused the order.",
                    "SalesOrderService answered: Currency GBP is not set up for customer US-014.",
                    "Set the currency up, then retry the order.",
                ),
            )
        },
        ExceptionEntry {
            field: "texts[2].name".to_owned(),
            ..entry(
                36,
                Stream::Items,
                "配送方法-01",
                "too-long",
                Exception::new(
                    "The record cannot be sent.",
                    "The name in zh-hans has 1,204 characters, the service takes 1,000.",
                    "Shorten the name in Released product details, then start the job again.",
                ),
            )
        },
    ];
    for number in 0..22 {
        entries.push(entry(
            30 - number,
            Stream::ItemTaxGroups,
            &format!("TAX-{number:03}"),
            "unknown-code",
            Exception::new(
                "The record cannot be sent.",
                format!("The sales tax code of item tax group TAX-{number:03} does not exist."),
                "Correct the item sales tax group, then start the job again.",
            ),
        ));
    }
    entries.push(ExceptionEntry {
        state: ExceptionState::Cleared,
        last: ago(90_000),
        ..entry(
            2,
            Stream::OnHand,
            "D000017",
            "negative",
            orders::unknown_item(),
        )
    });
    entries.push(ExceptionEntry {
        state: ExceptionState::Resolved,
        note: "Agreed with the store: the order was placed for a test.\u{1b}[31m".to_owned(),
        last: ago(33_000_000),
        ..entry(
            1,
            Stream::Orders,
            "shop-W-100001",
            "unknown-item",
            orders::unknown_item(),
        )
    });
    entries
}

fn matching(filter: &ExceptionFilter) -> Vec<ExceptionEntry> {
    let mut entries = entries();
    entries.retain(|entry| {
        let closed = matches!(
            entry.state,
            ExceptionState::Resolved | ExceptionState::Cleared
        );
        let ids = filter.ids.as_ref();
        let keys = filter.keys.as_ref();
        (filter.with_closed || !closed)
            && ids.is_none_or(|ids| ids.contains(&entry.id))
            && keys.is_none_or(|keys| keys.contains(&entry.key))
            && filter
                .stream
                .is_none_or(|stream| entry.stream == Some(stream))
            && filter.terms.lets(entry, ago(0))
    });
    entries
}

/// How many match, whatever the limit.
pub fn count(filter: &ExceptionFilter) -> u64 {
    matching(filter).len() as u64
}

/// What a ledger answers.
pub fn read(filter: &ExceptionFilter) -> ExceptionsRead {
    let mut entries = matching(filter);
    entries.truncate(filter.limit.unwrap_or(usize::MAX));
    ExceptionsRead {
        entries,
        open: count(&ExceptionFilter::default()),
        matching: count(&ExceptionFilter {
            with_closed: false,
            ..filter.clone()
        }),
        filter: filter.clone(),
    }
}

/// A ledger without exceptions.
pub fn none() -> ExceptionsRead {
    ExceptionsRead {
        filter: ExceptionFilter::default(),
        entries: Vec::new(),
        open: 0,
        matching: 0,
    }
}
