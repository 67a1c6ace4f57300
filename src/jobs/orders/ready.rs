//! Which staged orders may be given to AX: they are checked, and AX does not have them already.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::execution::Execution;
use super::super::failure::Stop;
use super::check::{Known, check};
use super::hand_over::{accepted, own};
use crate::company::trade::{AddressKey, Destination, ItemKey, Requisition, SalesItem, TradeCodes};
use crate::ledger::SetAside;
use crate::model::Exception;
use crate::model::channel::{CustomerTemplate, KnownStore};
use crate::model::order::folded;
use crate::model::staged::StagedOrder;

/// An order that may be given to AX.
pub struct Ready {
    pub staged: StagedOrder,
    pub customer: CustomerTemplate,
    pub store: KnownStore,
    /// The key of the delivery address, once it was looked for and where AX has it.
    pub address_key: Option<AddressKey>,
}

impl Ready {
    /// The pair by which AX will tell the order.
    pub fn requisition(&self) -> Requisition {
        Requisition {
            customer: self.customer.account.clone(),
            requisition: self.staged.order.number.clone(),
        }
    }
}

/// What a page of orders refers to, looked up once.
pub struct LookedUp {
    pub stores: BTreeMap<String, KnownStore>,
    pub customers: HashMap<String, CustomerTemplate>,
    items: HashMap<ItemKey, SalesItem>,
    codes: TradeCodes,
}

impl Execution {
    /// Tells the orders of a page that may be given to AX from those with a fault. An order that AX
    /// has already is accepted on the way.
    pub async fn sort_out(
        &self,
        page: Vec<StagedOrder>,
    ) -> Result<(Vec<Ready>, Vec<(StagedOrder, SetAside)>), Stop> {
        let looked_up = self.look_up(&page).await?;
        let (mut ready, mut faulty) = (Vec::new(), Vec::new());
        for staged in page {
            let known = Known {
                store: looked_up.stores.get(&staged.order.store),
                customers: &looked_up.customers,
                items: &looked_up.items,
                codes: &looked_up.codes,
            };
            match check(&staged.order, &known) {
                Ok((store, customer)) => ready.push(Ready {
                    store: store.clone(),
                    customer: customer.clone(),
                    staged,
                    address_key: None,
                }),
                Err(faults) => {
                    let fault = faults.into_set_aside(&staged.order);
                    faulty.push((staged, fault));
                }
            }
        }
        let ready = self.without_repeats(ready, &mut faulty).await?;
        Ok((ready, faulty))
    }

    /// Leaves out orders that AX has already: our own, seen again after the ledger was lost, and
    /// repeats of a customer account and requisition, which AX would make journals.
    async fn without_repeats(
        &self,
        page: Vec<Ready>,
        faulty: &mut Vec<(StagedOrder, SetAside)>,
    ) -> Result<Vec<Ready>, Stop> {
        let requisitions: Vec<Requisition> = page.iter().map(Ready::requisition).collect();
        let found = self.find(requisitions.iter().cloned()).await?;
        let pairs = requisitions
            .iter()
            .map(|pair| (pair.customer.clone(), pair.requisition.clone()))
            .collect();
        let given = self.sides.ledger.orders_for(pairs).await?;
        let (mut ready, mut seen) = (Vec::with_capacity(page.len()), HashSet::new());
        let mut in_ax = Vec::new();
        for (((order, pair), found), given) in
            page.into_iter().zip(requisitions).zip(found).zip(given)
        {
            let id = &order.staged.row.id;
            if let Some(own) = own(&order.staged, &found) {
                tracing::info!("order {id} is in AX already as {}", own.sales_order);
                in_ax.push(accepted(&order.staged, &order.customer.account, own));
                continue;
            }
            let other = found
                .first()
                .map(|found| format!("sales order {}", found.sales_order))
                .or_else(|| {
                    let other = given.filter(|given| given.order != *id)?;
                    Some(format!("online order {}", other.order))
                });
            // AX compares without regard to case.
            let pair_in_ax = (pair.customer.to_lowercase(), folded(&pair.requisition));
            let repeats = !seen.insert(pair_in_ax);
            if other.is_none() && !repeats {
                ready.push(order);
                continue;
            }
            let other = other.unwrap_or_else(|| "another online order".to_owned());
            let fault = repeats_number(id, &pair, &other);
            faulty.push((order.staged, fault));
        }
        self.accept(in_ax).await?;
        Ok(ready)
    }

    /// Looks for the delivery addresses of a page of orders in AX.
    pub async fn find_addresses(&self, page: &mut [Ready]) -> Result<(), Stop> {
        // Most runs find nothing to give again: AX is not asked for that.
        if page.is_empty() {
            return Ok(());
        }
        let destinations: Vec<Destination> = page
            .iter()
            .map(|ready| Destination {
                customer: ready.customer.account.clone(),
                address: ready.staged.order.delivery_address.clone(),
            })
            .collect();
        let found = self.sides.company.address_keys(&destinations).await?;
        for (ready, key) in page.iter_mut().zip(found) {
            ready.address_key = key;
        }
        Ok(())
    }

    /// Looks up what a page of orders refers to, each thing once.
    pub async fn look_up(&self, page: &[StagedOrder]) -> Result<LookedUp, Stop> {
        let stores: BTreeMap<String, KnownStore> = self
            .sides
            .stores_as_set()
            .await?
            .into_iter()
            .map(|store| (store.channel.id.clone(), store))
            .collect();
        let mut accounts: HashSet<String> = stores
            .values()
            .map(|store| store.settings.customer_template.clone())
            .collect();
        let mut keys = HashSet::new();
        for staged in page {
            accounts.insert(staged.order.customer.account.clone());
            accounts.insert(staged.row.account.clone());
            keys.extend(staged.order.lines.iter().map(|line| ItemKey {
                item: line.item.clone(),
                dimensions: line.dimensions.clone(),
            }));
        }
        accounts.remove("");
        let company = &self.sides.company;
        let accounts: Vec<String> = accounts.into_iter().collect();
        let customers = company.customers(&accounts).await?;
        let keys: Vec<ItemKey> = keys.into_iter().collect();
        let items = company.sales_items(&keys).await?;
        Ok(LookedUp {
            stores,
            customers: accounts
                .into_iter()
                .zip(customers)
                .filter_map(|(account, customer)| Some((account, customer?)))
                .collect(),
            items: keys.into_iter().zip(items).collect(),
            codes: company.trade_codes().await?,
        })
    }
}

fn repeats_number(id: &str, pair: &Requisition, other: &str) -> SetAside {
    SetAside {
        id: id.to_owned(),
        code: "duplicate-number".to_owned(),
        field: "number".to_owned(),
        exception: Exception::new(
            "The online order repeats another order's number.",
            format!(
                "Customer {} has {other} with the customer requisition {}: AX would make a journal of it.",
                pair.customer, pair.requisition
            ),
            "If it is another order, change its number at its source. If it is the same one, resolve this with a note.",
        ),
    }
}
