//! The service, over real HTTP.
#![cfg(feature = "service")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "service/answers.rs"]
mod answers;
#[path = "service/browser.rs"]
mod browser;
#[path = "service/catalog.rs"]
mod catalog;
#[path = "service/correcting.rs"]
mod correcting;
#[path = "service/feed.rs"]
mod feed;
#[path = "service/hostile.rs"]
mod hostile;
#[path = "service/images.rs"]
mod images;
#[path = "service/intruders.rs"]
mod intruders;
#[path = "service/listing.rs"]
mod listing;
#[path = "service/loads.rs"]
mod loads;
#[path = "service/machines.rs"]
mod machines;
#[path = "service/migrations.rs"]
mod migrations;
#[path = "service/orders.rs"]
mod orders;
#[path = "service/protocol.rs"]
mod protocol;
#[path = "service/publishing.rs"]
mod publishing;
#[path = "service/running.rs"]
mod running;
#[path = "service/selling.rs"]
mod selling;
#[path = "service/settings.rs"]
mod settings;
#[path = "service/shop.rs"]
mod shop;
#[path = "service/storefront.rs"]
mod storefront;
#[path = "service/stores.rs"]
mod stores;
#[path = "service/support.rs"]
mod support;
#[path = "service/sure.rs"]
mod sure;
#[path = "service/throughput.rs"]
mod throughput;
#[path = "service/uploads.rs"]
mod uploads;
#[path = "service/users.rs"]
mod users;
#[path = "service/website.rs"]
mod website;
