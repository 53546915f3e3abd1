//! A PostgreSQL cluster that lives as long as the tests: in a temporary folder, on a Unix socket, without durability.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::failure::Failure;
use crate::process;
use crate::setup::{packages, postgres};
use crate::workspace::Workspace;

const DEADLINE: Duration = Duration::from_mins(2);
/// PostgreSQL refuses to run as root; Debian's package makes this user.
const USER: &str = "postgres";

/// A running cluster; dropping it stops it and removes its folder.
#[derive(Debug)]
pub(super) struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
}

impl Cluster {
    pub(super) fn start(workspace: &Workspace) -> Result<Self, Failure> {
        let programs = postgres::ensure(workspace)?;
        // Short and outside the checkout: a socket's path holds 107 bytes at most, and the other user must reach it.
        let text = process::capture(
            "making a folder for PostgreSQL",
            as_postgres(Path::new("mktemp")).args(["-d", "/tmp/usersync-pg-XXXXXX"]),
        )?;
        let cluster = Self {
            programs,
            folder: PathBuf::from(text.trim()),
        };
        cluster.initialise(workspace)?;
        Ok(cluster)
    }

    fn initialise(&self, workspace: &Workspace) -> Result<(), Failure> {
        let log = workspace.log("postgres");
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
        process::run_logged("initdb", &mut initdb, &log, DEADLINE)?;
        let mut start = as_postgres(&self.programs.join("pg_ctl"));
        start
            .arg("-D")
            .arg(self.data())
            .arg("-l")
            .arg(self.folder.join("server.log"))
            .args(["-w", "-o"]);
        start.arg(format!(
            "-k {} -c listen_addresses= -c max_connections=300 -c fsync=off -c synchronous_commit=off \
             -c full_page_writes=off -c shared_buffers=256MB",
            self.folder.display()
        ));
        process::run_logged("starting PostgreSQL", start.arg("start"), &log, DEADLINE)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// For `USERSYNC_TEST_POSTGRES`: a superuser, who may create a database for each test.
    pub(super) fn url(&self) -> String {
        format!(
            "postgres://{USER}@localhost/postgres?host={}",
            self.folder.display()
        )
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = as_postgres(&self.programs.join("pg_ctl"));
        stop.arg("-D")
            .arg(self.data())
            .args(["-m", "immediate", "-w", "stop"]);
        if !process::succeeds(&mut stop) && self.data().join("postmaster.pid").exists() {
            eprintln!("PostgreSQL in {} could not be stopped", self.folder.display());
            return;
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
