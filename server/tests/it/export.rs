//! Lists to take away.

use domain::Actor;
use http::StatusCode;
use services::NewLocalAccount;
use services::audit::Chain;

use crate::app::TestApp;

async fn with_accounts(n: usize) -> (TestApp, String) {
    let app = TestApp::new().await.with_people().await;
    let mut accounts = vec![NewLocalAccount {
        username: "=cmd|' /C calc'!A0".into(),
        first_name: "+Änne".into(),
        surname: "O'Brien, Jr.".into(),
        email: "@anne@example.org".into(),
        ..NewLocalAccount::default()
    }];
    accounts.extend((1..n).map(|n| NewLocalAccount {
        username: format!("person{n:04}"),
        surname: format!("Surname {n:04}"),
        ..NewLocalAccount::default()
    }));
    let system = Actor::system("test");
    app.parties
        .services
        .create_local_accounts(&system, "contoso", &accounts)
        .await
        .expect("created");
    let cookie = app.sign_in("viewer@contoso.example").await;
    (app, cookie)
}

#[tokio::test]
async fn f_32_a_list_of_many_pages_is_whole_and_safe() {
    let (app, cookie) = with_accounts(173).await;
    let answer = app.get_as("/c/contoso/people.csv", Some(&cookie)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"contoso-people.csv\""
    );
    let text = answer.body.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 173);
    let dangerous = rows
        .iter()
        .find(|row| row[2].contains("cmd"))
        .expect("the account");
    assert_eq!(&dangerous[2], "'=cmd|' /C calc'!A0");
    assert_eq!(&dangerous[4 - 1], "'@anne@example.org");
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
    }
    let json = app.get_as("/c/contoso/people.json", Some(&cookie)).await.json();
    assert_eq!(json.as_array().map(Vec::len), Some(173));
}

#[tokio::test]
async fn p_07_the_mapping_to_fill_in_keeps_local_administrators() {
    let (app, cookie) = with_accounts(2).await;
    let rescue = NewLocalAccount {
        username: "rescue".into(),
        is_administrator: true,
        ..NewLocalAccount::default()
    };
    app.parties
        .services
        .create_local_accounts(&Actor::system("test"), "contoso", &[rescue])
        .await
        .expect("created");
    let path = "/c/contoso/user-mapping-template.csv";
    let answer = app.get_as(path, Some(&cookie)).await;
    let lines: Vec<&str> = answer.body.lines().collect();
    assert_eq!(lines.len(), 4, "{}", answer.body);
    assert!(
        lines.contains(&"rescue,rescue,Local,rescue,,Active,Local,,,"),
        "{lines:?}"
    );
    assert!(
        lines.contains(&"person0001,,,Surname 0001,,Active,Local,,,"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn a_list_is_narrowed_as_its_page_is() {
    let (app, cookie) = with_accounts(60).await;
    let count = async |query: &str| {
        let answer = app
            .get_as(&format!("/c/contoso/people.json?{query}"), Some(&cookie))
            .await;
        answer.json().as_array().map(Vec::len)
    };
    assert_eq!(count("search=surname+004").await, Some(10));
    assert_eq!(count("state=blocked").await, Some(0));
    assert_eq!(count("directory=local&state=active").await, Some(60));
    let unknown = app
        .get_as("/c/contoso/people.json?state=sleeping", Some(&cookie))
        .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND, "not silently everybody");
}

#[tokio::test]
async fn every_list_has_its_head_and_a_download_is_noted() {
    let (app, cookie) = with_accounts(1).await;
    for (path, head) in [
        ("/c/contoso/runs.csv", "number,kind,state,"),
        ("/c/contoso/found.csv", "object_id,name,"),
        ("/c/contoso/people.csv", "id,name,username,"),
        (
            "/c/contoso/user-mapping-template.csv",
            "existing_username,new_username,target_directory,",
        ),
    ] {
        let answer = app.get_as(path, Some(&cookie)).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        assert!(
            answer.body.starts_with(&format!("\u{feff}{head}")),
            "{path}: {}",
            answer.body
        );
    }
    let staff = app.sign_in("staff@vendor.example").await;
    let customers = app.get_as("/customers.csv", Some(&staff)).await;
    assert_eq!(customers.body.lines().count(), 3, "{}", customers.body);
    let none = app.get_as("/c/contoso/runs/9/changes.csv", Some(&cookie)).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);

    let mut tx = app.parties.db.read().await.expect("a transaction");
    let contoso = store::customers::by_slug(&mut tx, "contoso")
        .await
        .expect("read")
        .expect("there");
    let everything = store::audit::NarrowedAudit {
        actor: "",
        action: "",
        object: "",
        named: &[],
        from: domain::Timestamp::UNIX_EPOCH,
        until: app.parties.services.now() + chrono::TimeDelta::days(1),
    };
    let rows = store::audit::of_customer(&mut tx, contoso.id, everything, i64::MAX, 50)
        .await
        .expect("rows");
    let exports: Vec<_> = rows
        .iter()
        .filter(|row| row.action == "list.export")
        .map(|row| row.object.as_str())
        .collect();
    // Newest first; what was asked for and is not there is noted, too.
    assert_eq!(
        exports,
        [
            "changes of run 9",
            "user mapping to fill in",
            "people",
            "found",
            "runs"
        ]
    );
    drop(tx);
    let chain = app.parties.services.verify_audit().await.expect("verified");
    assert!(
        matches!(chain, Chain::Whole { rows, .. } if rows > 10),
        "{chain:?}"
    );
}

#[tokio::test]
async fn f_32_people_are_taken_away_in_the_columns_that_an_import_reads() {
    let (app, cookie) = with_accounts(1_100).await;
    let answer = app
        .get_as("/c/contoso/old-accounts/people.csv", Some(&cookie))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"contoso-people-file.csv\""
    );
    let text = answer.body.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heads: Vec<String> = reader
        .headers()
        .expect("heads")
        .iter()
        .map(str::to_owned)
        .collect();
    let expected = [
        "username",
        "first_name",
        "surname",
        "email",
        "telephone",
        "job_title",
        "department",
        "account_state",
        "directory",
    ];
    assert_eq!(heads, expected);
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 1_100, "more than one page");
    assert!(
        rows.iter()
            .any(|row| &row[0] == "'=cmd|' /C calc'!A0" && &row[1] == "'+Änne")
    );
    assert!(rows.iter().all(|row| &row[7] == "Yes" && &row[8] == "Local"));
    let refused = app
        .get_as("/c/contoso/old-accounts/refused.csv", Some(&cookie))
        .await;
    assert_eq!(refused.body, "\u{feff}line,problem\r\n", "nothing was uploaded");
}
