//! How often an address or a user may try something: a count for each minute, in memory.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The window in which tries are counted.
const WINDOW: Duration = Duration::from_secs(60);
/// Addresses remembered at most; beyond that the oldest windows are forgotten early.
const MOST: usize = 20_000;

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Try {
    /// To sign in or up, or to accept an invitation.
    Password,
    /// A user code that is not one.
    UserCode,
    /// To get codes for a device.
    Device,
    /// To get tokens.
    Token,
    /// To order in a shop.
    Order,
}

impl Try {
    /// Tries a minute.
    const fn most(self) -> u32 {
        match self {
            Self::Password => 60,
            Self::UserCode => 5,
            Self::Device | Self::Order => 30,
            Self::Token => 240,
        }
    }
}

/// Who tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// Whoever is at an address, or in its network.
    Address(IpAddr),
    /// The user with that id.
    User(i64),
}

impl From<IpAddr> for Who {
    /// Whoever has one IPv6 address has the 2^64 of its network.
    fn from(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(address) => {
                let bits = u128::from(address) & !u128::from(u64::MAX);
                Ipv6Addr::from(bits).into()
            }
            address @ IpAddr::V4(_) => address,
        })
    }
}

impl From<i64> for Who {
    fn from(user: i64) -> Self {
        Self::User(user)
    }
}

/// Counts of the last minute.
#[derive(Debug, Default)]
pub struct Rates(Mutex<HashMap<(Try, Who), Window>>);

#[derive(Clone, Copy, Debug)]
struct Window {
    begun: Instant,
    tries: u32,
}

impl Rates {
    /// Counts a try; false where there were too many.
    pub fn count(&self, what: Try, who: impl Into<Who>) -> bool {
        self.count_at(what, who.into(), Instant::now())
    }

    /// True where another try would be one too many.
    pub fn is_spent(&self, what: Try, who: impl Into<Who>) -> bool {
        let windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        windows
            .get(&(what, who.into()))
            .is_some_and(|window| window.begun.elapsed() < WINDOW && window.tries >= what.most())
    }

    fn count_at(&self, what: Try, who: Who, now: Instant) -> bool {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= MOST {
            windows.retain(|_, window| now.duration_since(window.begun) < WINDOW);
            if windows.len() >= MOST {
                windows.clear();
            }
        }
        let fresh = Window {
            begun: now,
            tries: 0,
        };
        let window = windows.entry((what, who)).or_insert(fresh);
        if now.duration_since(window.begun) >= WINDOW {
            *window = fresh;
        }
        window.tries = window.tries.saturating_add(1);
        window.tries <= what.most()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_its_tries_and_the_next_one_again() {
        let rates = Rates::default();
        let who = |host| Who::from(IpAddr::from([127, 0, 0, host]));
        let (one, two) = (who(1), who(2));
        let now = Instant::now();
        for _ in 0..5 {
            assert!(rates.count_at(Try::UserCode, one, now));
        }
        assert!(!rates.count_at(Try::UserCode, one, now));
        assert!(rates.is_spent(Try::UserCode, IpAddr::from([127, 0, 0, 1])));
        assert!(rates.count_at(Try::UserCode, two, now));
        assert!(rates.count_at(Try::Password, one, now));
        assert!(rates.count_at(Try::UserCode, one, now + WINDOW));
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_and_memory_is_bounded() {
        let rates = Rates::default();
        let now = Instant::now();
        for host in 0..6_u128 {
            let address = IpAddr::V6(Ipv6Addr::from((0x2001_0db8_u128 << 96) | host));
            let counted = rates.count_at(Try::UserCode, address.into(), now);
            assert_eq!(counted, host < 5);
        }
        for host in 0..50_000_u32 {
            rates.count_at(Try::Token, IpAddr::from(host.to_be_bytes()).into(), now);
        }
        assert!(rates.0.lock().unwrap().len() <= MOST);
    }
}
