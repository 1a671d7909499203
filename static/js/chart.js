// Charts: a figure's JSON is fetched and Plotly loaded when the figure comes into view. Colours are the page's tokens.
const CONFIG = { displaylogo: false, showSendToCloud: false, plotlyServerURL: "", responsive: true };
// What is left of the tool bar is the download as PNG.
const UNUSED = ["zoom2d", "pan2d", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d", "resetScale2d"];
const drawn = new Set();
let library;

function resolve(token) {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function look() {
  const [ink, faint, line] = ["--ink-2", "--ink-3", "--line"].map(resolve);
  const axis = { gridcolor: line, linecolor: line, zerolinecolor: line, tickfont: { color: faint } };
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: ink, family: getComputedStyle(document.body).fontFamily, size: 12 },
    colorway: [1, 2, 3, 4, 5, 6, 7, 8].map((place) => resolve(`--chart-${place}`)),
    hoverlabel: { bgcolor: resolve("--raised"), bordercolor: line, font: { color: resolve("--ink") } },
    hovermode: "x",
    margin: { t: 28, r: 12, b: 40, l: 52 },
    modebar: { remove: UNUSED, bgcolor: "rgba(0,0,0,0)", color: faint, activecolor: ink },
    xaxis: axis,
    yaxis: axis,
  };
}

// A figure may name a token, such as "--bad", wherever Plotly takes a colour.
function paint(value) {
  if (typeof value === "string" && value.startsWith("--")) return resolve(value);
  if (Array.isArray(value)) return value.map(paint);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, paint(each)]));
  return value;
}

function layered(base, own) {
  const both = { ...base, ...own };
  for (const key of Object.keys(own)) {
    const plain = (each) => each && typeof each === "object" && !Array.isArray(each);
    if (/^[xy]axis\d*$/.test(key)) both[key] = { ...base[`${key[0]}axis`], ...own[key] };
    else if (plain(base[key]) && plain(own[key])) both[key] = { ...base[key], ...own[key] };
  }
  return both;
}

function element(tag, attributes) {
  return new Promise((done, failed) => {
    const node = Object.assign(document.createElement(tag), attributes, { onload: done, onerror: failed });
    document.head.append(node);
  });
}

function load() {
  const { plotly, plotlyStyle } = document.body.dataset;
  library ??= element("link", { rel: "stylesheet", id: "plotly.js-style-global", href: plotlyStyle })
    .then(() => element("script", { src: plotly }));
  return library;
}

// A figure may have a line for what is wrong with its data, in the words of the answer.
function tell(figure, problem) {
  const line = figure.querySelector("[data-chart-problem]");
  if (!line || !problem) return;
  line.textContent = problem;
  line.hidden = false;
}

async function draw(figure) {
  const answer = await fetch(figure.dataset.src, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const json = await answer.json();
  tell(figure, json.problem);
  await load();
  const plot = figure.querySelector(".plot");
  const render = () => Plotly.react(plot, paint(json.data), layered(look(), paint(json.layout ?? {})), CONFIG);
  // The plot is hidden from screen readers, which get the table: nothing in it may take the focus either.
  const quiet = () => plot.querySelectorAll("a, button, [tabindex]").forEach((each) => each.setAttribute("tabindex", "-1"));
  await render();
  plot.on("plotly_afterplot", quiet);
  quiet();
  figure.dataset.drawn = "true";
  figure.mark = json.data.find((trace) => trace.meta === "mark");
  figure.render = render;
  drawn.add(figure);
}

const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    watcher.unobserve(target);
    draw(target).catch(() => { target.querySelector("details").open = true; });
  }
}, { rootMargin: "200px" });

const all = () => document.querySelectorAll("[data-chart]:not([data-watched])").forEach((figure) => {
  figure.dataset.watched = "true";
  watcher.observe(figure);
});
all();
document.addEventListener("htmx:after:swap", all);
document.addEventListener("themechange", () => {
  for (const each of drawn) {
    if (each.isConnected) each.render();
    else drawn.delete(each);
  }
});
