//! The items of a company, its categories and its selection, and how the system would answer
//! questions about them.

use std::sync::LazyLock;

use axcs::console::app::Msg;
use axcs::console::products::{Answer, Request};
use axcs::jobs::selection::{ListedRow, Matching, NewRule, Review, RowPage, StreamCount};
use axcs::model::products::{
    CategoryNode, CategoryTree, GroupCount, ItemFilter, ItemQuery, ListedItem, Start,
};
use axcs::model::selection::{Conflict, Hand, within};
use axcs::model::{Exception, Rule, Selection, Stream};

use super::{Look, Stage};

/// Items of the company.
const ITEMS: usize = 1_240;

const NAMES: [&str; 6] = [
    "Contoso Alpine Rain Jacket",
    "Fabrikam Tent for two",
    "Litware Circuit Board",
    "Größe M, Zoe\u{308}",
    "配送方法",
    "Northwind Trail Boots with a name that no column of any screen holds in full",
];

fn item(number: usize) -> ListedItem {
    ListedItem {
        item: format!("CS-{number:06}"),
        name: NAMES[number % NAMES.len()].to_owned(),
        group: if number % 6 == 2 { "RAW" } else { "FIN" }.to_owned(),
        categories: vec![(11 + number % 4).to_string()],
    }
}

static TREE: LazyLock<CategoryTree> = LazyLock::new(tree);

pub fn tree() -> CategoryTree {
    let node = |id: &str, parent: &str, name: &str, items| CategoryNode {
        id: id.to_owned(),
        hierarchy: "Retail".to_owned(),
        name: name.to_owned(),
        parent: parent.to_owned(),
        items,
        depth: 0,
        below: 0,
    };
    let nodes = [
        node("1", "", "Retail", 0),
        node("2", "1", "Clothing", 0),
        node("11", "2", "Jackets", 310),
        node("12", "2", "Boots", 310),
        node("3", "1", "Camping", 0),
        node("13", "3", "Tents", 310),
        node(
            "14",
            "3",
            "Circuit boards and other things for the tent",
            310,
        ),
        node("4", "1", "Empty", 0),
    ];
    CategoryTree::new(&nodes, ITEMS as u64)
}

pub fn selection() -> Selection {
    Selection {
        revision: 7,
        category_hierarchy: "Retail".to_owned(),
        rules: vec![
            Rule::ItemGroup {
                group: "FIN".to_owned(),
            },
            Rule::Category {
                category: "2".to_owned(),
            },
            Rule::ItemRange {
                from: "X1".to_owned(),
                to: "X9".to_owned(),
            },
            Rule::Category {
                category: "11".to_owned(),
            },
        ],
        include: vec!["CS-000002".to_owned(), "CS-000006".to_owned()],
        exclude: vec!["CS-000003".to_owned()],
    }
}

fn names(rule: &Rule, item: &ListedItem) -> bool {
    match rule {
        Rule::Category { category } => item
            .categories
            .iter()
            .any(|own| own == category || TREE.is_below(own, category)),
        Rule::ItemGroup { group } => item.group == *group,
        Rule::ItemRange { from, to } => item.item >= *from && (to.is_empty() || item.item <= *to),
    }
}

fn matches(filter: &ItemFilter, item: &ListedItem) -> bool {
    let text = filter.text.to_lowercase();
    let number = item.item.to_lowercase();
    let is_found = match text.strip_suffix('*') {
        Some(beginning) => number.starts_with(beginning),
        None => number.contains(&text) || item.name.to_lowercase().contains(&text),
    };
    let category = Rule::Category {
        category: filter.category.clone(),
    };
    is_found
        && (filter.group.is_empty() || filter.group == item.group)
        && (filter.category.is_empty() || names(&category, item))
}

fn listed(filter: &ItemFilter) -> Vec<ListedItem> {
    let items = (1..=ITEMS).map(item);
    items.filter(|item| matches(filter, item)).collect()
}

