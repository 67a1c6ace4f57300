//! What is read from a request's path and query, refused with a problem document where it does
//! not fit.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::model::Stream;

use super::refusal::{Code, Refusal};

#[derive(Deserialize)]
struct Named {
    collection: String,
    #[serde(default)]
    load: String,
}

async fn named<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<(Stream, String), Refusal> {
    let Path(named) = Path::<Named>::from_request_parts(parts, state)
        .await
        .map_err(|rejection| Refusal::new(Code::NoSuchPath, rejection.body_text()))?;
    let stream = Stream::uploads()
        .find(|stream| stream.name() == named.collection)
        .ok_or_else(|| {
            let names: Vec<&str> = Stream::uploads().map(Stream::name).collect();
            Refusal::new(
                Code::NoSuchCollection,
                format!(
                    "there is no collection {:?}; the collections are {}",
                    named.collection,
                    names.join(", ")
                ),
            )
        })?;
    Ok((stream, named.load))
}

/// The collection in the path.
#[derive(Debug)]
pub struct Collection(pub Stream);

impl<S: Send + Sync> FromRequestParts<S> for Collection {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        named(parts, state).await.map(|(stream, _)| Self(stream))
    }
}

/// The collection and the complete load in the path.
#[derive(Debug)]
pub struct LoadOf(pub Stream, pub String);

impl<S: Send + Sync> FromRequestParts<S> for LoadOf {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        named(parts, state)
            .await
            .map(|(stream, load)| Self(stream, load))
    }
}

/// The id in the path, of an order or store.
#[derive(Debug)]
pub struct Id(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Path(id) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|rejection| Refusal::new(Code::NoSuchPath, rejection.body_text()))?;
        Ok(Self(id))
    }
}

/// The query: exactly the parameters of `Q`.
#[derive(Debug)]
pub struct Parameters<Q>(pub Q);

/// The query of a route that has no parameters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoParameters {}

impl<Q: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<Q> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Query(parameters) = Query::<Q>::from_request_parts(parts, state)
            .await
            .map_err(|rejection| Refusal::new(Code::BadQuery, rejection.body_text()))?;
        Ok(Self(parameters))
    }
}
