// Asks every 30 s, while the tab is visible, whether there is news; says so in a bar and moves nothing by itself.
const SECONDS = 30;

async function ask(area) {
  if (document.hidden) return;
  const url = new URL(area.dataset.poll, location.href);
  url.searchParams.set("since", area.dataset.since);
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { count } = await answer.json();
  if (!count) return;
  area.hidden = false;
  area.querySelector("[data-count]").textContent = `${count} ${count === 1 ? "update" : "updates"}, show`;
}

for (const area of document.querySelectorAll("[data-poll]")) {
  setInterval(() => ask(area).catch(() => {}), SECONDS * 1000);
}
