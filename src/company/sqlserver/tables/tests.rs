//! The promises of the tables as data.

use super::*;
use crate::company::embedded::tables;

#[test]
fn what_is_followed_in_ax_is_what_a_company_file_tracks_by_the_same_columns() {
    for table in TABLES {
        let file = tables::find(table.name).expect("the file has the table");
        for column in table
            .columns
            .iter()
            .chain(table.leads)
            .chain(&table.company)
        {
            let has = file.columns.iter().any(|known| known.name == *column);
            assert!(has, "{}.{column}", table.name);
        }
        assert_eq!(table.is_followed(), file.tracked, "{}", table.name);
        assert!(
            table.leads.iter().all(|column| file.key.contains(column)),
            "{}",
            table.name
        );
    }
}
