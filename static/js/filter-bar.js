// Offers the words that a filter knows while one types. The filter itself is a plain GET form.
function arm(form) {
  const input = form.querySelector("[data-terms]");
  const terms = input?.dataset.terms.split(/\s+/).filter(Boolean) ?? [];
  form.addEventListener("change", (event) => { if (event.target.matches("select")) form.requestSubmit(); });
  if (!terms.length) return;
  const list = document.createElement("div");
  list.id = "filter-terms";
  list.className = "options";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.getAttribute("aria-label"));
  list.hidden = true;
  input.after(list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]]) {
    input.setAttribute(name, value);
  }
  let at = -1;

  function close() {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(next) {
    at = next;
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    input.setAttribute("aria-activedescendant", list.children[at]?.id ?? "");
  }

  function take(term) {
    input.value = `${input.value.replace(/\S*$/, "")}${term}${term.endsWith(":") ? "" : " "}`;
    input.focus();
    close();
  }

  input.addEventListener("input", () => {
    const word = input.value.match(/\S*$/)[0].toLowerCase();
    const fits = word ? terms.filter((term) => term.startsWith(word) && term !== word).slice(0, 8) : [];
    list.replaceChildren(...fits.map((term, place) => {
      const option = Object.assign(document.createElement("div"), { id: `filter-term-${place}`, textContent: term });
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(term); });
      return option;
    }));
    if (!fits.length) return close();
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const count = list.children.length;
    if (event.key === "ArrowDown") mark((at + 1) % count);
    else if (event.key === "ArrowUp") mark((at - 1 + count) % count);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && at >= 0) take(list.children[at].textContent);
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", close);
}

document.querySelectorAll("[data-filter-bar]").forEach(arm);
