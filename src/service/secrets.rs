//! Secrets that the service gives out: session ids, tokens, codes, invitations. The store keeps
//! their hashes only.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::api::refusal::{Code, Refusal};

/// A new secret: 256 random bits in hexadecimal digits.
pub fn new_secret() -> Result<String, Refusal> {
    random().map(|bytes| hex(&bytes))
}

/// 256 random bits.
pub fn random() -> Result<[u8; 32], Refusal> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|_| Refusal::new(Code::Internal, "the system has no random numbers"))?;
    Ok(bytes)
}

/// What the store keeps of a secret. Nothing is gained by its being slow: nobody guesses 256 bits.
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Another secret that whoever knows `secret` can derive, for the purpose `what`, and that does not
/// tell the first.
pub fn derived(what: &str, secret: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(what.as_bytes());
    digest.update([0]);
    digest.update(secret.as_bytes());
    hex(&digest.finalize())
}

/// Compares in a time that tells nothing but the length.
pub fn same(given: &[u8], expected: &[u8]) -> bool {
    let differing = given.iter().zip(expected).fold(0, |differing, (a, b)| {
        std::hint::black_box(differing | (a ^ b))
    });
    given.len() == expected.len() && differing == 0
}

/// Hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_and_never_the_same() {
        let (one, two) = (new_secret().unwrap(), new_secret().unwrap());
        assert_eq!(one.len(), 64);
        assert_ne!(one, two);
        assert_ne!(hash(&one), hash(&two));
    }

    #[test]
    fn what_is_derived_depends_on_purpose_and_secret() {
        assert_eq!(derived("a", "s"), derived("a", "s"));
        assert_ne!(derived("a", "s"), derived("b", "s"));
        assert_ne!(derived("a", "s"), derived("a", "t"));
    }

    #[test]
    fn only_equal_bytes_are_the_same() {
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd") && !same(b"ab", b"abc") && !same(b"", b"a"));
    }
}
