// Takes a picture along: drawn anew on white, with the names beside it and what it is above it, or its table as text.
// Nothing leaves the browser.
const PNG_SCALE = 2;
const ROW = 34; // pixels of a row in a picture that stands alone
const HEAD = 72; // pixels above it for its title
const GROUND = "#ffffff";

export async function take(around, { export: kind, name }, drawn) {
  if (kind === "csv") return save(new Blob([csvOf(around)], { type: "text/csv;charset=utf-8" }), `${name}.csv`);
  const figure = standingAlone(around, drawn());
  const address = await Plotly.toImage(figure, { format: "svg", width: figure.layout.width, height: figure.layout.height });
  const drawing = withHalo(decodeURIComponent(address.slice(address.indexOf(",") + 1)), GROUND);
  if (kind === "svg") return save(new Blob([drawing], { type: "image/svg+xml" }), `${name}.svg`);
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(drawing)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = figure.layout.width * PNG_SCALE;
  canvas.height = figure.layout.height * PNG_SCALE;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => save(blob, `${name}.png`), "image/png");
}

function standingAlone(around, { picture, figure }) {
  const names = [...picture.querySelectorAll("[data-row]")].map((cell) => nameIn(cell.closest("tr")));
  const margin = { ...figure.layout.margin, t: (figure.layout.margin?.t ?? 0) + HEAD };
  const height = (figure.layout.height ?? 480) + HEAD;
  const layout = { ...figure.layout, width: 1000, height, margin, paper_bgcolor: GROUND, title: titled(around) };
  if (names.length) {
    layout.height = names.length * ROW + HEAD + 74;
    layout.margin = { l: 20, r: 24, t: HEAD, b: 64 };
    const ticks = { tickvals: names.map((_, place) => place), ticktext: names, showgrid: false, zeroline: false };
    layout.yaxis = { ...layout.yaxis, ...ticks, visible: true, automargin: true, title: undefined };
  }
  return { data: figure.data, layout };
}

// What the picture shows, of which organization, and when it was taken along.
function titled(around) {
  const [page, card] = [document.querySelector("h1"), around.querySelector("h2")].map((one) => (one ? textOf(one) : ""));
  const house = document.querySelector("footer span")?.textContent;
  const day = new Date().toLocaleDateString(document.documentElement.lang);
  const place = { x: 0, xref: "container", xanchor: "left", y: 1, yref: "container", yanchor: "top", pad: { l: 20, t: 18 } };
  return { text: escaped(page), subtitle: { text: escaped([card, house, day].filter(Boolean).join(" · ")) }, ...place };
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

// A file has no stylesheet of ours: what chart.css does for names that cross lines is written into it.
function withHalo(drawing, ground) {
  const halo = `paint-order="stroke" stroke="${ground}" stroke-width="3" stroke-linejoin="round"`;
  return drawing.replaceAll('class="textpoint"', `$& ${halo}`);
}

function nameIn(row) {
  return textOf(row.querySelector(".chip > :last-child") ?? row.querySelector("td:not(.rank)"));
}

function textOf(cell) {
  const plain = cell.cloneNode(true);
  for (const mark of plain.querySelectorAll(".pill")) mark.remove();
  return plain.textContent.replace(/\s+/g, " ").trim();
}

// With the separator that spreadsheets of the language expect; a cell never begins like a formula. What stands in one
// cell of the page may be several of the file, or none: `data-cells`.
function csvOf(around) {
  const separator = document.documentElement.lang === "fi" ? ";" : ",";
  const lines = [...around.querySelectorAll("table tr:not([aria-hidden])")].map((row) =>
    [...row.children].flatMap(cellsOf).map(quoted).join(separator));
  return `\ufeff${lines.join("\r\n")}\r\n`;
}

function cellsOf(cell) {
  if (cell.dataset.cells) return JSON.parse(cell.dataset.cells);
  return [textOf(cell.querySelector(".chip > :last-child") ?? cell)];
}

function quoted(told) {
  const text = told.replace(/^[−+](?=[\d.,]+$)/, (sign) => (sign === "−" ? "-" : ""));
  const safe = /^[=+@\t]|^-(?![\d.,]+$)|^−/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
