//! Microsoft Entra ID with Microsoft Graph, Okta, and a mail server, on loopback: for tests, the demo and the benchmark.
//!
//! What it answers follows the vendors' documents (the connectors' view of them is in the product's design
//! notes); comments name the page or the case. It is deterministic by seed, can be changed while it runs
//! through [`Control`] (or the same under `/control` over HTTP), and misbehaves on demand by [`Fault`]s.
//!
//! ```no_run
//! # async fn demo() -> Result<(), simulator::SimulatorError> {
//! let simulator = simulator::Simulator::start(simulator::Options::default()).await?;
//! println!("{}", simulator.entra().graph_base);
//! simulator.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod clock;
mod control;
mod directory;
mod entra;
mod faults;
mod filter;
mod jwt;
mod keys;
mod mail;
mod okta;
mod old_intranet;
mod people;
mod tables;
mod wire;
mod world;

pub use control::{Control, ControlError, GroupInfo, NewPerson, Person, Recorded};
pub use faults::{Fault, FaultAction, FaultId};
pub use mail::{Letter, MailServer};
pub use old_intranet::{DirectoryPerson, OldAccount, OldIntranet};
pub use people::record::Status;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use world::World;

/// Which of the two simulated providers is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Microsoft Entra ID and Microsoft Graph.
    Entra,
    /// Okta.
    Okta,
}

/// How a simulator is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// The same seed and number of users make the same directories.
    pub seed: u64,
    /// People in each directory at the start; the first 47 are the awkward cases.
    pub users: usize,
    /// Whether to serve HTTPS with an own certificate authority (see [`Simulator::ca_pem`]).
    pub tls: bool,
    /// Address to listen on.
    pub bind: IpAddr,
    /// Port of Entra; Okta takes the next one. 0 takes any two free ports.
    pub port: u16,
    /// What the simulated clock shows at the start; it then runs on normally.
    pub start: DateTime<Utc>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            seed: 1,
            users: 250,
            tls: false,
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            start: clock::now(),
        }
    }
}

/// What a client must know to reach the simulated Entra tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EntraEndpoint {
    /// Base of the sign-in host, without a slash at the end.
    pub login_base: String,
    /// Base of Graph, without `/v1.0`.
    pub graph_base: String,
    /// Directory (tenant) ID.
    pub tenant_id: String,
    /// A verified domain of the tenant, which works in place of its ID.
    pub tenant_domain: String,
    /// Application (client) ID.
    pub client_id: String,
    /// The secret's value.
    pub client_secret: String,
    /// The certificate registered for the application.
    pub certificate_pem: String,
    /// Its private key (PKCS #8, RSA).
    pub private_key_pem: String,
}

/// What a client must know to reach the simulated Okta organisation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OktaEndpoint {
    /// Base address, without a slash at the end. It is the issuer, too.
    pub base_url: String,
    /// The name the organisation would have.
    pub domain: String,
    /// An API token (`SSWS`).
    pub api_token: String,
    /// Client ID of a service application without `DPoP`.
    pub client_id: String,
    /// Its private key (PKCS #8, RSA).
    pub private_key_pem: String,
    /// Client ID of a service application that demands `DPoP`.
    pub dpop_client_id: String,
    /// Its private key (PKCS #8, RSA).
    pub dpop_private_key_pem: String,
    /// Client ID of the web application for sign-in.
    pub web_client_id: String,
    /// Its secret.
    pub web_client_secret: String,
}

/// Why a simulator could not start.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// A port is taken or may not be opened.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: std::net::SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A key or certificate could not be made.
    #[error("cannot make the {what}")]
    Key {
        /// Which one.
        what: &'static str,
        /// What the library said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Keeps the keys of the simulated applications in this folder, so that credentials typed into a client once still fit
/// after a restart. Must come before the first [`Simulator::start`] of the process.
///
/// # Errors
/// When the folder cannot be read or written, or the keys were made already.
pub fn keep_keys_in(folder: &std::path::Path) -> Result<(), SimulatorError> {
    keys::Keys::keep_in(folder)
}

/// A running simulator. Dropping it stops it.
#[derive(Debug)]
pub struct Simulator {
    entra: EntraEndpoint,
    okta: OktaEndpoint,
    ca_pem: Option<String>,
    control: Control,
    stop: CancellationToken,
    servers: Vec<JoinHandle<()>>,
}

impl Simulator {
    /// Opens both ports and serves until dropped or shut down. Must be called in a tokio runtime.
    ///
    /// # Errors
    /// When a port cannot be opened or a key cannot be made.
    pub async fn start(options: Options) -> Result<Simulator, SimulatorError> {
        let (entra_listener, okta_listener) = wire::server::listen(options.bind, options.port).await?;
        let keys = keys::Keys::get()?;
        let tls = if options.tls {
            Some(keys::Tls::make(options.bind)?)
        } else {
            None
        };
        let scheme = if options.tls { "https" } else { "http" };
        let base = |listener: &wire::server::Bound| format!("{scheme}://{}", listener.address);
        let world = Arc::new(World::new(
            &options,
            keys,
            base(&entra_listener),
            base(&okta_listener),
        ));
        let stop = CancellationToken::new();
        let acceptor = tls.as_ref().map(|tls| tls.acceptor.clone());
        let servers = vec![
            wire::server::serve(
                entra_listener,
                acceptor.clone(),
                Kind::Entra,
                Arc::clone(&world),
                stop.clone(),
            ),
            wire::server::serve(
                okta_listener,
                acceptor,
                Kind::Okta,
                Arc::clone(&world),
                stop.clone(),
            ),
        ];
        Ok(Simulator {
            entra: world.entra_endpoint(),
            okta: world.okta_endpoint(),
            ca_pem: tls.map(|tls| tls.ca_pem),
            control: Control::new(world),
            stop,
            servers,
        })
    }

    /// Addresses and credentials of the Entra tenant as at the start.
    pub fn entra(&self) -> &EntraEndpoint {
        &self.entra
    }

    /// Addresses and credentials of the Okta organisation as at the start.
    pub fn okta(&self) -> &OktaEndpoint {
        &self.okta
    }

    /// Certificate of the authority that signed the servers' certificate; `None` over plain HTTP.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// The handle by which the directories are changed and faults set.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Stops serving and waits until both ports are closed.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        for server in self.servers.drain(..) {
            if let Err(error) = server.await {
                tracing::warn!(%error, "a simulator task ended badly");
            }
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
