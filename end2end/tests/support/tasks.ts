// How long a page is busy at a time.
import { type Page } from "@playwright/test";

import { expect } from "./fixtures.ts";

/** An event of Chromium's trace, as far as it is read: durations are microseconds, `tdur` those of the processor alone. */
interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  tdur?: number;
  args?: { name?: string };
}

/**
 * The longest task of any page's main thread during `work`, in milliseconds of the processor: on a machine that does other things
 * beside, a task also waits, which says nothing about the page.
 */
export async function longestTask(page: Page, work: () => Promise<void>): Promise<number> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories: ["toplevel", "disabled-by-default-devtools.timeline"] });
  let traced: Buffer;
  try {
    await work();
  } finally {
    traced = await browser.stopTracing();
  }
  const trace = JSON.parse(traced.toString()) as { traceEvents: TraceEvent[] };
  const thread = (event: TraceEvent): string => `${event.pid}/${event.tid}`;
  const named = trace.traceEvents.filter((event) => event.name === "thread_name" && event.args?.name === "CrRendererMain");
  const mains = new Set(named.map(thread));
  const tasks = trace.traceEvents.filter((event) => event.name.endsWith("RunTask") && mains.has(thread(event)));
  const took = tasks.map((task) => task.tdur).filter((took) => took !== undefined);
  expect(took.length, "tasks with their time in the trace").toBeGreaterThan(0);
  return Math.max(...took) / 1_000;
}
