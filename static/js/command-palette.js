// Ctrl/⌘ K: a dialog over the server's search, whose answer is a list of options. Without this the link leads to the search page.
const dialog = document.querySelector("[data-palette]");

if (dialog) {
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  let asked = 0;
  let wait;

  const options = () => [...list.querySelectorAll("a[role=option]")];

  function choose(option) {
    for (const each of options()) each.setAttribute("aria-selected", String(each === option));
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  async function search() {
    const mine = ++asked;
    const url = new URL(dialog.dataset.url, location.href);
    url.searchParams.set("q", input.value);
    try {
      const answer = await fetch(url, { headers: { "HX-Request": "true", "X-Palette": "true" } });
      const text = answer.ok ? await answer.text() : "";
      if (mine !== asked) return;
      list.innerHTML = text;
      choose(options()[0]);
    } catch {
      list.replaceChildren();
    }
  }

  function open() {
    if (dialog.open) return;
    dialog.showModal();
    input.select();
    search();
  }

  input.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(search, 80); });
  input.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.findIndex((each) => each.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length) choose(all[(at + step + all.length) % all.length]);
    else if (event.key === "Enter" && all[at]) all[at].click();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-open-palette]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open();
  });
}
