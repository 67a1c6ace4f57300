//! The Commerce Services side, reached over HTTP only.

pub mod wire;
