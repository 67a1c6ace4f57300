//! Forms: what was sent, the fields to show, and what is wrong with each of them.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};

use crate::service::api::refusal::{Code, Refusal};
use crate::service::fields::Fields;

use super::page::Trouble;

/// `super::session::enter` has bounded what was sent and checked its CSRF token.
impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Trouble;

    async fn from_request(request: Request, state: &S) -> Result<Self, Trouble> {
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|_| Trouble::unreadable())?;
        Ok(Self::read(&body))
    }
}

/// How a field is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line of text, with the `type` and the `autocomplete` of HTML.
    Line(&'static str, &'static str),
    /// A password: it is never shown again. With its `autocomplete`.
    Password(&'static str),
    /// Several lines.
    Area,
    /// One of the choices.
    Select,
    /// Any of the choices.
    Checks,
    /// Comes from elsewhere and cannot be changed here.
    ReadOnly,
}

/// A choice of a [`Kind::Select`] or [`Kind::Checks`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// It is taken.
    pub is_taken: bool,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name and id in HTML.
    pub name: Cow<'static, str>,
    /// What is read.
    pub label: String,
    /// How it is filled in.
    pub kind: Kind,
    /// What is in it.
    pub value: String,
    /// It cannot be left empty: marked with a red asterisk.
    pub is_required: bool,
    /// Most characters.
    pub most: usize,
    /// A sentence below it.
    pub hint: &'static str,
    /// What is wrong with it; empty where nothing is.
    pub error: String,
    /// The choices.
    pub choices: Vec<Choice>,
}

impl Field {
    /// A line of text.
    pub fn line(name: impl Into<Cow<'static, str>>, label: &str) -> Self {
        Self {
            name: name.into(),
            label: label.to_owned(),
            kind: Kind::Line("text", "off"),
            value: String::new(),
            is_required: false,
            most: 100,
            hint: "",
            error: String::new(),
            choices: Vec::new(),
        }
    }

    /// Filled in another way.
    pub fn kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// With something in it to begin with.
    pub fn value(self, value: &str) -> Self {
        let value = value.to_owned();
        Self { value, ..self }
    }

    /// Not to be left empty.
    pub fn required(self) -> Self {
        Self {
            is_required: true,
            ..self
        }
    }

    /// With at most so many characters.
    pub fn most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// With a sentence below it.
    pub fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    /// With choices: value, label, and whether it is taken to begin with.
    pub fn choices(mut self, choices: impl IntoIterator<Item = (String, String, bool)>) -> Self {
        let choices = choices.into_iter();
        self.choices = choices
            .map(|(value, label, is_taken)| Choice {
                value,
                label,
                is_taken,
            })
            .collect();
        self
    }

    /// Takes over what was sent, and notes what is wrong with it.
    fn fill(&mut self, fields: &Fields) {
        match self.kind {
            Kind::ReadOnly => return,
            Kind::Checks | Kind::Select => {
                for choice in &mut self.choices {
                    choice.is_taken = fields.all(&self.name).any(|value| value == choice.value);
                }
                let taken = self.choices.iter().find(|choice| choice.is_taken);
                self.value = taken.map_or_else(String::new, |choice| choice.value.clone());
            }
            Kind::Password(_) => fields.raw(&self.name).clone_into(&mut self.value),
            Kind::Line(..) | Kind::Area => fields.text(&self.name).clone_into(&mut self.value),
        }
        let characters = self.value.chars().count();
        if self.is_required && self.value.is_empty() {
            "Fill this in.".clone_into(&mut self.error);
        } else if characters > self.most {
            self.error = format!("At most {} characters; these are {characters}.", self.most);
        } else if self
            .value
            .chars()
            .any(|c| c.is_control() && !"\r\n\t".contains(c))
        {
            "It has characters that cannot be shown.".clone_into(&mut self.error);
        }
    }

    /// What HTML puts into the input.
    pub fn shown(&self) -> &str {
        match self.kind {
            Kind::Password(_) => "",
            Kind::Line(..) | Kind::Area | Kind::Select | Kind::Checks | Kind::ReadOnly => {
                &self.value
            }
        }
    }

    /// `type` of the input.
    pub fn input_type(&self) -> &str {
        match self.kind {
            Kind::Line(input, _) => input,
            Kind::Password(_) => "password",
            Kind::Area | Kind::Select | Kind::Checks | Kind::ReadOnly => "text",
        }
    }

    /// `autocomplete` of the input.
    pub fn autocomplete(&self) -> &str {
        match self.kind {
            Kind::Line(_, word) | Kind::Password(word) => word,
            Kind::Area | Kind::Select | Kind::Checks | Kind::ReadOnly => "off",
        }
    }

