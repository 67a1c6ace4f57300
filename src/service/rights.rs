//! What a user or a machine may do, and which roles give it.

use crate::commerce::wire::account::Role;

/// What a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Look at everything but users.
    Read,
    /// Move records and orders between AX and the service: the jobs.
    Upload,
    /// Departments, catalogs, products, stores, publishing.
    Catalog,
    /// Place and change orders.
    Orders,
    /// The account, its users and its settings.
    Account,
}

impl Right {
    /// Every right.
    pub const ALL: [Self; 5] = [
        Self::Read,
        Self::Upload,
        Self::Catalog,
        Self::Orders,
        Self::Account,
    ];

    /// Its word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Upload => "upload",
            Self::Catalog => "catalog",
            Self::Orders => "orders",
            Self::Account => "account",
        }
    }

    /// What it allows, for people.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Read => "look at records, orders and settings",
            Self::Upload => "upload records and take orders for AX",
            Self::Catalog => "change catalogs and stores",
            Self::Orders => "place and change orders",
            Self::Account => "change the account, its users and settings",
        }
    }

    /// The rights that a role gives.
    pub const fn of(role: Role) -> &'static [Self] {
        match role {
            Role::ServiceAdministrator => &Self::ALL,
            Role::CatalogManager => &[Self::Read, Self::Catalog],
            Role::OrderManager => &[Self::Read, Self::Orders],
            Role::Viewer => &[Self::Read],
        }
    }

    /// The rights that all of `roles` give together, sorted.
    pub fn of_all(roles: &[Role]) -> Vec<Self> {
        let given = |right: &Self| roles.iter().any(|role| Self::of(*role).contains(right));
        Self::ALL.into_iter().filter(given).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_give_their_rights_and_together_all_of_them() {
        assert_eq!(Right::of_all(&[]), []);
        assert_eq!(
            Right::of_all(&[Role::OrderManager, Role::CatalogManager]),
            [Right::Read, Right::Catalog, Right::Orders]
        );
        assert_eq!(Right::of_all(&[Role::ServiceAdministrator]), Right::ALL);
    }
}