pub fn page(query: &ItemQuery, rules: &[Rule]) -> RowPage {
    let mut items = listed(&query.filter);
    match &query.start {
        Start::First | Start::Last => {}
        Start::At(from) => items.retain(|item| item.item >= *from),
        Start::After(from) => items.retain(|item| item.item > *from),
        Start::Before(from) => items.retain(|item| item.item < *from),
    }
    if query.start.is_backwards() {
        items.reverse();
    }
    let is_over = items.len() <= query.limit;
    items.truncate(query.limit);
    let reached = items.last().map(|last| last.item.clone());
    if query.start.is_backwards() {
        items.reverse();
    }
    let row = |item: ListedItem| ListedRow {
        named: (0..rules.len())
            .filter(|place| names(&rules[*place], &item))
            .collect(),
        item,
    };
    RowPage {
        rows: items.into_iter().map(row).collect(),
        reached: reached.filter(|_| !is_over),
    }
}

pub fn matching(filter: &ItemFilter) -> Matching {
    let items = listed(filter).into_iter();
    Matching::All(items.map(|item| item.item).collect())
}

pub fn groups() -> Vec<GroupCount> {
    let group = |group: &str, items| GroupCount {
        group: group.to_owned(),
        items,
    };
    vec![group("FIN", 1_033), group("RAW", 207)]
}

pub fn rule(new: &NewRule) -> Result<Rule, Exception> {
    match new {
        NewRule::ItemGroup(group) if ["FIN", "RAW"].contains(&&**group) => Ok(Rule::ItemGroup {
            group: group.clone(),
        }),
        NewRule::Items(range) if range.contains("..") => Ok(Rule::ItemRange {
            from: "CS-000100".to_owned(),
            to: String::new(),
        }),
        NewRule::ItemGroup(_) | NewRule::Category(_) | NewRule::Items(_) => Err(Exception::new(
            "The selection was not changed.",
            "No item of the company matches.",
            "Check the spelling.",
        )),
    }
}

fn sold(selection: &Selection) -> u64 {
    let is_sold = |item: &ListedItem| {
        let number = &item.item;
        !selection.exclude.contains(number)
            && (selection.include.contains(number)
                || selection.rules.iter().any(|rule| names(rule, item)))
    };
    (1..=ITEMS).map(item).filter(is_sold).count() as u64
}

pub fn review(in_force: &Selection, draft: &Selection) -> Review {
    let streams = [
        Stream::Categories,
        Stream::DimensionGroups,
        Stream::ItemTaxGroups,
        Stream::DeliveryModes,
        Stream::Items,
        Stream::TradeAgreements,
        Stream::OnHand,
    ];
    let count = |stream, selection: &Selection| StreamCount {
        stream,
        records: if stream == Stream::Items {
            sold(selection)
        } else if stream == Stream::OnHand {
            1_000 * sold(selection)
        } else {
            12
        },
    };
    let named = |rule: &Rule| {
        (1..=ITEMS)
            .filter(|number| names(rule, &item(*number)))
            .count()
    };
    let rules: Vec<u64> = draft.rules.iter().map(|rule| named(rule) as u64).collect();
    let mut conflicts: Vec<Conflict> = rules
        .iter()
        .enumerate()
        .filter(|(_, items)| **items == 0)
        .map(|(place, _)| Conflict::NamesNothing(place + 1))
        .collect();
    conflicts.extend(within(&draft.rules, &TREE));
    for (hand, items) in [(Hand::Never, &draft.exclude), (Hand::Sold, &draft.include)] {
        for number in items {
            let listed = (1..=ITEMS).map(item).find(|item| item.item == *number);
            let Some(listed) = listed else { continue };
            let rule = draft.rules.iter().position(|rule| names(rule, &listed));
            conflicts.extend(rule.map(|rule| Conflict::ByHand {
                item: number.clone(),
                hand,
                rule: rule + 1,
            }));
        }
    }
    Review {
        counts: streams
            .map(|stream| [count(stream, in_force), count(stream, draft)])
            .to_vec(),
        rules,
        conflicts,
    }
}

/// What the system of the scenes answers.
pub fn answer(request: &Request) -> Msg {
    Msg::Products(Box::new(match request.clone() {
        Request::Selection => Answer::Selection(Ok(selection())),
        Request::Page { list, query, rules } => Answer::Page {
            list,
            page: Ok(page(&query, &rules)),
            query,
            rules,
        },
        Request::Tree => Answer::Tree(Ok(tree())),
        Request::Groups => Answer::Groups(Ok(groups())),
        Request::Matching(hand, filter) => Answer::Matching(hand, Ok(matching(&filter))),
        Request::Rule(new) => Answer::Rule(rule(&new)),
        Request::Review {
            version,
            in_force,
            draft,
        } => Answer::Review(version, Ok(review(&in_force, &draft))),
        Request::Apply(draft) => Answer::Applied(Ok(Some(Selection {
            revision: draft.revision + 1,
            ..*draft
        }))),
    }))
}

