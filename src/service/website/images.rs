//! The images of products, for everybody: `/images/{SHA-256 of the file}`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::Site;
use super::page::Trouble;

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
