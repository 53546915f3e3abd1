//! Letters by SMTP, handed to a real socket.

use std::net::{IpAddr, Ipv4Addr};

use domain::Timestamp;
use domain::ids::{Id, LetterId};
use server::config::MailServer;
use server::smtp::Smtp;
use services::mail::{Mailer, OutgoingLetter};

fn smtp(address: std::net::SocketAddr) -> Smtp {
    let server = MailServer {
        server: format!("smtp://{address}").parse().expect("an address"),
        from: "User Sync <sync@vendor.example>".parse().expect("an address"),
        credentials: None,
        plain: true,
    };
    Smtp::new(server, "console.example")
}

fn letter(to: &str) -> OutgoingLetter {
    OutgoingLetter {
        id: LetterId::at(Timestamp::UNIX_EPOCH, [7; 10]),
        to_name: "Jürgen “J” Bröck".to_owned(),
        to_email: to.to_owned(),
        subject: "Größe: Run 12 is held".to_owned(),
        text: "Grüße\nhttps://console.example/c/contoso/runs/12".into(),
        html: "<p>Grüße</p>".into(),
    }
}

#[tokio::test]
async fn a_letter_arrives_whole_under_a_message_id_of_its_own() {
    let mailbox = simulator::MailServer::start(IpAddr::V4(Ipv4Addr::LOCALHOST))
        .await
        .expect("started");
    let smtp = smtp(mailbox.smtp);
    smtp.try_out().await.expect("it answers");
    let letter = letter("j.broeck@contoso.example");
    smtp.send(&letter).await.expect("taken");
    let arrived = mailbox.letters();
    assert_eq!(arrived.len(), 1);
    let arrived = &arrived[0];
    assert_eq!(arrived.subject, letter.subject);
    assert_eq!(arrived.to, ["j.broeck@contoso.example"]);
    assert_eq!(arrived.from, "sync@vendor.example");
    assert_eq!(arrived.message_id, format!("{}@console.example", letter.id));
    // Lines end in CRLF on the wire (RFC 5322, 2.1).
    let text = arrived.text.replace("\r\n", "\n");
    assert!(
        text.contains("Grüße\nhttps://console.example/c/contoso/runs/12"),
        "{text:?}"
    );
    assert!(arrived.html.contains("<p>Grüße</p>"));
}

#[tokio::test]
async fn a_server_that_is_away_may_come_back_and_a_wrong_address_never_gets_right() {
    let away = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("its address")
    };
    let failed = smtp(away)
        .send(&letter("a@b.example"))
        .await
        .expect_err("nobody is there");
    assert!(!failed.is_final, "{failed:?}");
    let failed = smtp(away)
        .send(&letter("nobody at home"))
        .await
        .expect_err("no address");
    assert!(failed.is_final, "{failed:?}");
}
