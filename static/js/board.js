// Cards move by dragging or by keys (space lifts, arrows move, space drops, Esc puts back). Both fill and send the card's
// own "Move to…" form, which works without this.
const live = document.getElementById("live");
const say = (text) => { if (live) live.textContent = text; };
let dragged = null;
let home = null;

const column = (element) => element.closest("[data-column]");
const list = (place) => place.querySelector("[data-cards]");
const name = (card) => card.querySelector("a, strong")?.textContent.trim() ?? "";

function send(card) {
  const form = card.querySelector("form[data-move]");
  const to = column(card).dataset.column;
  if (!form || (home.parent === card.parentElement && home.next === card.nextElementSibling)) return;
  form.elements.to.value = to;
  if (form.elements.before) form.elements.before.value = card.nextElementSibling?.dataset.card ?? "";
  form.requestSubmit();
}

function remember(card) {
  home = { parent: card.parentElement, next: card.nextElementSibling };
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-card]");
  if (!dragged) return;
  remember(dragged);
  event.dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragover", (event) => {
  const over = dragged && event.target.closest?.("[data-column]");
  if (!over) return;
  event.preventDefault();
  document.querySelectorAll("[data-over]").forEach((each) => { if (each !== over) delete each.dataset.over; });
  over.dataset.over = "";
  const before = [...list(over).children].find((card) => {
    const box = card.getBoundingClientRect();
    return card !== dragged && event.clientY < box.top + box.height / 2;
  });
  list(over).insertBefore(dragged, before ?? null);
});
document.addEventListener("drop", (event) => { if (dragged) event.preventDefault(); });
document.addEventListener("dragend", (event) => {
  if (!dragged) return;
  if (event.dataTransfer.dropEffect === "none") home.parent.insertBefore(dragged, home.next);
  else send(dragged);
  document.querySelectorAll("[data-over]").forEach((each) => delete each.dataset.over);
  dragged = null;
});

function shift(card, key) {
  if (key === "ArrowUp") card.previousElementSibling?.before(card);
  if (key === "ArrowDown") card.nextElementSibling?.after(card);
  const columns = [...document.querySelectorAll("[data-column]")];
  const next = columns[columns.indexOf(column(card)) + { ArrowLeft: -1, ArrowRight: 1 }[key]];
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
