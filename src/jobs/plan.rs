//! Decides how a stream is read: its changes since the cursor, or whole, and why.

use crate::company::Tracking;
use crate::ledger::{Cursor, Pass, Position};
use crate::model::exception::{Documented, Exception};
use crate::model::{Selection, Stream};

/// How a stream is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Only what changed after this version.
    Changes {
        /// Change version of the cursor.
        since: i64,
    },
    /// Everything, compared with what was acknowledged.
    Whole {
        /// What went wrong with the changes; `None` where there are none yet or where a complete
        /// run was asked for.
        reason: Option<String>,
        /// A pass that was begun and can go on.
        resume: Option<Pass>,
    },
}

/// What a run asks of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// What changed.
    Changes,
    /// Everything, but once only in one complete run, however often it is interrupted.
    Complete,
    /// Everything, whatever was read before.
    Everything,
}

/// What is known before a stream is read.
#[derive(Debug)]
pub struct Situation<'a> {
    /// The stream.
    pub stream: Stream,
    /// What is asked for.
    pub wish: Wish,
    /// Where the stream stands.
    pub position: &'a Position,
    /// The company's change tracking, read just now.
    pub tracking: &'a Tracking,
    /// The product selection in force.
    pub selection: &'a Selection,
}

/// Decides how the stream is read. A gap (promise G4) is found here, before any cursor moves.
///
/// # Errors
/// Where change tracking is off, or where the selection has changed and this is not a complete run.
pub fn plan(situation: &Situation<'_>) -> Result<Plan, Exception> {
    let Situation {
        stream,
        wish,
        position,
        tracking,
        selection,
    } = situation;
    if let Some(table) = tracking
        .tables
        .iter()
        .find(|table| table.min_valid_version.is_none())
    {
        return Err(Documented::ChangeTrackingOff.because(format!(
            "The table {} of the stream {stream} is not tracked.",
            table.table
        )));
    }
    let whole = |reason: Option<String>| {
        Ok(Plan::Whole {
            reason,
            resume: None,
        })
    };
    let is_lost = |told| tracking.strange.contains(told);
    if position.told_under.iter().any(is_lost) {
        return whole(Some(
            "the company's database was replaced or restored after a run that was cut short had sent \
             values of it"
                .to_owned(),
        ));
    }
    if let Some(pass) = &position.pass
        && !is_outdated(&pass.target, *stream, selection)
    {
        return match gap(&pass.target, tracking) {
            None => Ok(Plan::Whole {
                reason: pass.reason.clone(),
                resume: Some(pass.clone()),
            }),
            // What it was begun for is still to be done, however good the cursor before it is.
            Some(gap) => whole(Some(gap)),
        };
    }
    let Some(cursor) = &position.cursor else {
        return whole(None);
    };
    if let Some(gap) = gap(cursor, tracking) {
        return whole(Some(gap));
    }
    let is_outdated = is_outdated(cursor, *stream, selection);
    match wish {
        Wish::Everything => return whole(None),
        Wish::Complete if is_outdated || !position.is_read_by_unfinished => return whole(None),
        Wish::Complete | Wish::Changes => {}
    }
    if is_outdated {
        return Err(Documented::CompleteRequired
            .because("The product selection or the company category hierarchy was changed."));
    }
    Ok(Plan::Changes {
        since: cursor.version,
    })
}

fn is_outdated(cursor: &Cursor, stream: Stream, selection: &Selection) -> bool {
    let follows = stream.follows_selection() || stream.follows_hierarchy();
    follows && cursor.selection_revision != selection.revision
}

