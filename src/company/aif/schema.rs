//! The schema of the sales order document: which elements stand in which entity, in which order, and
//! what each may hold. It differs by installation and by port; where the site saved the schema of its
//! port, that one counts, else the one that is documented.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::xml::{self, Element};

/// The documented document.
const DOCUMENTED: &str = include_str!("sales_order.txt");
/// Root of the document.
pub const ROOT: &str = "SalesOrder";
/// No type of a schema is made of more types inside each other.
const DEEPEST: usize = 16;

/// What an element may hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// At most this many characters (UTF-16 units, as AX counts).
    pub length: Option<usize>,
    /// At most this many digits behind the point.
    pub digits: Option<usize>,
    /// One of these names; empty for any.
    pub names: Vec<String>,
}

/// An element of an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// True where a document without it is refused.
    pub is_required: bool,
    /// What it may hold.
    pub facets: Facets,
}

/// The elements of every entity, in their order (`xsd:sequence`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema(BTreeMap<String, Vec<Slot>>);

/// The schema that the site saved cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the schema of the sales order document in {place} cannot be used: {reason}")]
pub struct SchemaError {
    /// File or folder.
    pub place: String,
    /// Why and what to do.
    pub reason: String,
}

impl Schema {
    /// The document as it is documented (AX 2012; elements of localisations left out).
    pub fn documented() -> Self {
        let mut entities: BTreeMap<String, Vec<Slot>> = BTreeMap::new();
        let mut entity = "";
        for line in DOCUMENTED.lines() {
            if let Some(name) = line.strip_prefix('[') {
                entity = name.trim_end_matches(']');
            } else if !line.starts_with('#') {
                let slots = entities.entry(entity.to_owned()).or_default();
                slots.extend(line.split_whitespace().map(documented_slot));
            }
        }
        // What stands before the first entity.
        entities.remove("");
        Self(entities)
    }

    /// The schema that the site saved from its port: every `.xsd` file of the folder.
    pub fn read(folder: &Path) -> Result<Self, SchemaError> {
        let failed = |place: &Path, reason: String| SchemaError {
            place: place.display().to_string(),
            reason,
        };
        let entries =
            std::fs::read_dir(folder).map_err(|error| failed(folder, error.to_string()))?;
        let mut documents = Vec::new();
        for entry in entries {
            let path = entry
                .map_err(|error| failed(folder, error.to_string()))?
                .path();
            let is_schema = path
                .extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("xsd"));
            if !is_schema {
                continue;
            }
            let bytes = std::fs::read(&path).map_err(|error| failed(&path, error.to_string()))?;
            let read = xml::decoded(&bytes).and_then(|text| Element::parse(&text));
            documents.push(read.map_err(|reason| failed(&path, reason))?);
        }
        Self::of(&documents).map_err(|reason| failed(folder, reason))
    }

    /// The schema in these XSD documents.
    fn of(documents: &[Element]) -> Result<Self, String> {
        let mut types = HashMap::new();
        for top in documents.iter().flat_map(|document| &document.children) {
            if matches!(top.name.as_str(), "complexType" | "simpleType")
                && let Some(name) = top.attribute("name")
            {
                types.insert(name, top);
            }
        }
        let types = Types(types);
        let root = documents
            .iter()
            .flat_map(|document| &document.children)
            .find(|top| top.name == "element" && top.attribute("name") == Some(ROOT))
            .ok_or(
                "no .xsd file in it has the element SalesOrder; save the schema from the port: \
                 Inbound ports > Service contract customizations > Customize documents > \
                 Data policies > View schema",
            )?;
        let mut entities = BTreeMap::new();
        types.add(root, &mut entities, 0)?;
        Ok(Self(entities))
    }

    /// The elements of an entity, in their order; none where the schema does not have it.
    pub fn slots(&self, entity: &str) -> &[Slot] {
        self.0.get(entity).map_or(&[], Vec::as_slice)
    }

    /// What an element of an entity may hold.
    pub fn facets(&self, entity: &str, name: &str) -> Option<&Facets> {
        let mut slots = self.slots(entity).iter();
        Some(&slots.find(|slot| slot.name == name)?.facets)
    }
}

/// `Name`, `Name:20`, `Name:.2`, `Name:A|B`, each with `!` behind it where it is required.
fn documented_slot(word: &str) -> Slot {
    let (bare, is_required) = word
        .strip_suffix('!')
        .map_or((word, false), |bare| (bare, true));
    let (name, rule) = bare.split_once(':').unwrap_or((bare, ""));
    let facets = if let Some(digits) = rule.strip_prefix('.') {
        Facets {
            digits: digits.parse().ok(),
            ..Facets::default()
        }
    } else if let Ok(length) = rule.parse() {
        Facets {
            length: Some(length),
            ..Facets::default()
        }
    } else {
        let names = rule.split('|').filter(|name| !name.is_empty());
        Facets {
            names: names.map(str::to_owned).collect(),
            ..Facets::default()
        }
    };
    Slot {
        name: name.to_owned(),
        is_required,
        facets,
    }
}

