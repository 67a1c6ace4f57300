//! The columns of a table of streams, and which of them have room.

use self::Column as C;
use crate::model::run::StreamProgress;
use crate::model::stream::Direction;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Stream,
    Phase,
    Gauge,
    Percent,
    Total,
    Enumerated,
    Sent,
    Unchanged,
    Quarantined,
    QuarantinedLong,
    Bytes,
    Time,
    Rate,
    Left,
}

impl Column {
    /// The heading; that of the settled ones says which way the streams go.
    pub(super) fn title(self, streams: &[StreamProgress]) -> &'static str {
        match self {
            Self::Stream => "  Stream",
            Self::Phase => "Phase",
            Self::Gauge | Self::Percent => "",
            Self::Total => "Total",
            Self::Enumerated => "Enumerated",
            Self::Sent => match (has(streams, Direction::Up), has(streams, Direction::Down)) {
                (true, true) => "Moved",
                (false, true) => "Received",
                (true | false, false) => "Sent",
            },
            Self::Unchanged => "Unchanged",
            Self::Quarantined => "Quar.",
            Self::QuarantinedLong => "Quarantined",
            Self::Bytes => "Bytes",
            Self::Time => "Time",
            Self::Rate => "Per s",
            Self::Left => "Left",
        }
    }

    pub(super) const fn width(self) -> usize {
        match self {
            // The arrow, a blank and the longest title.
            Self::Stream => 25,
            Self::Phase => 12,
            Self::Gauge | Self::Enumerated | Self::Time | Self::Left => 10,
            Self::Percent => 5,
            Self::Total | Self::Rate => 8,
            Self::Sent | Self::Unchanged | Self::Bytes => 9,
            Self::Quarantined => 6,
            Self::QuarantinedLong => 11,
        }
    }

    pub(super) const fn is_text(self) -> bool {
        matches!(self, Self::Stream | Self::Phase | Self::Gauge)
    }
}

/// The columns for a width; those an operator misses least come last. While a run is under way how
/// fast each stream goes is worth more than its bytes and what was enumerated.
pub(super) fn columns(width: usize, is_live: bool) -> Vec<Column> {
    let plans = if is_live { LIVE } else { OVER };
    plans
        .iter()
        .find(|plan| cells(plan) <= width)
        .unwrap_or(&LEAST)
        .to_vec()
}

/// Cells of a row with the blanks between its columns.
pub(super) fn cells(plan: &[Column]) -> usize {
    let columns: usize = plan.iter().map(|column| column.width() + 1).sum();
    columns.saturating_sub(1)
}

const LEAST: &[Column] = &[C::Stream, C::Phase, C::Percent, C::Sent];

const NARROW: &[Column] = &[
    C::Stream,
    C::Phase,
    C::Percent,
    C::Sent,
    C::Unchanged,
    C::Quarantined,
];

const USUAL: &[Column] = &[
    C::Stream,
    C::Phase,
    C::Percent,
    C::Total,
    C::Sent,
    C::Unchanged,
    C::Quarantined,
];

const WITH_GAUGE: &[Column] = &[
    C::Stream,
    C::Phase,
    C::Gauge,
    C::Percent,
    C::Total,
    C::Sent,
    C::Unchanged,
    C::Quarantined,
    C::Bytes,
];

const WITH_ENUMERATED: &[Column] = &[
    C::Stream,
    C::Phase,
    C::Gauge,
    C::Percent,
    C::Total,
    C::Enumerated,
    C::Sent,
    C::Unchanged,
    C::Quarantined,
    C::Bytes,
];

const WITH_TIME: &[Column] = &[
    C::Stream,
    C::Phase,
    C::Gauge,
    C::Percent,
    C::Total,
    C::Enumerated,
    C::Sent,
    C::Unchanged,
    C::QuarantinedLong,
    C::Bytes,
    C::Time,
];

const WITH_RATE: &[Column] = &[
    C::Stream,
    C::Phase,
    C::Gauge,
    C::Percent,
    C::Rate,
    C::Left,
    C::Total,
    C::Sent,
    C::Unchanged,
    C::Quarantined,
];

const WITH_ALL: &[Column] = &[
    C::Stream,
    C::Phase,
    C::Gauge,
    C::Percent,
    C::Rate,
    C::Left,
    C::Total,
    C::Enumerated,
    C::Sent,
    C::Unchanged,
    C::QuarantinedLong,
    C::Bytes,
    C::Time,
];

/// For a run that is over.
const OVER: &[&[Column]] = &[WITH_TIME, WITH_ENUMERATED, WITH_GAUGE, USUAL, NARROW, LEAST];
/// For a run under way.
const LIVE: &[&[Column]] = &[WITH_ALL, WITH_RATE, USUAL, NARROW, LEAST];

fn has(streams: &[StreamProgress], direction: Direction) -> bool {
    streams
        .iter()
        .any(|stream| stream.stream.direction() == direction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_fit_from_60_cells_on_and_never_get_fewer_with_more_room() {
        for is_live in [false, true] {
            let mut before = 0;
            for width in 60..300 {
                let columns = columns(width, is_live);
                let used = cells(&columns);
                assert!(used <= width, "{used} > {width}");
                assert!(columns.len() >= before);
                before = columns.len();
            }
            assert!(columns(80, is_live).contains(&Column::Quarantined));
            assert!(columns(80, is_live).contains(&Column::Total));
        }
        assert!(columns(115, true).contains(&Column::Rate));
        for stream in crate::model::Stream::ALL {
            assert!(stream.title().len() + 2 <= Column::Stream.width());
        }
    }
}
