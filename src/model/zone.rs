//! The time zone that times are shown and typed in: that of the settings, else the machine's.

use std::sync::OnceLock;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

static ZONE: OnceLock<TimeZone> = OnceLock::new();

/// Has times shown in this zone from now on; a program says so once, before it shows any.
pub fn show_in(zone: TimeZone) {
    drop(ZONE.set(zone));
}

/// The zone that times are shown in.
pub fn shown() -> TimeZone {
    ZONE.get().cloned().unwrap_or_else(TimeZone::system)
}

/// A moment in that zone.
pub fn local(at: Timestamp) -> Zoned {
    at.to_zoned(shown())
}
