//! Schemas, user types, the organisation.

use super::errors::not_found;
use super::users::time;
use crate::Kind;
use crate::directory::Directory;
use crate::people::Generator;
use crate::people::ids::{mix, okta};
use crate::wire::Reply;
use crate::world::World;
use http::StatusCode;
use serde_json::{Map, Value, json};

/// `(name, title, required, longest)` of the base profile: all 31 attributes.
const BASE: [(&str, &str, bool, usize); 31] = [
    ("login", "Username", true, 100),
    ("firstName", "First name", false, 50),
    ("lastName", "Last name", false, 50),
    ("middleName", "Middle name", false, 0),
    ("honorificPrefix", "Honorific prefix", false, 0),
    ("honorificSuffix", "Honorific suffix", false, 0),
    ("email", "Primary email", true, 100),
    ("title", "Title", false, 0),
    ("displayName", "Display name", false, 0),
    ("nickName", "Nickname", false, 0),
    ("profileUrl", "Profile Url", false, 0),
    ("secondEmail", "Secondary email", false, 0),
    ("mobilePhone", "Mobile phone", false, 100),
    ("primaryPhone", "Primary phone", false, 100),
    ("streetAddress", "Street address", false, 0),
    ("city", "City", false, 0),
    ("state", "State", false, 0),
    ("zipCode", "Zip code", false, 0),
    ("countryCode", "Country code", false, 0),
    ("postalAddress", "Postal Address", false, 0),
    ("preferredLanguage", "Preferred language", false, 0),
    ("locale", "Locale", false, 0),
    ("timezone", "Time zone", false, 0),
    ("userType", "User type", false, 0),
    ("employeeNumber", "Employee number", false, 0),
    ("costCenter", "Cost center", false, 0),
    ("organization", "Organization", false, 0),
    ("division", "Division", false, 0),
    ("department", "Department", false, 0),
    ("managerId", "ManagerId", false, 0),
    ("manager", "Manager", false, 0),
];

/// The custom attributes of this organisation.
const CUSTOM: [(&str, &str); 3] = [
    ("office", "Office"),
    ("badgeColour", "Badge colour"),
    ("shirtSize", "Shirt size"),
];

fn id(seed: u64, prefix: &str, number: usize) -> String {
    okta(prefix, mix(seed ^ 0x7B3E), number)
}

/// Id of the only user type.
pub(super) fn type_id(directory: &Directory) -> String {
    id(directory.generator.seed, "oty", 1)
}

fn property(title: &str, required: bool, longest: usize) -> Value {
    let mut body = json!({
        "title": title,
        "type": "string",
        "mutability": "READ_WRITE",
        "scope": "NONE",
        "permissions": [{"principal": "SELF", "action": "READ_WRITE"}],
        "master": {"type": "PROFILE_MASTER"},
    });
    if required {
        body["required"] = json!(true);
    }
    if longest > 0 {
        body["maxLength"] = json!(longest);
    }
    body
}

/// `GET /api/v1/meta/schemas/user/default`, or the user type's schema id.
pub(super) fn schema(world: &World, wanted: &str) -> Reply {
    let own = id(world.seed, "osc", 1);
    if wanted != "default" && wanted != own {
        return not_found(world, &format!("{wanted} (UserSchema)"));
    }
    let base: Map<String, Value> = BASE
        .iter()
        .map(|&(name, title, required, longest)| (name.to_owned(), property(title, required, longest)))
        .collect();
    let mut custom: Map<String, Value> = CUSTOM
        .iter()
        .map(|&(name, title)| (name.to_owned(), property(title, false, 0)))
        .collect();
    // Whatever was set through the control interface is in the schema, too.
    let directory = world.tenant(Kind::Okta).read();
    for index in directory.changed_positions() {
        for name in directory
            .person(index)
            .extra
            .keys()
            .filter(|name| !base.contains_key(*name))
        {
            custom.insert(name.clone(), property(name, false, 0));
        }
    }
    let body = json!({
        "id": format!("{}/meta/schemas/user/{wanted}", world.okta_base),
        "$schema": "http://json-schema.org/draft-04/schema#",
        "name": "user",
        "title": "User",
        "description": "Okta user profile template with default permission settings",
        "lastUpdated": time(Generator::newest()),
        "created": time(Generator::newest()),
        "definitions": {
            "custom": {"id": "#custom", "type": "object", "properties": custom, "required": []},
            "base": {"id": "#base", "type": "object", "properties": base, "required": ["login", "email"]},
        },
        "type": "object",
        "properties": {"profile": {"allOf": [{"$ref": "#/definitions/custom"}, {"$ref": "#/definitions/base"}]}},
        "_links": {"self": {"href": format!("{}/api/v1/meta/schemas/user/{wanted}", world.okta_base), "method": "GET"}},
    });
    Reply::json(StatusCode::OK, &body)
}

fn type_object(world: &World) -> Value {
    let own = id(world.seed, "oty", 1);
    let base = &world.okta_base;
    json!({
        "id": own,
        "displayName": "User",
        "name": "user",
        "description": "Okta user profile template with default permission settings",
        "createdBy": "sprz9fj1ycBcsgopy1d6",
        "lastUpdatedBy": "sprz9fj1ycBcsgopy1d6",
        "created": time(Generator::newest()),
        "lastUpdated": time(Generator::newest()),
        "default": true,
        "_links": {
            "self": {"rel": "self", "href": format!("{base}/api/v1/meta/types/user/{own}"), "method": "GET"},
            "schema": {"rel": "schema", "href": format!("{base}/api/v1/meta/schemas/user/{}", id(world.seed, "osc", 1)), "method": "GET"},
        },
    })
}

/// `GET /api/v1/meta/types/user`.
pub(super) fn types(world: &World) -> Reply {
    Reply::json(StatusCode::OK, &json!([type_object(world)]))
}

/// `GET /api/v1/meta/types/user/{id}`.
pub(super) fn user_type(world: &World, wanted: &str) -> Reply {
    if wanted == "default" || wanted == id(world.seed, "oty", 1) {
        return Reply::json(StatusCode::OK, &type_object(world));
    }
    not_found(world, &format!("{wanted} (UserType)"))
}

/// `GET /.well-known/okta-organization`: needs no token; shows that a host is Okta and which organisation.
pub(super) fn well_known(world: &World) -> Reply {
    let body = json!({
        "id": id(world.seed, "00o", 1),
        "_links": {"organization": {"href": world.okta_base}},
        "pipeline": "idx",
        "settings": {"analyticsCollectionEnabled": false, "bugReportingEnabled": true, "omEnabled": false},
    });
    Reply::json(StatusCode::OK, &body)
}

/// `GET /api/v1/org`.
pub(super) fn organisation(world: &World) -> Reply {
    let body = json!({
        "id": id(world.seed, "00o", 1),
        "subdomain": "contoso",
        "companyName": "Contoso",
        "status": "ACTIVE",
        "created": time(Generator::newest()),
        "lastUpdated": time(Generator::newest()),
    });
    Reply::json(StatusCode::OK, &body)
}
