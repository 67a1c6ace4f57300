//! `axcs products`: the selection of what is sold online, and what it would send.

use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::json;

use super::set_up::SetUp;
use super::{Exit, Invocation, Refusal, print};
use crate::company::Entry;
use crate::jobs::selection::{self, NoRule, StreamCount};
use crate::jobs::{Runner, Sides};
use crate::model::exception::{Documented, Exception};
use crate::model::{Record, Rule, Selection, Stream};

#[derive(Debug, Args)]
pub struct ProductsArguments {
    #[command(subcommand)]
    command: Option<ProductsCommand>,
}

#[derive(Debug, Subcommand)]
enum ProductsCommand {
    /// Sell these items whatever the rules say
    Include {
        /// Item numbers
        #[arg(required = true)]
        items: Vec<String>,
    },
    /// Never sell these items
    Exclude {
        /// Item numbers
        #[arg(required = true)]
        items: Vec<String>,
    },
    /// Leave these items to the rules again
    Reset {
        /// Item numbers
        #[arg(required = true)]
        items: Vec<String>,
    },
    /// The rules: an item that any of them names is sold
    Rules {
        #[command(subcommand)]
        command: Option<RulesCommand>,
    },
    /// How many records of each stream the selection would send
    Count,
    /// The selected items
    List {
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Begin behind this item
        #[arg(long)]
        after: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
enum RulesCommand {
    /// Add a rule
    Add(NewRule),
    /// Remove a rule by its number
    Remove {
        /// Number of the rule, from 1
        number: usize,
    },
    /// Remove every rule
    Clear,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct NewRule {
    /// Items of this item group
    #[arg(long, value_name = "GROUP")]
    item_group: Option<String>,
    /// Items in this category or below: its name, code or RecId
    #[arg(long, value_name = "CATEGORY")]
    category: Option<String>,
    /// Items from one number to another: FROM..TO, either may be left out
    #[arg(long, value_name = "FROM..TO")]
    items: Option<String>,
}

pub async fn products(
    invocation: &Invocation,
    arguments: ProductsArguments,
) -> Result<Exit, Refusal> {
    let settings = invocation.settings()?;
    let _guard = super::log::to_file_if_possible(&settings);
    let set_up = SetUp::open(&settings).await?;
    let done = answer(invocation, &set_up.runner, arguments.command).await;
    set_up.close().await;
    done.map(|()| Exit::Done)
}

async fn answer(
    invocation: &Invocation,
    runner: &Runner,
    command: Option<ProductsCommand>,
) -> Result<(), Refusal> {
    let sides = runner.sides();
    let stored = sides.ledger.selection().await.map_err(Exception::from)?;
    match command {
        None | Some(ProductsCommand::Rules { command: None } | ProductsCommand::Count) => {
            show(invocation, sides, &stored, false).await
        }
        Some(ProductsCommand::List { limit, after }) => {
            list(invocation, sides, &stored, limit, after).await
        }
        Some(ProductsCommand::Include { items }) => {
            must_exist(sides, &items).await?;
            edit(invocation, runner, |selection| {
                selection.exclude.retain(|item| !items.contains(item));
                add(&mut selection.include, &items);
            })
            .await
        }
        Some(ProductsCommand::Exclude { items }) => {
            must_exist(sides, &items).await?;
            edit(invocation, runner, |selection| {
                selection.include.retain(|item| !items.contains(item));
                add(&mut selection.exclude, &items);
            })
            .await
        }
        Some(ProductsCommand::Reset { items }) => {
            edit(invocation, runner, |selection| {
                selection.include.retain(|item| !items.contains(item));
                selection.exclude.retain(|item| !items.contains(item));
            })
            .await
        }
        Some(ProductsCommand::Rules {
            command: Some(command),
        }) => match command {
            RulesCommand::Add(rule) => {
                let rule = read_rule(sides, rule).await?;
                edit(invocation, runner, |selection| {
                    if !selection.rules.contains(&rule) {
                        selection.rules.push(rule.clone());
                    }
                })
                .await
            }
            RulesCommand::Remove { number } => {
                if number == 0 || number > stored.rules.len() {
                    return Err(Refusal::usage(
                        format!("There is no rule {number}."),
                        format!("There are {} rules.", stored.rules.len()),
                        "See them: axcs products rules",
                    ));
                }
                let rule = stored.rules[number - 1].clone();
                edit(invocation, runner, |selection| {
                    selection.rules.retain(|kept| *kept != rule);
                })
                .await
            }
            RulesCommand::Clear => {
                edit(invocation, runner, |selection| selection.rules.clear()).await
            }
        },
    }
}

fn add(list: &mut Vec<String>, items: &[String]) {
    list.extend(items.iter().cloned());
    list.sort_unstable();
    list.dedup();
}

async fn edit(
    invocation: &Invocation,
    runner: &Runner,
    change: impl Fn(&mut Selection),
) -> Result<(), Refusal> {
    invocation.changes("A product selection")?;
    let edited = selection::edit(runner, change).await?;
    let sides = runner.sides();
    show(invocation, sides, &edited.selection, edited.is_changed).await
}

async fn show(
    invocation: &Invocation,
    sides: &Arc<Sides>,
    selection: &Selection,
    changed: bool,
) -> Result<(), Refusal> {
    let counts = selection::count(sides, selection).await?;
    let uploaded = sides
        .ledger
        .position(Stream::Items)
        .await
        .map_err(Exception::from)?
        .cursor;
    let outdated =
        changed || uploaded.is_some_and(|cursor| cursor.selection_revision != selection.revision);
    let required = outdated.then(|| Documented::CompleteRequired.text());
    if invocation.json() {
        print::json(&json!({
            "selection": selection,
            "counts": counts,
            "complete_required": outdated,
            "exception": required,
        }));
        return Ok(());
    }
    if selection.is_empty() {
        print::line("No product is selected.");
    }
    for (index, rule) in selection.rules.iter().enumerate() {
        print::line(format_args!("rule {}: {rule}", index + 1));
    }
    for (word, items) in [
        ("included", &selection.include),
        ("excluded", &selection.exclude),
    ] {
        if !items.is_empty() {
            print::line(format_args!("{word}: {}", items.join(", ")));
        }
    }
    let rows: Vec<Vec<String>> = counts
        .iter()
        .map(|count: &StreamCount| {
            vec![
                count.stream.title().to_owned(),
                print::number(count.records),
            ]
        })
        .collect();
    print::table(&["STREAM", "RECORDS"], &rows);
    if let Some(text) = required {
        print::line(text);
        print::line(Documented::CompleteRequired.remedy());
    }
    Ok(())
}

async fn list(
    invocation: &Invocation,
    sides: &Arc<Sides>,
    selection: &Selection,
    limit: usize,
    after: Option<String>,
) -> Result<(), Refusal> {
    let mut reading = sides
        .company
        .read_all(Stream::Items, selection, after.as_deref())
        .await
        .map_err(Exception::from)?;
    let mut items = Vec::new();
    while items.len() < limit
        && let Some(page) = reading.pages.recv().await
    {
        for entry in page.map_err(Exception::from)? {
            if let Entry::Present(Record::Item(item)) = entry
                && items.len() < limit
            {
                items.push(item);
            }
        }
    }
    if invocation.json() {
        print::json(&items);
        return Ok(());
    }
    let rows: Vec<Vec<String>> = items
        .iter()
        .map(|item| {
            let name = item
                .texts
                .first()
                .map(|text| text.name.clone())
                .unwrap_or_default();
            vec![
                item.item.clone(),
                name,
                item.item_group.clone(),
                item.variants.len().to_string(),
                item.price.to_string(),
            ]
        })
        .collect();
    print::table(&["ITEM", "NAME", "ITEM GROUP", "VARIANTS", "PRICE"], &rows);
    print::note(format_args!(
        "{} of {} items",
        rows.len(),
        print::number(reading.total)
    ));
    Ok(())
}

async fn must_exist(sides: &Arc<Sides>, items: &[String]) -> Result<(), Refusal> {
    let found = sides
        .company
        .read_ids(Stream::Items, &Selection::everything(), items)
        .await
        .map_err(Exception::from)?;
    let missing: Vec<_> = found
        .iter()
        .filter_map(|entry| match entry {
            Entry::Gone { id } => Some(id.as_str()),
            Entry::Present(_) | Entry::Unreadable { .. } => None,
        })
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Refusal::usage(
        "The selection was not changed.",
        format!("The company has no item {}.", missing.join(", ")),
        "See the items there are: axcs products list",
    ))
}

async fn read_rule(sides: &Arc<Sides>, rule: NewRule) -> Result<Rule, Refusal> {
    let new = match rule {
        NewRule {
            item_group: Some(group),
            ..
        } => selection::NewRule::ItemGroup(group),
        NewRule {
            category: Some(category),
            ..
        } => selection::NewRule::Category(category),
        NewRule {
            items: Some(range), ..
        } => selection::NewRule::Items(range),
        NewRule { .. } => {
            return Err(Refusal::usage(
                "No rule was given.",
                "",
                "See: axcs products rules add --help",
            ));
        }
    };
    selection::rule(sides, new).await.map_err(|no| match no {
        NoRule::Wrong(exception) => Refusal::wrong(exception),
        NoRule::Unread(exception) => exception.into(),
    })
}
