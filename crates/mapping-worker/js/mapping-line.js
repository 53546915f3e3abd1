// One line of the user mapping, looked at while it is typed: by the rules that look at a whole file. What People and the
// directory say of it is known once it is saved.

/** Milliseconds without a key until it is looked at. */
const PAUSE = 300;

const form = document.querySelector("form[data-line]");
const said = form?.querySelector('[data-part="typed"]');
let worker;
let waiting;

function item({ label, sentence }) {
  const made = document.createElement("li");
  const word = document.createElement("strong");
  const text = document.createElement("bdi");
  word.textContent = label;
  text.textContent = sentence;
  made.append(word, ": ", text);
  return made;
}

function show(told) {
  if (told.state === "reads") {
    return;
  }
  said.hidden = told.state === "failed";
  // A line that cannot be read at all is an empty one.
  const found = told.state === "checked" ? told.groups : [{ label: "Problem", sentence: said.dataset.empty }];
  said.querySelector("ul").replaceChildren(...found.map(item));
  said.querySelector("p").hidden = found.length > 0;
}

const cell = (name) => `"${form.elements[name].value.replaceAll('"', '""')}"`;

function look() {
  worker?.terminate();
  const cells = ["existing", "new", "target"].map(cell).join(",");
  const file = new Blob(["existing_username,new_username,target_directory\r\n", cells]);
  worker = new Worker(new URL("mapping-worker.js", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }) => show(data));
  worker.postMessage({ file, known: form.dataset.line });
}

form?.addEventListener("input", ({ target }) => {
  // The search over the directory stands in the form, too: what is typed there is nothing of the line.
  if (target.name === "person") {
    return;
  }
  clearTimeout(waiting);
  waiting = setTimeout(look, PAUSE);
});
