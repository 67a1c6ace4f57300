//! What the engines promise alike, by the public interface: a SQLite file; SQL Server through the
//! real driver, as the SQL Server of the tests; and a real SQL Server where a site has one (see
//! `support/real_server.rs`).

/// Makes a test of each promise for each engine.
macro_rules! promises {
    ($($promise:ident),+ $(,)?) => {
        mod in_a_file {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $promise() {
                super::$promise(crate::contract::Engine::File).await;
            })+
        }
        servers![$($promise),+];
    };
}

/// Makes a test of each promise for each server.
macro_rules! servers {
    ($($promise:ident),+ $(,)?) => {
        mod on_a_server {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $promise() {
                super::$promise(crate::contract::Engine::Server).await;
            })+
        }
        mod on_a_real_server {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $promise() {
                crate::real_server::keep(
                    concat!(module_path!(), "::", stringify!($promise)),
                    super::$promise(crate::contract::Engine::RealServer),
                )
                .await;
            })+
        }
    };
}

mod company;
mod counts;
mod ledger;
mod lost;
mod only_real;
mod place;
mod pool;
mod requests;

pub use place::{Engine, Place};
