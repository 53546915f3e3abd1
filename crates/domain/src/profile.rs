//! The fields of a profile: those every People directory has, and those a customer has added to theirs.

use serde::{Deserialize, Serialize};

use crate::codes;
use crate::people::field;

codes! {
    /// What a profile field holds (domain 1.5). Fields that point to another person are not among them: a directory
    /// cannot fill those, and the manager has a switch of its own.
    pub enum FieldKind {
        Text = "text",
        LongText = "long_text",
        /// A whole number.
        Integer = "integer",
        /// Yes or No.
        Checkbox = "checkbox",
        /// A day, as 2026-03-12.
        Date = "date",
        /// One of the field's options, in exactly its spelling.
        Select = "select",
        /// Some of the field's options, separated by a comma.
        MultiSelect = "multi_select",
        /// A web address.
        Link = "link",
    }
}

impl FieldKind {
    pub const fn label(self) -> &'static str {
        match self {
            FieldKind::Text => "Text",
            FieldKind::LongText => "Long text",
            FieldKind::Integer => "Number",
            FieldKind::Checkbox => "Yes or no",
            FieldKind::Date => "Date",
            FieldKind::Select => "Choice of one option",
            FieldKind::MultiSelect => "Choice of several options",
            FieldKind::Link => "Web address",
        }
    }

    /// What a value has to be, to end "Office takes …".
    pub const fn takes(self) -> &'static str {
        match self {
            FieldKind::Text | FieldKind::LongText => "text",
            FieldKind::Integer => "a whole number",
            FieldKind::Checkbox => "yes or no",
            FieldKind::Date => "a date like 2026-03-12",
            FieldKind::Select => "one of its options",
            FieldKind::MultiSelect => "nothing but its options",
            FieldKind::Link => "an address that begins with https:// or http://",
        }
    }

    /// Whether its values are chosen from options.
    pub const fn has_options(self) -> bool {
        matches!(self, FieldKind::Select | FieldKind::MultiSelect)
    }
}

/// A field of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileField {
    /// The name in the database and in files; never changes.
    pub key: String,
    /// The name on the screen.
    pub title: String,
    pub kind: FieldKind,
    /// What can be chosen, in the order of the screen; empty for kinds without options.
    pub options: Vec<String>,
}

impl ProfileField {
    /// Longest value, in characters (B-05). At least what both providers can send (appendix B); the e-mail address
    /// follows RFC 5321 (254).
    pub fn limit(&self) -> u32 {
        match (self.key.as_str(), self.kind) {
            (field::EMAIL, _) => 254,
            (field::TELEPHONE, _) => 100,
            (_, FieldKind::LongText | FieldKind::MultiSelect) => 4_000,
            (_, FieldKind::Link) => 2_000,
            _ => 128,
        }
    }
}

/// All fields a data mapping may fill: those every People directory has, then the customer's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileFields(Vec<ProfileField>);

impl ProfileFields {
    /// The fields every People directory has, and these.
    pub fn with(own: Vec<ProfileField>) -> Self {
        let standard = field::STANDARD.iter().map(|key| ProfileField {
            key: (*key).to_owned(),
            title: field::label(key).to_owned(),
            kind: FieldKind::Text,
            options: Vec::new(),
        });
        Self(standard.chain(own).collect())
    }

    /// In the order of the screen.
    pub fn iter(&self) -> impl Iterator<Item = &ProfileField> {
        self.0.iter()
    }

    /// The field with this key, if there is one.
    pub fn get(&self, key: &str) -> Option<&ProfileField> {
        self.0.iter().find(|field| field.key == key)
    }

    /// The word for the screen; a key nobody knows (any more) stands for itself.
    pub fn label<'a>(&'a self, key: &'a str) -> &'a str {
        self.get(key)
            .map_or_else(|| field::label(key), |field| field.title.as_str())
    }
}

impl Default for ProfileFields {
    fn default() -> Self {
        Self::with(Vec::new())
    }
}
