//! The audit log as operators and customers meet it: `usersync audit verify`, and the page's filters.

use std::process::{Command, Output};
use std::sync::Arc;

use domain::views::{AuditArea, AuditFilter, AuditRow};
use domain::{Actor, Role, UserError};
use server::config::{Config, Flags};
use server::wiring::{self, SystemClock};
use services::ServiceError;
use test_support::{TestDb, on_both};

fn verify(config: &std::path::Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_usersync"))
        .args(["audit", "verify", "--config"])
        .arg(config)
        .output()
        .expect("the command runs")
}

on_both!(
    the_chain_is_proven_and_a_rewritten_entry_is_named,
    |test: TestDb| async move {
        wiring::install_crypto().expect("the only TLS implementation");
        let dir = tempfile::tempdir().expect("a folder");
        let key = dir.path().join("key");
        std::fs::write(&key, [7_u8; 32]).expect("written");
        let file = dir.path().join("usersync.toml");
        let text = format!(
            "listen = \"127.0.0.1:0\"\ndatabase = {:?}\nlog = \"error\"\n[[keys]]\nid = \"k\"\nfile = {:?}\n",
            test.url,
            key.display().to_string()
        );
        std::fs::write(&file, text).expect("written");
        let flags = Flags {
            config: Some(file.clone()),
            ..Flags::default()
        };
        let config = Config::load(&flags).expect("the configuration");
        let keys = config.key_ring().expect("the keys");
        let parties = wiring::build(&config, test.db.clone(), keys, Arc::new(SystemClock));
        let actor = Actor::system("Sam Staff");
        for (name, slug) in [
            ("Contoso Ltd", "contoso"),
            ("Fabrikam", "fabrikam"),
            ("Tailspin", "tailspin"),
        ] {
            parties
                .services
                .create_customer(&actor, name, slug)
                .await
                .expect("a customer");
        }
        parties
            .services
            .create_people_group(&actor, "contoso", "Editors")
            .await
            .expect("a group");

        let log = async |filter: AuditFilter| -> Result<Vec<AuditRow>, ServiceError> {
            let page = parties
                .services
                .audit_log(&actor, "contoso", &filter, None)
                .await?;
            Ok(page.rows)
        };
        let all = log(AuditFilter::default()).await.expect("the log");
        let seen: Vec<&str> = all.iter().map(|row| row.action.as_str()).collect();
        assert_eq!(seen, ["group.create", "customer.create"], "only this customer's");
        assert!(all[0].details.contains("Editors") && all[0].words == "created a group of People");
        let of = |change: fn(&mut AuditFilter)| {
            let mut filter = AuditFilter::default();
            change(&mut filter);
            filter
        };
        for (filter, found) in [
            (of(|f| f.area = Some(AuditArea::Group)), 1),
            (of(|f| f.who = "SAM".into()), 2),
            (of(|f| f.who = "anna".into()), 0),
            (of(|f| f.about = "contoso".into()), 1),
            (of(|f| f.about = "EDIT".into()), 1),
            (of(|f| f.until = "2020-01-01".into()), 0),
            (of(|f| f.from = "2020-01-01".into()), 2),
        ] {
            assert_eq!(
                log(filter.clone()).await.expect("the log").len(),
                found,
                "{filter:?}"
            );
        }
        let wrong = log(of(|f| f.from = "yesterday".into())).await;
        assert!(
            matches!(wrong, Err(ServiceError::User(UserError::Invalid { .. }))),
            "{wrong:?}"
        );
        let viewer = Actor {
            role: Role::Viewer,
            ..Actor::system("Victor Viewer")
        };
        let refused = parties
            .services
            .audit_log(&viewer, "contoso", &AuditFilter::default(), None)
            .await;
        assert!(refused.is_err(), "viewers do not read the log");

        let whole = verify(&file);
        let said = String::from_utf8_lossy(&whole.stdout);
        assert!(whole.status.success() && said.contains("4 entries"), "{whole:?}");
        assert!(said.contains("The last entry is 4, with the hash "), "{said}");
        test.tamper_with_audit(2).await;
        let broken = verify(&file);
        let said = String::from_utf8_lossy(&broken.stdout);
        assert!(
            !broken.status.success() && said.contains("entry 2 does not follow"),
            "{broken:?}"
        );
    }
);
