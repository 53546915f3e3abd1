//! A console with people in it, for the tests of teams, links and sessions.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::views::{LinkPurpose, TeamView};
use domain::{Actor, ConsoleUserId, Role, UserError};
use services::mail::Mail;
use services::{Joining, SealedLink, ServiceError, Services};
use store::sessions::SessionData;
use test_support::{FakeClock, TestDb};

use crate::auth::{PASSWORD, refusal, services_with, user};
use crate::postbox::{CONSOLE, no_mail};

pub(crate) const NEW_PASSWORD: &str = "another horse battery";
pub(crate) const ANNA: &str = "anna@contoso.example";
pub(crate) const BOB: &str = "bob@contoso.example";
pub(crate) const CONTOSO: Option<&str> = Some("contoso");

/// Two customers, and staff.
pub(crate) struct Console {
    pub(crate) test: TestDb,
    pub(crate) services: Services,
    pub(crate) clock: Arc<FakeClock>,
}

impl Console {
    pub(crate) async fn open(test: TestDb) -> Self {
        Self::with(test, no_mail()).await
    }

    pub(crate) async fn with(test: TestDb, mail: Mail) -> Self {
        let (services, clock) = services_with(&test, mail);
        let system = Actor::system("Test");
        for slug in ["contoso", "fabrikam"] {
            services
                .create_customer(&system, slug, slug)
                .await
                .expect("a customer");
        }
        for (email, role, customer) in [
            ("sam@vendor.example", Role::Staff, None),
            (ANNA, Role::CustomerAdmin, CONTOSO),
            ("viv@contoso.example", Role::Viewer, CONTOSO),
            ("fay@fabrikam.example", Role::CustomerAdmin, Some("fabrikam")),
        ] {
            services
                .create_user(&system, &user(email, role, customer))
                .await
                .expect("a user");
        }
        Self {
            test,
            services,
            clock,
        }
    }

    pub(crate) async fn actor(&self, email: &str) -> Actor {
        let id = self.services.sign_in(email, PASSWORD).await.expect("signed in");
        self.identify(id).await.expect("known")
    }

    pub(crate) async fn identify(&self, user: ConsoleUserId) -> Option<Actor> {
        let found = self.services.identify(user).await.expect("asked");
        found.map(|(actor, _)| actor)
    }

    /// The secret part of a link, as its maker hands it over.
    pub(crate) fn token(&self, actor: &Actor, sealed: &SealedLink) -> String {
        let link = self.services.open_link(actor, sealed).expect("theirs");
        let page = match link.purpose {
            LinkPurpose::Invitation => "invitation",
            LinkPurpose::PasswordReset => "reset-password",
        };
        let before = format!("{CONSOLE}/{page}/");
        link.url.strip_prefix(&before).expect("an address").to_owned()
    }

    pub(crate) async fn invite(&self, actor: &Actor, team: Option<&str>, email: &str, role: Role) -> String {
        let sealed = self
            .services
            .invite(actor, team, email, role)
            .await
            .expect("invited");
        self.token(actor, &sealed)
    }

    pub(crate) async fn accept(&self, token: &str) -> Result<ConsoleUserId, ServiceError> {
        self.services.accept_invitation(&joining(token)).await
    }

    pub(crate) async fn team(&self, actor: &Actor) -> TeamView {
        self.services.team(actor, CONTOSO).await.expect("a team")
    }

    /// Another admin of Contoso, who came by an invitation.
    pub(crate) async fn bob(&self, anna: &Actor) -> Actor {
        let token = self.invite(anna, CONTOSO, BOB, Role::CustomerAdmin).await;
        let id = self.accept(&token).await.expect("joined");
        self.identify(id).await.expect("known")
    }

    /// A session under this id, as the session store makes them.
    pub(crate) async fn session(&self, user: ConsoleUserId, id: i128) {
        let mut tx = self.test.db.begin().await.expect("a transaction");
        let now = self.services.now();
        let session = SessionData {
            user: Some(user),
            browser: "Firefox on Windows",
            data: "{}",
        };
        let until = now + TimeDelta::days(7);
        let key = store::sessions::key(id);
        store::sessions::create(&mut tx, &key, session, now, until)
            .await
            .expect("made");
        tx.commit().await.expect("committed");
    }

    pub(crate) async fn audit(&self) -> String {
        self.test.dump(&["audit_log"]).await
    }
}

pub(crate) fn joining(token: &str) -> Joining {
    Joining {
        token: token.into(),
        name: " Bob Bauer ".to_owned(),
        password: PASSWORD.into(),
    }
}

pub(crate) fn field<T: std::fmt::Debug>(result: Result<T, ServiceError>) -> String {
    match refusal(result) {
        UserError::Invalid { errors } => errors[0].field.clone(),
        other => panic!("not about a field: {other:?}"),
    }
}
