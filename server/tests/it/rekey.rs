//! `usersync rekey`: what was sealed under the old key opens under the new one, and under the new one only (C-21).

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use domain::connection::ConnectionReport;
use domain::views::ProviderForm;
use domain::{Actor, UserError};
use server::config::{Config, Flags};
use server::wiring::{self, Parties, SystemClock};
use services::ServiceError;
use simulator::Simulator;
use test_support::{TestDb, on_both};

const SLUG: &str = "contoso";

/// A configuration with these keys; the first one seals.
fn configure(dir: &Path, database: &str, simulator: &Simulator, keys: &[(&str, u8)]) -> PathBuf {
    let name: String = keys.iter().map(|(id, _)| *id).collect();
    let mut text = format!(
        "listen = \"127.0.0.1:0\"\ndatabase = {database:?}\nlog = \"error\"\n\
         [[clouds]]\nid = \"simulated\"\nname = \"Simulated\"\nlogin = {login:?}\ngraph = {graph:?}\n\
         private_addresses = true\n",
        login = simulator.entra().login_base,
        graph = simulator.entra().graph_base,
    );
    for (id, byte) in keys {
        let file = dir.join(id);
        std::fs::write(&file, [*byte; 32]).expect("written");
        let shown = file.display().to_string();
        let _ = writeln!(text, "[[keys]]\nid = {id:?}\nfile = {shown:?}");
    }
    let file = dir.join(format!("{name}.toml"));
    std::fs::write(&file, text).expect("written");
    file
}

fn parties(test: &TestDb, file: &Path) -> Parties {
    let flags = Flags {
        config: Some(file.to_owned()),
        ..Flags::default()
    };
    let config = Config::load(&flags).expect("the configuration");
    let keys = config.key_ring().expect("the keys");
    wiring::build(&config, test.db.clone(), keys, Arc::new(SystemClock))
}

fn rekey(file: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_usersync"))
        .arg("rekey")
        .arg("--config")
        .arg(file)
        .output()
        .expect("the command runs")
}

fn form(simulator: &Simulator, client_secret: &str) -> ProviderForm {
    let entra = simulator.entra();
    ProviderForm {
        provider: "entra".into(),
        auth: "client_secret".into(),
        cloud: "simulated".into(),
        tenant: entra.tenant_id.clone(),
        client_id: entra.client_id.clone(),
        client_secret: client_secret.to_owned(),
        ..ProviderForm::default()
    }
}

/// Signs in to the provider with the stored secret, which nobody types again.
async fn with_stored(parties: &Parties, simulator: &Simulator) -> Result<ConnectionReport, ServiceError> {
    let actor = Actor::system("test");
    let report = parties
        .services
        .test_provider(&actor, SLUG, &form(simulator, ""))
        .await?;
    Ok(report.report)
}

on_both!(
    c_21_rekey_takes_every_secret_from_the_old_key_to_the_new_one,
    |test: TestDb| async move {
        wiring::install_crypto().expect("the only TLS implementation");
        let simulator = Simulator::start(simulator::Options::default())
            .await
            .expect("the simulator starts");
        let dir = tempfile::tempdir().expect("a folder");
        let configure = |keys| configure(dir.path(), &test.url, &simulator, keys);
        let (old, new) = (("old", 7_u8), ("new", 8_u8));
        let (only_old, both, only_new) = (configure(&[old]), configure(&[new, old]), configure(&[new]));

        let before = parties(&test, &only_old);
        let actor = Actor::system("test");
        before
            .services
            .create_customer(&actor, "Contoso Ltd", SLUG)
            .await
            .expect("a customer");
        let secret = simulator.entra().client_secret.clone();
        before
            .services
            .save_provider(&actor, SLUG, &form(&simulator, &secret))
            .await
            .expect("saved");
        assert!(with_stored(&before, &simulator).await.expect("a report").passed());

        // Without the old key nothing can be sealed again, and nothing is lost by trying.
        let refused = rekey(&only_new);
        assert!(!refused.status.success(), "{refused:?}");
        assert!(with_stored(&before, &simulator).await.expect("a report").passed());

        for told in [
            "1 secrets were sealed again under the key \"new\"; 0 were already.",
            "0 secrets were sealed again under the key \"new\"; 1 were already.",
        ] {
            let done = rekey(&both);
            let said = String::from_utf8_lossy(&done.stdout);
            assert!(done.status.success() && said.contains(told), "{done:?}");
            assert!(!said.contains(&secret));
        }
        let after = parties(&test, &only_new);
        assert!(with_stored(&after, &simulator).await.expect("a report").passed());
        let refused = with_stored(&before, &simulator).await;
        assert!(
            matches!(&refused, Err(error) if !matches!(error, ServiceError::User(UserError::Invalid { .. }))),
            "{refused:?}"
        );
    }
);
