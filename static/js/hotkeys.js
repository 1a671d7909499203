// Single keys. An element says its own: data-key="c" or data-key="g p". Off in inputs, and off with data-keys="off" on <html>.
const typing = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
let before = "";
let timer;

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent);
const seen = (element) => element.offsetParent || element.closest("[popover], .menu") || element.getClientRects().length;

function current() {
  return document.activeElement?.closest("[data-row]") ?? null;
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const row = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  (row.querySelector("a[href]") ?? row).focus();
  row.scrollIntoView({ block: "nearest" });
}

const moves = {
  j: () => move(1),
  k: () => move(-1),
  x: () => current()?.querySelector("input[type=checkbox]")?.click(),
  e: () => (current() ?? document).querySelector("[data-view]")?.click(),
};

function act(element) {
  if (element.matches(typing)) element.focus();
  else element.click();
}

function list() {
  const target = document.querySelector("[data-keys-list]");
  if (!target) return;
  const said = new Map([["Ctrl K", "Search or jump to"], ["j k", "Next and previous row"], ["x", "Select the row"], ["e", "Edit"]]);
  for (const element of document.querySelectorAll("[data-key]")) {
    if (seen(element) && element.title) said.set(element.dataset.key, element.title.replace(/\s*\([^)]*\)$/, ""));
  }
  target.replaceChildren(...[...said].flatMap(([keys, words]) => {
    const name = Object.assign(document.createElement("dt"), { textContent: words });
    const caps = document.createElement("dd");
    caps.append(...keys.split(" ").flatMap((key) => [Object.assign(document.createElement("kbd"), { textContent: key }), " "]));
    return [name, caps];
  }));
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.documentElement.dataset.keys === "off") return;
  if (event.target.matches?.(typing) || document.querySelector("dialog[open], [data-lifted]")) return;
  const keys = before ? `${before} ${event.key}` : event.key;
  const found = [...document.querySelectorAll(`[data-key="${CSS.escape(keys)}"]`)].find(seen);
  before = !before && document.querySelector(`[data-key^="${CSS.escape(event.key)} "]`) ? event.key : "";
  clearTimeout(timer);
  timer = setTimeout(() => { before = ""; }, 1200);
  if (!found && !moves[keys]) return;
  event.preventDefault();
  if (found) act(found);
  else moves[keys]();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    if (opener.dataset.open === "keys") list();
    document.getElementById(opener.dataset.open)?.showModal();
  }
  event.target.closest("[data-close]")?.closest("dialog")?.close();
  if (event.target.matches("dialog")) event.target.close();
});
