//! Released products as an operator looks through them: what is asked for, a page of them, and the
//! tree of categories with counts.

use std::collections::{BTreeMap, BTreeSet};

/// Which items are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemFilter {
    /// Words that stand in the item number, the search name or a product name, in this order; one
    /// that ends with `*` begins the item number. Empty for every item.
    pub text: String,
    /// Item group; empty for every one.
    pub group: String,
    /// RecId of a category, as text: the item is in it or below it. Empty for every one.
    pub category: String,
}

/// What stands before an item group in a filter that is typed.
const GROUP: &str = "group:";

impl ItemFilter {
    /// The filter as it is typed: words, and `group:` before an item group.
    pub fn typed(text: &str, category: &str) -> Self {
        let (groups, words): (Vec<&str>, Vec<&str>) = text
            .split_whitespace()
            .partition(|word| word.starts_with(GROUP));
        let group = groups.last().map(|word| &word[GROUP.len()..]);
        Self {
            text: words.join(" "),
            group: group.unwrap_or_default().to_owned(),
            category: category.to_owned(),
        }
    }

    /// True where every item is listed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a page begins, in the order of the item numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// At the first item.
    First,
    /// At the last item, backwards.
    Last,
    /// At this item number, which need not be there.
    At(String),
    /// Behind this one.
    After(String),
    /// Before this one, backwards.
    Before(String),
}

impl Start {
    /// True where the page lies before where it begins.
    pub const fn is_backwards(&self) -> bool {
        matches!(self, Self::Last | Self::Before(_))
    }
}

/// A page that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemQuery {
    /// Which items.
    pub filter: ItemFilter,
    /// Where it begins.
    pub start: Start,
    /// Items at most.
    pub limit: usize,
    /// Items that are looked at for it, at most: a filter that lets few through answers soon, and
    /// is asked again from where it has come to.
    pub look_at: usize,
}

/// An item as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedItem {
    /// Item number.
    pub item: String,
    /// Product name, in English where there is one; else the search name.
    pub name: String,
    /// Item group; empty where it has none.
    pub group: String,
    /// Its categories, each by its RecId as text.
    pub categories: Vec<String>,
}

/// A page of items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemPage {
    /// The items, in the order of their numbers, backwards or not.
    pub items: Vec<ListedItem>,
    /// The item number up to which it was looked; none where there is nothing behind it (before
    /// it, backwards).
    pub reached: Option<String>,
}

/// An item group with its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupCount {
    /// The item group.
    pub group: String,
    /// Released items of it.
    pub items: u64,
}

/// A node of a category hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryNode {
    /// RecId, as text.
    pub id: String,
    /// Name of the hierarchy.
    pub hierarchy: String,
    /// Name of the node.
    pub name: String,
    /// RecId of the node above; empty at the root.
    pub parent: String,
    /// Released items in it and below it.
    pub items: u64,
    /// How many nodes are above it.
    pub depth: usize,
    /// How many nodes are below it: in the tree they follow it.
    pub below: usize,
}

/// Category hierarchies, each node before those below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CategoryTree {
    /// The nodes.
    pub nodes: Vec<CategoryNode>,
    /// Released items of the company.
    pub items: u64,
}

impl CategoryTree {
    /// A tree of nodes in any order, whose `items` are their own ones.
    ///
    /// A node whose parent is not there counts as a root; one that is above itself, which AX
    /// does not make, is left out.
    pub fn new(nodes: &[CategoryNode], items: u64) -> Self {
        let known: BTreeSet<&str> = nodes.iter().map(|node| &*node.id).collect();
        let mut children: BTreeMap<&str, Vec<&CategoryNode>> = BTreeMap::new();
        for node in nodes {
            let parent = if known.contains(&*node.parent) {
                &*node.parent
            } else {
                ""
            };
            children.entry(parent).or_default().push(node);
        }
        let mut tree = Self {
            nodes: Vec::with_capacity(nodes.len()),
            items,
        };
        // A stack instead of calls: how deep a hierarchy goes is the company's affair.
        let mut stack: Vec<(&CategoryNode, usize)> = Vec::new();
        let push = |stack: &mut Vec<_>, parent: &str, depth| {
            let below = children.get(parent).into_iter().flatten();
            stack.extend(below.rev().map(|node| (*node, depth)));
        };
        push(&mut stack, "", 0);
        while let Some((node, depth)) = stack.pop() {
            tree.nodes.push(CategoryNode {
                depth,
                below: 0,
                ..node.clone()
            });
            push(&mut stack, &node.id, depth + 1);
        }
        tree.sum();
        tree
    }