    /// Ids of what describes it.
    pub fn described_by(&self) -> String {
        let mut ids = Vec::new();
        if !self.hint.is_empty() {
            ids.push(format!("{}-hint", self.name));
        }
        if !self.error.is_empty() {
            ids.push(format!("{}-error", self.name));
        }
        ids.join(" ")
    }
}

/// A form to show, blank or as it was sent.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Its fields.
    pub fields: Vec<Field>,
    /// What is wrong with the whole of it; empty where nothing is.
    pub error: String,
    sent: Option<Fields>,
}

impl Form {
    /// A form with what was sent, or one to begin with.
    pub fn of(sent: Option<&Fields>) -> Self {
        Self {
            sent: sent.cloned(),
            ..Self::default()
        }
    }

    /// Adds a field.
    pub fn with(mut self, mut field: Field) -> Self {
        if let Some(sent) = &self.sent {
            field.fill(sent);
        }
        self.fields.push(field);
        self
    }

    /// What is in a field.
    pub fn text(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|field| field.name == name);
        field.map_or("", |field| &field.value)
    }

    /// The choices taken in a field.
    pub fn taken(&self, name: &str) -> Vec<&str> {
        let fields = self.fields.iter().filter(|field| field.name == name);
        fields
            .flat_map(|field| &field.choices)
            .filter(|choice| choice.is_taken)
            .map(|choice| choice.value.as_str())
            .collect()
    }

    /// True where nothing is wrong so far.
    pub fn is_right(&self) -> bool {
        self.error.is_empty() && self.fields.iter().all(|field| field.error.is_empty())
    }

    /// Says what is wrong with a field; with the whole form, where it has no such field.
    pub fn fault(&mut self, name: &str, error: impl Into<String>) {
        match self.fields.iter_mut().find(|field| field.name == name) {
            Some(field) => field.error = error.into(),
            None => self.error = error.into(),
        }
    }

    /// Shows what the store or a check refused, where it is about this form; gives it back as
    /// trouble where it is about the service.
    pub fn refuse(&mut self, refusal: Refusal) -> Result<(), Trouble> {
        let (_, status, _) = refusal.code.parts();
        if !status.is_client_error() || refusal.code == Code::Forbidden {
            return Err(refusal.into());
        }
        match refusal.detail.split_once(": ") {
            Some((name, why)) if self.fields.iter().any(|field| field.name == name) => {
                self.fault(name, sentence(why));
            }
            Some(_) | None => self.error = sentence(&refusal.detail),
        }
        Ok(())
    }
}

/// `it is empty` as a sentence.
fn sentence(words: &str) -> String {
    let mut characters = words.chars();
    let first = characters.next().map(char::to_uppercase);
    let text: String = first.into_iter().flatten().chain(characters).collect();
    if text.ends_with('.') {
        text
    } else {
        format!("{text}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(sent: &str) -> Form {
        Form::of(Some(&Fields::read(sent.as_bytes())))
            .with(Field::line("name", "Name").required().most(5))
            .with(Field::line("word", "Password").kind(Kind::Password("off")))
            .with(
                Field::line("roles", "Roles").kind(Kind::Checks).choices(
                    [("a", false), ("b", true)].map(|(value, is_taken)| {
                        (value.to_owned(), value.to_uppercase(), is_taken)
                    }),
                ),
            )
    }

    #[test]
    fn each_field_is_told_what_is_wrong_with_it() {
        let form = form("name=++&roles=a");
        assert_eq!(form.fields[0].error, "Fill this in.");
        assert!(!form.is_right());
        assert_eq!(form.taken("roles"), ["a"]);
        assert!(
            self::form("name=123456").fields[0]
                .error
                .contains("At most 5")
        );
        assert!(
            self::form("name=a%00b").fields[0]
                .error
                .contains("cannot be shown")
        );
        assert!(self::form("name=%C3%BC").is_right());
    }

    #[test]
    fn passwords_are_not_shown_again_and_keep_their_blanks() {
        let form = form("name=a&word=+x+");
        assert_eq!(form.text("word"), " x ");
        assert_eq!(form.fields[1].shown(), "");
    }

    #[test]
    fn a_refusal_goes_to_the_field_it_names() {
        let mut form = form("name=a");
        form.refuse(Refusal::new(Code::BadValue, "name: it is odd"))
            .unwrap();
        assert_eq!(form.fields[0].error, "It is odd.");
        form.refuse(Refusal::new(Code::UserHasRoles, "anna has roles"))
            .unwrap();
        assert_eq!(form.error, "Anna has roles.");
        assert!(form.refuse(Refusal::new(Code::Internal, "x")).is_err());
    }
}
