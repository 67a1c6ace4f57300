//! The tree of categories as it stands on the screen: which nodes are open, which one is selected.

use std::collections::BTreeSet;

use ratatui::layout::{Position, Rect};

use crate::console::keys::Motion;
use crate::console::tabs::listing;
use crate::model::products::{CategoryNode, CategoryTree};

/// The tree's state.
#[derive(Debug, Default)]
pub struct TreeView {
    tree: CategoryTree,
    /// The nodes whose children are seen, each by its RecId.
    open: BTreeSet<String>,
    /// Place of the selected one among the rows.
    at: usize,
    top: usize,
    height: usize,
}

/// A row of the tree.
#[derive(Clone, Copy, Debug)]
pub struct TreeRow<'a> {
    /// Its node; none for the row that stands for every item.
    pub node: Option<&'a CategoryNode>,
    /// True where its children are seen.
    pub is_open: bool,
    /// True for the one the keys are about.
    pub is_selected: bool,
}

impl TreeView {
    /// Takes in the tree; what was open stays so. At first the roots are.
    pub fn take(&mut self, tree: CategoryTree) {
        if self.tree.nodes.is_empty() {
            let roots = tree.nodes.iter().filter(|node| node.depth == 0);
            self.open = roots.map(|node| node.id.clone()).collect();
        }
        self.tree = tree;
        self.at = self.at.min(self.seen().len());
        self.keep_in_sight();
    }

    /// The categories.
    pub const fn tree(&self) -> &CategoryTree {
        &self.tree
    }

    /// Places of the nodes that are seen.
    fn seen(&self) -> Vec<usize> {
        let nodes = &self.tree.nodes;
        let mut seen = Vec::new();
        let mut place = 0;
        while let Some(node) = nodes.get(place) {
            seen.push(place);
            let hidden = if self.open.contains(&node.id) {
                0
            } else {
                node.below
            };
            place += 1 + hidden;
        }
        seen
    }

    /// The selected node; none on the row that stands for every item.
    pub fn selected(&self) -> Option<&CategoryNode> {
        let place = *self.seen().get(self.at.checked_sub(1)?)?;
        self.tree.nodes.get(place)
    }

    /// Moves. Left closes a node or goes to the one above, right opens it.
    pub fn go(&mut self, motion: Motion) {
        let page = self.height.saturating_sub(1).max(1);
        let selected = self.selected().cloned();
        match motion {
            Motion::Up => self.at = self.at.saturating_sub(1),
            Motion::Down => self.at += 1,
            Motion::PageUp => self.at = self.at.saturating_sub(page),
            Motion::PageDown => self.at += page,
            Motion::Top => self.at = 0,
            Motion::Bottom => self.at = self.tree.nodes.len(),
            Motion::Right => {
                if let Some(node) = selected.filter(|node| node.below > 0) {
                    self.open.insert(node.id);
                }
            }
            Motion::Left => {
                if let Some(node) = selected
                    && !(node.below > 0 && self.open.remove(&node.id))
                {
                    self.at = self.row_of(&node.parent);
                }
            }
        }
        self.at = self.at.min(self.seen().len());
        self.keep_in_sight();
    }

    /// The row of a node; the first one where it is not seen.
    fn row_of(&self, id: &str) -> usize {
        let is_it = |place: &usize| self.tree.nodes[*place].id == id;
        self.seen().iter().position(is_it).map_or(0, |row| row + 1)
    }

    /// How far it is from the selected row to the one in this cell of the rows.
    pub fn steps_to(&self, rows: Rect, cell: Position) -> Option<isize> {
        listing::steps(rows, cell, self.top, self.at, self.seen().len() + 1)
    }

    /// Tells how many rows are in sight.
    pub fn set_height(&mut self, height: usize) {
        self.height = height.max(1);
        self.keep_in_sight();
    }

    fn keep_in_sight(&mut self) {
        let lowest = (self.seen().len() + 1).saturating_sub(self.height.max(1));
        self.top = self
            .top
            .min(self.at)
            .max((self.at + 1).saturating_sub(self.height.max(1)))
            .min(lowest);
    }

    /// The rows in sight.
    pub fn in_sight(&self) -> Vec<TreeRow<'_>> {
        let nodes = self.seen().into_iter().map(|place| &self.tree.nodes[place]);
        let rows = std::iter::once(None).chain(nodes.map(Some)).enumerate();
        rows.skip(self.top)
            .take(self.height)
            .map(|(row, node)| TreeRow {
                node,
                is_open: node.is_some_and(|node| self.open.contains(&node.id)),
                is_selected: row == self.at,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> TreeView {
        let node = |id: &str, parent: &str| CategoryNode {
            id: id.to_owned(),
            hierarchy: String::new(),
            name: id.to_owned(),
            parent: parent.to_owned(),
            items: 1,
            depth: 0,
            below: 0,
        };
        let nodes = ["1", "2<1", "3<2", "4<1"].map(|text| {
            let (id, parent) = text.split_once('<').unwrap_or((text, ""));
            node(id, parent)
        });
        let mut view = TreeView::default();
        view.set_height(3);
        view.take(CategoryTree::new(&nodes, 4));
        view
    }

    fn rows(view: &TreeView) -> Vec<String> {
        let name = |row: &TreeRow<'_>| row.node.map_or("all", |node| &*node.name).to_owned();
        view.in_sight().iter().map(name).collect()
    }

    #[test]
    fn nodes_open_and_close_and_the_selected_one_stays_in_sight() {
        let mut view = view();
        assert_eq!(
            (rows(&view).join(" "), view.selected()),
            ("all 1 2".to_owned(), None)
        );
        for motion in [Motion::Down, Motion::Down, Motion::Right, Motion::Down] {
            view.go(motion);
        }
        assert_eq!(rows(&view), ["1", "2", "3"]);
        let selected = |view: &TreeView| view.selected().map(|node| node.id.clone());
        assert_eq!(selected(&view).as_deref(), Some("3"));
        view.go(Motion::Left);
        assert_eq!(selected(&view).as_deref(), Some("2"));
        view.go(Motion::Left);
        view.go(Motion::Bottom);
        assert_eq!(
            (rows(&view), selected(&view).as_deref()),
            (vec!["1".into(), "2".into(), "4".into()], Some("4"))
        );
    }
}
