//! `axcs company orders`, as an operator types it to play the clerk.

use axcs::company::embedded::Embedded;

use crate::sample::{place, web_order};
use crate::support::Axcs;

#[tokio::test]
async fn the_clerk_is_played_by_commands() {
    let axcs = Axcs::new();
    axcs.ok(&["company", "generate", "--items", "200"]);
    let orders = |arguments: &[&str]| axcs.json(&[&["company", "orders"][..], arguments].concat());
    assert_eq!(orders(&["list"])["orders"].as_array().unwrap().len(), 0);

    let company = Embedded::open(&axcs.dir().join("company.db"), None).unwrap();
    let item = axcs.dir();
    let connection = rusqlite::Connection::open(item.join("company.db")).unwrap();
    let sql = "SELECT ITEMID FROM INVENTITEMGROUPITEM WHERE ITEMGROUPID = 'FIN'
        AND ITEMID NOT IN (SELECT ITEMID FROM INVENTDIMCOMBINATION) LIMIT 1";
    let item: String = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    for number in 1..=3 {
        place(&company, web_order(number, &[&item])).await;
    }
    let listed = orders(&["list", "--limit", "1"]);
    assert_eq!(listed["orders"][0]["sales_order"], "SO-0000003");
    assert_eq!(listed["orders"][0]["status"], "open-order");

    let part = orders(&["ship", "SO-0000001", "--partial", "--seed", "5"]);
    assert!(
        part["changed"][0].as_str().unwrap().contains("a part"),
        "{part}"
    );
    orders(&["cancel", "SO-0000002"]);
    let all = orders(&["ship", "--all"]);
    assert_eq!(all["changed"].as_array().unwrap().len(), 2, "{all}");
    orders(&["invoice", "SO-0000003"]);
    let number = connection
        .query_row(
            "SELECT min(TRACKINGNUMBER) FROM SHIPCARRIERSTAGING",
            [],
            |row| row.get::<_, String>(0),
        )
        .unwrap();
    orders(&["void", &number]);
    let listed = axcs.ok(&["company", "orders", "list"]).stdout;
    for word in [
        "SO-0000001",
        "Delivered",
        "Canceled",
        "Invoiced",
        "W-000003",
    ] {
        assert!(listed.contains(word), "{word}: {listed}");
    }
    let info = axcs.json(&["company", "info"]);
    assert_eq!(info["counts"]["sales_orders"], 3);
    assert_eq!(info["counts"]["packing_slips"], 3);

    let refused = axcs.run(&["company", "orders", "ship", "SO-0000003"]);
    assert_eq!(refused.code, 2);
    assert!(
        refused
            .stderr
            .contains("SO-0000003 is Invoiced, not Open order"),
        "{}",
        refused.stderr
    );
    assert_eq!(axcs.run(&["company", "orders", "ship"]).code, 2);
    assert_eq!(
        axcs.run(&["company", "orders", "ship", "--all", "SO-1"])
            .code,
        2
    );
    let read_only = axcs.run(&["--read-only", "company", "orders", "cancel", "SO-0000001"]);
    assert_ne!(read_only.code, 0);
}
