//! The one object of this crate that the composition root builds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::connection::ConnectionReport;
use domain::provider::{AuthMethod, ProviderValues, SecretKind};
use domain::settings::{DataMapping, Scope};
use domain::{Clock, Provider};
use secrecy::SecretString;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::auth::{Certificate, EntraAuth, EntraCredential, OktaAuth, RsaStyle, ServiceApp, SigningKey};
use crate::entra::Entra;
use crate::fetch::Fetch;
use crate::http::{Pace, Transport, TransportParts, build_http};
use crate::okta::{Okta, may_be_tried, okta_domain};
use crate::settings::{Cloud, Limits, OktaOrg};
use crate::stages::{self, Connection};
use crate::{DirectoryReader, ProviderError, Secrets};

/// How long a connection may work, and who can stop it.
#[derive(Clone, Debug, Default)]
pub struct RunBudget {
    /// Cancels every call at once, waits included.
    pub cancel: CancellationToken,
    /// Time for everything done over this connection; `None` is no limit.
    pub time: Option<Duration>,
}

/// The longest a connection test takes.
const TEST_TIME: Duration = Duration::from_secs(90);

/// Connects to providers. Built once; holds what all connections share: HTTP clients and the pace of each connection.
pub struct Providers {
    clouds: Vec<Cloud>,
    okta_orgs: Vec<OktaOrg>,
    clock: Arc<dyn Clock>,
    limits: Limits,
    /// One client per circle of trust.
    clients: Mutex<HashMap<String, reqwest::Client>>,
    /// One pace per application at a tenant: that is what providers count by.
    paces: Mutex<HashMap<String, Arc<Pace>>>,
}

/// Where a connection leads, and whom to trust there.
struct Circle<'a> {
    name: String,
    ca_pem: Option<&'a str>,
    guarded: bool,
    tls: bool,
}

impl Providers {
    /// `clouds`: usually [`crate::built_in_clouds`] and the operator's own.
    pub fn new(clouds: Vec<Cloud>, okta_orgs: Vec<OktaOrg>, clock: Arc<dyn Clock>) -> Self {
        Self::with_limits(clouds, okta_orgs, clock, Limits::default())
    }

    /// With other waits and sizes than the usual ones.
    pub fn with_limits(
        clouds: Vec<Cloud>,
        okta_orgs: Vec<OktaOrg>,
        clock: Arc<dyn Clock>,
        limits: Limits,
    ) -> Self {
        Self {
            clouds,
            okta_orgs,
            clock,
            limits,
            clients: Mutex::default(),
            paces: Mutex::default(),
        }
    }

    /// Id and name of every cloud a customer may choose.
    pub fn clouds(&self) -> Vec<(String, String)> {
        self.clouds
            .iter()
            .map(|cloud| (cloud.id.clone(), cloud.name.clone()))
            .collect()
    }

    /// A connection without a time limit of its own. Checks what was entered; the first call signs in.
    pub fn connect(
        &self,
        values: &ProviderValues,
        secrets: &Secrets,
    ) -> Result<Box<dyn DirectoryReader>, ProviderError> {
        self.connect_for_run(values, secrets, &RunBudget::default())
    }

    /// A connection for one run, which can be cancelled and ends by itself.
    pub fn connect_for_run(
        &self,
        values: &ProviderValues,
        secrets: &Secrets,
        budget: &RunBudget,
    ) -> Result<Box<dyn DirectoryReader>, ProviderError> {
        Ok(match self.open(values, secrets, budget, &self.limits)? {
            Connection::Entra(entra) => entra,
            Connection::Okta(okta) => okta,
        })
    }

    /// The staged connection test (domain 3.1). Runs on unsaved values too; it never fails, it reports.
    pub async fn test(
        &self,
        values: &ProviderValues,
        secrets: &Secrets,
        mapping: &DataMapping,
        scope: &Scope,
    ) -> ConnectionReport {
        // Somebody is watching: fewer attempts than in a run at night.
        let limits = Limits {
            attempts: self.limits.attempts.min(2),
            call: self.limits.call.min(TEST_TIME),
            attempt: self.limits.attempt.min(TEST_TIME / 3),
            longest_wait: self.limits.longest_wait.min(TEST_TIME / 3),
            ..self.limits.clone()
        };
        let budget = RunBudget {
            time: Some(TEST_TIME),
            ..RunBudget::default()
        };
        let connection = self.open(values, secrets, &budget, &limits);
        stages::run(connection, mapping, scope, self.clock.as_ref()).await
    }

