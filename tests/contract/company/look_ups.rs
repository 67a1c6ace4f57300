//! What is looked up beside the streams: for orders, and of AX's batch jobs.

use axcs::company::batch::{AxBatch, AxBatchFilter};
use axcs::company::trade::{ItemKey, Requisition, Trade};
use axcs::model::catalog::ProductDimensions;

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
    // Iridium makes a text of a part of bytes, so that the tasks' logs cannot be read from it.
    for table in ["BATCH", "BATCHHISTORY"] {
        sample.run(&format!("DELETE FROM {table}"));
        ax.run(&format!("DELETE FROM dbo.{table}")).await;
    }
    let company = ax.open(None, None).await.unwrap();
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
