//! Pages of a checked user mapping of a million lines, as the services make them for the browser.

use std::time::{Duration, Instant};

use domain::deployment::ExistingDirectory;
use domain::sync::RunKind;
use domain::user_mapping::{MappingOutcome, MappingState, MappingSummary};
use services::user_mapping::MappingFilter;
use simulator::Simulator;

use crate::full::{Failure, Product, SLUG, timed};
use crate::mapping::file;

const LINES: u32 = 1_000_000;
/// Pages that are turned; the slowest counts.
const TURNED: usize = 20;

pub(crate) async fn run(simulator: &Simulator, database: Option<&str>) -> Result<(), Failure> {
    let product = Product::start(simulator, database).await?;
    let (services, actor) = (&product.services, &product.actor);
    timed(services, actor, RunKind::TestSync).await?;
    services
        .answer_existing(actor, SLUG, ExistingDirectory::Existing, "A benchmark.")
        .await?;
    let mut upload = services.begin_mapping_upload(actor, SLUG, "people.csv").await?;
    for part in file(LINES).as_bytes().chunks(1 << 16) {
        upload.push(part).await?;
    }
    upload.finish().await?;
    let summary = checked(&product).await?;
    let group = summary
        .groups
        .iter()
        .max_by_key(|group| group.lines)
        .ok_or("nothing was found")?;
    let about = (group.example.code, group.example.severity, group.about.as_str());
    println!(
        "\npages of a user mapping of {LINES} lines, of which {} have the same finding; the slowest of {TURNED}\n",
        group.lines
    );
    let mut slowest = Duration::ZERO;
    let mut after = None;
    for _ in 0..TURNED {
        let begun = Instant::now();
        let page = services
            .mapping_findings(actor, SLUG, 1, about, after.as_deref())
            .await?;
        slowest = slowest.max(begun.elapsed());
        after = page.next;
    }
    told("a page of findings", slowest);
    let filter = MappingFilter::default();
    let mut slowest = Duration::ZERO;
    for page in 0..TURNED {
        let after = (page * 50_000).to_string();
        let begun = Instant::now();
        services
            .mapping_rows(actor, SLUG, 1, &filter, Some(&after))
            .await?;
        slowest = slowest.max(begun.elapsed());
    }
    told("a page of all lines", slowest);
    let mut slowest = Duration::ZERO;
    for _ in 0..TURNED {
        let begun = Instant::now();
        services.user_mapping(actor, SLUG).await?;
        slowest = slowest.max(begun.elapsed());
    }
    told("the step itself", slowest);
    product.end().await
}

fn told(what: &str, slowest: Duration) {
    println!("{what:<24} {:>6.1} ms", slowest.as_secs_f64() * 1_000.0);
}

async fn checked(product: &Product) -> Result<Box<MappingSummary>, Failure> {
    loop {
        let view = product.services.user_mapping(&product.actor, SLUG).await?;
        let version = view.version.ok_or("no version")?;
        match version.outcome {
            Some(MappingOutcome::Checked(summary)) => return Ok(summary),
            _ if version.state == MappingState::Checking => {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            other => return Err(format!("the file was not checked: {other:?}").into()),
        }
    }
}
