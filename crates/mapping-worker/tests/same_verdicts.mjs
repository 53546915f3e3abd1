// node same_verdicts.mjs SITE CASES: holds the shipped worker and its module against verdicts that the rules gave.
import { deepStrictEqual } from "node:assert";
import { copyFileSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [site, list] = process.argv.slice(2);
// Node takes a script outside of any package for a module by its ending only.
const script = join(mkdtempSync(join(tmpdir(), "usersync-worker-")), "worker.mjs");
copyFileSync(join(site, "mapping-worker.js"), script);
const { check } = await import(pathToFileURL(script).href);
const module = await WebAssembly.compile(readFileSync(join(site, "mapping-worker.wasm")));

/** The bytes in pieces of a size. */
function reader(bytes, size) {
  let at = 0;
  return {
    async read() {
      const value = bytes.subarray(at, (at += size));
      return value.length > 0 ? { done: false, value } : { done: true, value: undefined };
    },
  };
}

const cases = JSON.parse(readFileSync(list, "utf8"));
for (const [number, { file, known, verdict }] of cases.entries()) {
  const bytes = new Uint8Array(readFileSync(file));
  const size = [1, 7, 4096, 1 << 20][bytes.length > 100_000 ? 3 - (number % 2) : number % 4];
  const told = await check(module, known, reader(bytes, size), () => {});
  deepStrictEqual(told, JSON.parse(verdict), `${file} for ${known.provider} in pieces of ${size}`);
}
console.log(`${cases.length} verdicts are the same`);
