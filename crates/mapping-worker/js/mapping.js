// The form of the user mapping, with scripts: a file that is chosen or dropped is looked at before it is sent, and its way
// to the server is shown. Without scripts the same form is posted as it is.

/** Causes that are shown: a first look is no list to work through. */
const SHOWN = 8;
/** Cells of a line. */
const COLUMNS = 3;

const form = document.querySelector("form[data-known]");
const input = form?.querySelector('input[type="file"]');
const part = (name) => form.querySelector(`[data-part="${name}"]`);
let worker;

function node(tag, text, className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

const counted = (number, one, many) => `${number.toLocaleString("en-GB")} ${number === 1 ? one : many}`;

function group(found) {
  const item = document.createElement("li");
  const head = document.createElement("p");
  head.append(part(found.severity).content.cloneNode(true), " ", node("strong", found.title), " ");
  head.append(node("span", counted(found.lines, "line", "lines"), "soft"));
  const example = node("p", `Line ${found.line.toLocaleString("en-GB")}: `, "why");
  example.append(node("bdi", found.sentence));
  item.append(head, example);
  return item;
}

/** Cells of a line of the table, which names its columns for narrow screens. */
function line(cells) {
  const row = document.createElement("tr");
  for (const [at, head] of [...part("lines").querySelectorAll("th")].entries()) {
    const cell = document.createElement("td");
    cell.dataset.label = head.textContent;
    cell.append(node("bdi", cells[at]));
    row.append(cell);
  }
  return row;
}

function show(told) {
  const ended = told.state !== "reads";
  part("look").hidden = told.state === "failed";
  if (told.state === "failed") {
    return;
  }
  // What is read out is the verdict, once; while it reads, the number would be read again and again.
  if (ended) {
    part("said").textContent = told.sentence;
  } else {
    part("count").textContent = `${counted(told.lines, "line", "lines")} so far…`;
  }
  part("count").hidden = ended;
  const first = told.first ?? [];
  part("lines").hidden = first.length === 0;
  const rows = [];
  for (let at = 0; at < first.length; at += COLUMNS) {
    rows.push(line(first.slice(at, at + COLUMNS)));
  }
  part("first").replaceChildren(...rows);
  const items = told.groups.slice(0, SHOWN).map(group);
  const more = told.groups.length - items.length;
  if (more > 0) {
    items.push(node("li", `And ${counted(more, "other kind", "other kinds")}: all of them are listed after the upload.`, "soft"));
  }
  for (const line of told.samples ?? []) {
    const item = node("li", "", "name");
    item.append(node("bdi", line));
    items.push(item);
  }
  part("found").replaceChildren(...items);
}

function look() {
  worker?.terminate();
  const [file] = input.files;
  part("look").hidden = true;
  part("said").textContent = "";
  part("found").replaceChildren();
  part("lines").hidden = true;
  if (!file) {
    return;
  }
  part("count").hidden = false;
  part("count").textContent = "Reading…";
  part("look").hidden = false;
  worker = new Worker(new URL("mapping-worker.js", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }) => show(data));
  worker.addEventListener("error", () => show({ state: "failed" }));
  worker.postMessage({ file, known: form.dataset.known });
}

function dropped(event) {
  event.preventDefault();
  const [file] = event.dataTransfer.files;
  form.classList.remove("over");
  if (!file || request) {
    return;
  }
  // The field takes one file.
  const one = new DataTransfer();
  one.items.add(file);
  input.files = one.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

let request;

function busy(isBusy) {
  const button = form.querySelector('button[type="submit"]');
  button.dataset.label ??= button.textContent;
  button.textContent = isBusy ? button.dataset.busy : button.dataset.label;
  button.classList.toggle("pending", isBusy);
  button.toggleAttribute("aria-disabled", false);
  if (isBusy) {
    button.setAttribute("aria-disabled", "true");
  }
  part("progress").hidden = !isBusy;
}

/** What the page says when nothing came back that it could show: the server's sentence, and nothing of a proxy's. */
function broke() {
  const error = part("broke");
  const isOurs = request?.getResponseHeader("content-type")?.startsWith("text/plain");
  error.textContent = (isOurs && request.responseText) || "It is not known whether it arrived. Reload the page.";
  error.hidden = false;
  request = undefined;
  busy(false);
}

/** The page itself says what came of it, as it does without scripts. */
function answered() {
  const isOurs = request.status < 500 && request.status !== 413;
  if (isOurs) {
    location.assign(form.dataset.page);
  } else {
    broke();
  }
}

function send(event) {
  // Without a file it is posted as it is: the server says what is missing.
  if (event.defaultPrevented || (!request && input.files.length === 0)) {
    return;
  }
  event.preventDefault();
  if (request) {
    return;
  }
  part("broke").hidden = true;
  const bar = part("progress").querySelector("progress");
  bar.removeAttribute("value");
  request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = loaded / total;
  });
  request.addEventListener("load", answered);
  request.addEventListener("error", broke);
  request.addEventListener("abort", broke);
  request.send(new FormData(form));
  busy(true);
}

if (form && input) {
  part("drop").hidden = false;
  input.addEventListener("change", look);
  form.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) {
      event.preventDefault();
      form.classList.add("over");
    }
  });
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) {
      form.classList.remove("over");
    }
  });
  form.addEventListener("drop", dropped);
  form.addEventListener("submit", send);
  // An upload under way would be lost with the page; one that was answered leads on by itself.
  addEventListener("beforeunload", (event) => {
    if (request?.readyState < XMLHttpRequest.DONE) {
      event.preventDefault();
    }
  });
  // A page that comes back from the browser's memory stands as it was left.
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) {
      request = undefined;
      busy(false);
    }
  });
  // Chosen before the script was there, or kept by the browser over a reload.
  if (input.files.length > 0) {
    look();
  }
}
