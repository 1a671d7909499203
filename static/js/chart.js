// Charts: a figure is read or fetched, and Plotly loaded, when it comes into view. Colours are the page's tokens.
const CONFIG = { displaylogo: false, displayModeBar: false, showSendToCloud: false, plotlyServerURL: "", responsive: true };
const drawn = new Set();
let library;
const AXIS = { gridcolor: "--line", linecolor: "--line", zerolinecolor: "--line", tickfont: { color: "--ink-3" } };
const LOOK = {
  paper_bgcolor: "rgba(0,0,0,0)",
  plot_bgcolor: "rgba(0,0,0,0)",
  font: { color: "--ink-2", size: 12 },
  colorway: [..."12345678"].map((place) => `--chart-${place}`),
  hoverlabel: { bgcolor: "--raised", bordercolor: "--line", font: { color: "--ink" } },
  hovermode: "x",
  margin: { t: 28, r: 12, b: 40, l: 52 },
  xaxis: AXIS,
  yaxis: AXIS,
};
const made = (tag, properties) => Object.assign(document.createElement(tag), properties);
const TOKEN = /"--[\w-]+"/g;

// A figure may name a token, such as "--bad", for a colour. One look at all: each after a change styles the whole page.
function painted(figure) {
  const text = JSON.stringify(figure);
  const tokens = [...new Set(text.match(TOKEN))];
  const probes = tokens.map((token) => made("span", { style: `color: var(${token.slice(1, -1)})` }));
  document.body.append(...probes);
  const colours = probes.map((probe) => getComputedStyle(probe).color);
  probes.forEach((probe) => probe.remove());
  return JSON.parse(text.replace(TOKEN, (token) => `"${colours[tokens.indexOf(token)]}"`));
}

// A figure's own words go first.
function layered(own) {
  const both = { ...LOOK, ...own };
  for (const key of Object.keys(own)) {
    const under = LOOK[key.replace(/\d+$/, "")];
    if (under?.constructor === Object) both[key] = { ...under, ...own[key] };
  }
  return both;
}

const loaded = (tag, where) => new Promise((onload, onerror) => document.head.append(made(tag, { ...where, onload, onerror })));

function load() {
  const { plotly, plotlyStyle } = document.body.dataset;
  library ??= loaded("link", { rel: "stylesheet", id: "plotly.js-style-global", href: plotlyStyle })
    .then(() => loaded("script", { src: plotly }));
  return library;
}

// A figure may have a line for what is wrong with its data, in the words of the answer.
function tell(figure, problem) {
  const line = figure.querySelector("[data-chart-problem]");
  if (!line || !problem) return;
  line.textContent = problem;
  line.hidden = false;
}

async function fetched(src) {
  const answer = await fetch(src, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function draw(figure) {
  const json = figure.dataset.figure ? JSON.parse(figure.dataset.figure) : await fetched(figure.dataset.src);
  tell(figure, json.problem);
  await load();
  const plot = figure.querySelector(".plot");
  const render = () => {
    const { data, layout } = painted({ data: json.data, layout: layered(json.layout ?? {}) });
    layout.font.family = getComputedStyle(document.body).fontFamily;
    return Plotly.react(plot, data, layout, CONFIG);
  };
  // Screen readers get the table: nothing in the plot may take the focus either.
  const quiet = () => plot.querySelectorAll("a, button, [tabindex]").forEach((each) => each.setAttribute("tabindex", "-1"));
  // A click between loading and drawing is answered.
  await new Promise((done) => setTimeout(done));
  await render();
  plot.on("plotly_afterplot", quiet);
  quiet();
  figure.dataset.drawn = "true";
  figure.mark = json.data.find((trace) => trace.meta === "mark");
  figure.render = render;
  drawn.add(figure);
}

const begun = new Map();
function begin(figure) {
  watcher.unobserve(figure);
  if (!begun.has(figure)) begun.set(figure, draw(figure).catch(() => { figure.querySelector("details").open = true; }));
  return begun.get(figure);
}

const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) if (isIntersecting) begin(target);
}, { rootMargin: "200px" });

const all = () => document.querySelectorAll("[data-chart]:not([data-watched])").forEach((figure) => {
  figure.dataset.watched = "true";
  watcher.observe(figure);
});
all();
document.addEventListener("htmx:after:swap", all);
// Paper shows all.
document.addEventListener("drawcharts", ({ detail }) => {
  for (const each of document.querySelectorAll("[data-chart]")) detail.push(begin(each));
});
document.addEventListener("themechange", () => {
  for (const each of drawn) {
    if (each.isConnected) each.render();
    else drawn.delete(each);
  }
});
