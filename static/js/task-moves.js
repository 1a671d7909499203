// A task's new status or place shows at once; task-queue keeps and sends it. What the server refuses goes back to where
// it was, with the reason.
const shown = (task) => [...document.querySelectorAll(`[data-task="${CSS.escape(task)}"]`)];
const tell = (text, tone) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone } }));
const change = (detail) => document.dispatchEvent(new CustomEvent("task:change", { detail }));
const columnCalled = (value) => [...document.querySelectorAll("[data-column]")].find((one) => one.dataset.column === value);
const homes = new Map();

function count() {
  for (const column of document.querySelectorAll("[data-column]")) {
    const cards = [...column.querySelectorAll(".card")];
    const [number, sum] = [column.querySelector("[data-count]"), column.querySelector("[data-sum]")];
    const { unseen = 0, unseenSum = 0 } = column.dataset;
    if (number) number.textContent = cards.length + Number(unseen);
    if (sum) sum.textContent = Number(cards.reduce((all, card) => all + Number(card.dataset.estimate ?? 0), Number(unseenSum)).toFixed(2));
  }
}

function mark(task, waits) {
  for (const each of shown(task)) {
    const said = each.querySelector(".unsaved");
    if (!waits) said?.remove();
    else if (!said && !each.matches("tr")) each.append(Object.assign(document.createElement("span"), { className: "unsaved", textContent: "Not saved yet" }));
  }
}

// Shows a task as the fields say: its card in that column, its choice at that value.
function show(task, fields) {
  for (const each of shown(task)) {
    if (each.matches("form") && fields.status) each.elements.status.value = fields.status;
    const column = each.matches("[data-card]") && columnCalled(fields[each.closest("[data-board]")?.dataset.board]);
    if (!column || each.closest("[data-column]") === column) continue;
    const beside = fields.above && shown(fields.above)[0];
    column.querySelector("[data-cards]").insertBefore(each, beside?.closest("[data-column]") === column ? beside : null);
  }
  count();
}

function putBack({ task }, answer) {
  const home = homes.get(task);
  if (home?.card) home.parent.insertBefore(home.card, home.next?.isConnected ? home.next : null);
  show(task, answer.status ? answer : (home?.fields ?? {}));
  tell(answer.detail || "The server refused this change: it is as it was.", "bad");
}

// What is taken back stands where it stood, unless the server says that it stands elsewhere.
function offer(move, { undo: token, said }) {
  const home = homes.get(move.task);
  const done = (answer) => {
    if (home?.card) home.parent.insertBefore(home.card, home.next?.isConnected ? home.next : null);
    for (const each of shown(move.task)) each.dataset.version = answer.version;
    show(move.task, answer);
    home?.card?.focus();
  };
  document.dispatchEvent(new CustomEvent("task:undoable", { detail: { token, said: move.tried ? `${move.task} is saved now.` : said, done } }));
}

document.addEventListener("task:waits", ({ detail: { move, first } }) => {
  show(move.task, move.fields);
  mark(move.task, true);
  if (first) tell("The server cannot be reached. The change is kept here, and sent when it is back.", "warn");
});

document.addEventListener("task:settled", ({ detail: { move, answer, isLast } }) => {
  for (const each of shown(move.task)) if (answer.version) each.dataset.version = answer.version;
  if (!isLast) return;
  mark(move.task, false);
  const agrees = Object.keys(move.fields).every((name) => !(name in answer) || answer[name] === move.fields[name]);
  if (!answer.ok && !(answer.version && agrees)) putBack(move, answer);
  else if (answer.undo) offer(move, answer);
  else if (move.tried) tell(`${move.task} is saved now.`, "ok");
  homes.delete(move.task);
});

document.addEventListener("card:moved", ({ target: card, detail: { home, last } }) => {
  const { task, version } = card.dataset;
  if (!homes.has(task)) homes.set(task, { card, ...home });
  const [next, before] = [card.nextElementSibling?.dataset.task, card.previousElementSibling?.dataset.task];
  const beside = last ? { last: "1" } : next ? { above: next } : before ? { below: before } : {};
  count();
  const field = card.closest("[data-board]").dataset.board;
  change({ task, version, fields: { [field]: card.closest("[data-column]").dataset.column, ...beside }, wait: 0 });
});

// A choice made with arrow keys passes others on its way: it is sent once it rests.
document.addEventListener("change", ({ target }) => target.closest("[data-kept]")?.requestSubmit());
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-kept]");
  if (!form || !document.querySelector("[data-place]")) return;
  event.preventDefault();
  const { task, version } = form.dataset;
  const before = [...form.elements.status.options].find((each) => each.defaultSelected)?.value;
  if (!homes.has(task)) homes.set(task, { fields: { status: before } });
  change({ task, version, fields: { status: form.elements.status.value }, wait: 400 });
});