    fn open(
        &self,
        values: &ProviderValues,
        secrets: &Secrets,
        budget: &RunBudget,
        limits: &Limits,
    ) -> Result<Connection, ProviderError> {
        match values.provider {
            Provider::Entra => self
                .entra(values, secrets, budget, limits)
                .map(|entra| Connection::Entra(Box::new(entra))),
            Provider::Okta => self
                .okta(values, secrets, budget, limits)
                .map(|okta| Connection::Okta(Box::new(okta))),
        }
    }

    fn entra(
        &self,
        values: &ProviderValues,
        secrets: &Secrets,
        budget: &RunBudget,
        limits: &Limits,
    ) -> Result<Entra, ProviderError> {
        let cloud = self
            .clouds
            .iter()
            .find(|cloud| cloud.id == values.cloud)
            .ok_or_else(|| ProviderError::UnknownCloud {
                cloud: values.cloud.clone(),
            })?;
        let tenant = tenant_of(&values.tenant)?;
        let client_id = required(&values.client_id, "client_id")?;
        let credential = self.entra_credential(values.auth, secrets)?;
        let transport = self.transport(
            Provider::Entra,
            &Circle {
                name: format!("entra {}", cloud.id),
                ca_pem: cloud.ca_pem.as_deref(),
                guarded: !cloud.loopback_allowed,
                tls: cloud.login_base.scheme() == "https" && cloud.graph_base.scheme() == "https",
            },
            &format!("entra {} {tenant} {client_id}", cloud.id),
            budget,
            limits,
        )?;
        if !cloud.loopback_allowed && cloud.login_base.scheme() != "https" {
            return Err(ProviderError::HostRefused {
                host: host_of(&cloud.login_base),
            });
        }
        let auth = EntraAuth {
            transport: Arc::clone(&transport),
            token_url: below(&cloud.login_base, &format!("{tenant}/oauth2/v2.0/token")),
            scope: format!("{}/.default", cloud.graph_base.as_str().trim_end_matches('/')),
            client_id,
            credential,
            token: tokio::sync::Mutex::default(),
        };
        Ok(Entra {
            fetch: Fetch {
                transport,
                sign: auth,
                base: below(&cloud.graph_base, "v1.0/"),
                refusal: crate::entra::refusal,
            },
            discovery: below(
                &cloud.login_base,
                &format!("{tenant}/v2.0/.well-known/openid-configuration"),
            ),
            tenant,
        })
    }

    fn entra_credential(
        &self,
        auth: AuthMethod,
        secrets: &Secrets,
    ) -> Result<EntraCredential, ProviderError> {
        if auth != AuthMethod::Certificate {
            let secret = secrets.required(SecretKind::ClientSecret)?;
            return Ok(EntraCredential::Secret(SecretString::from(secret.to_owned())));
        }
        let certificate = Certificate::read(secrets.required(SecretKind::Certificate)?)?;
        if certificate.expires <= self.clock.now() {
            return Err(ProviderError::CertificateExpired {
                at: certificate.expires,
            });
        }
        let key = SigningKey::read(secrets.required(SecretKind::PrivateKey)?, RsaStyle::Ps256)?;
        if !certificate.belongs_to(&key) {
            return Err(ProviderError::Key {
                field: "private_key",
                why: if key.is_rsa() {
                    "it does not belong to the certificate"
                } else {
                    "Entra needs an RSA key"
                },
            });
        }
        Ok(EntraCredential::Certificate {
            certificate,
            key: Box::new(key),
        })
    }

