//! The console while a side cannot be reached.

use axcs::console::app::Msg;
use axcs::model::Exception;
use axcs::model::run::{LiveRuns, Lost};

use super::{Look, Stage, ago, complete_run, elsewhere, live};

/// A database of a SQL Server that is down since five minutes.
pub fn lost(database: &str) -> Lost {
    Lost {
        since: ago(312),
        why: Exception::new(
            "The database could not be used.",
            format!(
                "there is no conversation with sql01:1433/{database}: Connection refused (os error 111)"
            ),
            "Check that SQL Server runs and takes TCP/IP connections, `sqlserver.port`, and the \
             firewall between.",
        )
        .not_reached(),
    }
}

/// The ledger, while a run of another worker was under way.
pub fn ledger(size: (u16, u16), look: Look) -> Stage {
    let mut stage = Stage::new(size, look);
    stage.running(elsewhere);
    stage.send(Msg::Live(Box::new(LiveRuns {
        ledger: Some(lost("AXCS").into()),
        ..live(vec![elsewhere(42)])
    })));
    stage
}

/// The ledger, while a run of this console is under way.
pub fn ledger_under_a_run(size: (u16, u16), look: Look) -> Stage {
    let mut stage = Stage::new(size, look);
    stage.press("G").running(complete_run);
    stage.send(Msg::Live(Box::new(LiveRuns {
        ledger: Some(lost("AXCS").into()),
        ..live(vec![complete_run(42)])
    })));
    stage
}

/// AX.
pub fn company(size: (u16, u16), look: Look) -> Stage {
    let mut stage = Stage::new(size, look);
    stage.send(Msg::Live(Box::new(LiveRuns {
        company: Some(lost("AX").into()),
        ..live(Vec::new())
    })));
    stage
}
