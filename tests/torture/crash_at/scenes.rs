//! For each job a company, a ledger and a service at rest, in which every stream of the job has
//! work: changed, new and deleted records, one that cannot be sent, orders in every state.

use axcs::company::embedded::activity::clerk::{self, Orders, Ship};
use axcs::model::Job;
use axcs::model::channel::StoreSettings;

use super::site::{Site, settings, store};

/// Longer than any id that the service takes.
const TOO_LONG: usize = 200;

/// The scene of a job.
pub async fn of(job: Job) -> tempfile::TempDir {
    let site = Site::new().await;
    taken_orders(&site).await;
    match job {
        Job::Inventory => inventory(&site),
        Job::TradeAgreements => trade_agreements(&site),
        Job::Orders => orders(&site).await,
        Job::DeliveryModes => delivery_modes(&site).await,
        Job::Complete => {
            inventory(&site);
            trade_agreements(&site);
            orders(&site).await;
            delivery_modes(&site).await;
        }
    }
    site.at_rest().await
}

/// What an undisturbed run leaves: what cannot be sent, and nothing else.
pub fn expect(job: Job, differences: &[String], exceptions: &[String]) -> Result<(), String> {
    let set_aside = match job {
        Job::Inventory | Job::TradeAgreements => 1,
        Job::Orders => 2,
        Job::DeliveryModes => 0,
        Job::Complete => 4,
    };
    let unexplained = differences
        .iter()
        .find(|difference| difference.contains("quarantined: None"));
    if let Some(difference) = unexplained {
        return Err(format!("{job}: an undisturbed run leaves {difference}"));
    }
    if exceptions.len() != set_aside {
        return Err(format!(
            "{job}: an undisturbed run sets {exceptions:?} aside, not {set_aside} records"
        ));
    }
    Ok(())
}

/// Does something to at least one row.
fn change(site: &Site, sql: &str) {
    assert!(site.sql(sql) > 0, "{sql}");
}

fn inventory(site: &Site) {
    for sql in [
        "UPDATE ECORESCATEGORY SET NAME = NAME || ' new' WHERE RECID IN (SELECT RECID FROM ECORESCATEGORY ORDER BY RECID LIMIT 2)",
        "UPDATE ECORESPRODUCTDIMENSIONGROUP SET DESCRIPTION = 'new'",
        "UPDATE ECORESSTORAGEDIMENSIONGROUP SET DESCRIPTION = 'new'",
        "UPDATE TAXITEMGROUPHEADING SET NAME = NAME || ' new'",
        "UPDATE INVENTTABLEMODULE SET PRICE = '12.5' WHERE MODULETYPE = 2",
        "UPDATE INVENTTABLEMODULE SET PRICE = '12,50' WHERE MODULETYPE = 2 AND ITEMID = (SELECT max(ITEMID) FROM INVENTTABLE)",
        "UPDATE INVENTSUM SET AVAILPHYSICAL = '7' WHERE RECID IN (SELECT RECID FROM INVENTSUM ORDER BY RECID LIMIT 20)",
        "DELETE FROM INVENTTABLE WHERE ITEMID = (SELECT min(ITEMID) FROM INVENTTABLE WHERE ITEMID NOT IN (SELECT ITEMRELATION FROM PRICEDISCTABLE))",
    ] {
        change(site, sql);
    }
    let long = "T".repeat(TOO_LONG);
    change(
        site,
        &format!(
            "INSERT INTO TAXITEMGROUPHEADING (TAXITEMGROUP, NAME, DATAAREAID, PARTITION, RECVERSION, RECID)
             SELECT '{long}', 'too long', DATAAREAID, PARTITION, RECVERSION, RECID + 900000 FROM TAXITEMGROUPHEADING LIMIT 1"
        ),
    );
}

fn trade_agreements(site: &Site) {
    for sql in [
        "UPDATE PRICEDISCTABLE SET AMOUNT = '9.5' WHERE RECID IN (SELECT RECID FROM PRICEDISCTABLE ORDER BY RECID LIMIT 5)",
        "UPDATE PRICEDISCTABLE SET AMOUNT = '9,50' WHERE RECID = (SELECT max(RECID) FROM PRICEDISCTABLE)",
        "DELETE FROM PRICEDISCTABLE WHERE RECID = (SELECT min(RECID) FROM PRICEDISCTABLE)",
    ] {
        change(site, sql);
    }
}

async fn delivery_modes(site: &Site) {
    change(site, "UPDATE DLVMODE SET TXT = TXT || ' new'");
    change(
        site,
        "DELETE FROM DLVMODE WHERE CODE = (SELECT max(CODE) FROM DLVMODE)",
    );
    let long = "D".repeat(TOO_LONG);
    change(
        site,
        &format!(
            "INSERT INTO DLVMODE (CODE, TXT, SHIPCARRIERID, SHIPCARRIERNAME, MARKUPGROUP, DATAAREAID, PARTITION, RECVERSION, RECID)
             SELECT '{long}', 'too long', '', '', '', DATAAREAID, PARTITION, RECVERSION, RECID + 900000 FROM DLVMODE LIMIT 1"
        ),
    );
    let renamed = axcs::model::channel::Channel {
        name: "Another name".to_owned(),
        ..store("web")
    };
    for channel in [renamed, store("second")] {
        site.client.put_store(&channel).await.unwrap();
    }
    let other = StoreSettings {
        sales_origin: "PHONE".to_owned(),
        ..settings()
    };
    site.set_store("web", other).await;
}

/// Orders that AX has, before anything else happens.
async fn taken_orders(site: &Site) {
    for number in 1..=4 {
        site.place(&format!("OLD-{number}"), &format!("100{number}"))
            .await;
    }
    site.orders().await;
}

/// Orders that are new, faulty, changed and cancelled; packing slips, a cancellation, an invoice.
async fn orders(site: &Site) {
    for number in 1..=3 {
        site.place(&format!("NEW-{number}"), &format!("200{number}"))
            .await;
    }
    let mut faulty = site.order("FAULTY", "2004");
    "NO-SUCH".clone_into(&mut faulty.lines[0].item);
    site.client.place_order(&faulty).await.unwrap();
    site.client.cancel_order("NEW-3").await.unwrap();
    site.client.cancel_order("OLD-1").await.unwrap();
    let ship = |order: String, partial| {
        let orders = Orders::Named(vec![order]);
        clerk::ship(&site.company, &Ship { orders, partial }, 1).unwrap();
    };
    let sales_order = async |id: &str| site.staged(id).await.row.sales_order;
    ship(sales_order("OLD-2").await, true);
    ship(sales_order("OLD-3").await, false);
    clerk::invoice(&site.company, &sales_order("OLD-3").await).unwrap();
    clerk::cancel(&site.company, &sales_order("OLD-4").await).unwrap();
}
