//! How both ends tell whether they hold the same: a hash for each value, a digest for a collection.
//! Part of the protocol: a change here is a change of its version.

/// Hash of a record's value: xxh3 (64 bit) of its JSON bytes exactly as sent.
pub fn content_hash(value: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(value)
}

/// A record's share in the digest of its collection; shares are added, wrapping.
pub fn record_digest(id: &str, hash: u64) -> u64 {
    xxhash_rust::xxh3::xxh3_64_with_seed(id.as_bytes(), hash)
}

/// Sixteen hexadecimal digits.
pub fn hex64(value: u64) -> String {
    format!("{value:016x}")
}

/// Reads what [`hex64`] wrote.
pub fn parse_hex64(text: &str) -> Option<u64> {
    let is_hex = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u64::from_str_radix(text, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_digits_read_back() {
        for value in [0, 1, 0xdead_beef, u64::MAX] {
            assert_eq!(parse_hex64(&hex64(value)), Some(value));
        }
        for wrong in [
            "",
            "123",
            "g000000000000000",
            "00000000000000000",
            "+000000000000001",
        ] {
            assert_eq!(parse_hex64(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_digest_of_a_record_depends_on_its_id_and_on_its_value() {
        let digest = record_digest("A", content_hash(b"{}"));
        assert_ne!(digest, record_digest("B", content_hash(b"{}")));
        assert_ne!(digest, record_digest("A", content_hash(b"[]")));
    }
}
