// A text edited where it stands: click or e, Enter saves, Esc cancels. Without this the field is simply visible; with
// data-inline-edit="open" it begins in the middle of an edit.
function arm(form) {
  const view = form.querySelector("[data-view]");
  const edit = form.querySelector("[data-edit]");
  if (!view || form.dataset.armed) return;
  form.dataset.armed = "true";
  const input = edit.querySelector("input, select, textarea");
  const before = input.value;

  function show(editing) {
    view.hidden = editing;
    edit.hidden = !editing;
    if (editing) {
      input.focus();
      input.select?.();
    }
  }

  view.addEventListener("click", () => show(true));
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    input.value = before;
    show(false);
    view.focus();
  });
  show(form.dataset.inlineEdit === "open" || input.getAttribute("aria-invalid") === "true");
}

const all = () => document.querySelectorAll("[data-inline-edit]").forEach(arm);
all();
document.addEventListener("htmx:after:swap", all);
