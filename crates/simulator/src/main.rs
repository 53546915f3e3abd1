//! `usersync-simulator`: serves the simulated providers until Ctrl-C.

use clap::Parser;
use simulator::{Options, Simulator};
use std::net::IpAddr;
use std::process::ExitCode;

/// Plays Microsoft Entra ID with Graph, and Okta, on loopback.
#[derive(Debug, Parser)]
#[command(name = "usersync-simulator", version)]
struct Arguments {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    bind: IpAddr,
    /// Port of Entra; Okta takes the next one. 0 takes any free ports.
    #[arg(long, default_value_t = 0)]
    port_entra: u16,
    /// People in each directory.
    #[arg(long, default_value_t = 250)]
    users: usize,
    /// The same seed makes the same people.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Serve plain HTTP instead of HTTPS.
    #[arg(long)]
    plain_http: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let options = Options {
        seed: arguments.seed,
        users: arguments.users,
        tls: !arguments.plain_http,
        bind: arguments.bind,
        port: arguments.port_entra,
        ..Options::default()
    };
    let simulator = match Simulator::start(options).await {
        Ok(simulator) => simulator,
        Err(error) => {
            let mut text = error.to_string();
            let mut cause = std::error::Error::source(&error);
            while let Some(error) = cause {
                text = format!("{text}: {error}");
                cause = error.source();
            }
            eprintln!("usersync-simulator: {text}");
            return ExitCode::FAILURE;
        }
    };
    let ready = serde_json::json!({
        "entra": simulator.entra(),
        "okta": simulator.okta(),
        "ca_pem": simulator.ca_pem(),
    });
    println!("{ready:#}");
    if let Err(error) = tokio::signal::ctrl_c().await {
        eprintln!("usersync-simulator: cannot wait for Ctrl-C: {error}");
    }
    simulator.shutdown().await;
    ExitCode::SUCCESS
}
