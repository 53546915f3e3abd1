// Who is synchronised (U-01, U-02), and which groups their members are put into (U-10).
import { chosenGroups, chooseGroup, connectedCustomer, newCustomer } from "../support/customer.ts";
import { expect, test } from "../support/fixtures.ts";

test.describe("security groups", () => {
  test("ask for a directory first", async ({ page, demo, visit, signIn, alive, accessible }) => {
    test.slow();
    const base = await newCustomer({ page, demo, visit, signIn, alive }, "No directory");
    for (const path of ["groups", "data-mapping", "group-sync", "limits"]) {
      await visit(`${base}/${path}`);
      await expect(page.getByRole("link", { name: "Connect a directory" })).toHaveAttribute("href", `${base}/provider`);
      await accessible();
    }
  });

  test("are found in the live directory, added and removed", async ({ page, demo, visit, signIn, alive, accessible }) => {
    const hands = { page, demo, visit, signIn, alive };
    const base = await connectedCustomer(hands, "Choosing groups");
    await visit(`${base}/groups`);
    await expect(page.getByText("Nobody is synchronised yet")).toBeVisible();
    await accessible();
    await chooseGroup(hands, base, "Intranet users");
    await expect(page.getByRole("list", { name: "Groups found" })).toContainText("Chosen");
    // As the directory has it now: kind, id, and both counts (U-04, U-07).
    await expect(chosenGroups(page)).toContainText(/Security group · /);
    await expect(chosenGroups(page)).toContainText(/Members: direct [\d,]+, with nested [\d,]+ people/);
    await expect(chosenGroups(page)).toContainText("Counted today at");
    await page.getByRole("button", { name: "Count again" }).click();
    await expect(chosenGroups(page)).toContainText("Counted today at");
    await expect(page.getByText("Step 6.1", { exact: true })).toBeVisible();
    await accessible();
    await page.getByRole("button", { name: "Remove Intranet users" }).click();
    await expect(page.getByText("Nobody is synchronised yet")).toBeVisible();
  });

  test("say when no group has the name", async ({ page, demo, visit, signIn, alive }) => {
    const base = await connectedCustomer({ page, demo, visit, signIn, alive }, "Searching");
    await visit(`${base}/groups?q=No+such+group+anywhere`);
    await expect(page.getByText("No group of the directory has this name.")).toBeVisible();
    await expect(page.getByLabel("Name of the group")).toHaveValue("No such group anywhere");
  });

  test("keep nested groups and guests as they were saved", async ({ page, demo, visit, signIn, alive, accessible }) => {
    const base = await connectedCustomer({ page, demo, visit, signIn, alive }, "Nested");
    await visit(`${base}/groups`);
    await page.getByLabel("Include members of nested groups").check();
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Saved. The next run uses it.")).toBeVisible();
    await accessible();
    await visit(`${base}/groups`);
    await expect(page.getByLabel("Include members of nested groups")).toBeChecked();
    await expect(page.getByLabel("Include guests")).not.toBeChecked();
  });

  test.describe("changed by two people at once", () => {
    test.use({ expectedConsole: [/status of 409/] });

    test("take another part of the settings for no conflict", async ({ page, demo, visit, signIn, alive }) => {
      const base = await connectedCustomer({ page, demo, visit, signIn, alive }, "Two parts");
      await visit(`${base}/groups?q=Intranet`);
      const other = await page.context().newPage();
      await other.goto(`${base}/limits`);
      await other.getByLabel("People", { exact: true }).fill("21");
      await other.getByRole("button", { name: "Save" }).click();
      await expect(other.getByText("Saved. The next run uses it.")).toBeVisible();
      await other.close();
      await page.getByRole("button", { name: "Add Intranet users", exact: true }).click();
      await expect(chosenGroups(page).getByText("Intranet users", { exact: true })).toBeVisible();
    });

    test("refuse the one who saw the older settings", async ({ page, demo, visit, signIn, alive, accessible }) => {
      const hands = { page, demo, visit, signIn, alive };
      const base = await connectedCustomer(hands, "Two at once");
      await visit(`${base}/groups?q=Intranet`);
      const other = await page.context().newPage();
      await other.goto(`${base}/groups`);
      await other.getByLabel("Include guests").check();
      await other.getByRole("button", { name: "Save" }).click();
      await expect(other.getByText("Saved. The next run uses it.")).toBeVisible();
      await other.close();
      await page.getByRole("button", { name: "Add Intranet users", exact: true }).click();
      await expect(page.getByText("Somebody changed this in the meantime.")).toBeVisible();
      await expect(chosenGroups(page).getByText("Intranet users")).toHaveCount(0);
      await accessible();
    });
  });

  test("are shown to a viewer, not offered for change", async ({ page, demo, visit, signIn, accessible }) => {
    test.slow();
    const viewer = demo.account("viewer");
    await signIn("viewer");
    for (const path of ["groups", "data-mapping", "group-sync", "limits"]) {
      await visit(`/c/${viewer.customer}/${path}`);
      await expect(page.getByRole("main").getByRole("button", { name: /save|add|remove|create/i })).toHaveCount(0);
      await accessible();
    }
  });
});

