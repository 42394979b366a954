"""Scripts of the reports: tables that sort and filter, texts to copy, plots, and a card with the picture of a trial."""

from __future__ import annotations

TABLES = """
for (const button of document.querySelectorAll("th button")) button.addEventListener("click", () => {
  const head = button.closest("th"), body = head.closest("table").tBodies[0];
  const up = head.getAttribute("aria-sort") !== "ascending", at = head.cellIndex;
  const value = row => row.cells[at].dataset.value ?? row.cells[at].textContent;
  const compare = (a, b) => {
    if (a === "" || b === "") return a === b ? 0 : a === "" ? 1 : -1;
    const order = isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b;
    return up ? order : -order;
  };
  for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  body.append(...[...body.rows].sort((one, two) => compare(value(one), value(two))));
});
for (const filter of document.querySelectorAll(".filter")) {
  const [words, kind, count] = filter.querySelectorAll("input, select, output");
  const rows = [...document.getElementById(filter.dataset.table).tBodies[0].rows];
  const apply = () => {
    const wanted = words.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = (kind.value && !row.classList.contains(kind.value)) || !wanted.every(word => text.includes(word));
      shown += !row.hidden;
    }
    count.textContent = `${shown} of ${rows.length}`;
  };
  words.addEventListener("input", apply);
  kind.addEventListener("change", apply);
  apply();
}
document.addEventListener("click", async event => {
  const button = event.target.closest(".copy");
  if (!button) return;
  const text = button.closest("figure").querySelector("pre");
  try { await navigator.clipboard.writeText(text.textContent); }
  catch {
    getSelection().selectAllChildren(text);
    document.execCommand("copy");
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
});
"""

CARD = """
const held = JSON.parse(document.getElementById("pictures").textContent);
const card = document.getElementById("card");
const unpack = async packed => {
  const bytes = Uint8Array.from(atob(packed), letter => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
};
let shownTrial = null;
const showTrial = async (number, pinned, onLeft) => {
  const trial = held.trials[number];
  if (!trial) return;
  shownTrial = number;
  const known = trial.picture in held.pictures ? await unpack(held.pictures[trial.picture]) : null;
  if (shownTrial !== number) return;
  card.querySelector("h2").textContent = `Trial ${number}`;
  card.querySelector("p").textContent = trial.text;
  card.querySelector(".picture").innerHTML = known ? known.svg : "";
  card.querySelector(".picture").hidden = !known;
  card.querySelector("pre").textContent = known ? known.spec : "";
  card.querySelector(".listing").hidden = !known;
  card.dataset.trial = number;
  card.classList.toggle("pinned", pinned);
  card.classList.toggle("left", Boolean(onLeft));
  card.hidden = false;
};
const hideCard = () => { card.hidden = true; card.classList.remove("pinned"); shownTrial = null; };
card.querySelector(".close").addEventListener("click", hideCard);
document.addEventListener("keydown", event => { if (event.key === "Escape") hideCard(); });
for (const button of document.querySelectorAll("td button[data-trial]"))
  button.addEventListener("click", () => showTrial(button.dataset.trial, true));
"""

CHARTS = """
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const themed = layout => {
  const line = css("--rule");
  const lines = { gridcolor: line, zerolinecolor: line, linecolor: line, automargin: true };
  const axis = standoff => ({ ...lines, title: { standoff } });
  const box = { bgcolor: css("--paper"), bordercolor: line, font: { color: css("--ink") } };
  const font = { color: css("--ink"), family: "system-ui, sans-serif", size: 12 };
  const notes = (layout.annotations ?? []).map(note => ({ ...note, font: { size: 11 }, bgcolor: css("--paper") }));
  return { ...layout, title: undefined, font, annotations: notes,
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    modebar: { bgcolor: css("--paper"), color: css("--muted"), activecolor: css("--ink") },
    hoverlabel: { ...box, align: "left" }, autosize: true, width: undefined, height: undefined,
    margin: layout.margin ?? { l: 60, r: 20, t: 20, b: 50 },
    template: { layout: { xaxis: axis(14), yaxis: axis(24) } } };
};
const charts = [...document.querySelectorAll(".chart")].map(place => {
  const { data, layout } = JSON.parse(document.getElementById(place.dataset.from).textContent);
  return { place, data, layout };
});
const trialOf = (place, point) => place.dataset.trials === "x" ? point.x : point.customdata;
const draw = ({ place, data, layout }) =>
  Plotly.react(place, data, themed(layout), { displaylogo: false, responsive: true });
const start = chart => {
  draw(chart);
  const { place } = chart;
  if (!place.dataset.trials) return;
  const at = event => event.points.map(point => trialOf(place, point)).find(number => number in held.trials);
  const onLeft = event => event.event.clientX > innerWidth / 2;
  place.on("plotly_hover", event => {
    if (!card.classList.contains("pinned")) showTrial(at(event), false, onLeft(event));
  });
  place.on("plotly_unhover", () => { if (!card.classList.contains("pinned")) hideCard(); });
  place.on("plotly_click", event => showTrial(at(event), true, onLeft(event)));
};
const watcher = new IntersectionObserver(entries => {
  for (const entry of entries) if (entry.isIntersecting) {
    watcher.unobserve(entry.target);
    start(charts.find(chart => chart.place === entry.target));
  }
}, { rootMargin: "400px" });
for (const { place } of charts) watcher.observe(place);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const chart of charts) if (chart.place.data) draw(chart);
});
"""
