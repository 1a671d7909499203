// A threshold to drag or type: what it gives is asked for while it moves, the address holds it, the chart's mark follows.
const form = document.querySelector("[data-threshold]");
if (form) {
  const typed = form.querySelector("[name=threshold]");
  const slider = form.querySelector("[type=range]");
  const says = form.querySelector("[role=status]");
  const here = new URL(location.href);
  let asking;
  let telling;
  slider.closest("[hidden]").hidden = false;

  function told(text) {
    clearTimeout(telling);
    telling = setTimeout(() => { says.textContent = text; }, 400);
  }

  async function ask(value) {
    asking?.abort();
    asking = new AbortController();
    here.searchParams.set("threshold", value);
    history.replaceState(history.state, "", here);
    const url = `${form.dataset.threshold}?threshold=${encodeURIComponent(value)}`;
    const answer = await fetch(url, { signal: asking.signal, headers: { "HX-Request": "true" } });
    if (!answer.ok) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#point");
    document.querySelector("#point").replaceWith(found);
    const { x, y, says: text } = found.dataset;
    told(text);
    const chart = document.querySelector("[data-drawn]");
    if (chart?.mark) { Object.assign(chart.mark, { x: [x ? Number(x) : null], y: [y ? Number(y) : null] }); chart.render(); }
  }

  const asked = (value) => ask(value).catch((error) => { if (error.name !== "AbortError") throw error; });
  slider.addEventListener("input", () => { typed.value = slider.value; asked(slider.value); });
  typed.addEventListener("input", () => {
    if (!typed.value || !typed.checkValidity()) return;
    slider.value = typed.value;
    asked(typed.value);
  });
  form.addEventListener("submit", (event) => {
    if (!typed.value || !typed.checkValidity()) return;
    event.preventDefault();
    asked(typed.value);
  });
}
