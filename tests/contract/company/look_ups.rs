//! What is looked up beside the streams: for orders, and of AX's batch jobs.

use axcs::company::batch::{AxBatch, AxBatchFilter};
use axcs::company::trade::{ItemKey, Requisition, Trade};
use axcs::model::catalog::ProductDimensions;
use axcs::model::exception::Documented;

use super::Engine;
use crate::ax::Ax;
use crate::support::busy_sample;

async fn look_ups_for_orders_answer_as_the_file_does(engine: Engine) {
    let sample = busy_sample(9, 3).await;
    let ax = Ax::of(engine, &sample).await;
    let company = ax.open(None, None).await.unwrap();
    let file = &sample.company;
    let codes = company.trade_codes().await.unwrap();
    assert!(!codes.charges_codes.is_empty() && !codes.sales_origins.is_empty());
    assert_eq!(codes, file.trade_codes().await.unwrap());

    let texts = |sql: &str| -> Vec<String> {
        let mut statement = sample.writer.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    let mut accounts = texts("SELECT ACCOUNTNUM FROM CUSTTABLE ORDER BY ACCOUNTNUM DESC");
    accounts.insert(1, "nobody".to_owned());
    let customers = company.customers(&accounts).await.unwrap();
    assert_eq!(customers, file.customers(&accounts).await.unwrap());
    assert!(customers[0].is_some() && customers[1].is_none());

    let mut keys = vec![ItemKey {
        item: "no such".to_owned(),
        dimensions: ProductDimensions::default(),
    }];
    for item in texts("SELECT ITEMID FROM INVENTTABLE") {
        for colour in ["", "Red", "Blue", "Plaid"] {
            for size in ["", "M"] {
                keys.push(ItemKey {
                    item: item.clone(),
                    dimensions: ProductDimensions {
                        colour: colour.to_owned(),
                        size: size.to_owned(),
                        ..ProductDimensions::default()
                    },
                });
            }
        }
    }
    let items = company.sales_items(&keys).await.unwrap();
    assert_eq!(items, file.sales_items(&keys).await.unwrap());

    let mut wanted: Vec<Requisition> = Vec::new();
    let mut statement = sample
        .writer
        .prepare("SELECT CUSTACCOUNT, PURCHORDERFORMNUM FROM SALESTABLE ORDER BY RECID DESC")
        .unwrap();
    let pairs = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    for pair in pairs {
        let (customer, requisition) = pair.unwrap();
        wanted.push(Requisition {
            customer,
            requisition,
        });
    }
    wanted.push(Requisition {
        customer: wanted[0].customer.clone(),
        requisition: String::new(),
    });
    let orders = company.sales_orders(&wanted).await.unwrap();
    assert_eq!(orders, file.sales_orders(&wanted).await.unwrap());
    assert!(!orders[0].is_empty() && orders.last().unwrap().is_empty());
}

async fn batch_jobs_and_their_runs_are_those_of_the_file(engine: Engine) {
    let sample = busy_sample(2, 1).await;
    let ax = Ax::of(engine, &sample).await;
    // [1, [3, "No"]], then a type that nobody knows: what the AIF job's first task logged.
    let log = "07FD010100000007FD0103000000004E006F000000FF42";
    let of_task = "WHERE CAPTION = 'AIF gateway receive'";
    sample.run(&format!("UPDATE BATCH SET INFO = X'{log}' {of_task}"));
    ax.run(&format!("UPDATE dbo.BATCH SET INFO = 0x{log} {of_task}"))
        .await;
    let company = ax.open(None, None).await.unwrap();
    let of_aif = AxBatchFilter::Caption("AIF".to_owned());
    let of_aif = company.batch_jobs(&of_aif).await.unwrap();
    assert_eq!(of_aif[0].tasks[0].log, ["No", "undecoded, 1 byte: 42"]);
    let every = company.batch_jobs(&AxBatchFilter::Every).await.unwrap();
    let said = every[2].last_error.as_ref().unwrap();
    assert!(said.last().ends_with(Documented::NetworkError.text()));
    for filter in [
        AxBatchFilter::Every,
        AxBatchFilter::CommerceServices,
        AxBatchFilter::Caption("no such [job".to_owned()),
    ] {
        let file = sample.company.batch_jobs(&filter).await.unwrap();
        assert_eq!(file.is_empty(), matches!(filter, AxBatchFilter::Caption(_)));
        assert_eq!(company.batch_jobs(&filter).await.unwrap(), file);
        for job in file {
            let runs = sample.company.batch_history(job.id, 3).await.unwrap();
            assert_eq!(company.batch_history(job.id, 3).await.unwrap(), runs);
            let one = AxBatchFilter::Id(job.id);
            assert_eq!(company.batch_jobs(&one).await.unwrap(), [job]);
        }
    }
}

servers![
    look_ups_for_orders_answer_as_the_file_does,
    batch_jobs_and_their_runs_are_those_of_the_file,
];
