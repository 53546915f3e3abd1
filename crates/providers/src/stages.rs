//! The staged connection test (domain 3.1): each stage has its own verdict, its duration and its advice.

use std::time::Instant;

use chrono::TimeDelta;
use domain::connection::{
    Advice, ConnectionReport, ConnectionStage as Stage, SamplePerson, StageResult, Verdict,
};
use domain::directory::{AttributeValue, DirectoryUser};
use domain::settings::{DataMapping, Scope};
use domain::{Clock, ObjectId, Timestamp};

use crate::auth::EntraCredential;
use crate::entra::Entra;
use crate::error::{ProviderError, Reading};
use crate::http::Call;
use crate::okta::Okta;
use crate::read::{DirectoryReader, Next, UserEntry};

/// How many of the chosen groups are looked at.
const GROUPS_LOOKED_AT: usize = 20;

/// C-20: how early an expiring certificate is mentioned.
const EXPIRY_NOTICE_DAYS: i64 = 30;

/// A connection whose kind is known.
pub(crate) enum Connection {
    Entra(Box<Entra>),
    Okta(Box<Okta>),
}

impl Connection {
    fn reader(&self) -> &dyn DirectoryReader {
        match self {
            Connection::Entra(entra) => entra.as_ref(),
            Connection::Okta(okta) => okta.as_ref(),
        }
    }

    /// Whether anything answers there as the provider does. Whether it likes our tenant is the matter of later stages.
    async fn reach(&self) -> Result<Outcome, ProviderError> {
        match self {
            Connection::Entra(entra) => {
                match entra.tenant_id().await {
                    Ok(_) | Err(ProviderError::TenantNotFound { .. } | ProviderError::WrongCloud { .. }) => {}
                    Err(ProviderError::SignInRefused { .. }) => {}
                    Err(ProviderError::NameNotFound { host, .. }) => {
                        return Ok(Outcome::failed(
                            String::new(),
                            crate::advice::cloud_not_found(&host),
                        ));
                    }
                    Err(error) => return Err(error),
                }
                let host = entra.discovery.host_str().unwrap_or_default();
                Ok(Outcome::passed(format!("{host} answers.")))
            }
            Connection::Okta(okta) => {
                okta.org_id().await?;
                Ok(Outcome::passed(format!("{} answers as Okta.", okta.domain)))
            }
        }
    }

