// Cards move by dragging (SortableJS, loaded where cards are), by keys (space lifts, arrows move, space drops, Esc puts
// back) and by the menu of a card. A card with a "Move to…" form of its own sends that; others tell it by "card:moved".
const live = document.getElementById("live");
const say = (text) => { if (live) live.textContent = text; };
const menu = document.getElementById("move-menu");
let home = null;
let chosen = null;

const column = (element) => element.closest("[data-column]");
const list = (place) => place.querySelector("[data-cards]");
const name = (card) => card.querySelector("a.title, strong, a")?.textContent.trim() ?? "";
const columns = () => [...document.querySelectorAll("[data-column]")];

// The end of a column of which only the first cards are shown lies below those that are not.
function send(card, step) {
  const form = card.querySelector("form[data-move]");
  const last = step === "bottom" && Number(column(card).dataset.unseen) > 0;
  if (home.parent === card.parentElement && home.next === card.nextElementSibling && !last) return;
  if (!form) return void card.dispatchEvent(new CustomEvent("card:moved", { bubbles: true, detail: { home, last } }));
  form.elements.to.value = column(card).dataset.column;
  if (form.elements.before) form.elements.before.value = card.nextElementSibling?.dataset.card ?? "";
  form.requestSubmit();
}

function remember(card) {
  home = { parent: card.parentElement, next: card.nextElementSibling };
}

function drag() {
  if (!window.Sortable) return;
  for (const cards of document.querySelectorAll("[data-cards]:not([data-armed])")) {
    cards.dataset.armed = "";
    window.Sortable.create(cards, {
      group: "cards",
      draggable: "[data-card]",
      filter: "input, select, button",
      preventOnFilter: false,
      delay: 180,
      delayOnTouchOnly: true,
      ghostClass: "card-ghost",
      onStart: ({ item }) => remember(item),
      onEnd: ({ item }) => send(item),
    });
  }
}

if (document.querySelector("[data-card]") && document.body.dataset.sortable) {
  document.head.append(Object.assign(document.createElement("script"), { src: document.body.dataset.sortable, onload: drag }));
  document.addEventListener("htmx:after:swap", drag);
}

function shift(card, key) {
  if (key === "ArrowUp") card.previousElementSibling?.before(card);
  if (key === "ArrowDown") card.nextElementSibling?.after(card);
  const all = columns();
  const next = all[all.indexOf(column(card)) + { ArrowLeft: -1, ArrowRight: 1 }[key]];
  if (next) list(next).prepend(card);
  card.focus();
  say(`${name(card)}: ${column(card).getAttribute("aria-label")}`);
}

document.addEventListener("keydown", (event) => {
  const card = event.target.matches?.("[data-card]") ? event.target : null;
  if (!card) return;
  const lifted = "lifted" in card.dataset;
  if (event.key === " ") {
    if (lifted) {
      delete card.dataset.lifted;
      send(card);
      say(`${name(card)} dropped`);
    } else {
      remember(card);
      card.dataset.lifted = "";
      say(`${name(card)} lifted. Arrows move it, space drops it, Escape puts it back.`);
    }
  } else if (lifted && event.key === "Escape") {
    delete card.dataset.lifted;
    home.parent.insertBefore(card, home.next);
    card.focus();
    say(`${name(card)} put back`);
  } else if (lifted && event.key.startsWith("Arrow")) shift(card, event.key);
  else return;
  event.preventDefault();
  event.stopPropagation();
});

function go({ to, step }) {
  const cards = to === undefined ? chosen.parentElement : list(columns().find((each) => each.dataset.column === to));
  remember(chosen);
  if (step === "up") chosen.previousElementSibling?.before(chosen);
  else if (step === "down") chosen.nextElementSibling?.after(chosen);
  else if (step === "bottom") cards.append(chosen);
  else cards.prepend(chosen);
  send(chosen, step);
  chosen.focus();
  say(`${name(chosen)}: ${column(chosen).getAttribute("aria-label")}`);
}

document.addEventListener("click", (event) => {
  const opener = menu && event.target.closest("[data-move-to]");
  if (opener) {
    event.preventDefault();
    chosen = opener.closest("[data-card]");
    menu.showPopover({ source: opener });
    menu.querySelector("button").focus();
  }
  const button = event.target.closest("#move-menu button");
  if (button) {
    menu.hidePopover();
    go(button.dataset);
  }
});
