//! Holds a document against the schema before it goes to AX: puts its elements in the order of the
//! schema, and finds what AX would refuse. AX takes or refuses a document as a whole, and says why only
//! in its exception log.

use super::document::{Entity, Part, Value, digits_behind_point, is_allowed};
use super::schema::{Facets, Schema};

/// The document with its elements in the order of the schema.
///
/// # Errors
/// Everything that AX would refuse, each fault a line as in the Infolog.
pub fn checked(document: Entity, schema: &Schema) -> Result<Entity, Vec<String>> {
    let mut check = Check {
        schema,
        place: String::new(),
        infolog: Vec::new(),
    };
    let document = check.entity(document);
    if check.infolog.is_empty() {
        Ok(document)
    } else {
        Err(check.infolog)
    }
}

struct Check<'s> {
    schema: &'s Schema,
    /// The line of the order that is being looked at, for the Infolog: `Line 2: `.
    place: String,
    infolog: Vec<String>,
}

impl Check<'_> {
    fn entity(&mut self, entity: Entity) -> Entity {
        let Entity { name, parts } = entity;
        let before = self.place.clone();
        if let Some(line) = line_number(&parts) {
            self.place = format!("Line {line}: ");
        }
        let slots = self.schema.slots(name);
        let mut placed = Vec::with_capacity(parts.len());
        for part in parts {
            let found = slots.iter().position(|slot| slot.name == part.name());
            let Some(at) = found else {
                self.fault(&format!(
                    "Invalid document schema. The element '{name}' has invalid child element '{}': \
                     the schema of the port does not have it. Enable it on the port (Customize \
                     documents > Data policies) and save the schema of the port again.",
                    part.name()
                ));
                continue;
            };
            let part = match part {
                Part::Entity(entity) => Part::Entity(self.entity(entity)),
                Part::Field(name, value) => {
                    self.field(name, &value, &slots[at].facets);
                    Part::Field(name, value)
                }
            };
            placed.push((at, part));
        }
        for (at, slot) in slots.iter().enumerate() {
            if slot.is_required && placed.iter().all(|(placed, _)| *placed != at) {
                self.fault(&format!("Field '{}' must be filled in.", slot.name));
            }
        }
        self.place = before;
        // Stable: lines and charges stay as they are among themselves.
        placed.sort_by_key(|(at, _)| *at);
        Entity {
            name,
            parts: placed.into_iter().map(|(_, part)| part).collect(),
        }
    }

    fn field(&mut self, name: &str, value: &Value, facets: &Facets) {
        match value {
            Value::Text(text) => {
                if !text.chars().all(is_allowed) {
                    self.fault(&format!(
                        "Field '{name}' has a character that a document cannot hold."
                    ));
                }
                let longest = facets.length;
                if let Some(longest) = longest.filter(|it| text.encode_utf16().count() > *it) {
                    self.fault(&format!(
                        "Value '{text}' in field '{name}' is longer than {longest} characters."
                    ));
                }
                self.named(name, text, facets);
            }
            Value::Number(number) => {
                let most = facets.digits;
                if let Some(most) = most.filter(|most| digits_behind_point(*number) > *most) {
                    self.fault(&format!(
                        "Value '{number}' in field '{name}' has more than {most} digits behind the \
                         point."
                    ));
                }
            }
            Value::Name(value) => self.named(name, value, facets),
            Value::Day(_) | Value::Address(_) => {}
        }
    }

    fn named(&mut self, name: &str, value: &str, facets: &Facets) {
        if !facets.names.is_empty() && !facets.names.iter().any(|known| known == value) {
            self.fault(&format!(
                "Value '{value}' in field '{name}' is not one of {}.",
                facets.names.join(", ")
            ));
        }
    }

    fn fault(&mut self, text: &str) {
        self.infolog.push(format!("{}{text}", self.place));
    }
}

/// The number of a sales line.
fn line_number(parts: &[Part]) -> Option<String> {
    parts.iter().find_map(|part| match part {
        Part::Field("LineNum", Value::Number(number)) => Some(number.to_string()),
        Part::Field(..) | Part::Entity(_) => None,
    })
}
