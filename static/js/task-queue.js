// Changes of tasks are kept in this browser, for the person who made them, until the server has taken them: a dropped
// connection loses nothing. One after another, the oldest first; of one task the newest alone.
const place = document.querySelector("[data-place]");

if (place) {
  const name = `moves:${place.dataset.who}:${place.action}`;
  const read = () => JSON.parse(localStorage.getItem(name) ?? "[]");
  const write = (moves) => (moves.length ? localStorage.setItem(name, JSON.stringify(moves)) : localStorage.removeItem(name));
  const tell = (what, detail) => document.dispatchEvent(new CustomEvent(what, { detail }));
  let sending = null;
  let pause = 2000;
  let timer;

  // None while the server cannot be reached, or says that it cannot answer now, or that nobody is signed in.
  async function post(move) {
    const body = new URLSearchParams({ ...move.fields, task: move.task });
    if (move.tried) body.set("version", move.version);
    const headers = { Accept: "application/json", "X-CSRFToken": place.querySelector("[name=csrfmiddlewaretoken]").value };
    try {
      const response = await fetch(place.action, { method: "POST", body, headers, redirect: "manual" });
      if (response.type === "opaqueredirect" || response.status === 429 || response.status >= 500) return null;
      return { ...(await response.json().catch(() => ({}))), ok: response.ok };
    } catch {
      return null;
    }
  }

  function later() {
    write(read().map((move) => ({ ...move, tried: true })));
    timer = setTimeout(flush, pause);
    pause = Math.min(pause * 2, 60000);
  }

  async function flush() {
    clearTimeout(timer);
    if (sending) return;
    for (let moves = read(); moves.length; moves = read()) {
      const [move] = moves;
      sending = move.id;
      const answer = await post(move);
      sending = null;
      if (!answer) {
        moves.forEach((each, at) => tell("task:waits", { move: each, first: at === 0 && !move.tried }));
        return later();
      }
      pause = 2000;
      const rest = read().filter((each) => each.id !== move.id);
      const newer = rest.some((each) => each.task === move.task);
      write(rest.map((each) => (each.task === move.task && answer.version ? { ...each, version: answer.version } : each)));
      tell("task:settled", { move, answer, isLast: !newer });
    }
  }

  document.addEventListener("task:change", ({ detail: { task, version, fields, wait } }) => {
    const moves = read();
    const known = moves.find((each) => each.task === task && each.id !== sending);
    if (known) {
      const { above, below, last, ...rest } = known.fields;
      known.fields = { ...rest, ...fields };
    } else moves.push({ id: `${Date.now()}.${Math.random()}`, task, version, fields });
    write(moves);
    clearTimeout(timer);
    timer = setTimeout(flush, wait);
  });
  window.addEventListener("online", flush);
  for (const move of read()) tell("task:waits", { move, first: false });
  flush();
}
