//! How the loop hands over what leaves the console besides its screen.

use std::io;

use futures_util::Stream;

use super::Console;
use crate::console::app::{Handed, Msg};
use crate::console::outlet::{self, Outlet, TabProgress};
use crate::console::record::Recorder;
use crate::console::terminal::Screen;
use crate::console::words;
use crate::signals::Signal;

impl<S, I, G, E> Console<S, I, G>
where
    S: Screen,
    I: Stream<Item = io::Result<E>> + Unpin,
    E: Into<Msg>,
    G: Stream<Item = Signal> + Unpin,
{
    /// Hands over what leaves the console another way.
    #[must_use]
    pub fn with_outlet(mut self, outlet: Outlet) -> Self {
        self.outlet = outlet;
        self
    }

    /// Writes down what it is told.
    #[must_use]
    pub fn with_recorder(mut self, recorder: Option<Recorder>) -> Self {
        self.recorder = recorder;
        self
    }

    /// Shows progress in the terminal's tab. What cannot be told there is no reason to stop.
    pub(super) fn show_in_tab(&mut self, progress: TabProgress) {
        if let Some(sequence) = self.outlet.progress(progress) {
            self.send(&sequence);
        }
    }

    pub(super) fn send(&mut self, sequence: &str) {
        if let Err(error) = self.screen.send(sequence) {
            tracing::debug!("the terminal was not told: {error}");
        }
    }

    /// Puts a text into the clipboard; where that cannot take it, into a file.
    pub(super) fn copy(&mut self, handed: Handed) {
        match self.outlet.copy(&handed) {
            Ok(sequence) => {
                self.send(&sequence);
                let bytes = words::bytes(handed.text.len() as u64);
                let told = format!("Given to the terminal's clipboard: {bytes}.");
                self.pending.push(Box::pin(async { Msg::Handed(Ok(told)) }));
            }
            Err(why) => self.write(handed, Some(why)),
        }
    }

    /// Writes a text to its file; `why` it is not in the clipboard.
    pub(super) fn write(&mut self, handed: Handed, why: Option<&'static str>) {
        let file = self.outlet.file(&handed);
        self.pending.push(Box::pin(async move {
            let written = outlet::write(file, handed.text).await;
            Msg::Handed(written.map(|told| match why {
                Some(why) => format!("{told}: {why}."),
                None => format!("{told}."),
            }))
        }));
    }
}
