//! Debian packages, the one way we install programs of others. Elsewhere the sentence of the failure names what to install.

use std::process::Command;
use std::time::Duration;

use crate::failure::Failure;
use crate::process;
use crate::workspace::Workspace;

const DEADLINE: Duration = Duration::from_mins(15);

/// Whether dpkg has it installed.
pub(crate) fn is_installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query
        .args(["--show", "--showformat", "${db:Status-Status}", package])
        .stderr(std::process::Stdio::null());
    query
        .output()
        .is_ok_and(|output| output.status.success() && output.stdout == b"installed")
}

/// A command that needs root: as it is for root, through `sudo` (which must not ask) for others.
pub(crate) fn as_root(program: &str) -> Command {
    if is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["--non-interactive", program]);
    command
}

/// Whether we run as root.
pub(crate) fn is_root() -> bool {
    process::capture("asking who we are", Command::new("id").arg("-u")).is_ok_and(|text| text.trim() == "0")
}

/// Installs `packages`, saying so and why. Nothing already installed is ever removed for them.
pub(crate) fn install(workspace: &Workspace, packages: &[&str], why: &str) -> Result<(), Failure> {
    let wanted: Vec<&str> = packages
        .iter()
        .copied()
        .filter(|package| !is_installed(package))
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let names = wanted.join(" ");
    if process::find_program("apt-get").is_none() || !may_install() {
        return Err(Failure::Missing {
            tool: why.to_owned(),
            advice: format!(
                "install it with your system's packages (Debian: `apt-get install {names}`), then run this again"
            ),
        });
    }
    println!("setup: installing {names} from Debian's packages, for {why}");
    let log = workspace.log("apt-get");
    let lock = ["-o", "DPkg::Lock::Timeout=300"];
    let mut update = as_root("apt-get");
    update.args(lock).args(["-q", "update"]);
    process::run_logged("apt-get update", &mut update, &log, DEADLINE)?;
    let mut install = as_root("apt-get");
    install
        .args(lock)
        .args(["-q", "-y", "--no-remove", "--no-install-recommends", "install"])
        .args(&wanted)
        .env("DEBIAN_FRONTEND", "noninteractive");
    process::run_logged(&format!("apt-get install {names}"), &mut install, &log, DEADLINE)
}

fn may_install() -> bool {
    is_root() || process::succeeds(Command::new("sudo").args(["--non-interactive", "true"]))
}
