//! What is wrong inside a value, told by the path of the field: `texts[0].name`. All of it runs for
//! values that are refused, but for one quick look at each value.

/// Longest path that is told, in characters.
const MAX_PATH: usize = 100;
/// The fields of records that hold an object; every other one holds text, a flag or a list.
/// (`customer` is an object in an order and a word in a shipment, where serde takes nothing else.)
const OBJECTS: [&str; 6] = [
    "dimensions",
    "customer",
    "customer_template",
    "delivery_address",
    "invoice_address",
    "payment",
];

#[derive(Clone, Copy)]
enum Container<'a> {
    /// An object and the key it has come to.
    Object(&'a str),
    /// A list and the index it has come to.
    List(usize),
}

/// The field of `json` that `error` is about, where that can be told.
pub fn field(json: &str, error: &serde_json::Error) -> Option<String> {
    let text = error.to_string();
    // serde names the absent field but points at the end of the object it is absent from.
    let absent = text
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    let mut walk = Walk::new(json);
    let lines_before = json
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1));
    let before = lines_before.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
    while walk.next_container(before).is_some() {}
    let mut path = walk.open;
    if let Some(absent) = absent {
        match path.last_mut() {
            Some(Container::Object(key)) => *key = absent,
            Some(Container::List(_)) | None => path.push(Container::Object(absent)),
        }
    }
    told(&path)
}

/// The field of `json`, the JSON of a record, that is a list where an object belongs or the other
/// way round. serde would take `["da","Sko"]` for a text and `{"item":null}` for a product type;
/// other readers of the value would not.
pub fn misplaced(json: &str) -> Option<String> {
    if !looks_misplaced(json.as_bytes()) {
        return None;
    }
    let mut walk = Walk::new(json);
    while let Some(opened) = walk.next_container(json.len()) {
        let fits = match (opened, walk.open.last()) {
            (b'{', Some(Container::Object(key))) => OBJECTS.contains(key),
            (b'{', Some(Container::List(_)) | None) => true,
            (_, Some(Container::Object(key))) => !OBJECTS.contains(key),
            (_, Some(Container::List(_)) | None) => false,
        };
        if !fits {
            return Some(told(&walk.open).unwrap_or_default());
        }
    }
    None
}

/// Whether a closer look is due. What stands before a bracket tells nearly always; a text that
/// holds brackets costs the closer look and no more.
fn looks_misplaced(json: &[u8]) -> bool {
    let is_object_field = |before: &[u8]| {
        OBJECTS.iter().any(|name| {
            before
                .strip_suffix(b"\"")
                .is_some_and(|before| before.ends_with(name.as_bytes()))
        })
    };
    json.iter().enumerate().any(|(at, byte)| {
        if !matches!(byte, b'[' | b'{') {
            return false;
        }
        let before = json[..at].trim_ascii_end();
        match (byte, before.split_last()) {
            (b'{', Some((b':', before))) => !is_object_field(before.trim_ascii_end()),
            (b'[', Some((b':', before))) => is_object_field(before.trim_ascii_end()),
            (b'[', Some((b'[' | b',', _)) | None) => true,
            _ => false,
        }
    })
}

fn told(path: &[Container]) -> Option<String> {
    let mut name = String::new();
    for step in path {
        match step {
            Container::Object("") => {}
            Container::Object(key) if name.is_empty() => name.push_str(key),
            Container::Object(key) => name.extend([".", key]),
            Container::List(index) => name.extend(["[", &index.to_string(), "]"]),
        }
    }
    (!name.is_empty()).then(|| name.chars().take(MAX_PATH).collect())
}

/// Goes through JSON and knows which containers are open. The JSON is well formed: a [`RawValue`].
///
/// [`RawValue`]: serde_json::value::RawValue
struct Walk<'a> {
    json: &'a str,
    at: usize,
    open: Vec<Container<'a>>,
    /// A container that was told and is not entered yet.
    entering: Option<Container<'a>>,
    key_next: bool,
}

impl<'a> Walk<'a> {
    fn new(json: &'a str) -> Self {
        Self {
            json,
            at: 0,
            open: Vec::new(),
            entering: None,
            key_next: false,
        }
    }

