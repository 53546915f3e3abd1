//! The mail server that delivers to nobody.

use simulator::MailServer;
use std::net::{IpAddr, Ipv4Addr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn a_letter_handed_in_by_smtp_is_shown_on_the_page() {
    let server = MailServer::start(IpAddr::V4(Ipv4Addr::LOCALHOST))
        .await
        .expect("started");
    let mut stream = TcpStream::connect(server.smtp).await.expect("connected");
    let letter = "EHLO test\r\nDATA\r\nMAIL FROM:<a@vendor.example>\r\nRCPT TO:<b@contoso.example>\r\nDATA\r\n\
        From: a@vendor.example\r\nTo: b@contoso.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <1@x>\r\n\
        \r\nhttps://console.example/c\r\n..dotted\r\n.\r\nQUIT\r\n";
    stream.write_all(letter.as_bytes()).await.expect("written");
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.expect("read");
    let codes: Vec<&str> = answers.lines().filter_map(|line| line.get(..4)).collect();
    assert_eq!(
        codes,
        [
            "220 ", "250-", "250-", "250 ", "503 ", "250 ", "250 ", "354 ", "250 ", "221 "
        ]
    );
    let letters = server.letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].subject, "Grüße");
    assert_eq!(
        (letters[0].message_id.as_str(), letters[0].to.as_slice()),
        ("1@x", &["b@contoso.example".to_owned()][..])
    );
    assert!(letters[0].text.contains("\n.dotted"), "{:?}", letters[0].text);
    let page = |path: &str| {
        let address = format!("http://{}{path}", server.web);
        async move {
            reqwest::get(address)
                .await
                .expect("an answer")
                .text()
                .await
                .expect("a text")
        }
    };
    assert!(page("/").await.contains("Grüße"));
    assert!(
        page("/letters/1")
            .await
            .contains("<a href=\"https://console.example/c\">")
    );
    assert!(page("/letters/2").await.contains("no such letter"));
    assert!(page("/letters.json").await.contains("\"subject\":\"Grüße\""));
}