pub fn products(size: (u16, u16), look: Look) -> Stage {
    let mut stage = Stage::new(size, look).answering();
    stage.press("3");
    stage
}

pub fn loading(size: (u16, u16), look: Look) -> Stage {
    let mut stage = Stage::new(size, look);
    stage.press("3");
    stage
}

pub fn draft(size: (u16, u16), look: Look) -> Stage {
    let mut stage = products(size, look);
    // Items 1 to 4: what was sold, by hand, never and by nothing changes.
    stage.press("n j r j t j j space j space s j");
    stage
}

pub fn filtered(size: (u16, u16), look: Look) -> Stage {
    let mut stage = products(size, look);
    stage.press("/").write("jacket group:FIN");
    stage
}

pub fn searching(size: (u16, u16), look: Look) -> Stage {
    let mut stage = Stage::new(size, look);
    stage.press("3");
    let requests = |stage: &mut Stage| -> Vec<Request> {
        let asked = stage.asked().into_iter();
        asked.filter_map(super::products_request).collect()
    };
    for request in requests(&mut stage) {
        stage.send(answer(&request));
    }
    for request in requests(&mut stage) {
        stage.send(answer(&request));
    }
    stage.press("/").write("z").press("enter");
    let asked = requests(&mut stage);
    let Some(Request::Page { list, query, rules }) = asked.into_iter().last() else {
        panic!("no page was asked for");
    };
    stage.send(Msg::Products(Box::new(Answer::Page {
        list,
        query,
        rules,
        page: Ok(RowPage {
            rows: Vec::new(),
            reached: Some("CS-020000".to_owned()),
        }),
    })));
    stage
}

pub fn empty(size: (u16, u16), look: Look) -> Stage {
    let mut stage = products(size, look);
    stage.press("/").write("no such item").press("enter");
    stage
}

pub fn unread(size: (u16, u16), look: Look) -> Stage {
    let mut stage = Stage::new(size, look);
    let locked = Exception::new(
        "The ledger cannot be read.",
        "database is locked",
        "Look for the process that holds it.",
    );
    stage.press("3");
    stage.send(Msg::Products(Box::new(Answer::Selection(Err(
        locked.clone()
    )))));
    stage.send(Msg::Products(Box::new(Answer::Tree(Err(locked)))));
    stage
}

pub fn categories(size: (u16, u16), look: Look) -> Stage {
    let mut stage = products(size, look);
    stage.press("c j j right j j right");
    stage
}

pub fn in_category(size: (u16, u16), look: Look) -> Stage {
    let mut stage = products(size, look);
    stage.press("c j j right j enter space space");
    stage
}

pub fn item_window(size: (u16, u16), look: Look) -> Stage {
    let mut stage = products(size, look);
    stage.press("j j t enter");
    stage
}

pub fn not_counted(size: (u16, u16), look: Look) -> Stage {
    let mut stage = products(size, look);
    stage.press("e");
    stage
}

pub fn reviewed(size: (u16, u16), look: Look) -> Stage {
    let mut stage = draft(size, look);
    stage.press("c G a esc A a").write("RAW").press("enter A");
    stage
}

pub fn apply_question(size: (u16, u16), look: Look) -> Stage {
    let mut stage = reviewed(size, look);
    stage.press("A");
    stage
}

pub fn applied(size: (u16, u16), look: Look) -> Stage {
    let mut stage = apply_question(size, look);
    stage.press("y esc");
    stage
}

pub fn all_question(size: (u16, u16), look: Look) -> Stage {
    let mut stage = filtered(size, look);
    stage.press("enter N");
    stage
}

pub fn rule_form(size: (u16, u16), look: Look) -> Stage {
    let mut stage = products(size, look);
    stage.press("a").write("NONE").press("enter");
    stage
}
