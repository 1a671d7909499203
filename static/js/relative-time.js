// Keeps "3 h ago" true while the page is open, in the same words as the server.
function words(moment, now) {
  const seconds = (now - moment) / 1000;
  const size = Math.abs(seconds);
  if (size < 45) return "just now";
  if (size > 30 * 86400) return moment.toISOString().slice(0, 10);
  const text = size >= 86400 ? `${Math.floor(size / 86400)} d`
    : size >= 3600 ? `${Math.floor(size / 3600)} h` : `${Math.max(1, Math.round(size / 60))} min`;
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

function refresh() {
  if (document.hidden) return;
  const now = new Date();
  for (const time of document.querySelectorAll("time[data-relative]")) {
    const text = words(new Date(time.dateTime), now);
    if (time.textContent !== text) time.textContent = text;
  }
}

addEventListener("beforeprint", () => {
  for (const time of document.querySelectorAll("time[data-relative]")) time.textContent = time.title;
});
addEventListener("afterprint", refresh);
document.addEventListener("visibilitychange", refresh);
setInterval(refresh, 30_000);
