// Draws the Plotly figures of a page in the reader's own colours, and lays those with rows exactly over their rows.

// The light colours of dashboards/theme.py, and the tokens of style.css that stand for them.
const TOKENS = {
  "#ffffff": "--card", "#1e2a30": "--ink", "#5b6970": "--muted", "#e5e1d7": "--line", "#e0d9c8": "--chart-birch",
  "#1f5f7a": "--lake", "#a9cbd9": "--chart-lake", "#2f6b4f": "--spruce", "#d9861f": "--cloudberry",
  "#f4cf97": "--chart-cloudberry",
};
const CONFIG = { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: false, showTips: false };
const EDGE = 14; // pixels left and right, so that a point at the end is whole
const NARROW = 380; // pixels; under it the unit is written on two lines, and names are not crossed by a grid
const THINNEST = 8; // pixels of a bar
const PICTURES = ".picture, [data-map], [data-chart]";
const pictures = [...document.querySelectorAll(PICTURES)];
const separators = document.documentElement.lang === "fi" ? ", " : ".,";

// Plotly knows English only; the names of days and months are the browser's own, told in the page's language.
if (document.documentElement.lang !== "en") {
  const { lang } = document.documentElement;
  const named = (count, options, day) => [...Array(count).keys()].map((number) =>
    new Intl.DateTimeFormat(lang, { ...options, timeZone: "UTC" }).format(day(number)));
  const days = (weekday) => named(7, { weekday }, (number) => Date.UTC(2023, 0, 1 + number)); // a Sunday first
  const months = (month) => named(12, { month }, (number) => Date.UTC(2023, number, 1));
  Plotly.register({ moduleType: "locale", name: lang, dictionary: {}, format: {
    days: days("long"), shortDays: days("short"), months: months("long"), shortMonths: months("short"),
    date: "%-d.%-m.%Y", decimal: ",", thousands: "\u00a0", year: "%Y", month: "%b %Y", dayMonth: "%-d. %b", dayMonthYear: "%-d. %b %Y",
  } });
  CONFIG.locale = lang;
}

function inTokens(value, styles) {
  if (typeof value === "string") return TOKENS[value] ? styles.getPropertyValue(TOKENS[value]).trim() : value;
  if (Array.isArray(value)) return value.map((one) => inTokens(one, styles));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inTokens(one, styles)]));
  }
  return value;
}

function draw(picture) {
  if (!picture.offsetParent) return; // hidden on narrow screens, where a list takes its place
  const figure = inTokens(asWritten(picture), getComputedStyle(document.documentElement));
  if (picture.matches("[data-map]")) drawMap(picture, figure);
  else if (picture.matches("[data-chart]")) drawInRoom(picture, figure);
  else drawOverRows(picture, figure);
}

function asWritten(picture) {
  const figure = JSON.parse(picture.querySelector("script.figure").textContent);
  figure.layout.separators = separators;
  return figure;
}

// The room is kept free by the page, so that nothing moves when the picture comes.
function drawInRoom(picture, figure) {
  const place = picture.querySelector(".place") ?? picture.appendChild(document.createElement("div"));
  place.className = "place";
  const size = { width: picture.clientWidth, height: picture.querySelector(".room").clientHeight };
  Plotly.react(place, figure.data, { ...figure.layout, ...size }, CONFIG);
}

function drawMap(picture, figure) {
  const place = picture.querySelector(".place") ?? picture.appendChild(document.createElement("div"));
  place.className = "place";
  Plotly.react(place, figure.data, { ...figure.layout, width: picture.clientWidth }, CONFIG);
}

// The figure counts places 0, 1, 2 …; here each becomes the middle of its row in pixels, however tall the row is.
function drawOverRows(picture, figure) {
  const cells = [...picture.querySelectorAll("[data-row]")];
  const frame = picture.getBoundingClientRect();
  const boxes = cells.map((cell) => cell.getBoundingClientRect());
  const middles = boxes.map((box) => box.top - frame.top + box.height / 2);
  const rows = picture.querySelector("table").getBoundingClientRect().bottom - frame.top;
  const axis = picture.querySelector(".axis").offsetHeight;
  for (const trace of figure.data) {
    trace.y = trace.y.map((place) => (place === null ? null : middles[place]));
    if (trace.type === "bar") trace.width = Math.max(THINNEST, trace.width * Math.min(boxes[0].height, 44));
  }
  const width = boxes[0].width;
  const { xaxis } = figure.layout;
  if (width < NARROW) xaxis.title.text = xaxis.title.text.replace("; ", ";<br>");
  xaxis.showgrid = xaxis.zeroline = boxes[0].height > 30;
  const place = picture.querySelector(".plot");
  place.style.left = `${boxes[0].left - frame.left}px`;
  place.style.width = `${width}px`;
  place.style.height = `${rows + axis}px`;
  Plotly.react(place, figure.data, {
    ...figure.layout,
    width,
    height: rows + axis,
    margin: { l: EDGE, r: EDGE, t: 0, b: axis },
    yaxis: { ...figure.layout.yaxis, range: [rows, 0] },
  }, CONFIG);
}

const drawAll = () => pictures.forEach(draw);
let waiting = 0;
new ResizeObserver(() => {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(drawAll);
}).observe(document.querySelector("main"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);

// Taking a picture along is seldom wanted, so what it needs is loaded when it is.
for (const button of document.querySelectorAll("[data-export]")) {
  button.addEventListener("click", async () => {
    const { take } = await import(button.parentElement.dataset.take);
    const around = button.closest("figure, section, .card, main");
    const picture = around.querySelector(PICTURES);
    await take(around, button.dataset, () => ({ picture, figure: asWritten(picture) }));
  });
}
