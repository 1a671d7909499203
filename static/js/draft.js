// Nothing typed is lost: a form with data-draft="name" keeps its texts in this browser until the server has taken them.
const PREFIX = `draft:${location.pathname}:`;
const sent = (key) => `sent:${key}`;

function texts(form) {
  return [...form.querySelectorAll("textarea, input[type=text], input:not([type])")].filter((field) => field.name);
}

function offer(form, key) {
  const note = document.createElement("p");
  note.className = "help row";
  note.textContent = "Your unsent text was restored.";
  const discard = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: "Discard" });
  discard.addEventListener("click", () => {
    localStorage.removeItem(key);
    form.reset();
    note.remove();
  });
  note.append(discard);
  form.prepend(note);
}

function arm(form) {
  if (form.dataset.armed) return;
  form.dataset.armed = "true";
  const key = PREFIX + form.dataset.draft;
  const kept = JSON.parse(localStorage.getItem(key) ?? "null");
  const empty = texts(form).filter((field) => kept?.[field.name] && field.value === field.defaultValue && kept[field.name] !== field.value);
  for (const field of empty) field.value = kept[field.name];
  if (empty.length) offer(form, key);
  form.addEventListener("input", () => {
    localStorage.setItem(key, JSON.stringify(Object.fromEntries(texts(form).map((field) => [field.name, field.value]))));
  });
  form.addEventListener("submit", () => sessionStorage.setItem(sent(key), "1"));
}

// A page that came back as asked means that the text arrived; going back in history does not.
const [visit] = performance.getEntriesByType("navigation");
for (const name of Object.keys(sessionStorage).filter((each) => each.startsWith("sent:draft:"))) {
  const refused = document.querySelector("[data-draft] [aria-invalid=true], [data-draft] .callout");
  if (visit?.type === "navigate" && !refused) localStorage.removeItem(name.slice(5));
  sessionStorage.removeItem(name);
}
const all = () => document.querySelectorAll("[data-draft]").forEach(arm);
all();
document.addEventListener("htmx:after:swap", all);
