//! The state both servers share, and the way of a request through it: faults, handler, record.

use crate::clock::Clock;
use crate::control::Recorded;
use crate::directory::Directory;
use crate::faults::{Aim, FaultAction, Faults};
use crate::keys::{Keys, random_text};
use crate::people::Generator;
use crate::people::ids::{guid, mix, okta};
use crate::wire::{Call, Delivery, Reply};
use crate::{EntraEndpoint, Kind, OktaEndpoint, Options, entra, okta as okta_api};
use chrono::{DateTime, Utc};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// How many requests are remembered.
const RECORDED: usize = 100_000;

/// Whether a secret works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Credential {
    Valid,
    Expired,
}

/// Who holds a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Holder {
    /// The application itself.
    Application,
    /// The person at this position, signed in.
    Person(usize),
}

/// An access token that was issued.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) holder: Holder,
    /// Graph roles or Okta scopes.
    pub(crate) permissions: BTreeSet<String>,
    pub(crate) expires: DateTime<Utc>,
    /// Thumbprint of the key a `DPoP` token is bound to.
    pub(crate) thumbprint: Option<String>,
}

/// An authorisation code that waits for its exchange.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) person: usize,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<String>,
    pub(crate) expires: DateTime<Utc>,
}

/// Credentials, permissions and tokens of one provider.
#[derive(Debug)]
pub(crate) struct Access {
    /// Client secret or API token.
    pub(crate) secret: String,
    pub(crate) secret_state: Credential,
    /// Valid secrets beside it: a provider keeps several, so one can replace another without a gap.
    pub(crate) more_secrets: BTreeSet<String>,
    pub(crate) key_registered: bool,
    pub(crate) enabled: bool,
    pub(crate) installed: bool,
    pub(crate) admin_role: bool,
    pub(crate) visible_groups: Option<Vec<String>>,
    pub(crate) page_limit: Option<usize>,
    pub(crate) grants: BTreeSet<String>,
    pub(crate) tokens: HashMap<String, Token>,
    pub(crate) codes: HashMap<String, Code>,
    /// Assertion and proof ids already used.
    pub(crate) used_ids: BTreeSet<String>,
    /// Requests in the current minute, by endpoint family (Okta's rate-limit headers).
    pub(crate) buckets: HashMap<&'static str, (i64, u32)>,
}

/// One provider's directory and access.
#[derive(Debug)]
pub(crate) struct Tenant {
    directory: RwLock<Directory>,
    access: Mutex<Access>,
}

