//! What is looked through while products are selected.

use axcs::company::browse::Browse;
use axcs::model::Selection;
use axcs::model::products::{ItemFilter, ItemPage, ItemQuery, Start};

use super::Engine;
use crate::ax::Ax;
use crate::support::{Sample, busy_sample, category, item_group, select};

/// Every page of a list, one behind the other, as `step` items each.
async fn all(company: &dyn Browse, filter: &ItemFilter, first: Start, step: usize) -> ItemPage {
    let mut whole = ItemPage::default();
    let mut start = first;
    loop {
        let query = ItemQuery {
            filter: filter.clone(),
            start: start.clone(),
            limit: step,
            look_at: 2 * step,
        };
        let page = company.items(&query).await.unwrap();
        assert!(page.items.len() <= step);
        if start.is_backwards() {
            whole.items.splice(0..0, page.items);
        } else {
            whole.items.extend(page.items);
        }
        let Some(reached) = page.reached else {
            return whole;
        };
        start = if start.is_backwards() {
            Start::Before(reached)
        } else {
            Start::After(reached)
        };
    }
}

fn filters(sample: &Sample) -> Vec<(ItemFilter, String)> {
    let name = sample.text(
        "SELECT t.NAME FROM ECORESPRODUCTTRANSLATION t JOIN INVENTTABLE i ON i.PRODUCT = t.PRODUCT
          WHERE t.LANGUAGEID = 'en-us' AND t.NAME NOT LIKE '%[%' ORDER BY i.ITEMID DESC LIMIT 1",
    );
    let item = sample.text("SELECT ITEMID FROM INVENTTABLE ORDER BY ITEMID LIMIT 1 OFFSET 3");
    let top = sample.text(
        "SELECT CAST(PARENTCATEGORY AS TEXT) FROM ECORESCATEGORY WHERE RECID =
          (SELECT CATEGORY FROM ECORESPRODUCTCATEGORY ORDER BY RECID LIMIT 1)",
    );
    let words: Vec<&str> = name.split(' ').collect();
    let text = format!("{} {}", words[0], words[words.len() - 1]);
    let all = "SELECT ITEMID FROM INVENTTABLE WHERE DATAAREAID = 'usmf'";
    let like = text.replace(' ', "%").replace('\'', "''");
    vec![
        (ItemFilter::default(), all.to_owned()),
        (
            ItemFilter::typed(&text, ""),
            format!(
                "{all} AND (NAMEALIAS LIKE '%{like}%' OR EXISTS (SELECT 1 FROM ECORESPRODUCTTRANSLATION t
                  WHERE t.PRODUCT = INVENTTABLE.PRODUCT AND t.NAME LIKE '%{like}%'))"
            ),
        ),
        (
            ItemFilter::typed(&format!("{item}*"), ""),
            format!("{all} AND ITEMID LIKE '{item}%'"),
        ),
        (
            ItemFilter::typed("group:FIN", ""),
            format!(
                "{all} AND ITEMID IN (SELECT ITEMID FROM INVENTITEMGROUPITEM WHERE ITEMGROUPID = 'FIN')"
            ),
        ),
        (
            ItemFilter::typed("", &top),
            format!(
                "{all} AND PRODUCT IN (SELECT p.PRODUCT FROM ECORESPRODUCTCATEGORY p
                  JOIN ECORESCATEGORY b ON b.RECID = p.CATEGORY
                  JOIN ECORESCATEGORY a ON a.CATEGORYHIERARCHY = b.CATEGORYHIERARCHY
                   AND b.NESTEDSETLEFT BETWEEN a.NESTEDSETLEFT AND a.NESTEDSETRIGHT
                 WHERE a.RECID = {top})"
            ),
        ),
        (
            ItemFilter::typed("no_such%item", ""),
            format!("{all} AND 1 = 0"),
        ),
    ]
}

async fn pages_of_items_join_up_forwards_and_backwards_whatever_the_filter(engine: Engine) {
    let sample = busy_sample(12, 1).await;
    let ax = Ax::of(engine, &sample).await;
    let server = ax.open(None, None).await.unwrap();
    for (filter, sql) in filters(&sample) {
        let mut statement = sample
            .writer
            .prepare(&format!("{sql} ORDER BY ITEMID"))
            .unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        let expected: Vec<String> = rows.collect::<Result<_, _>>().unwrap();
        let known = all(&sample.company, &filter, Start::First, 1_000).await;
        let items: Vec<&String> = known.items.iter().map(|item| &item.item).collect();
        assert_eq!(items, expected.iter().collect::<Vec<_>>(), "{filter:?}");
        for (first, step) in [(Start::First, 1), (Start::Last, 2), (Start::Last, 5)] {
            let read = all(&sample.company, &filter, first.clone(), step).await;
            assert_eq!(read, known, "{filter:?} from {first:?}");
        }
        for first in [Start::First, Start::Last] {
            let read = all(&server, &filter, first.clone(), 5).await;
            assert_eq!(read, known, "{filter:?} from {first:?}");
        }
        if let Some(third) = known.items.get(2) {
            let at = Start::At(third.item.clone());
            let behind = all(&server, &filter, at, 20).await;
            assert_eq!(behind.items, known.items[2..], "{filter:?}");
        }
    }
}

async fn categories_groups_and_what_rules_name_are_those_of_the_file(engine: Engine) {
    let sample = busy_sample(12, 1).await;
    let ax = Ax::of(engine, &sample).await;
    let company = ax.open(None, None).await.unwrap();
    let tree = company.category_tree().await.unwrap();
    assert_eq!(tree, sample.company.category_tree().await.unwrap());
    assert_eq!(tree.items, 12);
    let roots = tree.nodes.iter().filter(|node| node.depth == 0);
    let roots: u64 = roots.map(|node| node.items).sum();
    let in_a_category = sample.text(
        "SELECT CAST(COUNT(*) AS TEXT) FROM ECORESPRODUCTCATEGORY c JOIN INVENTTABLE i ON i.PRODUCT = c.PRODUCT",
    );
    assert_eq!(roots.to_string(), in_a_category);
    let groups = company.item_groups().await.unwrap();
    assert_eq!(groups, sample.company.item_groups().await.unwrap());
    assert_eq!(groups.iter().map(|group| group.items).sum::<u64>(), 12);

    let mut items: Vec<String> = all(&company, &ItemFilter::default(), Start::First, 20)
        .await
        .items
        .into_iter()
        .map(|item| item.item)
        .collect();
    items.insert(1, "no such".to_owned());
    let top = &tree.nodes[tree.nodes.len() / 2];
    for selection in [
        select(&[item_group("FIN")]),
        select(&[category(&top.id)]),
        Selection::everything(),
        Selection::default(),
    ] {
        let named = company.let_through(&selection, &items).await.unwrap();
        let file = sample.company.let_through(&selection, &items).await;
        assert_eq!(named, file.unwrap(), "{selection:?}");
        let selected = sample.all(axcs::model::Stream::Items, &selection).await;
        let number = named.iter().filter(|is_named| **is_named).count();
        assert_eq!(number, selected.len(), "{selection:?}");
        assert!(!named[1]);
    }
}

servers![
    pages_of_items_join_up_forwards_and_backwards_whatever_the_filter,
    categories_groups_and_what_rules_name_are_those_of_the_file,
];
