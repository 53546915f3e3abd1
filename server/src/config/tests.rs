use secrecy::ExposeSecret;

use super::*;

fn load(flags: &Flags, text: &str) -> Result<Config, ConfigError> {
    let path = Path::new("test.toml");
    Config::merge(flags, parse(text, path)?, parse(EXAMPLE, path)?)
}

fn problem(text: &str) -> String {
    load(&Flags::default(), text).expect_err("refused").to_string()
}

#[test]
fn the_documented_file_is_the_default() {
    let config = load(&Flags::default(), "").expect("the defaults are right");
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.database_shown(), "sqlite:usersync.db");
    assert!(!config.secure());
}

#[test]
fn every_line_of_the_documented_file_is_understood() {
    let uncommented: String = EXAMPLE
        .lines()
        .map(|line| {
            line.strip_prefix("# ")
                .filter(|rest| rest.contains(" = ") || rest.starts_with('['))
                .unwrap_or(line)
        })
        .filter(|line| !line.starts_with("trusted_proxies = []") && !line.starts_with("database = \"sqlite"))
        .collect::<Vec<_>>()
        .join("\n");
    let file = parse(&uncommented, Path::new("example")).expect("understood");
    assert_eq!(
        (file.keys.len(), file.clouds.len(), file.okta_orgs.len()),
        (1, 1, 1)
    );
    assert!(
        file.mail.is_some()
            && file.database_file.is_some()
            && file.metrics_token_file.is_some()
            && file.site_dir.is_some()
    );
}

#[test]
fn a_flag_wins_over_the_file() {
    let flags = Flags {
        database: Some("sqlite:flag.db".into()),
        ..Flags::default()
    };
    let config = load(&flags, "database = \"sqlite:file.db\"\nworkers = 9").expect("right");
    assert_eq!(
        (config.database_shown().as_str(), config.workers),
        ("sqlite:flag.db", 9)
    );
}

#[test]
fn what_is_wrong_is_said_in_plain_words() {
    assert!(problem("public_url = \"ftp://usersync.example.org\"").contains("begin with https://"));
    assert!(problem("public_url = \"https://x.example/console\"").contains("without a path"));
    assert!(problem("trusted_proxies = [\"10.0.0.0/33\"]").contains("10.0.0.0/33"));
    let cloud = "[[clouds]]\nid = \"ID\"\nname = \"x\"\nlogin = \"http://a\"\ngraph = \"https://b\"";
    assert!(problem(&cloud.replace("ID", "global")).contains("built-in"));
    assert!(problem(&cloud.replace("ID", "lab")).contains("private_addresses"));
    for (text, said) in [
        ("\nlistn = 1", "line 2 (listn = 1): unknown field `listn`"),
        (
            "listen = \"127.0.0.1\"",
            "an IP address and a port, as in 127.0.0.1:3000",
        ),
        ("metrics_listen = \"x\"", "an IP address and a port"),
        (
            "public_url = \"usersync.example.org\"",
            "as in https://usersync.example.org",
        ),
        ("workers = \"four\"", "line 1 (workers = \"four\")"),
        ("database = \"\"", "write sqlite:FILE"),
        ("database = \"sqlite:\"", "write sqlite:FILE"),
        (
            "database = \"mysql://u:hunter2@x/y\"",
            "database \"mysql\" is not right: write sqlite:FILE",
        ),
    ] {
        let problem = problem(text);
        assert!(problem.contains(said), "{said}: {problem}");
        assert!(
            !problem.contains('\n') && !problem.contains("hunter2"),
            "{problem}"
        );
    }
    let secret = problem("database = \"postgres://u:hunter2@x/y");
    assert!(!secret.contains("hunter2"), "{secret}");
}

#[test]
fn plain_http_stays_on_this_machine_unless_the_operator_says_otherwise() {
    for (text, named) in [
        ("public_url = \"http://usersync.example.org\"", "public_url"),
        ("public_url = \"http://10.1.2.3:3000\"", "public_url"),
        ("listen = \"0.0.0.0:3000\"", "listen"),
        ("listen = \"[::]:3000\"", "listen"),
    ] {
        let said = problem(text);
        assert!(said.starts_with(named), "{said}");
        for cure in ["reverse proxy with TLS", "https", "allow_insecure = true"] {
            assert!(said.contains(cure), "{cure}: {said}");
        }
        let allowed = load(&Flags::default(), &format!("{text}\nallow_insecure = true")).expect("allowed");
        assert!(!allowed.secure());
    }
    // Behind a proxy that speaks TLS.
    let proxied = "listen = \"0.0.0.0:3000\"\npublic_url = \"https://usersync.example.org\"";
    assert!(load(&Flags::default(), proxied).expect("right").secure());
    load(
        &Flags::default(),
        "listen = \"127.0.0.2:80\"\npublic_url = \"http://[::1]\"",
    )
    .expect("this machine");
}

