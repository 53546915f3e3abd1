//! Customers: the organisations whose intranets follow a directory.

use domain::{Actor, CustomerId, FieldError, Permission, UserError};
use serde_json::json;
use store::{StoreError, Tx};

use crate::{ServiceError, Services};

/// Numbers that are tried behind an address.
const MANY: u32 = 100;

impl Services {
    /// Creates a customer and gives its name in addresses. An empty address is made from the name; a name without Latin
    /// letters or digits gives `customer`, with a number behind it where that is taken.
    pub async fn create_customer(
        &self,
        actor: &Actor,
        name: &str,
        slug: &str,
    ) -> Result<String, ServiceError> {
        actor.require(Permission::CreateCustomer)?;
        let (name, slug) = (name.trim(), slug.trim());
        let mut tx = self.db().begin().await?;
        let made = if slug.is_empty() {
            free_address(&mut tx, name).await?
        } else {
            String::new()
        };
        let slug = if slug.is_empty() { made.as_str() } else { slug };
        let errors = customer_errors(name, slug);
        if !errors.is_empty() {
            return Err(UserError::Invalid { errors }.into());
        }
        let id: CustomerId = self.new_id();
        match store::customers::insert(&mut tx, id, slug, name, self.now()).await {
            Err(StoreError::Conflict { .. }) => Err(UserError::field(
                "slug",
                format!("The address {slug} is taken. Choose another."),
            ))?,
            other => other?,
        }
        let details = json!({ "name": name });
        self.record(&mut tx, actor, Some(id), "customer.create", slug, &details)
            .await?;
        tx.commit().await?;
        Ok(slug.to_owned())
    }
}

/// An address that nobody has yet, from a name.
async fn free_address(tx: &mut Tx, name: &str) -> Result<String, ServiceError> {
    let suggested = rules::address::suggested(name);
    for number in 1..=MANY {
        let slug = rules::address::numbered(&suggested, number);
        if store::customers::by_slug(tx, &slug).await?.is_none() {
            return Ok(slug);
        }
    }
    Err(UserError::field(
        "slug",
        "Choose an address: those made from this name are all taken.",
    )
    .into())
}

fn customer_errors(name: &str, slug: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: &str| {
        errors.push(FieldError {
            field: field.to_owned(),
            message: message.to_owned(),
        });
    };
    match name.chars().count() {
        0 => wrong("name", "Enter the organisation's name."),
        1..=200 => {}
        _ => wrong("name", "A name has at most 200 characters."),
    }
    let shaped = slug
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !slug.starts_with('-')
        && !slug.ends_with('-');
    if !(2..=63).contains(&slug.len()) || !shaped {
        wrong(
            "slug",
            "An address has 2 to 63 lower-case letters, digits and hyphens, such as contoso-ltd.",
        );
    }
    errors.extend(FieldError::unseen("name", name, false));
    errors
}
