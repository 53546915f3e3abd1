//! A PostgreSQL cluster that lives as long as the tests: in a temporary folder, on a Unix socket, without durability.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::process;
use crate::setup::{packages, postgres};
use crate::workspace::Workspace;

const DEADLINE: Duration = Duration::from_mins(2);
/// PostgreSQL refuses to run as root; Debian's package makes this user.
const USER: &str = "postgres";
const SETTINGS: [&str; 6] = [
    "listen_addresses=",
    "max_connections=300",
    "shared_buffers=256MB",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
];

/// A running cluster; dropping it stops it and removes its folder.
///
/// The server is a child in our own process group and not a daemon (`pg_ctl start`): Ctrl-C during the tests ends it too.
#[derive(Debug)]
pub(crate) struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    server: Option<Child>,
}

impl Cluster {
    pub(crate) fn start(workspace: &Workspace) -> Result<Self, Failure> {
        let programs = postgres::ensure(workspace)?;
        // Short and outside the checkout: a socket's path holds 107 bytes at most, and the other user must reach it.
        let text = process::capture(
            "making a folder for PostgreSQL",
            as_postgres(Path::new("mktemp")).args(["-d", "/tmp/usersync-pg-XXXXXX"]),
        )?;
        let mut cluster = Self {
            programs,
            folder: PathBuf::from(text.trim()),
            server: None,
        };
        cluster.initialise(workspace)?;
        cluster.listen(workspace)?;
        Ok(cluster)
    }

    fn initialise(&self, workspace: &Workspace) -> Result<(), Failure> {
        let mut initdb = as_postgres(&self.programs.join("initdb"));
        initdb
            .arg("-D")
            .arg(self.data())
            .args(["--username", USER, "--auth", "trust", "--no-sync"]);
        // Not the C locale: customers' clusters sort by language, and a statement that relies on byte order must fail here.
        initdb.args([
            "--encoding",
            "UTF8",
            "--locale",
            "C.UTF-8",
            "--locale-provider",
            "icu",
            "--icu-locale",
            "en-GB",
        ]);
        process::run_logged("initdb", &mut initdb, &workspace.log("initdb"), DEADLINE)
    }

    fn listen(&mut self, workspace: &Workspace) -> Result<(), Failure> {
        let log = workspace.log("postgres");
        let output = File::create(&log).map_err(Failure::file("create", &log))?;
        let errors = output.try_clone().map_err(Failure::file("write", &log))?;
        let mut command = as_postgres(&self.programs.join("postgres"));
        command.arg("-D").arg(self.data()).arg("-k").arg(&self.folder);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        let start_failure = |source| Failure::Start {
            program: "postgres".to_owned(),
            purpose: "the database of the tests".to_owned(),
            source,
        };
        let child = command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(start_failure)?;
        let server = self.server.insert(child);
        let started = Instant::now();
        // The file that `pg_ctl` reads too: its last line is the server's state.
        let status = self.folder.join("data/postmaster.pid");
        while started.elapsed() < DEADLINE {
            if std::fs::read_to_string(&status).is_ok_and(|text| text.trim_end().ends_with("ready")) {
                return Ok(());
            }
            if let Ok(Some(code)) = server.try_wait() {
                process::show_end(&log);
                return Err(Failure::Status {
                    purpose: "starting PostgreSQL".to_owned(),
                    status: code,
                });
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(Failure::Deadline {
            purpose: "starting PostgreSQL".to_owned(),
            seconds: DEADLINE.as_secs(),
        })
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Of a superuser, who may create a database for each test.
    pub(crate) fn url(&self) -> String {
        format!(
            "postgres://{USER}@localhost/postgres?host={}",
            self.folder.display()
        )
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let mut stop = as_postgres(&self.programs.join("pg_ctl"));
            stop.arg("-D")
                .arg(self.data())
                .args(["-m", "immediate", "-w", "stop"]);
            if !process::succeeds(&mut stop) {
                eprintln!("PostgreSQL in {} could not be stopped", self.folder.display());
                return;
            }
            // Stopped: what is left is to collect its exit code.
            let _ = server.wait();
        }
        if !process::succeeds(as_postgres(Path::new("rm")).arg("-rf").arg(&self.folder)) {
            eprintln!("{} could not be removed", self.folder.display());
        }
    }
}

fn as_postgres(program: &Path) -> Command {
    if !packages::is_root() {
        let mut command = Command::new(program);
        command.current_dir("/tmp");
        return command;
    }
    let mut command = Command::new("runuser");
    // The postgres user cannot read root's folders, so neither may the current one be of those.
    command.args(["-u", USER, "--"]).arg(program).current_dir("/tmp");
    command
}
