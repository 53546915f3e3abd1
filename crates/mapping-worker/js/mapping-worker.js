// The browser's own check of a mapping file, away from the page: the rules are the server's, as wasm (docs/adr/0017).

/** Bytes that are handed over at once: few, so that what was found can be told in between. */
const PIECE = 256 * 1024;
/** Milliseconds between two looks at what was found so far. */
const PAUSE = 250;

const encoder = new TextEncoder();
// A byte order mark inside a name is a character like any other.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What the module borrows instead of bringing the tables (crates/unicode): the forms, by number, and lower case. */
const FORMS = [
  (text) => text.normalize("NFC"),
  (text) => text.normalize("NFD"),
  (text) => text.normalize("NFKD"),
  (text) => text.toLowerCase(),
];

/** The module's functions, with texts and bytes in place of addresses. */
async function load(module) {
  let made = new Uint8Array();
  const bytes = (at, length) => new Uint8Array(wasm.memory.buffer, at >>> 0, length);
  const unicode = {
    normalize(at, length, form) {
      made = encoder.encode(FORMS[form](decoder.decode(bytes(at, length))));
      return made.length;
    },
    take: (to) => bytes(to, made.length).set(made),
  };
  const instance = await WebAssembly.instantiate(module, { unicode });
  const wasm = instance.exports;
  const put = (what) => bytes(wasm.room(what.length), what.length).set(what);
  return {
    begin(known) {
      for (const domain of known.domains) {
        put(encoder.encode(domain));
        wasm.know_domain();
      }
      for (const name of known.old) {
        put(encoder.encode(name));
        wasm.know_old();
      }
      put(encoder.encode(known.provider));
      const [seed] = crypto.getRandomValues(new BigUint64Array(1));
      if (!wasm.begin(known.by_sign_in_name, seed)) {
        throw new Error(`no rules for ${known.provider}`);
      }
    },
    feed(piece) {
      put(piece);
      wasm.feed(piece.length);
    },
    tell(isLast) {
      const length = wasm.tell(isLast);
      return JSON.parse(decoder.decode(bytes(wasm.said(), length)));
    },
  };
}

/** Checks what comes from the reader; `soFar` is told in between, and the verdict comes back. */
export async function check(module, known, reader, soFar) {
  const rules = await load(module);
  rules.begin(known);
  // The first lines are told at once.
  let last = -Infinity;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    for (let at = 0; at < next.value.length; at += PIECE) {
      rules.feed(next.value.subarray(at, at + PIECE));
      if (performance.now() - last > PAUSE) {
        const told = rules.tell(false);
        if (told.lines > 0) {
          soFar(told);
          last = performance.now();
        }
      }
    }
  }
  return rules.tell(true);
}

async function answer({ data: { file, known } }) {
  const wasm = new URL("mapping-worker.wasm", import.meta.url);
  const [module, said] = await Promise.all([WebAssembly.compileStreaming(fetch(wasm)), fetch(known)]);
  if (!said.ok) {
    throw new Error(`what is known was refused: ${said.status}`);
  }
  postMessage(await check(module, await said.json(), file.stream().getReader(), (told) => postMessage(told)));
}

// Also imported by the test that holds it against the rules themselves.
if (typeof WorkerGlobalScope !== "undefined") {
  // Without an answer the page only has no first look: the server checks every file.
  self.addEventListener("message", (event) => void answer(event).catch(() => postMessage({ state: "failed" })));
}
