//! The fields of a form or a query, as `application/x-www-form-urlencoded`.

/// What was sent. Whoever reads it has bounded it before.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads what was sent; what is not UTF-8 becomes replacement characters.
    pub fn read(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// The first field of that name, without the blanks around it; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The same as it was typed: for passwords.
    pub fn raw(&self, name: &str) -> &str {
        let first = self.0.iter().find(|(given, _)| given == name);
        first.map_or("", |(_, value)| value)
    }

    /// Every field of that name: for check boxes.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(given, _)| given == name);
        named.map(|(_, value)| value.as_str())
    }
}
