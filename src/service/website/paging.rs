//! Addresses of pages with what they are asked, and the links to the pages of a list.

/// Rows of a page.
pub const ROWS: usize = 50;

/// A path with those of the fields that are not empty.
pub fn address(path: &str, fields: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// The links under a list; `paging.html` shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paging {
    /// To the beginning, on every page but the first.
    pub first: Option<String>,
    /// To the next page, where there is one.
    pub next: Option<String>,
}

impl Paging {
    /// Cuts `rows`, of which the store was asked one more than [`ROWS`], and makes the links: each
    /// page begins behind the `key` of the last row before it. `address` is path and query of the
    /// list without `after`, such as `/users` or `/products?search=lamp`.
    pub fn cut<T>(
        rows: &mut Vec<T>,
        address: &str,
        after: &str,
        key: impl FnOnce(&T) -> &str,
    ) -> Self {
        let more = rows.len() > ROWS;
        rows.truncate(ROWS);
        let next = rows.last().filter(|_| more).map(key);
        Self::to(address, after, next)
    }

    /// The links where the store itself says what the next page is behind.
    pub fn to(address: &str, after: &str, next: Option<&str>) -> Self {
        let joint = if address.contains('?') { '&' } else { '?' };
        let link = |key: &str| {
            let key: String = form_urlencoded::byte_serialize(key.as_bytes()).collect();
            format!("{address}{joint}after={key}")
        };
        Self {
            first: (!after.is_empty()).then(|| address.to_owned()),
            next: next.map(link),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: usize) -> Vec<String> {
        (0..count).map(|row| format!("ä {row:03}")).collect()
    }

    #[test]
    fn an_address_holds_whatever_is_searched_for() {
        let address = address("/things", &[("search", "a&b=ä"), ("state", "")]);
        assert_eq!(address, "/things?search=a%26b%3D%C3%A4");
    }

    #[test]
    fn a_full_page_leads_on_and_the_last_one_back() {
        let mut full = rows(ROWS + 1);
        let paging = Paging::cut(&mut full, "/things?x=1", "", |row| row);
        assert_eq!(full.len(), ROWS);
        assert_eq!(paging.first, None);
        assert_eq!(paging.next.as_deref(), Some("/things?x=1&after=%C3%A4+049"));
        let mut last = rows(ROWS);
        let paging = Paging::cut(&mut last, "/things", "x", |row| row);
        assert_eq!(paging.first.as_deref(), Some("/things"));
        assert_eq!(paging.next, None);
    }
}