/// The named types of a schema.
struct Types<'x>(HashMap<&'x str, &'x Element>);

impl<'x> Types<'x> {
    /// The type of an `xsd:element`: a named one, or the one that stands in it.
    fn of(&self, element: &'x Element) -> Option<&'x Element> {
        match element.attribute("type") {
            Some(name) => self.named(name),
            None => element
                .children
                .iter()
                .find(|child| matches!(child.name.as_str(), "complexType" | "simpleType")),
        }
    }

    fn named(&self, name: &str) -> Option<&'x Element> {
        let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
        self.0.get(local).copied()
    }

    /// Adds the sequence of an element, and of the entities in it.
    fn add(
        &self,
        element: &'x Element,
        entities: &mut BTreeMap<String, Vec<Slot>>,
        depth: usize,
    ) -> Result<(), String> {
        let name = element.attribute("name").unwrap_or_default();
        let Some(complex) = self.of(element).filter(|found| found.name == "complexType") else {
            return Ok(());
        };
        if depth > DEEPEST || entities.contains_key(name) {
            return Ok(());
        }
        let elements = self.sequence(complex, 0);
        let mut slots = Vec::with_capacity(elements.len());
        for element in &elements {
            let name = element
                .attribute("name")
                .ok_or("an xsd:element has no name")?;
            let is_simple = |found: &&Element| found.name == "simpleType";
            slots.push(Slot {
                name: name.to_owned(),
                is_required: element.attribute("minOccurs") != Some("0"),
                facets: self
                    .of(element)
                    .filter(is_simple)
                    .map(|simple| self.facets(simple, 0))
                    .unwrap_or_default(),
            });
        }
        entities.insert(name.to_owned(), slots);
        for element in elements {
            self.add(element, entities, depth + 1)?;
        }
        Ok(())
    }

    /// The elements of a complex type; those of the type it extends stand before its own.
    fn sequence(&self, complex: &'x Element, depth: usize) -> Vec<&'x Element> {
        let mut elements = Vec::new();
        for child in &complex.children {
            match child.name.as_str() {
                "element" => elements.push(child),
                "sequence" | "complexContent" => elements.extend(self.sequence(child, depth)),
                "extension" if depth < DEEPEST => {
                    let base = child.attribute("base").and_then(|base| self.named(base));
                    if let Some(base) = base {
                        elements.extend(self.sequence(base, depth + 1));
                    }
                    elements.extend(self.sequence(child, depth));
                }
                _ => {}
            }
        }
        elements
    }

    /// What a simple type lets through. Of a union (AX: the field or an external code) whatever one
    /// of its members does.
    fn facets(&self, simple: &'x Element, depth: usize) -> Facets {
        let mut facets = Facets::default();
        if depth > DEEPEST {
            return facets;
        }
        if let Some(union) = simple.child("union") {
            let named = union.attribute("memberTypes").unwrap_or_default();
            let named = named.split_whitespace().map(|name| self.named(name));
            let members = named.chain(union.children.iter().map(Some));
            let members: Vec<Facets> = members
                .map(|member| member.map(|member| self.facets(member, depth + 1)))
                .map(Option::unwrap_or_default)
                .collect();
            let widest = |of: fn(&Facets) -> Option<usize>| {
                let all: Option<Vec<usize>> = members.iter().map(of).collect();
                all.and_then(|all| all.into_iter().max())
            };
            facets.length = widest(|member| member.length);
            facets.digits = widest(|member| member.digits);
            if members.iter().all(|member| !member.names.is_empty()) {
                facets.names = members
                    .into_iter()
                    .flat_map(|member| member.names)
                    .collect();
            }
            return facets;
        }
        let Some(restriction) = simple.child("restriction") else {
            return facets;
        };
        let base = restriction
            .attribute("base")
            .and_then(|base| self.named(base));
        if let Some(base) = base {
            facets = self.facets(base, depth + 1);
        }
        for facet in &restriction.children {
            let value = facet.attribute("value").unwrap_or_default();
            match facet.name.as_str() {
                "maxLength" => facets.length = value.parse().ok(),
                "fractionDigits" => facets.digits = value.parse().ok(),
                "enumeration" => facets.names.push(value.to_owned()),
                _ => {}
            }
        }
        facets
    }
}

#[cfg(test)]
mod tests;
