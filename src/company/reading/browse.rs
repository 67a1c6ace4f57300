//! What an operator looks through: pages of items by item number, the category hierarchies with
//! counts, and which items a selection lets through.

use std::collections::HashMap;

use super::values::text;
use super::{Database, Reader, each, items, of_list, rec_id, texts_of};
use crate::company::CompanyError;
use crate::model::catalog;
use crate::model::products::{
    CategoryNode, CategoryTree, GroupCount, ItemFilter, ItemPage, ItemQuery, ListedItem, Start,
};
use crate::sql::{SqlError, Text, literal_pattern};
use crate::{statement, values};

const LAST: Text<'static> = statement!("browse", "last");
const EDGE: Text<'static> = statement!("browse", "edge");
const EDGE_BEFORE: Text<'static> = statement!("browse", "edge before");
const PAGE: Text<'static> = statement!("browse", "page");
const PAGE_BEFORE: Text<'static> = statement!("browse", "page before");
const TREE: Text<'static> = statement!("browse", "tree");
const IN_CATEGORIES: Text<'static> = statement!("browse", "in categories");
const NUMBER: Text<'static> = statement!("browse", "number");
const GROUPS: Text<'static> = statement!("browse", "groups");
const SELECTED: Text<'static> = statement!("browse", "selected");

/// The language whose product name is listed where there is one: Commerce Services exist for
/// companies in the USA.
const LANGUAGE: &str = "en-us";

/// The patterns of a filter: of the item number, and of names.
fn patterns(filter: &ItemFilter) -> [String; 2] {
    if let Some(beginning) = filter.text.strip_suffix('*') {
        return [format!("{}%", literal_pattern(beginning)), String::new()];
    }
    let words = filter.text.split_whitespace().map(literal_pattern);
    let words: Vec<String> = words.collect();
    if words.is_empty() {
        return ["%".to_owned(), String::new()];
    }
    let pattern = format!("%{}%", words.join("%"));
    [pattern.clone(), pattern]
}

/// See [`crate::company::browse::Browse::items`].
pub(in crate::company) fn page(
    database: &dyn Database,
    query: &ItemQuery,
) -> Result<ItemPage, SqlError> {
    let (edge, page) = if query.start.is_backwards() {
        (&EDGE_BEFORE, &PAGE_BEFORE)
    } else {
        (&EDGE, &PAGE)
    };
    // The statements begin at an item; one behind it comes with it, and is left out here.
    let (from, left_out) = match &query.start {
        Start::First => (String::new(), None),
        Start::Last => match last(database)? {
            Some(last) => (last, None),
            None => return Ok(ItemPage::default()),
        },
        Start::At(item) => (item.clone(), None),
        Start::After(item) | Start::Before(item) => (item.clone(), Some(item)),
    };
    let look_at = query.look_at.max(1) + 1;
    let mut there = (None, 0);
    each(database, edge, &values![&from, look_at as i64], |row| {
        there = (row.get::<Option<String>>(0)?, row.get::<i64>(1)?);
        Ok(())
    })?;
    let (Some(edge), number) = there else {
        return Ok(ItemPage::default());
    };
    let most = query.limit + 1 + usize::from(left_out.is_some());
    let [number_like, name_like] = patterns(&query.filter);
    let values = values![
        &from,
        &edge,
        most as i64,
        number_like,
        name_like,
        rec_id(&query.filter.category),
        &query.filter.group,
    ];
    let mut listed = Vec::new();
    let mut products = Vec::new();
    each(database, page, &values, |row| {
        listed.push(ListedItem {
            item: row.get(0)?,
            name: row.get(2)?,
            group: text(row, 3)?,
            categories: Vec::new(),
        });
        products.push(row.get::<i64>(1)?);
        Ok(())
    })?;
    if left_out.is_some_and(|item| listed.first().is_some_and(|first| first.item == *item)) {
        listed.remove(0);
        products.remove(0);
    }
    let is_over = number < look_at as i64;
    let reached = if listed.len() > query.limit {
        listed.truncate(query.limit);
        products.truncate(query.limit);
        listed.last().map(|last| last.item.clone())
    } else {
        (!is_over).then_some(edge)
    };
    describe(database, &mut listed, &products)?;
    if query.start.is_backwards() {
        listed.reverse();
    }
    Ok(ItemPage {
        items: listed,
        reached,
    })
}

