//! The demo: started again it finds its data, Ctrl-C ends it, `--fresh` begins anew and harms no database of others.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use test_support::{Backend, TestDb};

/// How long a demo of this size may take to be ready on a busy machine.
const START: Duration = Duration::from_mins(2);

struct Demo {
    child: Child,
    ready: PathBuf,
}

fn command(dir: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_usersync"));
    command
        .args(["demo", "--port", "0", "--users", "30", "--data"])
        .arg(dir.join("data"))
        .arg("--ready")
        .arg(dir.join("ready.json"))
        .args(more)
        .stdin(Stdio::null());
    command
}

fn start(dir: &Path, more: &[&str]) -> (Demo, Value) {
    let child = command(dir, more)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the demo starts");
    let mut demo = Demo {
        child,
        ready: dir.join("ready.json"),
    };
    let begun = Instant::now();
    loop {
        if let Ok(text) = std::fs::read(&demo.ready) {
            let ready = serde_json::from_slice(&text).expect("written whole");
            return (demo, ready);
        }
        let ended = demo.child.try_wait().expect("asked");
        assert!(ended.is_none() && begun.elapsed() < START, "not ready: {ended:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn refused(dir: &Path, more: &[&str]) -> String {
    let Output { status, stderr, .. } = command(dir, more).output().expect("the demo starts");
    assert!(!status.success());
    String::from_utf8_lossy(&stderr).into_owned()
}

impl Demo {
    fn interrupt(mut self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .expect("kill runs");
        assert!(sent.success());
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("asked") {
                break status;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        };
        assert!(status.success(), "{status}");
        assert!(!self.ready.exists(), "nobody is sent to a console that is gone");
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_finds_its_data_again_until_it_starts_afresh() {
    let dir = tempfile::tempdir().expect("a folder");
    let (first, told) = start(dir.path(), &[]);
    let running = refused(dir.path(), &[]);
    assert!(
        running.contains("perhaps this demo is running already"),
        "{running}"
    );
    first.interrupt();
    let (second, again) = start(dir.path(), &[]);
    assert_eq!(told["accounts"], again["accounts"]);
    let addresses = |ready: &Value| {
        [
            ready["providers"][0]["control"].clone(),
            ready["providers"][1]["control"].clone(),
        ]
    };
    assert_eq!(addresses(&told), addresses(&again));
    second.interrupt();
    let (fresh, new) = start(dir.path(), &["--fresh"]);
    assert_ne!(told["accounts"], new["accounts"], "passwords are made up anew");
    fresh.interrupt();
}

#[tokio::test]
async fn afresh_leaves_a_database_of_others_alone() {
    let db = TestDb::open(Backend::Postgres).await;
    let dir = tempfile::tempdir().expect("a folder");
    let database = ["--database", db.url.as_str()];
    let (first, told) = start(dir.path(), &database);
    first.interrupt();
    let said = refused(dir.path(), &["--fresh", database[0], database[1]]);
    assert!(said.contains("give an empty one"), "{said}");
    let (second, again) = start(dir.path(), &database);
    assert_eq!(told["accounts"], again["accounts"], "nothing was forgotten");
    second.interrupt();
}
