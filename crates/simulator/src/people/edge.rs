//! The first people of every directory, written by hand: the chief executive, the heads of the twelve
//! departments, and one person for each awkward case of the domain.

use super::record::Status;

/// What is special about a person, beyond their name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quirk {
    Plain,
    /// A guest who accepted (I-12).
    Guest,
    /// A guest who has not accepted yet (I-13).
    PendingGuest,
    /// `accountEnabled` false (L-01).
    Disabled,
    /// `accountEnabled` null, `userType` null (nullable in the CSDL).
    Unknown,
    /// No mailbox (I-14).
    NoMail,
    /// Their mail is another one than the principal name.
    Mail(&'static str),
    /// A mailbox, room or test account (I-16).
    Service,
    /// Synchronised from an on-premises directory.
    Synced,
    /// Formerly synchronised: `onPremisesSyncEnabled` false.
    FormerlySynced,
    /// Markup in the job title (B-10).
    Markup,
    /// A spreadsheet formula as department.
    Formula,
    /// White space around values (B-11).
    Spaces,
    /// Their own manager (section 3.9).
    OwnManager,
    /// Manager of the one who manages them.
    Manager(usize),
    /// Their manager is an organisational contact.
    ContactManager,
    /// Every attribute filled.
    Full,
    /// Nothing but what Entra demands.
    Bare,
}

/// One hand-written person.
#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) given: Option<&'static str>,
    pub(crate) surname: Option<&'static str>,
    pub(crate) shown: &'static str,
    /// The part before the `@`; for guests the mail address.
    pub(crate) local: &'static str,
    pub(crate) quirk: Quirk,
    pub(crate) status: Status,
}

const fn edge(
    given: &'static str,
    surname: &'static str,
    shown: &'static str,
    local: &'static str,
    quirk: Quirk,
    status: Status,
) -> Edge {
    Edge {
        given: if given.is_empty() { None } else { Some(given) },
        surname: if surname.is_empty() { None } else { Some(surname) },
        shown,
        local,
        quirk,
        status,
    }
}

const fn plain(given: &'static str, surname: &'static str, shown: &'static str, local: &'static str) -> Edge {
    edge(given, surname, shown, local, Quirk::Plain, Status::Active)
}

const fn odd(
    given: &'static str,
    surname: &'static str,
    shown: &'static str,
    local: &'static str,
    quirk: Quirk,
) -> Edge {
    edge(given, surname, shown, local, quirk, Status::Active)
}

/// Given name of the longest person: 64 characters, the limit of `givenName`.
const LONG_GIVEN: &str = "Maximiliana Philippina Konstantia Theodora Elisabetha Wilhelmina";
/// Surname of the longest person: 64 characters, the limit of `surname`.
const LONG_SURNAME: &str = "von und zu Hohenzollern-Sigmaringen-Schleswig-Holstein-Sonderbur";
const LONG_SHOWN: &str = "Maximiliana Philippina Konstantia Theodora Elisabetha Wilhelmina von und zu Hohenzollern-Sigmaringen-Schleswig-Holstein-Sonderbur";

