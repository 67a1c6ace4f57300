//! What the administrator of AX's database does once: the rights of the login, and the change
//! tracking. As text, to be looked at and run by a person; this program only reads.

use std::fmt::Write as _;

use super::tables::{ABOUT, AxTable, BATCH, MESSAGES, TABLES};

/// The script that lets `user`, a user of the database, read what is read here and see what changed.
pub fn grants(user: &str) -> String {
    let user = quoted(user);
    let mut script = String::from(
        "-- Run in the database of AX, once for each login of axcs.\n\
         -- That a backup was restored is told by sys.database_recovery_status, which every login may \
         read unless VIEW ANY DATABASE was taken from it.\n",
    );
    for name in ABOUT.into_iter().chain(BATCH).chain(MESSAGES) {
        // Not every release has all of them.
        let _ = writeln!(
            script,
            "IF OBJECT_ID(N'dbo.{name}') IS NOT NULL GRANT SELECT ON dbo.{name} TO {user};"
        );
    }
    for table in TABLES {
        let rights = if table.is_followed() {
            "SELECT, VIEW CHANGE TRACKING"
        } else {
            "SELECT"
        };
        let grant = format!("GRANT {rights} ON dbo.{} TO {user};", table.name);
        let _ = writeln!(script, "{}{grant}", where_it_may_be_missing(table));
    }
    script
}

/// The script that tracks the changes of `database`, for `days` days, where they are not tracked.
/// Each table is locked for a moment. AX's own synchronisation of its tables may undo it.
pub fn enabling(database: &str, days: u32) -> String {
    let database_name = database.replace('\'', "''");
    let mut script = format!(
        "-- Run in the database of AX, as its owner. Tables need a primary key to be tracked.\n\
         IF NOT EXISTS (SELECT 1 FROM sys.change_tracking_databases WHERE database_id = DB_ID(N'{database_name}'))\n  \
         ALTER DATABASE {} SET CHANGE_TRACKING = ON (CHANGE_RETENTION = {days} DAYS, AUTO_CLEANUP = ON);\n",
        quoted(database)
    );
    for table in TABLES.iter().filter(|table| table.is_followed()) {
        let name = table.name;
        let _ = writeln!(
            script,
            "IF OBJECT_ID(N'dbo.{name}') IS NOT NULL AND NOT EXISTS (SELECT 1 FROM \
             sys.change_tracking_tables WHERE object_id = OBJECT_ID(N'dbo.{name}'))\n  \
             ALTER TABLE dbo.{name} ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = OFF);"
        );
    }
    script
}

fn where_it_may_be_missing(table: &AxTable) -> String {
    if table.is_optional() {
        format!("IF OBJECT_ID(N'dbo.{}') IS NOT NULL ", table.name)
    } else {
        String::new()
    }
}

/// A name in brackets.
fn quoted(name: &str) -> String {
    format!("[{}]", name.replace(']', "]]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_granted_and_every_followed_one_with_its_changes() {
        let script = grants("shop]s");
        for table in TABLES {
            let changes = if table.is_followed() {
                ", VIEW CHANGE TRACKING"
            } else {
                ""
            };
            let grant = format!("GRANT SELECT{changes} ON dbo.{} TO [shop]]s];", table.name);
            assert!(script.contains(&grant), "{grant}");
        }
        assert!(script.contains("GRANT SELECT ON dbo.DATAAREA TO [shop]]s];"));
    }

    #[test]
    fn every_followed_table_is_tracked() {
        let script = enabling("MicrosoftDynamicsAX", 2);
        let followed = TABLES.iter().filter(|table| table.is_followed());
        assert_eq!(
            script.matches("ENABLE CHANGE_TRACKING").count(),
            followed.count()
        );
        assert!(script.contains("ALTER DATABASE [MicrosoftDynamicsAX] SET CHANGE_TRACKING = ON"));
        assert!(script.contains("CHANGE_RETENTION = 2 DAYS"));
    }
}
