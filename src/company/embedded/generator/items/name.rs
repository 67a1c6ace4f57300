//! What a product is called, in every language it has.

use super::Kind;
use crate::company::embedded::generator::assortment::{BRANDS, LINES};
use crate::model::random::Random;

/// Languages by their place in [`super::LANGUAGES`] and in [`Name::nouns`].
pub(super) const EN: usize = 0;
pub(super) const DE: usize = 1;
pub(super) const FR: usize = 2;
pub(super) const AR: usize = 3;
pub(super) const ZH: usize = 4;

/// "Alpine Rain Jacket 204" by Fabrikam.
pub(super) struct Name {
    /// Empty where there is no word in the language.
    nouns: [&'static str; 5],
    brand: &'static str,
    line: &'static str,
    model: u64,
}

impl Name {
    pub(super) fn new(kind: &Kind<'_>, random: &mut Random) -> Self {
        Self {
            nouns: match kind {
                Kind::Sold { leaf, .. } => leaf.1.nouns,
                Kind::Component { name } => [name.0, name.1, "", "", ""],
            },
            brand: random.pick(&BRANDS),
            line: random.pick(&LINES),
            model: random.between(100, 999),
        }
    }

    /// Search name: at most 20 characters, as AX proposes it.
    pub(super) fn alias(&self) -> String {
        let mut alias = format!("{} {}", self.line, self.nouns[EN]);
        alias.truncate(20);
        alias.trim_end().to_owned()
    }

    /// Name and description; `None` where there is no word in the language.
    pub(super) fn text(&self, language: usize) -> Option<(String, String)> {
        let noun = *self.nouns.get(language).filter(|noun| !noun.is_empty())?;
        let Self {
            brand, line, model, ..
        } = self;
        let name = match language {
            EN => format!("{line} {noun} {model}"),
            _ => format!("{noun} {line} {model}"),
        };
        let description = match language {
            DE => format!("{noun} der Serie {line} von {brand}, Modell {model}."),
            FR => format!("{noun} de la gamme {line} par {brand}, modèle {model}."),
            AR => format!("{noun} من سلسلة {line} من {brand}، طراز {model}."),
            ZH => format!("{brand} {line} 系列{noun}，型号 {model}。"),
            _ => format!("{noun} of the {line} line by {brand}, model {model}."),
        };
        Some((name, description))
    }
}