#[test]
fn passwords_are_not_shown() {
    let config = load(&Flags::default(), "database = \"postgres://u:hunter2@db/x\"").expect("right");
    assert!(!format!("{config} {config:?}").contains("hunter2"));
    assert!(config.to_string().contains("postgres://u:hidden@db/x"));
    // Where the parts of the address cannot be told apart, all of it is hidden.
    for odd in [
        "postgres://u:hun/ter2@db/x",
        "postgres://db/x?user=u&password=hunter2",
        "postgres://u:ab#hunter2@db/x",
    ] {
        let config = load(&Flags::default(), &format!("database = \"{odd}\"")).expect("right");
        let shown = config.database_shown();
        assert!(!shown.contains("ter2"), "{shown}");
    }
}

#[test]
fn keys_are_raw_or_base64_and_32_bytes() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("key");
    let key = KeyFile {
        id: "a".into(),
        file: file.clone(),
    };
    assert!(matches!(key.read(), Err(ConfigError::Unreadable { .. })));
    for good in [
        vec![7; 32],
        format!(" {}\n", STANDARD.encode([7; 32])).into_bytes(),
    ] {
        std::fs::write(&file, good).expect("written");
        assert_eq!(key.read().expect("a key").expose_secret(), &[7; 32]);
    }
    std::fs::write(&file, "too short").expect("written");
    assert!(matches!(key.read(), Err(ConfigError::KeyLength { bytes: 9, .. })));
}

#[test]
fn a_mail_server_is_named_whole_or_not_at_all() {
    let dir = tempfile::tempdir().expect("a folder");
    let password = dir.path().join("password");
    std::fs::write(&password, "hush\n").expect("written");
    let right = format!(
        "[mail]\nserver = \"smtps://smtp.example.org\"\nfrom = \"User Sync <sync@example.org>\"\nusername = \"u\"\n\
         password_file = {password:?}"
    );
    let config = load(&Flags::default(), &right).expect("right");
    let mail = config.mail.as_ref().expect("a mail server");
    assert!(!mail.plain);
    let (name, secret) = mail.credentials.as_ref().expect("credentials");
    assert_eq!((name.as_str(), secret.expose_secret()), ("u", "hush"));
    assert!(!format!("{config} {config:?}").contains("hush"));
    assert!(load(&Flags::default(), "").expect("right").mail.is_none());
    for (text, cure) in [
        ("from = \"sync@example.org\"", "name the mail server"),
        ("server = \"smtps://x\"", "write it as an address"),
        (
            "server = \"smtps://x\"\nfrom = \"nobody\"",
            "write it as an address",
        ),
        ("server = \"https://x\"\nfrom = \"a@b.example\"", "smtps://HOST"),
        (
            "server = \"smtps://u:p@x\"\nfrom = \"a@b.example\"",
            "mail.username",
        ),
        (
            "server = \"smtps://x\"\nfrom = \"a@b.example\"\nusername = \"u\"",
            "password_file",
        ),
    ] {
        let said = problem(&format!("[mail]\n{text}"));
        assert!(said.contains(cure) && !said.contains(":p@"), "{text}: {said}");
    }
}

#[test]
fn mail_is_plain_on_this_machine_only() {
    for (server, allowed, plain) in [
        ("smtp://127.0.0.1:2525", false, true),
        ("smtp://[::1]", false, true),
        ("smtp://localhost", false, true),
        ("smtp://mail.example.org", false, false),
        ("smtp://mail.example.org", true, true),
        ("smtps://127.0.0.1", false, false),
    ] {
        let text = format!("allow_insecure = {allowed}\n[mail]\nserver = {server:?}\nfrom = \"a@b.example\"");
        let mail = load(&Flags::default(), &text).expect("right").mail.expect("mail");
        assert_eq!(mail.plain, plain, "{server} {allowed}");
    }
}