impl Tenant {
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Directory> {
        self.directory.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Directory> {
        self.directory.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn access(&self) -> MutexGuard<'_, Access> {
        self.access.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Access {
    /// Whether a presented secret works; `None`: it is not one of the application's.
    pub(crate) fn credential(&self, secret: &str) -> Option<Credential> {
        if secret == self.secret {
            Some(self.secret_state)
        } else {
            self.more_secrets.contains(secret).then_some(Credential::Valid)
        }
    }
}

/// Everything.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) clock: Clock,
    pub(crate) keys: Arc<Keys>,
    pub(crate) faults: Faults,
    /// Base address of each provider.
    pub(crate) entra_base: String,
    pub(crate) okta_base: String,
    entra: Tenant,
    okta: Tenant,
    recorded: Mutex<VecDeque<Recorded>>,
    serial: AtomicU64,
}

impl World {
    pub(crate) fn new(options: &Options, keys: Arc<Keys>, entra_base: String, okta_base: String) -> World {
        let tenant = |kind, grants: &[&str]| Tenant {
            directory: RwLock::new(Directory::new(Generator {
                kind,
                seed: options.seed,
                users: options.users,
            })),
            access: Mutex::new(Access {
                secret: secret(options.seed, kind),
                secret_state: Credential::Valid,
                more_secrets: BTreeSet::new(),
                key_registered: true,
                enabled: true,
                installed: true,
                admin_role: true,
                visible_groups: None,
                page_limit: None,
                grants: grants.iter().map(|&grant| grant.to_owned()).collect(),
                tokens: HashMap::new(),
                codes: HashMap::new(),
                used_ids: BTreeSet::new(),
                buckets: HashMap::new(),
            }),
        };
        let okta_scopes = [
            "okta.users.read",
            "okta.groups.read",
            "okta.schemas.read",
            "okta.userTypes.read",
        ];
        World {
            seed: options.seed,
            clock: Clock::new(options.start),
            keys,
            faults: Faults::default(),
            entra_base,
            okta_base,
            entra: tenant(Kind::Entra, &["User.Read.All", "GroupMember.Read.All"]),
            okta: tenant(Kind::Okta, &okta_scopes),
            recorded: Mutex::new(VecDeque::new()),
            serial: AtomicU64::new(1),
        }
    }

    pub(crate) fn tenant(&self, kind: Kind) -> &Tenant {
        match kind {
            Kind::Entra => &self.entra,
            Kind::Okta => &self.okta,
        }
    }

    /// Id of the Entra tenant.
    pub(crate) fn tenant_id(&self) -> String {
        guid(mix(self.seed ^ 0x7E4A), 1).to_string()
    }

    /// Id of the Entra application.
    pub(crate) fn entra_client_id(&self) -> String {
        guid(mix(self.seed ^ 0x7E4A), 2).to_string()
    }

    /// Id of an Okta application: 1 service, 2 service with `DPoP`, 3 web.
    pub(crate) fn okta_client_id(&self, number: usize) -> String {
        okta("0oa", mix(self.seed ^ 0x07A0), number)
    }

    /// Secret of the Okta web application.
    pub(crate) fn okta_web_secret(&self) -> String {
        let half = |number| okta("", mix(self.seed ^ 0x3EC), number);
        format!("{}{}{}", half(1), half(2), half(3))
    }

    pub(crate) fn entra_endpoint(&self) -> EntraEndpoint {
        EntraEndpoint {
            login_base: self.entra_base.clone(),
            graph_base: self.entra_base.clone(),
            tenant_id: self.tenant_id(),
            tenant_domain: crate::tables::company::DOMAIN.to_owned(),
            client_id: self.entra_client_id(),
            client_secret: self.entra.access().secret.clone(),
            certificate_pem: self.keys.certificate_pem(),
            private_key_pem: self.keys.entra_client.pem(),
        }
    }

    pub(crate) fn okta_endpoint(&self) -> OktaEndpoint {
        OktaEndpoint {
            base_url: self.okta_base.clone(),
            domain: "contoso.okta.test".to_owned(),
            api_token: self.okta.access().secret.clone(),
            client_id: self.okta_client_id(1),
            private_key_pem: self.keys.okta_client.pem(),
            dpop_client_id: self.okta_client_id(2),
            dpop_private_key_pem: self.keys.okta_client.pem(),
            web_client_id: self.okta_client_id(3),
            web_client_secret: self.okta_web_secret(),
        }
    }

    /// A new secret in the provider's form.
    pub(crate) fn random_secret(&self, kind: Kind) -> String {
        secret(mix(self.seed ^ self.next_serial() ^ 0x5EC2), kind)
    }

    fn next_serial(&self) -> u64 {
        self.serial.fetch_add(1, Ordering::Relaxed)
    }

    /// A GUID for a request, trace or correlation id.
    pub(crate) fn request_guid(&self) -> String {
        let serial = usize::try_from(self.next_serial()).unwrap_or(0);
        guid(mix(self.seed ^ 0x4E0), serial).to_string()
    }

    /// An id for `X-Okta-Request-Id` and error bodies.
    pub(crate) fn okta_request_id(&self, prefix: &str) -> String {
        let serial = usize::try_from(self.next_serial()).unwrap_or(0);
        okta(prefix, mix(self.seed ^ 0x4E1), serial)
    }

    /// Issues a token.
    pub(crate) fn issue(&self, kind: Kind, text: String, token: Token) -> String {
        let now = self.clock.now();
        let mut access = self.tenant(kind).access();
        access.tokens.retain(|_, token| token.expires > now);
        access.tokens.insert(text.clone(), token);
        text
    }

    /// Serves one request.
    pub(crate) async fn answer(&self, call: Call) -> Reply {
        let target = if call.query.is_empty() {
            call.path.clone()
        } else {
            format!("{}?{}", call.path, call.query)
        };
        let (kind, method) = (call.kind, call.method.to_string());
        let (reply, delay) = self.dispatch(call);
        if let Some(delay) = delay {
            tokio::time::sleep(delay).await;
        }
        self.record(Recorded {
            kind,
            method,
            target,
            status: reply.status.as_u16(),
        });
        reply
    }

    /// Applies faults and calls the provider's handler; also serves the parts of a batch.
    pub(crate) fn dispatch(&self, mut call: Call) -> (Reply, Option<std::time::Duration>) {
        let pairs = call.query_pairs();
        let has = |name: &str| pairs.iter().any(|(key, value)| key == name && !value.is_empty());
        let aim = Aim {
            kind: call.kind,
            path: &call.path,
            has_page_token: has("$skiptoken") || has("after"),
            has_delta_token: has("$deltatoken"),
        };
        let action = self.faults.meet(aim, self.clock.now());
        let (mut delay, mut delivery) = (None, Delivery::Whole);
        match action {
            None => {}
            Some(FaultAction::Slow(by)) => delay = Some(by),
            Some(FaultAction::EmptyPageWithNext) => call.quirks.empty_page = true,
            Some(FaultAction::DuplicateObjects) => call.quirks.duplicates = true,
            Some(FaultAction::TruncatedBody) => delivery = Delivery::Truncated,
            Some(FaultAction::CutConnection) => delivery = Delivery::Cut,
            Some(action) => return (self.failure(&call, action), None),
        }
        let mut reply = match call.kind {
            Kind::Entra => entra::handle(self, &call),
            Kind::Okta => okta_api::handle(self, &call),
        };
        reply.delivery = delivery;
        (reply, delay)
    }

    fn failure(&self, call: &Call, action: FaultAction) -> Reply {
        match call.kind {
            Kind::Entra => entra::failure(self, call, action),
            Kind::Okta => okta_api::failure(self, call, action),
        }
    }

    fn record(&self, entry: Recorded) {
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        if recorded.len() == RECORDED {
            recorded.pop_front();
        }
        recorded.push_back(entry);
    }

    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        self.recorded
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    pub(crate) fn clear_recorded(&self) {
        self.recorded
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// A secret in the provider's form: 40 characters with `~` and `.` as Entra shows them, 42 for Okta.
fn secret(seed: u64, kind: Kind) -> String {
    let part = |number| okta("", mix(seed ^ 0x5EC), number);
    match kind {
        Kind::Entra => format!("{}8Q~{}.{}", &part(1)[..3], part(2), part(3)),
        Kind::Okta => format!("00{}{}{}", part(1), part(2), &part(3)[..6]),
    }
}

/// A random value for one use.
pub(crate) fn one_time() -> String {
    random_text(32)
}
