// [data-png] saves its chart as a picture: by Plotly, in this browser, in light colours, with title, sentence and date.
const { body, documentElement: page } = document;
const WIDE = 110;
const words = (text) => text.trim().replace(/\s+/g, " ");
// Plotly reads tags in its texts: a name is not one.
const plain = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

function lines(text) {
  const found = [""];
  for (const word of text.split(" ")) {
    if (found.at(-1) && found.at(-1).length + word.length >= WIDE) found.push("");
    found.push(`${found.pop()} ${word}`.trim());
  }
  return found;
}

function titles(figure) {
  const heading = figure.closest("section")?.querySelector("h2")?.firstChild;
  const where = words(document.querySelector("h1").textContent);
  return { title: [where, words(heading?.textContent ?? "")].filter(Boolean).join(" · "), says: words(figure.querySelector("figcaption").textContent) };
}

async function save(figure) {
  const plot = figure.querySelector(".plot");
  const { title, says } = titles(figure);
  const at = new Date().toISOString();
  const below = [...lines(says), `${at.slice(0, 16).replace("T", " ")} UTC · ${location.host}`].map(plain).join("<br>");
  const { theme } = page.dataset;
  const repaint = (value) => {
    if (value) page.dataset.theme = value;
    else delete page.dataset.theme;
    document.dispatchEvent(new CustomEvent("themechange"));
  };
  repaint("light");
  const { data, layout } = structuredClone({ data: plot.data, layout: plot.layout });
  const paper = getComputedStyle(body).backgroundColor;
  repaint(theme);
  const top = 70 + 18 * lines(says).length;
  const look = {
    title: { text: plain(title), subtitle: { text: below, font: { size: 12 } }, x: 0, xref: "paper", xanchor: "left", y: 1, yref: "container", yanchor: "top", pad: { t: 16 }, font: { size: 16 } },
    margin: { ...layout.margin, t: top + 28 },
    paper_bgcolor: paper,
    plot_bgcolor: paper,
    autosize: false,
  };
  const filename = `${title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 80)}-${at.slice(0, 10)}`.replace(/^-/, "");
  await Plotly.downloadImage({ data, layout: { ...layout, ...look } }, { format: "png", width: 1000, height: 420 + top, scale: 2, filename });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-png]");
  if (button) save(button.closest("[data-chart]"));
});