/// The hand-written people, by position. Position 0 is at the top, 1 to 12 head the departments.
pub(crate) const EDGES: [Edge; 46] = [
    plain("Margaret", "Ashworth", "Margaret Ashworth", "margaret.ashworth"),
    plain(
        "Zoë",
        "Müller-Lüdenscheid",
        "Zoë Müller-Lüdenscheid",
        "zoe.mueller-luedenscheid",
    ),
    plain("François", "Lefèvre", "François Lefèvre", "francois.lefevre"),
    plain(
        "Seán",
        "Ó Súilleabháin",
        "Seán Ó Súilleabháin",
        "sean.osuilleabhain",
    ),
    plain(
        "Αικατερίνη",
        "Παπαδοπούλου",
        "Αικατερίνη Παπαδοπούλου",
        "aikaterini.papadopoulou",
    ),
    plain("Владимир", "Кузнецов", "Владимир Кузнецов", "vladimir.kuznetsov"),
    plain("太郎", "山田", "山田 太郎", "taro.yamada"),
    plain("小明", "王", "王小明", "xiaoming.wang"),
    plain("محمد", "العلي", "محمد العلي", "mohammed.alali"),
    plain(
        "Thị Minh Khai",
        "Nguyễn",
        "Nguyễn Thị Minh Khai",
        "minhkhai.nguyenthi",
    ),
    plain("İbrahim", "Yıldız", "İbrahim Yıldız", "ibrahim.yildiz"),
    plain("Þórunn", "Jónsdóttir", "Þórunn Jónsdóttir", "thorunn.jonsdottir"),
    plain("अनिल", "शर्मा", "अनिल शर्मा", "anil.sharma.blr"),
    plain(LONG_GIVEN, LONG_SURNAME, LONG_SHOWN, "maximiliana.hohenzollern"),
    // Mononyms (I-15): only a surname, only a given name, neither.
    plain("", "Suharto", "Suharto", "suharto"),
    plain("Björk", "", "Björk", "bjork"),
    odd("", "", "Reception desk", "reception", Quirk::Service),
    // Two people, one display name (2.3 duplicates).
    plain("John", "Smith", "John Smith", "john.smith"),
    plain("John", "Smith", "John Smith", "john.smith2"),
    odd(
        "Lena",
        "Vogt",
        "Lena Vogt (Fabrikam)",
        "lena.vogt@fabrikam.com",
        Quirk::Guest,
    ),
    odd(
        "Rasheed",
        "Okafor",
        "Rasheed Okafor",
        "r.okafor@northwind.example",
        Quirk::PendingGuest,
    ),
    edge(
        "Colin",
        "Baxter",
        "Colin Baxter",
        "colin.baxter",
        Quirk::Disabled,
        Status::Suspended,
    ),
    odd("Ivy", "Thornton", "Ivy Thornton", "ivy.thornton", Quirk::NoMail),
    odd(
        "Chidi",
        "Okonkwo",
        "Chidi Okonkwo",
        "okonkwo.c",
        Quirk::Mail("chidi.okonkwo@contoso.com"),
    ),
    plain("Siobhán", "O'Brien", "Siobhán O'Brien", "siobhan.o'brien"),
    plain(
        "Mary-Jane",
        "Watson-Parker",
        "Mary-Jane Watson-Parker",
        "MaryJane.Watson-Parker",
    ),
    odd(
        "Legacy",
        "Userman",
        "Legacy Userman",
        "legacy.userman@contoso.onmicrosoft.com",
        Quirk::Mail("legacy.userman@contoso.com"),
    ),
    edge(
        "",
        "",
        "Sales enquiries",
        "sales",
        Quirk::Disabled,
        Status::Deprovisioned,
    ),
    odd("", "", "Meeting room Elbe", "room.elbe", Quirk::Service),
    odd(
        "Test",
        "Testsson",
        "Test Testsson",
        "test.testsson",
        Quirk::Service,
    ),
    odd("Nola", "Null", "Nola Null", "nola.null", Quirk::Unknown),
    odd(
        "Robert",
        "Tables",
        "Robert Tables",
        "robert.tables",
        Quirk::Markup,
    ),
    odd("Calc", "Formula", "Calc Formula", "calc.formula", Quirk::Formula),
    odd(
        "Wendy",
        "Whitespace",
        "Wendy  Whitespace",
        "wendy.whitespace",
        Quirk::Spaces,
    ),
    // A character of four UTF-8 bytes: Graph has it, Okta cannot (G-20).
    plain("Robin", "Park", "Robin \u{1F680} Park", "robin.park"),
    plain("דוד", "כהן", "דוד כהן (David Cohen)", "david.cohen"),
    // The same name composed and decomposed.
    plain(
        "Jose\u{301}",
        "Valde\u{301}s",
        "Jose\u{301} Valde\u{301}s",
        "jose.valdes",
    ),
    plain("José", "Valdés", "José Valdés", "jose.valdes2"),
    // An administrator's second account with the first one's mailbox (I-09).
    odd(
        "Margaret",
        "Ashworth",
        "Margaret Ashworth (admin)",
        "adm-ashworth",
        Quirk::Mail("margaret.ashworth@contoso.com"),
    ),
    edge(
        "Stella",
        "Staged",
        "Stella Staged",
        "stella.staged",
        Quirk::Synced,
        Status::Staged,
    ),
    edge(
        "Piotr",
        "Nowicki",
        "Piotr Nowicki",
        "piotr.nowicki",
        Quirk::FormerlySynced,
        Status::Provisioned,
    ),
    edge(
        "Ludo",
        "Ownman",
        "Ludo Ownman",
        "ludo.ownman",
        Quirk::OwnManager,
        Status::LockedOut,
    ),
    edge(
        "Cyril",
        "Circle",
        "Cyril Circle",
        "cyril.circle",
        Quirk::Manager(43),
        Status::PasswordExpired,
    ),
    edge(
        "Cora",
        "Circle",
        "Cora Circle",
        "cora.circle",
        Quirk::Manager(42),
        Status::Recovery,
    ),
    odd(
        "Emil",
        "Extern",
        "Emil Extern",
        "emil.extern",
        Quirk::ContactManager,
    ),
    odd(
        "Vera",
        "Vollständig",
        "Vera Vollständig",
        "vera.vollstaendig",
        Quirk::Full,
    ),
];

/// The person of whom nothing but the demanded attributes is known.
pub(crate) const BARE: usize = EDGES.len();
/// First position of the people made from tables.
pub(crate) const FIRST_GENERATED: usize = EDGES.len() + 1;

/// The hand-written person at a position.
pub(crate) fn at(index: usize) -> Option<&'static Edge> {
    const NOBODY: Edge = odd("", "", "bare", "bare", Quirk::Bare);
    if index == BARE {
        Some(&NOBODY)
    } else {
        EDGES.get(index)
    }
}