/// Adds names and categories.
fn describe(
    database: &dyn Database,
    listed: &mut [ListedItem],
    products: &[i64],
) -> Result<(), SqlError> {
    let list = items::numbers(products);
    let mut texts: Vec<Vec<catalog::Text>> = vec![Vec::new(); listed.len()];
    of_list(database, &items::TEXTS, &list, |at, row| {
        texts[at].push(catalog::Text {
            language: text(row, 1)?,
            name: text(row, 2)?,
            description: String::new(),
        });
        Ok(())
    })?;
    for (item, mut texts) in listed.iter_mut().zip(texts) {
        texts.sort_by(|one, other| one.language.cmp(&other.language));
        let is_known = |text: &&catalog::Text| text.language.eq_ignore_ascii_case(LANGUAGE);
        let known = texts.iter().find(is_known).or_else(|| texts.first());
        if let Some(text) = known {
            item.name.clone_from(&text.name);
        }
    }
    of_list(database, &items::CATEGORIES, &list, |at, row| {
        listed[at].categories.push(text(row, 1)?);
        Ok(())
    })?;
    for item in listed {
        item.categories.sort_unstable();
    }
    Ok(())
}

fn last(database: &dyn Database) -> Result<Option<String>, SqlError> {
    let mut last = None;
    each(database, &LAST, &[], |row| {
        last = row.get(0)?;
        Ok(())
    })?;
    Ok(last)
}

/// See [`crate::company::browse::Browse::category_tree`].
pub(in crate::company) fn tree(database: &dyn Database) -> Result<CategoryTree, SqlError> {
    let mut own: HashMap<String, u64> = HashMap::new();
    each(database, &IN_CATEGORIES, &[], |row| {
        own.insert(text(row, 0)?, row.get::<i64>(1)?.unsigned_abs());
        Ok(())
    })?;
    let mut nodes = Vec::new();
    each(database, &TREE, &[], |row| {
        let id = text(row, 0)?;
        nodes.push(CategoryNode {
            items: own.get(&id).copied().unwrap_or(0),
            id,
            hierarchy: row.get(1)?,
            name: row.get(2)?,
            parent: text(row, 3)?,
            depth: 0,
            below: 0,
        });
        Ok(())
    })?;
    let mut number = 0;
    each(database, &NUMBER, &[], |row| {
        number = row.get::<i64>(0)?.unsigned_abs();
        Ok(())
    })?;
    Ok(CategoryTree::new(&nodes, number))
}

/// See [`crate::company::browse::Browse::item_groups`].
pub(in crate::company) fn groups(database: &dyn Database) -> Result<Vec<GroupCount>, SqlError> {
    let mut groups = Vec::new();
    each(database, &GROUPS, &[], |row| {
        groups.push(GroupCount {
            group: row.get(0)?,
            items: row.get::<i64>(1)?.unsigned_abs(),
        });
        Ok(())
    })?;
    Ok(groups)
}

/// See [`crate::company::browse::Browse::let_through`].
pub(in crate::company) fn let_through(
    reader: &Reader<'_>,
    items: &[String],
) -> Result<Vec<bool>, CompanyError> {
    let mut found = vec![false; items.len()];
    reader.read(|reader| {
        reader.of_list(&SELECTED, &texts_of(items), |at, _| {
            found[at] = true;
            Ok(())
        })
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_in_their_order_and_a_star_begins_the_number() {
        let like = |text: &str| patterns(&ItemFilter::typed(text, ""));
        assert_eq!(like(""), ["%", ""]);
        assert_eq!(like("red  100%"), ["%red%100\\%%", "%red%100\\%%"]);
        assert_eq!(like("A_0*"), ["A\\_0%", ""]);
    }
}
