//! The live picture of a run: the engine writes it, every console reads the newest state.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::model::run::{LiveRuns, Phase, StreamProgress};
use crate::model::{Counts, Progress, RunId, Stream};

/// One run's share of [`LiveRuns`].
#[derive(Clone, Debug)]
pub struct Report {
    live: watch::Sender<LiveRuns>,
    run: RunId,
}

impl Report {
    /// Puts a new run among the live ones.
    pub fn open(live: watch::Sender<LiveRuns>, progress: Progress) -> Self {
        let run = progress.run;
        live.send_modify(|runs| runs.executing.push(progress));
        Self { live, run }
    }

    /// Takes the run out of the live ones.
    pub fn close(&self) {
        self.live.send_modify(|runs| {
            runs.executing.retain(|progress| progress.run != self.run);
            runs.changes += 1;
        });
    }

    /// The present state of the run.
    pub fn progress(&self) -> Option<Progress> {
        let runs = self.live.borrow();
        let run = runs.executing.iter().find(|run| run.run == self.run);
        run.cloned()
    }

    /// The present state of the streams.
    pub fn streams(&self) -> Vec<StreamProgress> {
        self.progress().map(|run| run.streams).unwrap_or_default()
    }

    /// What happened in `stream` so far.
    pub fn counts(&self, stream: Stream) -> Counts {
        let runs = self.live.borrow();
        runs.executing
            .iter()
            .filter(|run| run.run == self.run)
            .flat_map(|run| &run.streams)
            .find(|progress| progress.stream == stream)
            .map(|progress| progress.counts)
            .unwrap_or_default()
    }

    /// Changes the picture of the run.
    pub fn run(&self, change: impl FnOnce(&mut Progress)) {
        self.live.send_modify(|runs| {
            if let Some(run) = runs.executing.iter_mut().find(|run| run.run == self.run) {
                change(run);
            }
        });
    }

    /// Changes the picture of one stream.
    pub fn stream(&self, stream: Stream, change: impl FnOnce(&mut StreamProgress)) {
        self.run(|run| {
            if let Some(progress) = run
                .streams
                .iter_mut()
                .find(|progress| progress.stream == stream)
            {
                change(progress);
            }
        });
    }

    /// Moves a stream to its next phase.
    pub fn phase(&self, stream: Stream, phase: Phase) {
        self.stream(stream, |progress| {
            let now = Timestamp::now();
            progress.started.get_or_insert(now);
            if phase == Phase::Done {
                progress.finished = Some(now);
                progress.total = Some(progress.counts.enumerated);
            }
            progress.phase = phase;
        });
    }

    /// Says what the run waits for, and for how long.
    pub fn tell_wait(&self, reason: &str, next_try_in: Duration) {
        let seconds = next_try_in.as_secs_f64().ceil();
        self.waiting(Some(format!("{reason}, next try in {seconds} s")));
    }

    /// Says what the run waits for, or that it goes on.
    pub fn waiting(&self, waiting: Option<String>) {
        self.live.send_if_modified(|runs| {
            runs.executing
                .iter_mut()
                .find(|run| run.run == self.run && run.waiting != waiting)
                .map(|run| run.waiting = waiting)
                .is_some()
        });
    }
}
