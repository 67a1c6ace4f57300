//! Images of products: which product names which image, in which order, and the files that nobody
//! names. The files themselves are `service/images.rs`.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::service::api::refusal::{Code, Refusal};

use super::Store;
use super::products::{no_such_product, read_item};

/// Most images of a product.
pub const MOST_IMAGES: usize = 20;
/// Longest text of what an image shows, in characters.
pub const MOST_ALT: usize = 300;
/// Files that are removed in one go.
const A_FEW: i64 = 100;

/// What an image is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageKind {
    /// Its media type, such as `image/png`.
    pub kind: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// An image of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductImage {
    /// SHA-256 of the file, which its addresses end with.
    pub hash: String,
    /// What it shows, for who does not see it.
    pub alt: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// What is done with an image of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageChange {
    /// It becomes the main image: the first one.
    Main,
    /// It goes one place towards the beginning.
    Earlier,
    /// It goes one place towards the end.
    Later,
    /// Another text of what it shows.
    Alt(String),
    /// The product does not name it any more.
    Remove,
}

impl Store {
    /// Notes that a file of that hash is about to be written: it goes again, unless a product
    /// comes to name it.
    pub async fn expect_image(&self, hash: String) -> Result<(), Refusal> {
        self.run(move |connection| {
            connection.execute(include_str!("images/expect.sql"), [hash])?;
            Ok(())
        })
        .await
    }

    /// Has a product name an image, as its last one. Its file is there.
    pub async fn add_image(
        &self,
        item: String,
        hash: String,
        image: ImageKind,
        alt: String,
    ) -> Result<(), Refusal> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            if read_item(&transaction, &item)?.is_none() {
                return Err(no_such_product(&item));
            }
            let images = images_of(&transaction, &item)?;
            if images.len() >= MOST_IMAGES {
                return Err(bad(format!(
                    "file: a product has at most {MOST_IMAGES} images"
                )));
            }
            if images.iter().any(|image| image.hash == hash) {
                return Err(bad("file: the product has this image already".to_owned()));
            }
            transaction.execute(
                "INSERT INTO image (hash, kind, width, height) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
                params![hash, image.kind, image.width, image.height],
            )?;
            transaction.execute("DELETE FROM unnamed_image WHERE hash = ?1", [&hash])?;
            transaction.execute(
                "INSERT INTO product_image (item, hash, place, alt) VALUES (?1, ?2, ?3, ?4)",
                params![item, hash, images.len() as i64, alt],
            )?;
            transaction.commit()?;
            Ok(())
        })
        .await
    }

    /// Changes an image of a product.
    pub async fn change_image(
        &self,
        item: String,
        hash: String,
        change: ImageChange,
    ) -> Result<(), Refusal> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let images = images_of(&transaction, &item)?;
            let mut order: Vec<&str> = images.iter().map(|image| image.hash.as_str()).collect();
            let Some(at) = order.iter().position(|named| *named == hash) else {
                return Err(Refusal::new(
                    Code::NoSuchRecord,
                    format!("the product {item:?} has no such image"),
                ));
            };
            match change {
                ImageChange::Main => order[..=at].rotate_right(1),
                ImageChange::Earlier => order.swap(at, at.saturating_sub(1)),
                ImageChange::Later => order.swap(at, (at + 1).min(images.len() - 1)),
                ImageChange::Alt(alt) => {
                    transaction.execute(
                        "UPDATE product_image SET alt = ?3 WHERE item = ?1 AND hash = ?2",
                        params![item, hash, alt],
                    )?;
                }
                ImageChange::Remove => {
                    order.remove(at);
                    transaction.execute(
                        "DELETE FROM product_image WHERE item = ?1 AND hash = ?2",
                        [&item, &hash],
                    )?;
                    forget_unnamed(&transaction, &hash)?;
                }
            }
            for (place, hash) in order.iter().enumerate() {
                transaction
                    .prepare_cached(
                        "UPDATE product_image SET place = ?3 WHERE item = ?1 AND hash = ?2",
                    )?
                    .execute(params![item, hash, place as i64])?;
            }
            transaction.commit()?;
            Ok(())
        })
        .await
    }

    /// What the image of that hash is; none where no product names it.
    pub async fn image(&self, hash: String) -> Result<Option<ImageKind>, Refusal> {
        self.read(move |connection| {
            let found = connection
                .prepare_cached("SELECT kind, width, height FROM image WHERE hash = ?1")?
                .query_row([hash], |row| {
                    Ok(ImageKind {
                        kind: row.get(0)?,
                        width: row.get(1)?,
                        height: row.get(2)?,
                    })
                })
                .optional()?;
            Ok(found)
        })
        .await
    }

    /// True where a product that is published at the store names the image of that hash.
    pub async fn is_published_image(&self, store: String, hash: String) -> Result<bool, Refusal> {
        self.read(move |connection| {
            let mut select = connection.prepare_cached(include_str!("images/published.sql"))?;
            Ok(select.exists([store, hash])?)
        })
        .await
    }

    /// Hashes of some files that are to be removed.
    pub async fn unnamed_images(&self) -> Result<Vec<String>, Refusal> {
        self.run(|connection| {
            let mut select =
                connection.prepare_cached("SELECT hash FROM unnamed_image LIMIT ?1")?;
            let hashes = select.query_map([A_FEW], |row| row.get(0))?;
            Ok(hashes.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Notes that the files of those hashes are removed.
    pub async fn images_removed(&self, hashes: Vec<String>) -> Result<(), Refusal> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            for hash in hashes {
                transaction
                    .prepare_cached("DELETE FROM unnamed_image WHERE hash = ?1")?
                    .execute([hash])?;
            }
            transaction.commit()?;
            Ok(())
        })
        .await
    }
}

/// The images of a product, the main one first.
pub fn images_of(connection: &Connection, item: &str) -> rusqlite::Result<Vec<ProductImage>> {
    let mut select = connection.prepare_cached(include_str!("images/of.sql"))?;
    let images = select.query_map([item], |row| {
        Ok(ProductImage {
            hash: row.get(0)?,
            alt: row.get(1)?,
            width: row.get(2)?,
            height: row.get(3)?,
        })
    })?;
    images.collect()
}

/// Forgets the images of a product that is no more.
pub fn forget_images(transaction: &Transaction<'_>, item: &str) -> rusqlite::Result<()> {
    let hashes: Vec<String> = images_of(transaction, item)?
        .into_iter()
        .map(|image| image.hash)
        .collect();
    transaction
        .prepare_cached("DELETE FROM product_image WHERE item = ?1")?
        .execute([item])?;
    hashes
        .iter()
        .try_for_each(|hash| forget_unnamed(transaction, hash))
}

/// Where no product names the image any more, it goes, and its file is to be removed.
fn forget_unnamed(transaction: &Transaction<'_>, hash: &str) -> rusqlite::Result<()> {
    let gone = transaction
        .prepare_cached(include_str!("images/forget.sql"))?
        .execute([hash])?;
    if gone > 0 {
        transaction
            .prepare_cached("INSERT INTO unnamed_image (hash) VALUES (?1) ON CONFLICT DO NOTHING")?
            .execute([hash])?;
    }
    Ok(())
}

fn bad(detail: String) -> Refusal {
    Refusal::new(Code::BadValue, detail)
}
