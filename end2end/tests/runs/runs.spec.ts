// From a preview to a run that writes: held the first time, decided, watched, read.
import { brandNew, chooseGroup, connectedCustomer, newCustomer, runEnded, runTo } from "../support/customer.ts";
import { expect, test } from "../support/fixtures.ts";

test.describe("runs", () => {
  test("are empty at first and say how to begin", async ({ page, demo, visit, signIn, alive, accessible }) => {
    const base = await newCustomer({ page, demo, visit, signIn, alive }, "No runs");
    await visit(`${base}/runs`);
    await expect(page.getByText("No run yet")).toBeVisible();
    await accessible();
  });

  test("an unknown run is not found", async ({ page, demo, visit, signIn, alive }) => {
    const base = await newCustomer({ page, demo, visit, signIn, alive }, "Unknown run");
    for (const number of ["999", "none"]) {
      const response = await page.request.get(`${base}/runs/${number}`);
      expect(response.status()).toBe(404);
    }
  });

  test("preview, hold, accept, and the list tells each person's before and after", async ({
    page, demo, visit, signIn, alive, accessible,
  }) => {
    test.slow();
    const hands = { page, demo, visit, signIn, alive };
    const base = await connectedCustomer(hands, "Whole way");
    await chooseGroup(hands, base, "Intranet users");
    await brandNew(hands, base);

    const preview = await runTo(hands, base, "Preview changes", /^Preview \d+ is complete/);
    await expect(page.getByRole("navigation", { name: "Changes by kind" })).toContainText("would be created");
    const changes = page.getByRole("region", { name: "Changes", exact: true });
    await expect(changes.getByRole("row").filter({ hasText: "Would be created" }).first()).toBeVisible();
    await accessible();

    // A tile narrows the list, and so does the address.
    await page.getByRole("navigation", { name: "Changes by kind" }).getByRole("link", { name: /would be created/ }).click();
    await expect(page).toHaveURL(/kind=create/);
    await expect(page.getByLabel("Kind", { exact: true })).toHaveValue("create");

    // S-03: the first run that writes is held for a person.
    const run = await runTo(hands, base, "Run now", /is held for your decision/);
    expect(run).not.toBe(preview);
    await visit(run);
    await expect(page.getByRole("region", { name: "Your decision" })).toContainText("first run that writes");
    await accessible();
    await page.getByRole("button", { name: /^Accept and apply [\d,]+ changes/ }).click();
    await runEnded(page, /is complete/);
    await visit(run);
    await expect(page.getByRole("navigation", { name: "Changes by kind" })).toContainText(/\d\s*created/);
    await visit(`${run}?kind=create`);
    const created = changes.getByRole("row").nth(1);
    await expect(created).toContainText("Created");
    await created.getByText(/^\d+ fields filled$/).click();
    await expect(created.getByText("Username", { exact: true })).toBeVisible();
    await accessible();

    // Search within the run.
    const name = (await created.getByRole("link").first().innerText()).trim();
    await page.getByLabel("Name or username").fill(name);
    await changes.getByRole("button", { name: "Show" }).click();
    await expect(page).toHaveURL(/search=/);
    await expect(changes.getByRole("row").nth(1)).toContainText(name);

    // H-01: one person alone, from their own page and by what is typed.
    await changes.getByRole("row").nth(1).getByRole("link").first().click();
    await alive();
    await page.getByRole("button", { name: "Sync this person now" }).click();
    await runEnded(page, /is complete/);
    await alive();
    await expect(page.getByText("This run looks at one person:")).toContainText(name);
    await expect(page.locator(".verdict")).toContainText("the account is as the directory says");
    await accessible();
    await visit(`${base}/runs`);
    await page.getByText("Sync one person", { exact: true }).click();
    await page.getByLabel("Username or directory object ID").fill("nobody of this name");
    await page.getByRole("button", { name: "Sync this person" }).click();
    await expect(page.getByRole("alert")).toContainText("found nobody with this username");
    await expect(page.getByLabel("Username or directory object ID")).toHaveValue("nobody of this name");
    await accessible();

    // The list knows every run, narrows by kind, and is a file, too.
    await visit(`${base}/runs?kind=simulation`);
    await expect(page.getByRole("link", { name: /^Run \d+$/ })).toHaveCount(1);
    await visit(`${base}/runs`);
    await expect(page.getByRole("link", { name: /^Run \d+$/ })).toHaveCount(3);
    await accessible();
    const csv = await page.request.get(`${base}/runs.csv`);
    expect(csv.status()).toBe(200);
    expect((await csv.text()).trim().split("\n").length).toBe(4);
  });

  test("a rejected run changes nobody", async ({ page, demo, visit, signIn, alive, accessible }) => {
    test.slow();
    const hands = { page, demo, visit, signIn, alive };
    const base = await connectedCustomer(hands, "Rejected");
    await chooseGroup(hands, base, "Intranet users");
    await brandNew(hands, base);
    const run = await runTo(hands, base, "Run now", /is held for your decision/);
    await visit(run);
    await page.getByRole("button", { name: "Reject this run" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(/was cancelled/);
    await accessible();
    await visit(`${base}/people?directory=synced`);
    await expect(page.getByText("Nobody fits these filters.")).toBeVisible();
  });

  test("are not offered to a viewer", async ({ page, demo, visit, signIn }) => {
    const viewer = demo.account("viewer");
    await signIn("viewer");
    await visit(`/c/${viewer.customer}/runs`);
    await expect(page.getByRole("button", { name: "Run now" })).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Preview changes" })).toHaveCount(0);
  });

  test("follow by themselves and survive a reload", async ({ page, playwright, demo, visit, signIn, alive, scripts }) => {
    test.skip(!scripts, "without scripts the page loads itself again, which the other tests rely on");
    test.slow();
    const hands = { page, demo, visit, signIn, alive };
    const base = await connectedCustomer(hands, "Watching");
    await chooseGroup(hands, base, "Intranet users");
    await brandNew(hands, base);
    // The directory answers slowly, so that there is something to watch.
    const directory = await playwright.request.newContext({ ignoreHTTPSErrors: true });
    const control = String(demo.provider("entra")["control"]);
    const slow = await directory.post(`${control}/fault`, {
      data: { path_prefix: "/users", times: 2, action: { slow: 4000 } },
    });
    expect(slow.ok(), await slow.text()).toBe(true);
    await visit(`${base}/test-sync`);
    await page.getByRole("button", { name: "Start the test sync" }).click();
    await expect(page).toHaveURL(/\/runs\/\d+$/);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(/is under way/);
    await page.reload();
    await alive();
    await expect(page.getByText(/people read$/)).toBeVisible();
    let loads = 0;
    page.on("load", () => (loads += 1));
    await runEnded(page, /is complete/);
    expect(loads, "the page is loaded again when the run ends, not while it is followed").toBeLessThanOrEqual(1);
    await directory.post(`${control}/clear-faults`, { data: {} });
    await directory.dispose();
  });
});