/// Why the changes since the cursor are not complete, if they are not.
fn gap(cursor: &Cursor, tracking: &Tracking) -> Option<String> {
    if tracking.strange.contains(&cursor.incarnation) {
        return Some(format!(
            "the company's database was replaced or restored: its history is not the one in which \
             the cursor came to version {}",
            cursor.version
        ));
    }
    if cursor.version > tracking.current_version {
        return Some(format!(
            "the company's database was restored: it is at version {}, the cursor at {}",
            tracking.current_version, cursor.version
        ));
    }
    tracking.tables.iter().find_map(|table| {
        let kept_from = table.min_valid_version?;
        (cursor.version < kept_from).then(|| {
            format!(
                "{} keeps changes from version {kept_from} on, the cursor is at {}: \
                 the retention has passed, or the table was truncated or tracked anew",
                table.table, cursor.version
            )
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::TableTracking;

    fn cursor(version: i64) -> Cursor {
        Cursor {
            version,
            incarnation: "a".into(),
            selection_revision: 3,
        }
    }

    fn tracking(current: i64, min_valid: i64) -> Tracking {
        Tracking {
            incarnation: "a".into(),
            strange: Vec::new(),
            current_version: current,
            retention_minutes: 2880,
            tables: vec![TableTracking {
                table: "INVENTSUM".into(),
                min_valid_version: Some(min_valid),
            }],
        }
    }

    fn decide(
        position: &Position,
        tracking: &Tracking,
        revision: i64,
        complete: bool,
    ) -> Result<Plan, Exception> {
        let selection = Selection {
            revision,
            ..Selection::everything()
        };
        plan(&Situation {
            stream: Stream::OnHand,
            wish: if complete {
                Wish::Complete
            } else {
                Wish::Changes
            },
            position,
            tracking,
            selection: &selection,
        })
    }

    fn at(version: i64) -> Position {
        Position {
            cursor: Some(cursor(version)),
            ..Position::default()
        }
    }

    fn is_whole(plan: Result<Plan, Exception>, why: &str) -> bool {
        matches!(plan, Ok(Plan::Whole { reason, resume: None }) if reason.as_deref().unwrap_or("as usual").contains(why))
    }

    #[test]
    fn a_valid_cursor_reads_changes_only() {
        for (version, min_valid) in [(100, 0), (100, 99), (100, 100), (0, 0)] {
            assert_eq!(
                decide(&at(version), &tracking(120, min_valid), 3, false).unwrap(),
                Plan::Changes { since: version }
            );
        }
    }

    #[test]
    fn a_cursor_behind_the_retention_reads_the_stream_whole_and_names_the_table() {
        assert!(is_whole(
            decide(&at(100), &tracking(120, 101), 3, false),
            "INVENTSUM"
        ));
    }

    #[test]
    fn a_replaced_or_restored_database_is_noticed() {
        // Also after it has overtaken the cursor.
        for (current, strange) in [(99, None), (99, Some("a")), (130, Some("a"))] {
            let mut other = tracking(current, 0);
            other.strange.extend(strange.map(str::to_owned));
            assert!(is_whole(decide(&at(100), &other, 3, false), "restored"));
        }
        let mut others = tracking(130, 0);
        others.strange.push("b".into());
        assert_eq!(
            decide(&at(100), &others, 3, false).unwrap(),
            Plan::Changes { since: 100 },
            "what is strange to another cursor is nothing to this one"
        );
    }

    #[test]
    fn what_a_run_that_was_cut_short_has_told_of_a_lost_history_is_told_anew() {
        let mut restored = tracking(120, 0);
        restored.strange.push("b".into());
        for pass in [None, Some(pass())] {
            let mut position = Position { pass, ..at(100) };
            assert!(!is_whole(
                decide(&position, &restored, 3, false),
                "restored"
            ));
            position.told_under = vec!["a".into(), "b".into()];
            assert!(is_whole(decide(&position, &restored, 3, false), "restored"));
        }
    }

    #[test]
    fn a_changed_selection_asks_for_a_complete_run() {
        let refused = decide(&at(100), &tracking(120, 0), 4, false).unwrap_err();
        assert_eq!(
            refused.text,
            "A complete synchronization is required to upload the changes."
        );
        assert!(is_whole(
            decide(&at(100), &tracking(120, 0), 4, true),
            "as usual"
        ));
    }

    #[test]
    fn a_complete_run_goes_on_behind_the_streams_that_an_unfinished_one_has_read() {
        let read = Position {
            is_read_by_unfinished: true,
            ..at(100)
        };
        assert_eq!(
            decide(&read, &tracking(120, 0), 3, true).unwrap(),
            Plan::Changes { since: 100 }
        );
        assert!(is_whole(
            decide(&read, &tracking(120, 101), 3, true),
            "INVENTSUM"
        ));
        assert!(is_whole(
            decide(&read, &tracking(120, 0), 4, true),
            "as usual"
        ));
        let everything = plan(&Situation {
            stream: Stream::OnHand,
            wish: Wish::Everything,
            position: &read,
            tracking: &tracking(120, 0),
            selection: &Selection {
                revision: 3,
                ..Selection::everything()
            },
        });
        assert!(is_whole(everything, "as usual"));
    }

    #[test]
    fn a_table_that_is_not_tracked_is_an_exception_not_version_zero() {
        let mut off = tracking(120, 0);
        off.tables[0].min_valid_version = None;
        let refused = decide(&at(100), &off, 3, true).unwrap_err();
        assert_eq!(refused.text, Documented::ChangeTrackingOff.text());
    }

    fn pass() -> Pass {
        Pass {
            generation: 7,
            load: None,
            target: cursor(100),
            resume_after: Some("X".into()),
            reason: Some("the retention has passed".into()),
        }
    }

    #[test]
    fn an_unfinished_pass_goes_on_unless_its_start_is_lost() {
        let pass = pass();
        let position = Position {
            pass: Some(pass.clone()),
            ..Position::default()
        };
        let resumed = decide(&position, &tracking(120, 0), 3, false).unwrap();
        assert_eq!(
            resumed,
            Plan::Whole {
                reason: pass.reason.clone(),
                resume: Some(pass)
            }
        );
        let mut restored = tracking(130, 0);
        restored.strange.push("a".into());
        for (lost, why) in [(tracking(120, 101), "INVENTSUM"), (restored, "restored")] {
            assert!(is_whole(decide(&position, &lost, 3, false), why));
        }
        // Not even the cursor from before it will do: what it was begun for is still to be done.
        let with_cursor = Position {
            cursor: Some(cursor(110)),
            ..position.clone()
        };
        let lost = tracking(120, 101);
        assert!(is_whole(decide(&with_cursor, &lost, 3, false), "INVENTSUM"));
        assert!(is_whole(
            decide(&position, &tracking(120, 0), 4, true),
            "as usual"
        ));
    }
}
