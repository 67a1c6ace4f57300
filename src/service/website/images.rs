//! The images of products, for everybody: `/images/{SHA-256 of the file}`; and the question before
//! one is removed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::service::fields::Fields;

use super::Site;
use super::page::Trouble;
use super::product;
use super::products::product_address;
use super::session::Visit;
use super::sure::{self, Question};

/// What is behind a hash never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

pub async fn show(
    State(site): State<Arc<Site>>,
    Path(hash): Path<String>,
) -> Result<Response, Trouble> {
    let found = site.images.read(&site.store, &hash).await?;
    let (image, bytes) = found.ok_or_else(Trouble::lost)?;
    // `session::enter` adds `nosniff`.
    let headers = [
        (header::CONTENT_TYPE, image.kind),
        (header::CACHE_CONTROL, FOR_EVER.to_owned()),
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
