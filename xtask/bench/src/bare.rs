//! The least that any sync must do: download every page, parse it, insert it with one prepared statement into a table
//! with the same two unique keys. The limit the real one is measured against.

use std::borrow::Cow;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Deserialize;
use simulator::Simulator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, SqliteConnection};

const SELECT: &str = "id,userPrincipalName,mail,displayName,accountEnabled,userType,externalUserState,\
                      givenName,surname,businessPhones,jobTitle,department";

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    value: Vec<User<'a>>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    user_principal_name: Cow<'a, str>,
    #[serde(borrow)]
    mail: Option<Cow<'a, str>>,
    #[serde(borrow)]
    display_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    department: Option<Cow<'a, str>>,
    #[serde(borrow)]
    job_title: Option<Cow<'a, str>>,
}

pub(crate) struct Bare {
    pub(crate) took: Duration,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

pub(crate) async fn run(simulator: &Simulator) -> Result<Bare, Box<dyn std::error::Error>> {
    let client = reqwest::Client::builder().build()?;
    let token = sign_in(&client, simulator).await?;
    let folder = tempfile::tempdir()?;
    let mut database = table(&folder.path().join("bare.db")).await?;
    let begun = Instant::now();
    let mut next = Some(format!(
        "{}/v1.0/users?$top=999&$select={SELECT}",
        simulator.entra().graph_base
    ));
    while let Some(address) = next {
        let answer = client
            .get(address)
            .bearer_auth(&token)
            .send()
            .await?
            .error_for_status()?;
        let body = answer.bytes().await?;
        let page: Page<'_> = serde_json::from_slice(&body)?;
        insert(&mut database, &page.value).await?;
        next = page.next;
    }
    Ok(Bare {
        took: begun.elapsed(),
    })
}

async fn sign_in(
    client: &reqwest::Client,
    simulator: &Simulator,
) -> Result<String, Box<dyn std::error::Error>> {
    let entra = simulator.entra();
    let scope = format!("{}/.default", entra.graph_base);
    let form = [
        ("client_id", entra.client_id.as_str()),
        ("client_secret", entra.client_secret.as_str()),
        ("grant_type", "client_credentials"),
        ("scope", scope.as_str()),
    ];
    let address = format!("{}/{}/oauth2/v2.0/token", entra.login_base, entra.tenant_id);
    let token: Token = client
        .post(address)
        .form(&form)
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    Ok(token.access_token)
}

async fn table(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal);
    let mut database = SqliteConnection::connect_with(&options).await?;
    sqlx::raw_sql(
        "CREATE TABLE people (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, \
         mail TEXT, display_name TEXT, department TEXT, job_title TEXT) STRICT",
    )
    .execute(&mut database)
    .await?;
    Ok(database)
}

async fn insert(database: &mut SqliteConnection, people: &[User<'_>]) -> Result<(), sqlx::Error> {
    let mut tx = database.begin().await?;
    for user in people {
        sqlx::query(
            "INSERT INTO people (id, name, mail, display_name, department, job_title) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(user.id.as_ref())
        .bind(user.user_principal_name.as_ref())
        .bind(user.mail.as_deref())
        .bind(user.display_name.as_deref())
        .bind(user.department.as_deref())
        .bind(user.job_title.as_deref())
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await
}
