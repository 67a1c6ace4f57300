//! Pages of the website and of listings: as much over a large master catalog as over a small one.

use axcs::model::Stream;

use super::count::{Tally, count};
use super::judge::{assert_none, grown};
use super::one_at_a_time;
use super::run::uploaded;
use super::site::Site;
use super::visitor::Visitor;

const SMALL: u64 = 300;
const LARGE: u64 = 3_000;
/// Records of a listing's page.
const LISTED: usize = 200;
/// An item of both, what more than a page of items begin with in both, and what none has.
const PAGES: [&str; 4] = [
    "/products",
    "/products?search=C-000100",
    "/products?search=c-000",
    "/products?search=no-product-has-this",
];

/// What each page costs, and how many products it shows.
async fn pages(site: &Site) -> Vec<(&'static str, usize, Tally)> {
    let mut tallies = Vec::new();
    let commerce = &site.runner.sides().commerce;
    let first = commerce.list(Stream::OnHand, None, LISTED).await.unwrap();
    let next = first.next.as_deref();
    let (listed, tally) = count(commerce.list(Stream::OnHand, next, LISTED)).await;
    assert_eq!(listed.unwrap().records.len(), LISTED);
    tallies.push(("a page of a listing", LISTED, tally));
    let (summary, tally) = count(commerce.summary(Stream::OnHand)).await;
    assert!(summary.unwrap().count > 0);
    tallies.push(("the count of a collection", 1, tally));

    let mut anna = Visitor::at(&site.service_url());
    anna.sign_up().await;
    for path in PAGES {
        anna.get(path).await;
        let (page, tally) = count(anna.get(path)).await;
        let shown = page.matches("/product?").count();
        assert_eq!(shown > 0, !path.contains("no-product"), "{path}");
        tallies.push((path, shown, tally));
    }
    tallies
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_the_website_reads_as_much_of_a_large_catalog_as_of_a_small_one() {
    let _turn = one_at_a_time().await;
    let (small, large) = tokio::join!(uploaded(SMALL), uploaded(LARGE));
    let mut told = Vec::new();
    let smaller = pages(&small).await;
    for ((what, few, smaller), (_, many, larger)) in smaller.into_iter().zip(pages(&large).await) {
        assert_eq!(few, many, "{what}: both show as many");
        told.extend(grown(what, &smaller, &larger));
    }
    assert_none(&told);
}
