//! A site for a person to look at: company and ledger on the SQL Server of the tests, which goes down
//! and comes back as a file says.

use std::io::Write as _;
use std::time::Duration;

use crate::mssql::proxy::Proxy;
use crate::site::Site;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it stays until it is stopped"]
async fn a_site_to_look_at() {
    let site = Site::generated("40").await;
    let proxy = Proxy::before(site.server().address()).await;
    let port = proxy.address().port().to_string();
    site.settings(&[("port", &port), ("ledger_database", "'AXCS'")], "");
    let dir = site.axcs.dir();
    let down = dir.join("down");
    let told = format!(
        "AXCS_SQL_PASSWORD='{}' axcs --dir {} --config {}\nSQL Server is down while there is {}\n",
        site.server().login().1,
        dir.display(),
        dir.join("short.toml").display(),
        down.display()
    );
    std::io::stderr().write_all(told.as_bytes()).unwrap();
    let mut is_down = false;
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        if down.exists() != is_down {
            is_down = !is_down;
            proxy.shut(is_down);
        }
    }
}
