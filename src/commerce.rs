//! The Commerce Services side, reached over HTTP only.

pub mod client;
pub mod shopper;
pub mod wire;
