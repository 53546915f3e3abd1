//! The invented company: offices, departments, job titles.

/// An office of the company.
#[derive(Debug)]
pub(crate) struct Office {
    pub(crate) city: &'static str,
    pub(crate) state: Option<&'static str>,
    pub(crate) country: &'static str,
    /// ISO 3166-1 alpha-2, for `usageLocation` and Okta's `countryCode`.
    pub(crate) code: &'static str,
    pub(crate) street: &'static str,
    pub(crate) postal: &'static str,
    /// Beginning of the office's telephone numbers.
    pub(crate) phone: &'static str,
    pub(crate) time_zone: &'static str,
}

type OfficeRow = (
    &'static str,
    Option<&'static str>,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const fn office(row: OfficeRow) -> Office {
    let (city, state, country, code, street, postal, phone, time_zone) = row;
    Office {
        city,
        state,
        country,
        code,
        street,
        postal,
        phone,
        time_zone,
    }
}

/// Where people work; `Language::office` points into this list.
pub(crate) const OFFICES: [Office; 12] = [
    office((
        "Brighton",
        Some("East Sussex"),
        "United Kingdom",
        "GB",
        "14 Queens Road",
        "BN1 3WA",
        "+44 1273 555",
        "Europe/London",
    )),
    office((
        "München",
        Some("Bayern"),
        "Germany",
        "DE",
        "Leopoldstraße 21",
        "80802",
        "+49 89 5550",
        "Europe/Berlin",
    )),
    office((
        "Lyon",
        None,
        "France",
        "FR",
        "8 rue de la République",
        "69002",
        "+33 4 72 55 50",
        "Europe/Paris",
    )),
    office((
        "Málaga",
        Some("Andalucía"),
        "Spain",
        "ES",
        "Calle Larios 3",
        "29005",
        "+34 952 555",
        "Europe/Madrid",
    )),
    office((
        "Łódź",
        None,
        "Poland",
        "PL",
        "ul. Piotrkowska 104",
        "90-926",
        "+48 42 555",
        "Europe/Warsaw",
    )),
    office((
        "Malmö",
        Some("Skåne"),
        "Sweden",
        "SE",
        "Stortorget 9",
        "211 22",
        "+46 40 555",
        "Europe/Stockholm",
    )),
    office((
        "İstanbul",
        None,
        "Türkiye",
        "TR",
        "İstiklal Caddesi 55",
        "34433",
        "+90 212 555",
        "Europe/Istanbul",
    )),
    office((
        "Αθήνα",
        Some("Αττική"),
        "Greece",
        "GR",
        "Ερμού 12",
        "105 63",
        "+30 21 0555",
        "Europe/Athens",
    )),
    office((
        "東京",
        Some("東京都"),
        "Japan",
        "JP",
        "千代田区丸の内1-1",
        "100-0005",
        "+81 3 5550",
        "Asia/Tokyo",
    )),
    office((
        "Singapore",
        None,
        "Singapore",
        "SG",
        "1 Raffles Place",
        "048616",
        "+65 6555",
        "Asia/Singapore",
    )),
    office((
        "Dubai",
        None,
        "United Arab Emirates",
        "AE",
        "Sheikh Zayed Road 40",
        "00000",
        "+971 4 555",
        "Asia/Dubai",
    )),
    office((
        "Bengaluru",
        Some("Karnataka"),
        "India",
        "IN",
        "100 Feet Road 7",
        "560038",
        "+91 80 5550",
        "Asia/Kolkata",
    )),
];

/// A department with its titles from the head down.
#[derive(Debug)]
pub(crate) struct Department {
    pub(crate) name: &'static str,
    /// Title of its head, then of a team leader, then of everybody else.
    pub(crate) head: &'static str,
    pub(crate) leader: &'static str,
    pub(crate) titles: [&'static str; 4],
}

const fn department(
    name: &'static str,
    head: &'static str,
    leader: &'static str,
    titles: [&'static str; 4],
) -> Department {
    Department {
        name,
        head,
        leader,
        titles,
    }
}

/// The twelve departments; department `d` is headed by person `d + 1`.
pub(crate) const DEPARTMENTS: [Department; 12] = [
    department(
        "Sales",
        "Chief Sales Officer",
        "Regional Sales Manager",
        [
            "Account Manager",
            "Sales Engineer",
            "Sales Assistant",
            "Key Account Manager",
        ],
    ),
    department(
        "Marketing",
        "Chief Marketing Officer",
        "Brand Manager",
        [
            "Copywriter",
            "Campaign Manager",
            "Graphic Designer",
            "Market Analyst",
        ],
    ),
    department(
        "Engineering",
        "Chief Technology Officer",
        "Engineering Manager",
        [
            "Software Engineer",
            "Senior Software Engineer",
            "Test Engineer",
            "Site Reliability Engineer",
        ],
    ),
    department(
        "Finance",
        "Chief Financial Officer",
        "Financial Controller",
        [
            "Accountant",
            "Payroll Clerk",
            "Internal Auditor",
            "Financial Analyst",
        ],
    ),
    department(
        "Operations",
        "Chief Operating Officer",
        "Operations Manager",
        [
            "Logistics Planner",
            "Buyer",
            "Warehouse Supervisor",
            "Process Analyst",
        ],
    ),
    department(
        "Research & Development",
        "Director of Research",
        "Principal Scientist",
        [
            "Research Scientist",
            "Laboratory Technician",
            "Data Scientist",
            "Product Developer",
        ],
    ),
    department(
        "Manufacturing",
        "Plant Director",
        "Production Manager",
        [
            "Machine Operator",
            "Quality Inspector",
            "Maintenance Technician",
            "Process Engineer",
        ],
    ),
    department(
        "Customer Service",
        "Head of Customer Service",
        "Support Team Leader",
        [
            "Support Agent",
            "Customer Success Manager",
            "Complaints Handler",
            "Service Planner",
        ],
    ),
    department(
        "Human Resources",
        "Chief People Officer",
        "HR Business Partner",
        [
            "Recruiter",
            "HR Administrator",
            "Learning Specialist",
            "Compensation Analyst",
        ],
    ),
    department(
        "Information Technology",
        "Chief Information Officer",
        "IT Manager",
        [
            "System Administrator",
            "Network Engineer",
            "Service Desk Analyst",
            "Security Analyst",
        ],
    ),
    department(
        "Legal",
        "General Counsel",
        "Senior Counsel",
        [
            "Legal Counsel",
            "Paralegal",
            "Compliance Officer",
            "Contract Manager",
        ],
    ),
    department(
        "Facilities",
        "Head of Facilities",
        "Facilities Manager",
        ["Caretaker", "Receptionist", "Space Planner", "Security Guard"],
    ),
];

/// The company's name in `companyName` and Okta's `organization`.
pub(crate) const COMPANY: &str = "Contoso";
/// Mail and principal-name domain.
pub(crate) const DOMAIN: &str = "contoso.com";
/// The tenant's initial domain; guests' principal names end in it.
pub(crate) const INITIAL_DOMAIN: &str = "contoso.onmicrosoft.com";
/// Domains from which guests come.
pub(crate) const PARTNERS: [&str; 5] = [
    "fabrikam.com",
    "northwind.example",
    "tailspin.example",
    "wingtip.example",
    "adatum.example",
];
