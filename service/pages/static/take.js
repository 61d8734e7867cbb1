// Takes a picture along: drawn anew with the names beside it, or its table as text. Nothing leaves the browser.
const PNG_SCALE = 2;
const ROW = 34; // pixels of a row in a picture that stands alone

export async function take(around, { export: kind, name }, drawn) {
  if (kind === "csv") return save(new Blob([csvOf(around)], { type: "text/csv;charset=utf-8" }), `${name}.csv`);
  const figure = standingAlone(drawn());
  const address = await Plotly.toImage(figure, { format: "svg", width: figure.layout.width, height: figure.layout.height });
  const drawing = withHalo(decodeURIComponent(address.slice(address.indexOf(",") + 1)), figure.layout.paper_bgcolor);
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

function standingAlone({ picture, figure }) {
  const names = [...picture.querySelectorAll("[data-row]")].map((cell) => nameIn(cell.closest("tr")));
  const ground = getComputedStyle(document.documentElement).getPropertyValue("--card").trim();
  const layout = { ...figure.layout, width: 1000, height: figure.layout.height ?? 480, paper_bgcolor: ground };
  if (names.length) {
    layout.height = names.length * ROW + 90;
    layout.margin = { l: 20, r: 24, t: 16, b: 64 };
    const ticks = { tickvals: names.map((_, place) => place), ticktext: names, showgrid: false, zeroline: false };
    layout.yaxis = { ...layout.yaxis, ...ticks, visible: true, automargin: true, title: undefined };
  }
  return { data: figure.data, layout };
}

// A file has no stylesheet of ours: what chart.css does for names that cross lines is written into it.
function withHalo(drawing, ground) {
  const halo = `paint-order="stroke" stroke="${ground}" stroke-width="3" stroke-linejoin="round"`;
  return drawing.replaceAll('class="textpoint"', `$& ${halo}`);
}

function nameIn(row) {
  return textOf(row.querySelector(".chip > :last-child") ?? row.querySelector("td:not(.rank)"));
}

function textOf(cell) {
  return cell.textContent.replace(/\s+/g, " ").trim();
}

// With the separator that spreadsheets of the language expect; a cell never begins like a formula.
function csvOf(around) {
  const separator = document.documentElement.lang === "fi" ? ";" : ",";
  const lines = [...around.querySelectorAll("table tr:not([aria-hidden])")].map((row) =>
    [...row.children].map((cell) => quoted(cell.dataset.value ?? textOf(cell.querySelector(".chip > :last-child") ?? cell))).join(separator));
  return `\ufeff${lines.join("\r\n")}\r\n`;
}

function quoted(text) {
  const safe = /^[=+@\t]|^[-−](?![\d.,]+$)/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
