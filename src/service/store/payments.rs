//! Payment providers, and which of them takes which payment method. The service talks to none of
//! them: an order names the provider and what it authorized.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::service::api::refusal::{Code, Refusal};

use super::Store;

/// Most payment providers of an organization: they are one choice in a form.
pub const MOST_PROVIDERS: i64 = 50;

/// Every payment method: its word in orders, and its name.
pub const METHODS: [(&str, &str); 7] = [
    ("VISA", "Visa"),
    ("MASTERCARD", "MasterCard"),
    ("AMEX", "American Express"),
    ("DISCOVER", "Discover"),
    ("PAYPAL", "PayPal"),
    ("CHECK", "Check"),
    ("TRANSFER", "Bank transfer"),
];

/// A payment provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provider {
    /// Its number here; 0 for one that is to be added.
    pub id: i64,
    /// Its name, once each, without regard to case.
    pub name: String,
    /// The organization's number there; may be empty.
    pub merchant: String,
}

impl Store {
    /// Every payment provider, sorted by name; there are 50 at most.
    pub async fn payment_providers(&self) -> Result<Vec<Provider>, Refusal> {
        self.run(|connection| {
            let mut select = connection
                .prepare_cached("SELECT id, name, merchant FROM payment_provider ORDER BY name")?;
            let providers = select.query_map([], read)?;
            Ok(providers.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// A payment provider, where there is one with that number.
    pub async fn payment_provider(&self, id: i64) -> Result<Option<Provider>, Refusal> {
        self.run(move |connection| Ok(find(connection, id)?)).await
    }

    /// Adds or changes a payment provider; false where there is none with that number.
    pub async fn save_payment_provider(&self, provider: Provider) -> Result<bool, Refusal> {
        self.change(move |transaction| {
            let Provider { id, name, merchant } = provider;
            let done = if id == 0 {
                let count: i64 = transaction.query_row(
                    "SELECT count(*) FROM payment_provider",
                    [],
                    |row| row.get(0),
                )?;
                if count >= MOST_PROVIDERS {
                    return Err(Refusal::new(
                        Code::BadValue,
                        format!(
                            "there are {MOST_PROVIDERS} payment providers, which is the most; delete one first"
                        ),
                    ));
                }
                transaction.execute(
                    "INSERT OR IGNORE INTO payment_provider (name, merchant) VALUES (?1, ?2)",
                    params![name, merchant],
                )?
            } else if find(transaction, id)?.is_some() {
                transaction.execute(
                    "UPDATE OR IGNORE payment_provider SET name = ?2, merchant = ?3 WHERE id = ?1",
                    params![id, name, merchant],
                )?
            } else {
                return Ok(false);
            };
            if done == 0 {
                return Err(Refusal::new(
                    Code::BadValue,
                    "name: another payment provider has this name",
                ));
            }
            Ok(true)
        })
        .await
    }

    /// Deletes a payment provider that no payment method is assigned to, and returns it.
    pub async fn delete_payment_provider(&self, id: i64) -> Result<Option<Provider>, Refusal> {
        self.change(move |transaction| {
            let Some(provider) = find(transaction, id)? else {
                return Ok(None);
            };
            let assigned = assigned(transaction)?;
            let its: Vec<&str> = METHODS
                .iter()
                .filter(|(method, _)| assigned.iter().any(|(m, to)| m == method && *to == id))
                .map(|(_, name)| *name)
                .collect();
            if !its.is_empty() {
                return Err(Refusal::new(
                    Code::BadValue,
                    format!(
                        "{} takes {}; assign them to another payment provider, or to none, first",
                        provider.name,
                        its.join(", ")
                    ),
                ));
            }
            transaction.execute("DELETE FROM payment_provider WHERE id = ?1", [id])?;
            Ok(Some(provider))
        })
        .await
    }

    /// The payment methods that a provider takes, each with the provider's number.
    pub async fn payment_methods(&self) -> Result<Vec<(String, i64)>, Refusal> {
        self.run(|connection| Ok(assigned(connection)?)).await
    }

    /// Assigns payment methods to providers, all at once: methods left out are taken by nobody.
    pub async fn assign_payment_methods(
        &self,
        methods: Vec<(&'static str, i64)>,
    ) -> Result<(), Refusal> {
        self.change(move |transaction| {
            transaction.execute("DELETE FROM payment_method", [])?;
            for (method, provider) in methods {
                if find(transaction, provider)?.is_none() {
                    return Err(Refusal::new(
                        Code::BadValue,
                        format!("{method}: this payment provider was deleted meanwhile"),
                    ));
                }
                transaction.execute(
                    "INSERT INTO payment_method (method, provider) VALUES (?1, ?2)",
                    params![method, provider],
                )?;
            }
            Ok(())
        })
        .await
    }
}

fn find(connection: &Connection, id: i64) -> rusqlite::Result<Option<Provider>> {
    connection
        .prepare_cached("SELECT id, name, merchant FROM payment_provider WHERE id = ?1")?
        .query_row([id], read)
        .optional()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Provider> {
    Ok(Provider {
        id: row.get(0)?,
        name: row.get(1)?,
        merchant: row.get(2)?,
    })
}

fn assigned(connection: &Connection) -> rusqlite::Result<Vec<(String, i64)>> {
    connection
        .prepare_cached("SELECT method, provider FROM payment_method ORDER BY method")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}
