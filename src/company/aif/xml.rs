//! A small XML document in memory: schemas and replies, read by local name because the namespaces of
//! AX's own samples disagree.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion, escape};

/// No schema and no reply is nested deeper.
const DEEPEST: usize = 64;

/// An element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Name without prefix.
    pub name: String,
    /// Attributes by their names without prefix.
    attributes: Vec<(String, String)>,
    /// Its own text, without blanks at both ends.
    pub text: String,
    /// The elements in it.
    pub children: Vec<Self>,
}

impl Element {
    /// Reads a document; answers its root.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader::from_str(text);
        // The document itself lies at the bottom.
        let mut open = vec![Self::default()];
        loop {
            let at = reader.buffer_position();
            let event = reader
                .read_event()
                .map_err(|error| format!("{error} (at byte {at})"))?;
            match event {
                Event::Start(start) => {
                    if open.len() > DEEPEST {
                        return Err(format!("more than {DEEPEST} elements inside each other"));
                    }
                    open.push(Self::begun(&start)?);
                }
                Event::Empty(start) => {
                    let element = Self::begun(&start)?;
                    add(&mut open, element);
                }
                Event::End(_) => {
                    if let Some(mut element) = open.pop() {
                        element.text = element.text.trim().into();
                        add(&mut open, element);
                    }
                }
                Event::Text(text) => append(&mut open, &text.xml10_content()),
                Event::CData(text) => append(&mut open, &text.xml10_content()),
                Event::GeneralRef(name) => {
                    let character = name.resolve_char_ref().map_err(|error| error.to_string())?;
                    match (character, escape::resolve_xml_entity(&name)) {
                        (Some(character), _) => {
                            append(&mut open, character.encode_utf8(&mut [0; 4]))
                        }
                        (None, Some(text)) => append(&mut open, text),
                        (None, None) => return Err(format!("the entity {} is unknown", &*name)),
                    }
                }
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
        let document = open.swap_remove(0);
        match (open.is_empty(), document.children.into_iter().next()) {
            (true, Some(root)) => Ok(root),
            (true, None) => Err("there is no element in it".to_owned()),
            (false, _) => Err("it ends in the middle".to_owned()),
        }
    }

    fn begun(start: &BytesStart<'_>) -> Result<Self, String> {
        let mut element = Self {
            name: start.local_name().as_ref().to_owned(),
            ..Self::default()
        };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| error.to_string())?;
            let name = attribute.key.local_name().as_ref().to_owned();
            element.attributes.push((name, value.into_owned()));
        }
        Ok(element)
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        let (_, value) = attributes.find(|(known, _)| known == name)?;
        Some(value)
    }

    /// The first element of this name directly in it.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Text of the first element of this name directly in it; empty where there is none.
    pub fn text_of(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| &child.text)
    }

    /// Every element of this name in it, at any depth, in the order of the document.
    pub fn all<'e>(&'e self, name: &str) -> Vec<&'e Self> {
        let mut found = Vec::new();
        for child in &self.children {
            if child.name == name {
                found.push(child);
            }
            found.extend(child.all(name));
        }
        found
    }
}

fn add(open: &mut [Element], element: Element) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(element);
    }
}

fn append(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// The text of a file that AX or Windows saved: UTF-8, or UTF-16 with its mark.
///
/// # Errors
/// Where it is neither.
pub fn decoded(bytes: &[u8]) -> Result<String, String> {
    let utf16 = |read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..]
            .as_chunks::<2>()
            .0
            .iter()
            .map(|pair| read(*pair))
            .collect();
        String::from_utf16(&units).map_err(|_| "it is not right UTF-16".to_owned())
    };
    match bytes {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => text(rest),
        other => text(other),
    }
}

fn text(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| "it is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_by_local_name_with_their_references() {
        let text = "<?xml version='1.0'?><a:r xmlns:a='u'><!-- x --><a:Text b:lang=\"en&amp;us\"> A &lt;&#66;&amp; <![CDATA[<c>]]></a:Text><e/></a:r>";
        let root = Element::parse(text).unwrap();
        assert_eq!((root.name.as_str(), root.children.len()), ("r", 2));
        assert_eq!(root.text_of("Text"), "A <B& <c>");
        assert_eq!(root.children[0].attribute("lang"), Some("en&us"));
    }

    #[test]
    fn what_is_cut_off_or_defines_entities_is_refused() {
        for text in [
            "",
            "<a><b></b>",
            "<a></b>",
            "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
        ] {
            assert!(Element::parse(text).is_err(), "{text}");
        }
        let deep = "<a>".repeat(100_000);
        assert!(Element::parse(&deep).unwrap_err().contains("64"));
    }

    #[test]
    fn files_of_windows_are_decoded() {
        let utf16: Vec<u8> = [0xfeff_u16]
            .into_iter()
            .chain("<ä/>".encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(decoded(&utf16).unwrap(), "<ä/>");
        assert_eq!(decoded("\u{feff}<ä/>".as_bytes()).unwrap(), "<ä/>");
        assert!(decoded(&[0x3c, 0xe4]).is_err());
    }
}
