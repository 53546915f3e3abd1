//! What the page of the user mapping asks for, and how a file is read in another way. The file itself comes in by a plain
//! route (`server`, `http::upload`).

use domain::user_mapping::{Delimiter, FileEncoding, FindingCode, MappingReading, Severity};
use domain::views::{MappingFindings, UserMappingView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::ApiError;

/// The key under which the answer to an upload waits for its page.
pub const UPLOAD: &str = "user-mapping/file";

/// How the mapping stands.
pub async fn show_user_mapping(customer: String) -> Result<UserMappingView, ApiError> {
    super::act(|services, actor| async move { services.user_mapping(&actor, &customer).await }).await
}

/// The lines of one group of findings.
pub async fn list_mapping_findings(
    customer: String,
    version: i64,
    (code, severity, about): (FindingCode, Severity, String),
    after: Option<String>,
) -> Result<MappingFindings, ApiError> {
    super::act(|services, actor| async move {
        services
            .mapping_findings(
                &actor,
                &customer,
                version,
                (code, severity, &about),
                after.as_deref(),
            )
            .await
    })
    .await
}

/// Reads the file of a version in another way. Empty: as detected.
#[server(endpoint = "user-mapping/read")]
pub async fn read_mapping_file(
    customer: String,
    version: i64,
    #[server(default)] encoding: String,
    #[server(default)] delimiter: String,
    #[server(default)] heading_is_right: bool,
) -> Result<i64, ApiError> {
    let reading = MappingReading {
        encoding: FileEncoding::from_code(&encoding),
        delimiter: Delimiter::from_code(&delimiter),
        heading_is_confirmed: heading_is_right,
    };
    super::act_form(
        <ReadMappingFile as ServerFn>::PATH,
        &(),
        |services, actor| async move {
            services
                .read_mapping_file(&actor, &customer, version, reading)
                .await
        },
    )
    .await
}