test.describe("group sync", () => {
  test("maps a directory group to a new group of People", async ({ page, demo, visit, signIn, alive, accessible }) => {
    const base = await connectedCustomer({ page, demo, visit, signIn, alive }, "Group sync");
    await visit(`${base}/group-sync`);
    await expect(page.getByText("No group is mapped")).toBeVisible();
    await page.getByLabel("New group of People").fill("Aurora");
    await page.getByRole("button", { name: "Create group" }).click();
    await expect(page.getByRole("region", { name: "Groups of People" }).getByRole("listitem")).toContainText(["Aurora"]);
    await visit(`${base}/group-sync?q=Project`);
    await page.getByLabel("People group for Project Aurora").selectOption({ label: "Aurora" });
    await page.getByRole("button", { name: "Map Project Aurora", exact: true }).click();
    const mapped = page.getByRole("region", { name: "Mapped groups" });
    await expect(mapped).toContainText("Follows the directory group. Members added by hand in People stay.");
    await accessible();
    await mapped.getByRole("combobox").selectOption("authoritative");
    await mapped.getByRole("button", { name: /^Save/ }).click();
    await expect(mapped).toContainText("The directory decides. Other members are taken out of the People group.");
    await mapped.getByRole("button", { name: /^Remove/ }).click();
    await expect(page.getByText("No group is mapped")).toBeVisible();
  });

  test("makes a group of the same name, and asks when there is one (U-09)", async ({ page, demo, visit, signIn, alive, accessible }) => {
    const base = await connectedCustomer({ page, demo, visit, signIn, alive }, "New groups");
    await visit(`${base}/group-sync?q=Project`);
    await page.getByRole("button", { name: "Map Project Aurora", exact: true }).click();
    const mapped = page.getByRole("region", { name: "Mapped groups" });
    await expect(mapped).toContainText("Follows the directory group. Members added by hand in People stay.");
    await expect(page.getByRole("region", { name: "Groups of People" }).getByRole("listitem")).toContainText(["Project Aurora"]);
    await mapped.getByRole("button", { name: /^Remove/ }).click();
    await expect(page.getByText("No group is mapped")).toBeVisible();
    // The People group is still there, and is not taken without asking.
    await visit(`${base}/group-sync?q=Project`);
    await page.getByRole("button", { name: "Map Project Aurora", exact: true }).click();
    await expect(page.getByRole("heading", { name: "People has a group “Project Aurora” already" })).toBeVisible();
    await expect(page.getByText("No group is mapped")).toBeVisible();
    await accessible();
    // A name that cannot be ends neither the question nor what was typed.
    const separate = page.getByLabel("Name of the separate group");
    await separate.fill("x".repeat(300));
    await page.getByRole("button", { name: "Make a separate group" }).click();
    await expect(page.getByRole("alert")).toContainText("A name has at most 256 characters.");
    await expect(separate).toHaveValue("x".repeat(300));
    await expect(separate).toHaveAttribute("aria-invalid", "true");
    await alive();
    await accessible();
    await separate.fill("Project Aurora (directory)");
    await page.getByRole("button", { name: "Make a separate group" }).click();
    await expect(page.getByRole("region", { name: "Mapped groups" })).toContainText("Project Aurora (directory)");
    await accessible();
  });

  test.describe("with a name that is taken", () => {
    test.use({ expectedConsole: [/status of 422/] });

    test("keeps what was typed and says so beside the field", async ({ page, demo, visit, signIn, alive, accessible }) => {
      const base = await connectedCustomer({ page, demo, visit, signIn, alive }, "Taken names");
      await visit(`${base}/group-sync`);
      const name = page.getByLabel("New group of People");
      await name.fill("Sales");
      await page.getByRole("button", { name: "Create group" }).click();
      await expect(page.getByRole("region", { name: "Groups of People" }).getByRole("listitem")).toContainText(["Sales"]);
      await name.fill("Sales");
      await page.getByRole("button", { name: "Create group" }).click();
      await expect(page.getByRole("alert")).toBeVisible();
      await expect(name).toHaveValue("Sales");
      await expect(name).toHaveAttribute("aria-invalid", "true");
      await accessible();
    });
  });
});
