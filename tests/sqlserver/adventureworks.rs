//! Real data that nobody here wrote, served from a SQL Server. Skipped, with a message, where the data
//! is not beside the checkout.

use std::path::Path;

use super::whole::serves_its_customers;
use crate::axcs_program::Axcs;
use crate::site::Site;

#[tokio::test(flavor = "multi_thread")]
async fn real_data_is_served_from_a_sql_server() {
    let export = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/adventureworks");
    if !export.is_dir() {
        eprintln!(
            "skipped: there is no AdventureWorks export at {}",
            export.display()
        );
        return;
    }
    let maker = Axcs::new();
    maker.ok(&["company", "load", export.to_str().unwrap()]);
    let site = Site::of(&maker.dir().join("company.db")).await;
    serves_its_customers(site, "usaw", "INET", "AW-0001..AW-0012").await;
}
