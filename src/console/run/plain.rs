//! The loop without a screen.

use std::io;
use std::sync::Arc;

use color_eyre::eyre::{Result, WrapErr as _};
use jiff::Timestamp;

use super::{Console, ConsoleOptions};
use crate::console::app::{App, ExitReason, Setting};
use crate::console::doors::Doors;
use crate::console::engine::Engine;
use crate::console::log_file::Shelf;
use crate::console::looks::{Looks, Seen};
use crate::console::outlet::Outlet;
use crate::console::plain::{self, PlainScreen};
use crate::console::products::Products;
use crate::console::theme::{Depth, Palette, Symbols};
use crate::jobs::Runner;
use crate::jobs::administration::Administration;
use crate::logging::Ring;
use crate::model::zone;
use crate::signals;

/// Runs the console on standard input and output, line by line, until there are no more lines, the
/// operator leaves or a signal ends it.
pub async fn run_plain(
    runner: Arc<Runner>,
    administration: Arc<Administration>,
    ring: Ring,
    options: ConsoleOptions,
) -> Result<ExitReason> {
    let looks = Looks {
        keys_file: options.keys_file,
        theme_file: None,
        palette: Palette::Mono,
        depth: Depth::Mono,
        symbols: Symbols::ASCII,
        seen: Seen::default(),
    };
    let (keys, theme) = looks.read()?;
    let keys_text = looks.keys_text()?;
    let recorder = super::recorder(options.record.as_deref())?;
    let products: Arc<dyn Products> = Arc::clone(&runner) as _;
    let engine: Arc<dyn Engine> = runner;
    let signals = signals::listen().wrap_err("signals cannot be listened to")?;
    let setting = Setting {
        place: engine.place(),
        owner: engine.owner(),
        zone: zone::shown(),
        now: Timestamp::now(),
        size: plain::SIZE,
        keys,
        theme,
        read_only: options.read_only,
        log_file: options.log_file.clone(),
        bell_after: None,
    };
    let recorder = recorder.map(|recorder| recorder.begun(&setting, keys_text));
    let app = App::new(setting);
    let doors = Doors {
        engine,
        office: administration,
        products,
        shelf: Shelf::new(options.log_file, options.exports.clone()),
        looks: None,
    };
    let screen = PlainScreen::new(io::stdout())?;
    let console = Console::new(app, doors, ring, screen, plain::lines(), signals);
    let console = console.with_outlet(Outlet::files(options.exports));
    let mut console = console.with_recorder(recorder);
    console.run().await.wrap_err("nothing can be printed")
}