    async fn sign_in(&self, now: Timestamp) -> Result<Outcome, ProviderError> {
        match self {
            Connection::Entra(entra) => {
                entra.fetch.sign.token().await?;
                if let EntraCredential::Certificate { certificate, .. } = &entra.fetch.sign.credential
                    && certificate.expires - now < TimeDelta::days(EXPIRY_NOTICE_DAYS)
                {
                    return Ok(Outcome::warning(
                        "Signed in, with a certificate that expires soon.".to_owned(),
                        ProviderError::CertificateExpired {
                            at: certificate.expires,
                        }
                        .advice(),
                    )
                    .with_problem(format!(
                        "The certificate expires on {}.",
                        certificate.expires.format("%-d %B %Y")
                    )));
                }
            }
            Connection::Okta(okta) => {
                okta.fetch.sign.sign_in().await?;
                // An API token shows only by being used. Whether it may read people is the matter of a later stage.
                let call = Call::get("users", okta.fetch.url("api/v1/users", "limit=1"));
                match okta.fetch.answer(&call, Reading::Users).await {
                    Ok(_) | Err(ProviderError::PermissionMissing { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(Outcome::passed(
            "The provider accepts the application.".to_owned(),
        ))
    }
}

/// What a stage found.
struct Outcome {
    verdict: Verdict,
    seen: String,
    advice: Option<Advice>,
}

impl Outcome {
    fn passed(seen: String) -> Self {
        Self {
            verdict: Verdict::Passed,
            seen,
            advice: None,
        }
    }
    fn warning(seen: String, advice: Advice) -> Self {
        Self {
            verdict: Verdict::Warning,
            seen,
            advice: Some(advice),
        }
    }
    fn failed(seen: String, advice: Advice) -> Self {
        Self {
            verdict: Verdict::Failed,
            seen,
            advice: Some(advice),
        }
    }
    fn with_problem(mut self, problem: String) -> Self {
        if let Some(advice) = &mut self.advice {
            advice.problem = problem;
        }
        self
    }
}

/// The test under way.
struct Test<'a> {
    report: ConnectionReport,
    mapping: &'a DataMapping,
    scope: &'a Scope,
    /// Somebody to show: from the chosen groups if possible.
    somebody: Option<ObjectId>,
}

/// Runs every stage that makes sense after the ones before it.
pub(crate) async fn run(
    connection: Result<Connection, ProviderError>,
    mapping: &DataMapping,
    scope: &Scope,
    clock: &dyn Clock,
) -> ConnectionReport {
    let at = clock.now();
    let mut test = Test {
        report: ConnectionReport {
            at,
            stages: Vec::new(),
            sample: None,
            tenant_id: None,
            tenant_name: None,
        },
        mapping,
        scope,
        somebody: None,
    };
    match connection {
        Ok(connection) => test.all(&connection, at).await,
        Err(error) => test.not_even_tried(&error),
    }
    test.rest_not_run();
    test.report
}

impl Test<'_> {
    async fn all(&mut self, connection: &Connection, now: Timestamp) {
        let begun = Instant::now();
        if !self.note(Stage::Reach, begun, connection.reach().await) {
            return;
        }
        let begun = Instant::now();
        if !self.note(Stage::Token, begun, connection.sign_in(now).await) {
            return;
        }
        let reader = connection.reader();
        let begun = Instant::now();
        let outcome = self.tenant(reader).await;
        if !self.note(Stage::Tenant, begun, outcome) {
            return;
        }
        let begun = Instant::now();
        let outcome = self.users(reader).await;
        if !self.note(Stage::ReadUsers, begun, outcome) {
            return;
        }
        // Users without groups are still worth looking at (C-09), so this one does not stop the test.
        let begun = Instant::now();
        let outcome = self.groups(reader).await;
        self.note(Stage::ReadGroups, begun, outcome);
        let begun = Instant::now();
        let outcome = self.attributes(reader).await;
        self.note(Stage::ReadAttributes, begun, outcome);
    }

    /// Writes a stage down. Whether the test goes on.
    fn note(&mut self, stage: Stage, begun: Instant, outcome: Result<Outcome, ProviderError>) -> bool {
        let outcome = outcome.unwrap_or_else(|error| {
            let advice = error.advice();
            tracing::info!(stage = stage.code(), error = %error, "connection test: stage failed");
            Outcome::failed(String::new(), advice)
        });
        self.report.stages.push(StageResult {
            stage,
            verdict: outcome.verdict,
            took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            seen: outcome.seen,
            advice: outcome.advice,
        });
        outcome.verdict != Verdict::Failed
    }

    /// What was entered cannot be used: a wrong host is a matter of reaching, anything else of signing in.
    fn not_even_tried(&mut self, error: &ProviderError) {
        let advice = error.advice();
        let of_host = matches!(advice.field.as_deref(), Some("tenant" | "cloud"))
            || matches!(error, ProviderError::Tls { .. });
        if !of_host {
            self.report.stages.push(not_run(Stage::Reach));
        }
        self.report.stages.push(StageResult {
            stage: if of_host { Stage::Reach } else { Stage::Token },
            verdict: Verdict::Failed,
            took_ms: 0,
            seen: String::new(),
            advice: Some(advice),
        });
    }

    fn rest_not_run(&mut self) {
        for stage in Stage::ALL {
            if !self.report.stages.iter().any(|done| done.stage == *stage) {
                self.report.stages.push(not_run(*stage));
            }
        }
    }

    async fn tenant(&mut self, reader: &dyn DirectoryReader) -> Result<Outcome, ProviderError> {
        let tenant = reader.tenant().await?;
        let seen = if tenant.name == tenant.id {
            format!("Organisation {}.", tenant.id)
        } else {
            format!("{} ({}).", tenant.name, tenant.id)
        };
        self.report.tenant_id = Some(tenant.id);
        self.report.tenant_name = Some(tenant.name);
        Ok(Outcome::passed(seen))
    }

    async fn users(&mut self, reader: &dyn DirectoryReader) -> Result<Outcome, ProviderError> {
        let page = reader.users(&[], None).await?;
        let first: Vec<&DirectoryUser> = page
            .items
            .iter()
            .filter_map(|entry| match entry {
                UserEntry::Present(user) => Some(user),
                UserEntry::Removed { .. } => None,
            })
            .collect();
        let works = |user: &&&DirectoryUser| {
            user.status.standing() == domain::directory::Standing::Works && !user.guest
        };
        self.somebody = first
            .iter()
            .find(works)
            .or(first.first())
            .map(|user| user.object_id.clone());
        let more = matches!(page.next, Next::Page(_));
        if first.is_empty() && !more {
            return Ok(nobody_visible());
        }
        // The count is a nicety: when it cannot be had, the first page speaks for itself.
        let seen = match reader.user_count().await {
            Ok(Some(count)) => format!("{count} users can be read."),
            _ if more => format!("{} users and more can be read.", first.len()),
            _ => format!("{} users can be read.", first.len()),
        };
        Ok(Outcome::passed(seen))
    }

    async fn groups(&mut self, reader: &dyn DirectoryReader) -> Result<Outcome, ProviderError> {
        let page = match reader.groups(None).await {
            Ok(page) => page,
            // C-09: users yes, groups no. Without chosen groups that is a partial pass; with them nothing would work.
            Err(error @ ProviderError::PermissionMissing { .. }) if self.scope.groups.is_empty() => {
                return Ok(Outcome::warning(
                    "Users can be read, groups cannot: group sync and scope groups will not work.".to_owned(),
                    error.advice(),
                ));
            }
            Err(error) => return Err(error),
        };
        let more = if matches!(page.next, Next::Page(_)) {
            " and more"
        } else {
            ""
        };
        let seen = format!("{} groups{more} can be read.", page.items.len());
        if self.scope.groups.is_empty() {
            return Ok(Outcome::warning(seen, nobody_chosen()));
        }
        self.scope_groups(reader, seen).await
    }

    /// Whether the chosen groups exist, show their members and have any (C-10, C-23).
    async fn scope_groups(
        &mut self,
        reader: &dyn DirectoryReader,
        seen: String,
    ) -> Result<Outcome, ProviderError> {
        let mut people = 0_usize;
        let mut more = false;
        let mut trouble: Option<ProviderError> = None;
        let mut member = None;
        for group in self.scope.groups.iter().take(GROUPS_LOOKED_AT) {
            match reader.members(&group.object_id, self.scope.nested, None).await {
                Ok(page) => {
                    let mut users = page.items.into_iter().filter(|member| member.is_user);
                    if let Some(first) = users.next() {
                        people += 1 + users.count();
                        member.get_or_insert(first.object_id);
                    }
                    more |= matches!(page.next, Next::Page(_));
                }
                Err(error @ (ProviderError::NotFound { .. } | ProviderError::HiddenMembers { .. })) => {
                    trouble.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        if let Some(member) = member {
            self.somebody = Some(member);
        }
        let at_least = if more { "at least " } else { "" };
        let seen = format!("{seen} The chosen groups have {at_least}{people} members.");
        Ok(match trouble {
            Some(error) if people > 0 || more => Outcome::warning(seen, error.advice()),
            Some(error) => Outcome::failed(seen, error.advice()),
            None if people == 0 && !more => Outcome::failed(seen, nobody_in_scope()),
            None => Outcome::passed(seen),
        })
    }

    async fn attributes(&mut self, reader: &dyn DirectoryReader) -> Result<Outcome, ProviderError> {
        let attributes = self.mapping.attributes();
        let Some(id) = self.somebody.clone() else {
            return Ok(nobody_visible());
        };
        let Some(user) = reader.user(&attributes, &id).await? else {
            return Err(ProviderError::NotFound {
                what: Reading::Users,
                id: id.to_string(),
            });
        };
        let values: Vec<(String, Option<String>)> = attributes
            .iter()
            .map(|name| {
                (
                    name.clone(),
                    user.attributes.get(name).and_then(AttributeValue::to_text),
                )
            })
            .collect();
        let filled = values.iter().filter(|(_, value)| value.is_some()).count();
        let seen = format!(
            "{filled} of {} mapped attributes have a value for this person.",
            values.len()
        );
        self.report.sample = Some(SamplePerson {
            name: user
                .display_name
                .clone()
                .unwrap_or_else(|| user.principal_name.clone()),
            object_id: user.object_id,
            values,
        });
        if filled == 0 && !attributes.is_empty() {
            // C-11: everything empty is a missing permission, not a person without properties.
            let error = ProviderError::OnlyIds {
                provider: reader.provider(),
                what: Reading::Users,
            };
            return Ok(Outcome::failed(seen, error.advice()));
        }
        let known = reader.attribute_names().await.unwrap_or_default();
        let unknown = attributes.iter().find(|name| {
            let came = self
                .report
                .sample
                .iter()
                .flat_map(|sample| &sample.values)
                .any(|(n, v)| n == *name && v.is_some());
            !came && !known.may_have(name)
        });
        Ok(match unknown {
            Some(name) => Outcome::warning(
                seen,
                ProviderError::AttributeUnknown { name: name.clone() }.advice(),
            ),
            None => Outcome::passed(seen),
        })
    }
}

fn not_run(stage: Stage) -> StageResult {
    StageResult {
        stage,
        verdict: Verdict::NotRun,
        took_ms: 0,
        seen: String::new(),
        advice: None,
    }
}

fn sentence(problem: &str, cure: &str) -> Advice {
    Advice {
        problem: problem.to_owned(),
        cure: cure.to_owned(),
        field: None,
        permission: None,
        code: None,
    }
}

fn nobody_visible() -> Outcome {
    Outcome::failed(
        "0 users can be read.".to_owned(),
        sentence(
            "The connection works, but not one person can be read.",
            "The directory is empty, or the application or API token is limited to a part of it that holds nobody.",
        ),
    )
}

/// C-23
fn nobody_in_scope() -> Advice {
    Advice {
        field: Some("scope".to_owned()),
        ..sentence(
            "Connected, but nobody is in scope: the chosen groups have no members.",
            "Choose other groups, or add people to them in the directory.",
        )
    }
}

/// C-23, before any group was chosen.
fn nobody_chosen() -> Advice {
    Advice {
        field: Some("scope".to_owned()),
        ..sentence(
            "Connected, but nobody is in scope yet.",
            "Choose the groups whose members are to be synchronised.",
        )
    }
}
