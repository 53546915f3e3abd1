//! What the demo tells: on the screen, and as JSON for tests.

use std::path::Path;

use serde::Serialize;
use simulator::{MailServer, Simulator};

use super::{Account, CLOUD, CLOUD_NAME, Options};
use crate::config::Config;

/// `ready.json`.
#[derive(Serialize)]
pub(super) struct Ready<'a> {
    url: String,
    accounts: &'a [Account],
    providers: Vec<Provider>,
    /// The page that shows what was sent by mail; `letters.json` below it has the same.
    mail: String,
    /// A user mapping for the existing customer with everything wrong in it that goes wrong.
    dirty_mapping: &'a Path,
    /// The authority of the simulated providers' certificates, PEM.
    ca: Option<String>,
}

/// A simulated provider, with everything to type into the wizard. Names are those of the form's fields.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Provider {
    Entra {
        login_base: String,
        graph_base: String,
        /// Where a person or a test changes the directory.
        control: String,
        cloud: &'static str,
        cloud_name: &'static str,
        tenant: String,
        tenant_domain: String,
        client_id: String,
        client_secret: String,
        certificate: String,
        private_key: String,
        scope_group: &'static str,
    },
    Okta {
        base_url: String,
        control: String,
        /// What to type as the organisation's address.
        domain: String,
        tenant: String,
        api_token: String,
        client_id: String,
        private_key: String,
        dpop_client_id: String,
        dpop_private_key: String,
        scope_group: &'static str,
    },
}

/// The group of both directories that holds nearly everybody.
const SCOPE_GROUP: &str = "Intranet users";

impl<'a> Ready<'a> {
    pub(super) fn new(
        config: &Config,
        accounts: &'a [Account],
        simulator: &Simulator,
        (mail, dirty_mapping): (&MailServer, &'a Path),
    ) -> Self {
        let (entra, okta) = (simulator.entra().clone(), simulator.okta().clone());
        Self {
            url: config.public_url.as_str().trim_end_matches('/').to_owned(),
            accounts,
            providers: vec![
                Provider::Entra {
                    control: format!("{}/control", entra.login_base),
                    login_base: entra.login_base,
                    graph_base: entra.graph_base,
                    cloud: CLOUD,
                    cloud_name: CLOUD_NAME,
                    tenant: entra.tenant_id,
                    tenant_domain: entra.tenant_domain,
                    client_id: entra.client_id,
                    client_secret: entra.client_secret,
                    certificate: entra.certificate_pem,
                    private_key: entra.private_key_pem,
                    scope_group: SCOPE_GROUP,
                },
                Provider::Okta {
                    control: format!("{}/control", okta.base_url),
                    base_url: okta.base_url,
                    tenant: okta.domain.clone(),
                    domain: okta.domain,
                    api_token: okta.api_token,
                    client_id: okta.client_id,
                    private_key: okta.private_key_pem,
                    dpop_client_id: okta.dpop_client_id,
                    dpop_private_key: okta.dpop_private_key_pem,
                    scope_group: SCOPE_GROUP,
                },
            ],
            mail: format!("http://{}", mail.web),
            dirty_mapping,
            ca: simulator.ca_pem().map(ToOwned::to_owned),
        }
    }

    pub(super) fn print(&self, options: &Options) {
        println!("\n  User Sync is at  {}\n", self.url);
        println!("  Sign in as");
        for account in self.accounts {
            let whose = account.customer.as_deref().unwrap_or("all customers");
            let (email, password, role) = (&account.email, &account.password, account.role.label());
            println!("    {email:<28} {password:<18} {role}, {whose}");
        }
        println!("\n  Values for the provider page");
        for provider in &self.providers {
            provider.print();
        }
        println!("\n  Sent mail is at  {}", self.mail);
        println!(
            "  A user mapping to upload, with mistakes in it  {}",
            self.dirty_mapping.display()
        );
        println!(
            "\n  All of it as JSON: {}    Data: {}",
            options.ready.display(),
            options.data.display()
        );
        println!("  Ctrl-C ends the demo; the next start finds its data again, --fresh starts over.\n");
    }
}

impl Provider {
    fn print(&self) {
        match self {
            Provider::Entra {
                cloud_name,
                tenant,
                client_id,
                client_secret,
                control,
                ..
            } => {
                println!("    Microsoft Entra ID   cloud          {cloud_name}");
                println!("                         tenant ID      {tenant}");
                println!("                         client ID      {client_id}");
                println!("                         client secret  {client_secret}");
                println!("                         change people  {control}");
            }
            Provider::Okta {
                domain,
                api_token,
                control,
                ..
            } => {
                println!("    Okta                 domain         {domain}");
                println!("                         API token      {api_token}");
                println!("                         change people  {control}");
            }
        }
    }
}
