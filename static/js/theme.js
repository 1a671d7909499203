// Preferences: a [data-preference] form is posted in the background and shown at once. Without this it is a plain form.
const root = document.documentElement;

function show(name, value) {
  if (name === "theme" && value === "system") delete root.dataset.theme;
  else root.dataset[name] = value;
  for (const button of document.querySelectorAll(`[data-preference] button[name="${name}"][aria-pressed]`)) {
    button.setAttribute("aria-pressed", String(button.value === value));
  }
  document.dispatchEvent(new CustomEvent("themechange"));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-preference]") || !event.submitter?.name) return;
  event.preventDefault();
  const { name, value } = event.submitter;
  const body = new FormData(form);
  body.set(name, value);
  show(name, value);
  if (name === "nav") event.submitter.value = value === "slim" ? "wide" : "slim";
  fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } }).catch(() => form.submit());
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  document.dispatchEvent(new CustomEvent("themechange"));
});
