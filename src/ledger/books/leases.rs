//! Leases: who may write for a job. Only the database's clock decides when one ends.

use std::time::Duration;

use super::super::{Fence, Holder, LedgerError};
use super::rows;
use crate::model::{Job, RunId};
use crate::sql::{Session, SqlError, Text};
use crate::{statement, values};

const HOLDS: Text<'static> = statement!("leases", "holds");
const HOLDER: Text<'static> = statement!("leases", "holder");
const TOKEN: Text<'static> = statement!("leases", "token");
const TAKE: Text<'static> = statement!("leases", "take");
const EXTEND: Text<'static> = statement!("leases", "extend");
const GIVE_BACK: Text<'static> = statement!("leases", "give back");

/// Fails with [`LedgerError::Fenced`] where one of the run's leases has gone to somebody else, or
/// the run is over.
pub fn check(db: Session<'_>, fence: Fence) -> Result<(), LedgerError> {
    // Whoever takes one of a run's leases says in the same moment that the run has failed.
    let claim = values![fence.job.name(), fence.token, fence.run.0];
    if db.row(&HOLDS, &claim, |row| row.get(0))? {
        Ok(())
    } else {
        Err(LedgerError::Fenced(fence.run))
    }
}

/// Who holds the lease of `job`.
///
/// A lease that ends further away than its own length was written before the clock was set back,
/// and is not believed: it might stand in the way for as long as the clock jumped.
pub fn holder(db: Session<'_>, now: i64, job: Job) -> Result<Option<Holder>, SqlError> {
    db.optional(&HOLDER, &values![job.name(), now], |row| {
        Ok(Holder {
            job: rows::word(row, 0)?,
            owner: row.get(1)?,
            expires: rows::time(row, 2)?,
            remaining: Duration::from_millis((row.get::<i64>(2)? - now).cast_unsigned()),
        })
    })
}

/// Gives the leases of `needs` to `run`; answers the token, which only grows.
pub fn take(
    db: Session<'_>,
    now: i64,
    needs: &[Job],
    owner: &str,
    run: RunId,
    length: Duration,
) -> Result<i64, SqlError> {
    let token: i64 = db.row(&TOKEN, &[], |row| row.get(0))?;
    let length = length.as_millis() as i64;
    let lease = |job: &Job| values![job.name(), owner, run.0, token, now + length, length];
    let leases: Vec<_> = needs.iter().map(lease).collect();
    db.execute_each(&TAKE, &leases)?;
    Ok(token)
}

/// Lets the run's leases end `length` from now.
pub fn extend(db: Session<'_>, now: i64, run: RunId, length: Duration) -> Result<(), SqlError> {
    let length = length.as_millis() as i64;
    db.execute(&EXTEND, &values![run.0, now + length, length])?;
    Ok(())
}

/// Ends the run's leases. The rows stay: the highest token must survive.
pub fn give_back(db: Session<'_>, run: RunId) -> Result<(), SqlError> {
    db.execute(&GIVE_BACK, &values![run.0])?;
    Ok(())
}
