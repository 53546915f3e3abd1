//! Embeds the site anew when it changed: cargo sees changes of files it embedded, not files that came or went.
//! `cargo xtask` sets the variable to the hash of the site's inputs when it builds a release.

fn main() {
    println!("cargo::rerun-if-env-changed=USERSYNC_SITE_HASH");
}
