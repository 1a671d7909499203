// Asks every 30 s, while the tab is visible, and when it comes into view again, whether there is news; says so in a bar
// and moves nothing by itself.
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
  const text = `${count} ${count === 1 ? "update" : "updates"}, show`;
  const [words, live] = [area.querySelector("[data-count]"), document.getElementById("live")];
  if (live && words.textContent !== text) live.textContent = text;
  words.textContent = text;
}

for (const area of document.querySelectorAll("[data-poll]")) {
  setInterval(() => ask(area).catch(() => {}), SECONDS * 1000);
  document.addEventListener("visibilitychange", () => ask(area).catch(() => {}));
}