    /// Adds to each node what is below it.
    fn sum(&mut self) {
        let mut above: Vec<usize> = Vec::new();
        for place in 0..self.nodes.len() {
            above.truncate(self.nodes[place].depth);
            let own = self.nodes[place].items;
            for node in &above {
                self.nodes[*node].items += own;
                self.nodes[*node].below += 1;
            }
            above.push(place);
        }
    }

    /// Place of the node with this RecId.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.id == id)
    }

    /// True where the first category lies below the second one.
    pub fn is_below(&self, id: &str, top: &str) -> bool {
        let (Some(at), Some(top)) = (self.place(id), self.place(top)) else {
            return false;
        };
        (top + 1..=top + self.nodes[top].below).contains(&at)
    }

    /// Names from the root to a node: `Retail > Clothing > Shirts`. Empty where it is not there.
    pub fn path(&self, id: &str) -> String {
        let Some(at) = self.place(id) else {
            return String::new();
        };
        let names: Vec<&str> = (0..=at)
            .filter(|place| (*place..=*place + self.nodes[*place].below).contains(&at))
            .map(|place| &*self.nodes[place].name)
            .collect();
        names.join(" > ")
    }

    /// The nodes of one hierarchy only; all where the name is empty.
    #[must_use]
    pub fn of_hierarchy(mut self, name: &str) -> Self {
        if !name.is_empty() {
            self.nodes.retain(|node| node.hierarchy == name);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: &str, parent: &str, items: u64) -> CategoryNode {
        CategoryNode {
            id: id.to_owned(),
            hierarchy: "Retail".to_owned(),
            name: format!("n{id}"),
            parent: parent.to_owned(),
            items,
            depth: 0,
            below: 0,
        }
    }

    #[test]
    fn a_tree_sums_what_is_below_and_tells_what_lies_below_what() {
        let nodes = [
            node("3", "2", 5),
            node("1", "", 0),
            node("2", "1", 1),
            node("4", "1", 7),
            node("9", "no such", 2),
            node("7", "8", 1),
            node("8", "7", 1),
        ];
        let tree = CategoryTree::new(&nodes, 20);
        let seen: Vec<_> = tree
            .nodes
            .iter()
            .map(|node| (&*node.id, node.depth, node.below, node.items))
            .collect();
        assert_eq!(
            seen,
            [
                ("1", 0, 3, 13),
                ("2", 1, 1, 6),
                ("3", 2, 0, 5),
                ("4", 1, 0, 7),
                ("9", 0, 0, 2)
            ]
        );
        assert!(tree.is_below("3", "1") && tree.is_below("3", "2"));
        assert!(!tree.is_below("2", "2") && !tree.is_below("4", "2") && !tree.is_below("x", "1"));
        assert_eq!(tree.path("3"), "n1 > n2 > n3");
        assert_eq!(tree.path("x"), "");
    }

    #[test]
    fn a_filter_is_typed_as_words_and_a_group() {
        let filter = ItemFilter::typed(" alpine group:FIN  jacket ", "7");
        assert_eq!(
            (&*filter.text, &*filter.group, &*filter.category),
            ("alpine jacket", "FIN", "7")
        );
        assert!(ItemFilter::typed("  ", "").is_empty());
    }
}
