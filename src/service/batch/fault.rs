//! Names the field that a JSON error is about, with its path: `texts[0].name`.

/// Longest path that is told, in characters.
const MAX_PATH: usize = 100;

enum Container<'a> {
    Object(&'a str),
    Array(usize),
}

/// The field of the one-line `json` that `error` is about, where that can be told.
pub fn field(json: &str, error: &serde_json::Error) -> Option<String> {
    let text = error.to_string();
    // serde names the absent field but points at the end of the object it is absent from.
    let absent = text
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    let mut path = path_before(json.as_bytes(), json, error.column());
    if let Some(absent) = absent {
        match path.last_mut() {
            Some(Container::Object(key)) => *key = absent,
            Some(Container::Array(_)) | None => path.push(Container::Object(absent)),
        }
    }
    let mut name = String::new();
    for step in path {
        match step {
            Container::Object(key) if name.is_empty() => name.push_str(key),
            Container::Object("") => {}
            Container::Object(key) => name.extend([".", key]),
            Container::Array(index) => name.push_str(&format!("[{index}]")),
        }
    }
    (!name.is_empty()).then(|| name.chars().take(MAX_PATH).collect())
}

/// The containers that are open just before byte `column` (counted from 1), each with the key or
/// index it has come to.
fn path_before<'a>(bytes: &[u8], json: &'a str, column: usize) -> Vec<Container<'a>> {
    let end = column.saturating_sub(1).min(bytes.len());
    let mut open = Vec::new();
    let mut key_next = false;
    let mut at = 0;
    while at < end {
        match bytes[at] {
            b'{' => {
                open.push(Container::Object(""));
                key_next = true;
            }
            b'[' => open.push(Container::Array(0)),
            b'}' | b']' => drop(open.pop()),
            b',' => match open.last_mut() {
                Some(Container::Array(index)) => *index += 1,
                Some(Container::Object(_)) => key_next = true,
                None => {}
            },
            b'"' => {
                let from = at + 1;
                at = from;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += 1 + usize::from(bytes[at] == b'\\');
                }
                if key_next && let Some(Container::Object(key)) = open.last_mut() {
                    *key = json.get(from..at).unwrap_or_default();
                    key_next = false;
                }
            }
            _ => {}
        }
        at += 1;
    }
    open
}

#[cfg(test)]
mod tests {
    use crate::model::{Record, Stream};

    #[test]
    fn an_error_names_the_field_with_its_path() {
        let item = |rest: &str| {
            format!(r#"{{"item":"A","product_type":"item","price":"1","price_unit":"1",{rest}}}"#)
        };
        for (json, field) in [
            (item(r#""net_weight":12.5"#), "net_weight"),
            (item(r#""net_weight":"a""#), "net_weight"),
            (item(r#""net_weight":"1","colour":"red""#), "colour"),
            (
                item(
                    r#""net_weight":"1","texts":[{"language":"da","name":"a"},{"language":"de"}]"#,
                ),
                "texts[1].name",
            ),
            (
                item(r#""net_weight":"1","texts":[{"language":"da","name":"a","x":1}]"#),
                "texts[0].x",
            ),
            (
                item(r#""net_weight":"1","texts":[{"language":"da","name":[]}]"#),
                "texts[0].name",
            ),
            (
                item(r#""net_weight":"1","variants":[{"number":"1","dimensions":{"colour":{}}}]"#),
                "variants[0].dimensions.colour",
            ),
            (item(r#""net_weight":"1","item":"B""#), "item"),
            (item(r#""search_name":"a \"b\", c""#), "net_weight"),
            (item(r#""texts":{}"#), "texts"),
        ] {
            let error = Record::from_json(Stream::Items, &json).unwrap_err();
            assert_eq!(
                super::field(&json, &error).as_deref(),
                Some(field),
                "{json}: {error}"
            );
        }
    }
}