    /// Goes on to where the next container opens before `end`; `open` is then what it is in.
    fn next_container(&mut self, end: usize) -> Option<u8> {
        self.open.extend(self.entering.take());
        let bytes = self.json.as_bytes();
        while self.at < end.min(bytes.len()) {
            let byte = bytes[self.at];
            self.at += 1;
            match byte {
                b'{' | b'[' => {
                    self.key_next = byte == b'{';
                    self.entering = Some(match byte {
                        b'{' => Container::Object(""),
                        _ => Container::List(0),
                    });
                    return Some(byte);
                }
                b'}' | b']' => {
                    self.open.pop();
                }
                b',' => match self.open.last_mut() {
                    Some(Container::List(index)) => *index += 1,
                    Some(Container::Object(_)) => self.key_next = true,
                    None => {}
                },
                b'"' => self.text(bytes),
                _ => {}
            }
        }
        None
    }

    /// Passes the text that has just begun, which may be a key.
    fn text(&mut self, bytes: &[u8]) {
        let from = self.at;
        while self.at < bytes.len() && bytes[self.at] != b'"' {
            self.at += 1 + usize::from(bytes[self.at] == b'\\');
        }
        if self.key_next
            && let Some(Container::Object(key)) = self.open.last_mut()
        {
            *key = self.json.get(from..self.at).unwrap_or_default();
            self.key_next = false;
        }
        self.at += 1;
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{Record, Stream};

    fn item(rest: &str) -> String {
        format!(r#"{{"item":"A","product_type":"item","price":"1","price_unit":"1",{rest}}}"#)
    }

    #[test]
    fn an_error_names_the_field_with_its_path() {
        for (rest, field) in [
            (r#""net_weight":12.5"#, "net_weight"),
            (r#""net_weight":"a""#, "net_weight"),
            (r#""net_weight":"1","colour":"red""#, "colour"),
            (
                r#""net_weight":"1","texts":[{"language":"da","name":"a"},{"language":"de"}]"#,
                "texts[1].name",
            ),
            (
                r#""net_weight":"1","texts":[{"language":"da","name":"a","x":1}]"#,
                "texts[0].x",
            ),
            (
                r#""net_weight":"1","texts":[{"language":"da","name":[]}]"#,
                "texts[0].name",
            ),
            (
                r#""net_weight":"1","variants":[{"number":"1","dimensions":{"colour":{}}}]"#,
                "variants[0].dimensions.colour",
            ),
            (r#""net_weight":"1","item":"B""#, "item"),
            (r#""search_name":"a \"b\", c""#, "net_weight"),
            (r#""texts":{}"#, "texts"),
        ] {
            let json = item(rest);
            let error = Record::from_json(Stream::Items, &json).unwrap_err();
            assert_eq!(
                super::field(&json, &error).as_deref(),
                Some(field),
                "{json}: {error}"
            );
        }
    }

    #[test]
    fn a_list_is_no_object_and_an_object_no_word() {
        for (rest, field) in [
            (r#""net_weight":"1","texts":[ ["da","a",""]]"#, "texts[0]"),
            (
                r#""net_weight":"1","variants":[{"number":"1","dimensions" : ["","","",""]}]"#,
                "variants[0].dimensions",
            ),
            (
                r#""net_weight":"1","texts":[{"language":"da","name":"a"},["da","a",""]]"#,
                "texts[1]",
            ),
        ] {
            let json = item(rest);
            assert!(
                Record::from_json(Stream::Items, &json).is_ok(),
                "serde takes {json}"
            );
            assert_eq!(super::misplaced(&json).as_deref(), Some(field), "{json}");
        }
        assert_eq!(super::misplaced(r#"["A","","",""]"#).as_deref(), Some(""));
        let json = r#"{"family":{"product":null},"name":"A"}"#;
        assert!(Record::from_json(Stream::DimensionGroups, json).is_ok());
        assert_eq!(super::misplaced(json).as_deref(), Some("family"));
    }

    #[test]
    fn brackets_in_a_text_are_text() {
        for rest in [
            r#""search_name":"a,[b","net_weight":"1""#,
            r#""search_name":":{","unit":"\":[","texts":[]"#,
            r#""variants":[{"number":"1","dimensions":{"size":"[["}}],"categories":["[","{"]"#,
        ] {
            assert_eq!(super::misplaced(&item(rest)), None, "{rest}");
        }
    }
}
