// Rows chosen with checkboxes: shift for a stretch, one box for all, and a bar that says how many.
function arm(area) {
  const bar = area.querySelector("[data-bulk-bar]");
  const boxes = () => [...area.querySelectorAll("[data-row] input[type=checkbox]")];
  const all = area.querySelector("[data-bulk-all]");
  let last = null;

  function count() {
    const every = boxes();
    const chosen = every.filter((box) => box.checked);
    for (const box of every) {
      const row = box.closest("[data-row]");
      if (row.matches("tr")) row.setAttribute("aria-selected", String(box.checked));
      else row.toggleAttribute("data-chosen", box.checked);
    }
    if (all) {
      all.checked = every.length > 0 && chosen.length === every.length;
      all.indeterminate = chosen.length > 0 && !all.checked;
    }
    if (!bar) return;
    bar.hidden = chosen.length === 0;
    bar.querySelector("[data-bulk-count]").textContent = `${chosen.length} selected`;
  }

  area.addEventListener("click", (event) => {
    const box = event.target.closest("[data-row] input[type=checkbox]");
    if (!box) return;
    const every = boxes();
    if (event.shiftKey && last) {
      const [from, to] = [every.indexOf(last), every.indexOf(box)].sort((a, b) => a - b);
      for (const each of every.slice(from, to + 1)) each.checked = box.checked;
    }
    last = box;
    count();
  });
  all?.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    count();
  });
  area.querySelector("[data-bulk-none]")?.addEventListener("click", () => {
    for (const box of boxes()) box.checked = false;
    count();
  });
  count();
}

const all = () => document.querySelectorAll("[data-bulk]:not([data-armed])").forEach((area) => {
  area.dataset.armed = "";
  arm(area);
});
all();
document.addEventListener("htmx:after:swap", all);
