//! The configuration as it may be shown: without secrets.

use std::fmt;

use secrecy::ExposeSecret;
use url::Url;

use super::Config;

impl Config {
    /// The database's address without its password.
    pub fn database_shown(&self) -> String {
        let url = self.database.expose_secret();
        let scheme = url.split(':').next().unwrap_or_default();
        if scheme == "sqlite" {
            return url.to_owned();
        }
        match Url::parse(url) {
            // A password may also stand in the query, and a stray `/`, `@` or `#` in one shifts the parts.
            Ok(mut parsed) if parsed.fragment().is_none() && !parsed.path().contains('@') => {
                parsed.set_query(None);
                if parsed.password().is_some() && parsed.set_password(Some("hidden")).is_err() {
                    return format!("{scheme}:(hidden)");
                }
                parsed.to_string()
            }
            _ => format!("{scheme}:(hidden)"),
        }
    }
}

impl fmt::Display for Config {
    /// What is in force, without secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |items: Vec<String>| format!("[{}]", items.join(", "));
        writeln!(f, "listen = {:?}", self.listen.to_string())?;
        writeln!(f, "public_url = {:?}", self.public_url.as_str())?;
        writeln!(f, "allow_insecure = {}", self.allow_insecure)?;
        let proxies = self
            .trusted_proxies
            .iter()
            .map(|net| format!("{:?}", net.to_string()))
            .collect();
        writeln!(f, "trusted_proxies = {}", list(proxies))?;
        writeln!(f, "database = {:?}", self.database_shown())?;
        writeln!(f, "max_connections = {}", self.max_connections)?;
        writeln!(f, "migrate_on_start = {}", self.migrate_on_start)?;
        writeln!(f, "workers = {}", self.workers)?;
        writeln!(f, "lease_seconds = {}", self.lease.as_secs())?;
        writeln!(f, "sign_ins_per_minute = {}", self.sign_ins_per_minute)?;
        writeln!(
            f,
            "sign_ins_per_minute_in_all = {}",
            self.sign_ins_per_minute_in_all
        )?;
        writeln!(f, "log = {:?}", self.log)?;
        writeln!(
            f,
            "log_format = {:?}",
            format!("{:?}", self.log_format).to_lowercase()
        )?;
        if let Some(address) = self.metrics_listen {
            writeln!(f, "metrics_listen = {:?}", address.to_string())?;
        }
        writeln!(
            f,
            "# metrics token: {}",
            if self.metrics_token.is_some() {
                "set"
            } else {
                "none"
            }
        )?;
        if let Some(dir) = &self.site_dir {
            writeln!(f, "site_dir = {:?}", dir.display().to_string())?;
        }
        self.show_lists(f)
    }
}

impl Config {
    /// Mail, keys, clouds and organisations, a table each.
    fn show_lists(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(mail) = &self.mail {
            let (server, from) = (mail.server.as_str(), mail.from.to_string());
            writeln!(f, "\n[mail]\nserver = {server:?}\nfrom = {from:?}")?;
            if let Some((username, _)) = &mail.credentials {
                writeln!(f, "username = {username:?}\n# password: set")?;
            }
        }
        for key in &self.keys {
            writeln!(
                f,
                "\n[[keys]]\nid = {:?}\nfile = {:?}",
                key.id,
                key.file.display().to_string()
            )?;
        }
        for cloud in &self.clouds {
            let (login, graph) = (cloud.login_base.as_str(), cloud.graph_base.as_str());
            writeln!(f, "\n[[clouds]]\nid = {:?}\nname = {:?}", cloud.id, cloud.name)?;
            writeln!(f, "login = {login:?}\ngraph = {graph:?}")?;
        }
        for org in &self.okta_orgs {
            writeln!(
                f,
                "\n[[okta_orgs]]\ndomain = {:?}\nbase = {:?}",
                org.domain,
                org.base.as_str()
            )?;
        }
        Ok(())
    }
}