    fn okta(
        &self,
        values: &ProviderValues,
        secrets: &Secrets,
        budget: &RunBudget,
        limits: &Limits,
    ) -> Result<Okta, ProviderError> {
        let domain = okta_domain(&values.tenant)?;
        let own = self
            .okta_orgs
            .iter()
            .find(|org| org.domain.eq_ignore_ascii_case(&domain));
        let base = match own {
            Some(org) => below(&org.base, ""),
            None if may_be_tried(&domain) => Url::parse(&format!("https://{domain}/"))
                .map_err(|_| ProviderError::HostRefused { host: domain.clone() })?,
            None => return Err(ProviderError::HostRefused { host: domain }),
        };
        let circle = Circle {
            name: own.map_or_else(|| "okta".to_owned(), |org| format!("okta {}", org.domain)),
            ca_pem: own.and_then(|org| org.ca_pem.as_deref()),
            guarded: own.is_none(),
            tls: base.scheme() == "https",
        };
        let pace = format!("okta {domain} {}", values.client_id);
        // What was entered is checked before a client is built for it.
        let api_token = match values.auth {
            AuthMethod::ApiToken => Some(SecretString::from(
                secrets.required(SecretKind::ApiToken)?.to_owned(),
            )),
            _ => None,
        };
        let sign = if let Some(token) = api_token {
            OktaAuth::ApiToken(token)
        } else {
            let client_id = required(&values.client_id, "client_id")?;
            let key = SigningKey::read(secrets.required(SecretKind::PrivateKey)?, RsaStyle::Rs256)?;
            OktaAuth::Service(Box::new(ServiceApp {
                transport: self.transport(Provider::Okta, &circle, &pace, budget, limits)?,
                token_url: below(&base, "oauth2/v1/token"),
                client_id,
                key_id: Some(values.key_id.trim().to_owned()).filter(|id| !id.is_empty()),
                key,
                state: tokio::sync::Mutex::default(),
            }))
        };
        let transport = match &sign {
            OktaAuth::Service(app) => Arc::clone(&app.transport),
            OktaAuth::ApiToken(_) => self.transport(Provider::Okta, &circle, &pace, budget, limits)?,
        };
        Ok(Okta {
            fetch: Fetch {
                transport,
                sign,
                base,
                refusal: crate::okta::refusal,
            },
            domain,
        })
    }

    fn transport(
        &self,
        provider: Provider,
        circle: &Circle<'_>,
        pace: &str,
        budget: &RunBudget,
        limits: &Limits,
    ) -> Result<Arc<Transport>, ProviderError> {
        Ok(Arc::new(Transport::new(TransportParts {
            provider,
            http: self.client(circle)?,
            pace: self.pace(pace),
            limits: limits.clone(),
            clock: Arc::clone(&self.clock),
            cancel: budget.cancel.clone(),
            deadline: budget.time.map(|time| Instant::now() + time),
        })))
    }

    fn client(&self, circle: &Circle<'_>) -> Result<reqwest::Client, ProviderError> {
        let mut clients = self
            .clients
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(client) = clients.get(&circle.name) {
            return Ok(client.clone());
        }
        let client = build_http(circle.ca_pem, circle.guarded, circle.tls, &self.limits)?;
        clients.insert(circle.name.clone(), client.clone());
        Ok(client)
    }

    /// The pace of a connection; those that nobody uses any more are forgotten.
    fn pace(&self, name: &str) -> Arc<Pace> {
        let mut paces = self
            .paces
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if paces.len() > 1_000 {
            paces.retain(|_, pace| Arc::strong_count(pace) > 1);
        }
        let pace = paces
            .entry(name.to_owned())
            .or_insert_with(|| Arc::new(Pace::new(&self.limits)));
        Arc::clone(pace)
    }
}

/// An address below a base, whether or not the base ends in a slash.
fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url.set_query(None);
    url
}

fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

fn required(text: &str, field: &'static str) -> Result<String, ProviderError> {
    match text.trim() {
        "" => Err(ProviderError::Missing { field }),
        text => Ok(text.to_owned()),
    }
}

/// The tenant as it goes into the address: an id or a domain, never one of the shared ones (AADSTS9001023).
fn tenant_of(typed: &str) -> Result<String, ProviderError> {
    let tenant = required(typed, "tenant")?.to_ascii_lowercase();
    let plain = tenant
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    let is_id = uuid::Uuid::try_parse(&tenant).is_ok();
    if plain && (is_id || (tenant.contains('.') && !tenant.starts_with('.') && !tenant.contains(".."))) {
        Ok(tenant)
    } else {
        Err(ProviderError::Malformed {
            field: "tenant",
            why: "is neither a tenant ID nor a domain of the tenant",
        })
    }
}
