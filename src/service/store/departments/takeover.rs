//! Takes the categories of AX over: those right below the root of a hierarchy become departments,
//! those below them categories of these. Whatever is there stays as it is.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::model::Stream;
use crate::model::catalog::Category;
use crate::service::api::refusal::Refusal;
use crate::service::store::orders::facts::read_json;
use crate::service::store::{Collection, Store};

/// Longest name of a category.
pub const MOST_CHARACTERS: usize = 200;
/// More nodes than that above one: the hierarchy goes in a circle.
const DEEPEST: usize = 100;

/// What was taken over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakenOver {
    /// Departments.
    pub departments: u64,
    /// Categories.
    pub categories: u64,
    /// Left out: there is another one of the name.
    pub left_out: u64,
}

impl Store {
    /// Takes over what AX has and is not here.
    pub async fn take_over_categories(&self) -> Result<TakenOver, Refusal> {
        self.change(|transaction| {
            let nodes = nodes(transaction)?;
            let mut known = known(transaction)?;
            let mut paths: Vec<Vec<&Category>> = nodes
                .values()
                .filter_map(|node| path(&nodes, node))
                .collect();
            // Departments first; then in an order that does not change from run to run.
            paths.sort_by_key(|path| (path.len() > 1, path.last().map(|node| &node.id)));
            let new = paths.iter().filter(|path| {
                let node = path.last();
                node.is_some_and(|node| !known.contains_key(&node.id))
            });
            super::room_for(transaction, new.count())?;
            let mut taken = TakenOver::default();
            for path in paths {
                take(transaction, &path, &mut known, &mut taken)?;
            }
            Ok(taken)
        })
        .await
    }
}

/// Takes over the last node of a path.
fn take(
    connection: &Connection,
    path: &[&Category],
    known: &mut HashMap<String, i64>,
    taken: &mut TakenOver,
) -> Result<(), Refusal> {
    let [department, below @ ..] = path else {
        return Ok(());
    };
    let node = below.last().unwrap_or(department);
    if known.contains_key(&node.id) {
        return Ok(());
    }
    let (above, name) = if below.is_empty() {
        (None, department.name.clone())
    } else {
        let names: Vec<&str> = below.iter().map(|node| node.name.as_str()).collect();
        (known.get(&department.id).copied(), names.join(" > "))
    };
    let is_orphan = above.is_none() && !below.is_empty();
    let name: String = name.chars().take(MOST_CHARACTERS).collect();
    let made = if is_orphan {
        None
    } else {
        super::insert(connection, above, &name, Some(&node.id))?
    };
    match made {
        Some(id) => {
            known.insert(node.id.clone(), id);
            if above.is_none() {
                taken.departments += 1;
            } else {
                taken.categories += 1;
            }
        }
        None => taken.left_out += 1,
    }
    Ok(())
}

/// Every category of AX, by id.
fn nodes(connection: &Connection) -> Result<HashMap<String, Category>, Refusal> {
    let collection = Collection::of(connection, Stream::Categories)?.id;
    let mut select = connection.prepare_cached(
        "SELECT value.json FROM record JOIN value ON value.id = record.value WHERE record.collection = ?1",
    )?;
    let mut rows = select.query([collection])?;
    let mut nodes = HashMap::new();
    while let Some(row) = rows.next()? {
        let node: Category = read_json(&row.get::<_, Vec<u8>>(0)?)?;
        nodes.insert(node.id.clone(), node);
    }
    Ok(nodes)
}

/// The departments and categories that stand for categories of AX, by the ids of these.
fn known(connection: &Connection) -> rusqlite::Result<HashMap<String, i64>> {
    connection
        .prepare_cached("SELECT ax, id FROM category WHERE ax IS NOT NULL")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// From below the root down to `node`; none for the root itself, and where the way up is broken or
/// AX has switched a node of it off.
fn path<'a>(nodes: &'a HashMap<String, Category>, node: &'a Category) -> Option<Vec<&'a Category>> {
    let mut path = Vec::new();
    let mut at = node;
    while !at.parent.is_empty() {
        if path.len() == DEEPEST || !at.active {
            return None;
        }
        path.push(at);
        at = nodes.get(&at.parent)?;
    }
    path.reverse();
    (!path.is_empty()).then_some(path)
}
