// Paper: every chart is drawn before the page is printed, seen or not, in light colours and no wider than a sheet.
const root = document.documentElement;
const PAPER = 660;
let theme;

async function drawn() {
  const waits = [];
  document.dispatchEvent(new CustomEvent("drawcharts", { detail: waits }));
  await Promise.allSettled(waits);
}

const undrawn = () => document.querySelector("[data-chart]:not([data-drawn])");

const painted = (wide) => {
  document.dispatchEvent(new CustomEvent("themechange"));
  for (const plot of document.querySelectorAll("[data-drawn] .plot")) Plotly.relayout(plot, wide);
};

addEventListener("beforeprint", () => {
  theme = root.dataset.theme;
  root.dataset.theme = "light";
  for (const each of document.querySelectorAll("[data-printed]")) each.textContent = `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`;
  painted({ width: PAPER });
});

addEventListener("afterprint", () => {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  painted({ width: null, autosize: true });
});

// Drawing takes a moment, and the browser's own way to print does not wait for it.
addEventListener("keydown", (event) => {
  const asked = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "p";
  if (!asked || !undrawn()) return;
  event.preventDefault();
  drawn().then(() => print());
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-print]");
  if (!button) return;
  button.closest("[popover]")?.hidePopover();
  drawn().then(() => print());
});
