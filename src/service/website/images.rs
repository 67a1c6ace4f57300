//! The images of products: `/images/{SHA-256 of the file}` for users, and for shoppers those of what a
//! store sells, `/shop/{store}/images/{SHA-256 of the file}` (`super::shop::image`).

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::Site;
use super::page::Trouble;
use super::session::Visit;

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
