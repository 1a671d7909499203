// Messages: those of the server, and of other modules through the event "toast" {text, tone, stays, undo: function}.
const shapes = { ok: "s-check", warn: "s-up", bad: "s-square", info: "s-dot" };
const SECONDS = 10;

function leave(toast) {
  if (toast.matches(":hover, :focus-within")) return void setTimeout(leave, 2000, toast);
  toast.remove();
}

function arm(toast) {
  if (!toast.hasAttribute("data-stays")) setTimeout(leave, SECONDS * 1000, toast);
}

function symbol(name, css) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", css);
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${document.body.dataset.sprite}#${name}`);
  svg.append(use);
  return svg;
}

// Of changes that can be taken back the last one is offered.
function say({ text, tone = "ok", stays = false, undo }) {
  if (undo) document.querySelector(".toast[data-undoes]")?.remove();
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.setAttribute("role", tone === "bad" ? "alert" : "status");
  if (stays) toast.dataset.stays = "";
  const words = document.createElement("p");
  words.textContent = text;
  toast.append(symbol(shapes[tone] ?? shapes.info, `shape tone-${tone}`), words);
  if (undo) {
    toast.dataset.undoes = "";
    const button = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: "Undo" });
    button.addEventListener("click", () => { toast.remove(); undo(); });
    toast.append(button);
  }
  const close = Object.assign(document.createElement("button"), { type: "button", className: "close" });
  close.setAttribute("aria-label", "Dismiss");
  close.dataset.dismiss = "";
  close.append(symbol("x", "icon"));
  toast.append(close);
  document.getElementById("toasts")?.append(toast);
  arm(toast);
}

document.querySelectorAll("[data-toast]").forEach(arm);
document.addEventListener("toast", (event) => say(event.detail));
document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".toast, .callout")?.remove());

document.addEventListener("htmx:response:error", (event) => {
  const response = event.detail?.ctx?.response;
  if (!response || response.status === 422 || response.status === 412) return;
  const id = response.headers.get("X-Request-Id");
  const text = response.status === 403 ? "You are not allowed to do this." : `The server answered ${response.status}.`;
  say({ text: id ? `${text} Request ${id}` : text, tone: "bad", stays: true });
});
document.addEventListener("htmx:error", () => say({ text: "The server cannot be reached. Nothing was changed.", tone: "bad" }));
