//! The images of products: `/images/{SHA-256 of the file}` for users, and for shoppers those of what a
//! store sells, `/shop/{store}/images/{SHA-256 of the file}` (`super::shop::image`); and the question
//! before one is removed.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::service::fields::Fields;

use super::Site;
use super::page::Trouble;
use super::product;
use super::products::product_address;
use super::session::Visit;
use super::sure::{self, Question};

pub async fn show(visit: Visit, Path(hash): Path<String>) -> Result<Response, Trouble> {
    send(&visit.site, &hash, "private").await
}

/// The image of that hash, where there is one. `cache` says who may keep it.
pub async fn send(site: &Site, hash: &str, cache: &str) -> Result<Response, Trouble> {
    let found = site.images.read(&site.store, hash).await?;
    let (image, bytes) = found.ok_or_else(Trouble::lost)?;
    // `session::enter` adds `nosniff`. What is behind a hash never changes.
    let headers = [
        (header::CONTENT_TYPE, image.kind),
        (
            header::CACHE_CONTROL,
            format!("{cache}, max-age=31536000, immutable"),
        ),
    ];
    Ok((headers, bytes).into_response())
}

/// Changes an image of a product; asks before one goes.
pub async fn change(visit: Visit, fields: Fields) -> Result<Response, Trouble> {
    if fields.text("change") != "remove" || !fields.text("sure").is_empty() {
        return product::change_image(visit, fields).await;
    }
    let item = fields.raw("item").to_owned();
    let question = Question {
        title: format!("Remove an image of {item}"),
        words: format!("This removes 1 image from {item}. Other products that show it keep it."),
        button: "Remove the image",
        back: product_address(&item),
        fields: vec![
            ("image", fields.text("image").to_owned()),
            ("change", "remove".to_owned()),
            ("sure", "yes".to_owned()),
            ("item", item),
        ],
    };
    sure::ask(&visit, question)
}
