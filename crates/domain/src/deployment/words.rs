//! The guide in words: what a step is about, what must be so for others to go on, how long it usually takes.

use super::{Responsibility, Step};

impl Step {
    /// Its name in lists and on its page.
    pub const fn title(self) -> &'static str {
        match self {
            Step::LoginHandler => "Login Handler",
            Step::LocalAdmin => "Local administrator",
            Step::Module => "User sync module",
            Step::Provider => "Connect the provider",
            Step::TestSync => "Test sync",
            Step::Existing => "Existing user directory?",
            Step::UserMapping => "User mapping",
            Step::Migration => "Directory migration",
            Step::SecurityGroups => "Security groups",
            Step::DataMapping => "Data mapping",
            Step::GroupSync => "Group sync",
            Step::FirstRun => "First run",
            Step::Schedule => "Schedule",
            Step::Sso => "Single sign-on already configured?",
            Step::ReconfigureSso => "Reconfigure single sign-on",
            Step::SetUpSso => "Set up single sign-on",
            Step::SignInCheck => "Sign-in check",
        }
    }

    /// What must be so for others to go on, in the middle of a sentence: "Cannot start yet: ….".
    pub const fn missing(self) -> &'static str {
        match self {
            Step::LoginHandler => "the Login Handler is not recorded as present",
            Step::LocalAdmin => "no local administrator has proven a sign-in",
            Step::Module => "the user sync module is not deployed",
            Step::Provider => "the connection test has not passed",
            Step::TestSync => "the test sync has not run",
            Step::Existing => "it is open whether there is a user directory already",
            Step::UserMapping => "the user mapping is not approved",
            Step::Migration => "the directory migration is not done",
            Step::SecurityGroups => "no security group is chosen",
            Step::DataMapping => "nobody has checked the data mapping",
            Step::GroupSync => "nobody has decided about group sync",
            Step::FirstRun => "the first run is not accepted",
            Step::Schedule => "the schedule is off",
            Step::Sso => "nobody has said whether single sign-on is configured already",
            Step::ReconfigureSso => "single sign-on does not use the new directory yet",
            Step::SetUpSso => "single sign-on is not set up",
            Step::SignInCheck => "the sign-in check is not clean",
        }
    }

    /// What it is about.
    pub const fn about(self) -> &'static str {
        match self {
            Step::LoginHandler => {
                "The Login Handler application lets people sign in with their directory. Without it nobody who is \
                 synchronised can reach the intranet."
            }
            Step::LocalAdmin => {
                "A local account with administrator rights is the way in when nothing else works: during the \
                 migration, and whenever the directory or single sign-on is down. It has to have signed in at least once."
            }
            Step::Module => {
                "The user sync module is installed on the intranet, on a date that both sides agree on, with the \
                 Login Handler if it is absent."
            }
            Step::Provider => {
                "The values that let this console read the directory, and a connection test that passes in every stage."
            }
            Step::TestSync => {
                "Everybody in the directory is read, and what was found is shown. Nothing is written to People."
            }
            Step::Existing => {
                "If People already holds accounts, they are mapped to the directory and migrated, so that nobody gets \
                 a second account. On a brand-new intranet the sync makes everybody."
            }
            Step::UserMapping => {
                "Every account in People gets the username it will have in the new directory, or stays local. Content \
                 stays with its account although the username changes."
            }
            Step::Migration => {
                "The old directory's sync is switched off, accounts are renamed and assigned to the new directory. Nobody \
                 can use the intranet meanwhile, except local administrators."
            }
            Step::SecurityGroups => "The groups of the directory whose members are synchronised.",
            Step::DataMapping => "Which attribute of the directory feeds which field of People.",
            Step::GroupSync => "Which groups of the directory feed which groups of People. It may be none.",
            Step::FirstRun => {
                "A preview lists what the first run would do to whom. The run itself waits until somebody has accepted \
                 its list."
            }
            Step::Schedule => "From then on the sync runs by itself.",
            Step::Sso => {
                "The sync stores no passwords: people sign in through single sign-on. If the Login Handler was configured \
                 with the previous directory, it has to be pointed to the new one."
            }
            Step::ReconfigureSso => {
                "The Login Handler is pointed from the previous directory to the new one, in a session of both sides."
            }
            Step::SetUpSso => {
                "The Login Handler is connected to the directory for the first time, in a session of both sides."
            }
            Step::SignInCheck => {
                "Somebody from the directory signs in and lands on the account they should have, an administrator and a \
                 local user too, and nobody gets a second account."
            }
        }
    }

    /// How long it usually takes whoever does it; `None` for what takes as long as it takes.
    pub const fn takes(self) -> Option<&'static str> {
        match self {
            Step::LoginHandler | Step::Existing | Step::Sso => Some("a few minutes"),
            Step::LocalAdmin | Step::SecurityGroups | Step::GroupSync | Step::Schedule => {
                Some("about 10 minutes")
            }
            Step::Module | Step::DataMapping => Some("about half an hour"),
            Step::Provider => Some("about 20 minutes, with somebody who may grant admin consent"),
            Step::TestSync => Some("a few minutes; longer for tens of thousands of people"),
            Step::UserMapping => Some("an hour to a few days, depending on how usernames differ"),
            Step::Migration => Some("an hour, in an agreed window"),
            Step::FirstRun => Some("about half an hour, most of it reading the list"),
            Step::ReconfigureSso | Step::SetUpSso => Some("an hour, in an agreed session"),
            Step::SignInCheck => Some("about half an hour"),
        }
    }
}

impl Responsibility {
    /// The side, as a customer reads it.
    pub const fn label(self) -> &'static str {
        match self {
            Responsibility::Customer => "Customer",
            Responsibility::Staff => "Deployment team",
            Responsibility::Joint => "Together",
        }
    }
}
