//! Orders through the tables of a site's own import, in the ledger on a SQL Server, by the program
//! itself; the test plays the import by the statements of README.

use serde_json::Value;

use super::whole::sells;
use crate::importer;
use crate::site::Site;

/// A statement of README with what it names before it.
fn statement(name: &str, message: &str, said: &str) -> String {
    format!(
        "DECLARE @message_id nvarchar(36) = N'{message}', @sales_order nvarchar(20) = N'{said}', \
         @error nvarchar(4000) = N'{said}';\n{}",
        importer::statement(name)
    )
}

/// The stages of all orders with how many there are of each.
fn stages(site: &Site) -> Vec<(String, usize)> {
    let listed = site.json(&["orders", "--view", "all"]);
    let mut stages: Vec<(String, usize)> = Vec::new();
    for order in listed["orders"].as_array().unwrap() {
        let stage = order["stage"].as_str().unwrap();
        match stages.iter_mut().find(|(known, _)| known == stage) {
            Some((_, count)) => *count += 1,
            None => stages.push((stage.to_owned(), 1)),
        }
    }
    stages.sort();
    stages
}

fn exceptions(site: &Site) -> Vec<Value> {
    site.json(&["exceptions"]).as_array().unwrap().clone()
}

/// AX gets a sales order, of what the rows say.
async fn import_makes(site: &mut Site, message: &str, sales_order: &str) {
    let keys = format!(
        "SELECT company, customer_account, requisition, order_id FROM axcs.import_order \
         WHERE message_id = N'{message}'"
    );
    let keys = site.texts_in_ledger(&keys).await.remove(0);
    let [company, account, requisition, order] = keys.as_slice() else {
        panic!("{keys:?}")
    };
    let number = sales_order.trim_start_matches("SO-");
    site.in_ax(&format!(
        "INSERT INTO SALESTABLE (DATAAREAID, PARTITION, RECID, SALESID, CUSTACCOUNT, PURCHORDERFORMNUM, \
         CUSTOMERREF, SALESTYPE, SALESSTATUS) VALUES (N'{company}', 5637144576, 56379990{number}, \
         N'{sales_order}', N'{account}', N'{requisition}', N'{order}', 3, 1)"
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_go_through_the_tables_of_a_ledger_on_a_sql_server() {
    let mut site = Site::generated("20").await;
    sells(&site, "[orders]\nhandover = 'staging'\n", "WEB", "..");
    site.job("complete");
    site.ok(&["service", "order", "place", "--count", "3"]);
    site.job("orders");
    let handed_over = |count| ("handed-over".to_owned(), count);
    assert_eq!(stages(&site), [handed_over(3)]);
    // Another process knows what the first one laid out.
    site.job("orders");
    let messages: Vec<String> = site
        .texts_in_ledger(&importer::statement("look"))
        .await
        .concat();
    assert_eq!(messages.len(), 3);
    let parts = "SELECT COUNT(*) FROM axcs.import_line AS l \
                 JOIN axcs.import_order AS o ON o.message_id = l.message_id WHERE l.amount > 0";
    assert!(site.count("AXCS", parts).await >= 3);

    for message in &messages {
        site.in_ledger(&statement("take", message, "")).await;
    }
    assert_eq!(
        site.texts_in_ledger(&importer::statement("look")).await,
        Vec::<Vec<String>>::new()
    );
    import_makes(&mut site, &messages[0], "SO-7001").await;
    site.in_ledger(&statement("done", &messages[0], "SO-7001"))
        .await;
    site.in_ledger(&statement(
        "refused",
        &messages[1],
        "Site must be filled in.",
    ))
    .await;
    // The third is said to be made, and AX does not show it.
    site.in_ledger(&statement("done", &messages[2], "SO-7003"))
        .await;
    site.job("orders");
    let one = |stage: &str| (stage.to_owned(), 1);
    assert_eq!(
        stages(&site),
        [one("accepted"), one("exception"), one("handed-over")]
    );
    let refused = exceptions(&site);
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0]["cause"], "Site must be filled in.");

    // It is late, by the ledger's clock.
    site.in_ledger("UPDATE axcs.import_order SET created = DATEADD(HOUR, -2, created)")
        .await;
    site.job("orders");
    let late = exceptions(&site);
    let cause = |exception: &Value| exception["cause"].as_str().unwrap().to_owned();
    let is_late = late.iter().any(|it| cause(it).contains("SO-7003"));
    assert!(is_late && late.len() == 2, "{late:?}");
    import_makes(&mut site, &messages[2], "SO-7003").await;
    let id = refused[0]["id"].to_string();
    site.ok(&["exceptions", "retry", &id]);
    site.job("orders");
    assert_eq!(stages(&site), [("accepted".to_owned(), 2), handed_over(1)]);
    let again = site.texts_in_ledger(&importer::statement("look")).await;
    let again = again.concat().remove(0);
    assert!(!messages.contains(&again));
    site.in_ledger(&statement("take", &again, "")).await;
    import_makes(&mut site, &again, "SO-7002").await;
    site.in_ledger(&statement("done", &again, "SO-7002")).await;
    site.job("orders");
    assert_eq!(stages(&site), [("accepted".to_owned(), 3)]);
    assert_eq!(exceptions(&site), Vec::<Value>::new());
    let told = site.json(&["service", "order", "list"]);
    for order in told.as_array().unwrap() {
        let sales_order = order["sales_order"].as_str().unwrap();
        assert!(sales_order.starts_with("SO-700"), "{order}");
    }
    site.assert_verified();

    // What is old and settled goes.
    site.in_ledger("UPDATE axcs.import_order SET created = DATEADD(DAY, -401, created)")
        .await;
    site.job("orders");
    for table in ["import_order", "import_line", "import_charge"] {
        let left = format!("SELECT COUNT(*) FROM axcs.{table}");
        assert_eq!(site.count("AXCS", &left).await, 0, "{table}");
    }
}
