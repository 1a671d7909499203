// A move or an edit of one task can be taken back for ten seconds: the answer to it holds the text that does.
const at = document.querySelector("[data-place]");
const tell = (text, tone, undo) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone, undo } }));

async function takeBack(token, done) {
  const headers = { Accept: "application/json", "X-CSRFToken": at.querySelector("[name=csrfmiddlewaretoken]").value };
  try {
    const response = await fetch(at.dataset.undoAt, { method: "POST", body: new URLSearchParams({ token }), headers, redirect: "manual" });
    const answer = await response.json();
    if (response.ok) done(answer);
    tell(answer.detail, response.ok ? "ok" : "warn");
  } catch {
    tell("The server cannot be reached. The change stays as it is: try again.", "bad", () => takeBack(token, done));
  }
}

// A field that was edited where it stands: its text comes back with the answer.
function arm() {
  for (const mark of document.querySelectorAll("[data-undo][data-said]")) {
    const cell = mark.closest("[data-cell]");
    const { undo, said, version } = mark.dataset;
    const row = mark.closest("[data-task]");
    mark.remove();
    if (row && version) row.dataset.version = version;
    if (!cell || !at) continue;
    tell(said, "ok", () => takeBack(undo, (answer) => {
      cell.innerHTML = answer.cell;
      window.htmx.process(cell);
      if (row) row.dataset.version = answer.version;
      cell.querySelector("a, button")?.focus();
    }));
  }
}

document.addEventListener("htmx:after:swap", arm);
document.addEventListener("task:undoable", ({ detail: { token, said, done } }) => tell(said, "ok", () => takeBack(token, done)));
