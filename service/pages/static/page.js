// What makes giving quicker than without it: suggestions, Ctrl+Enter, a toast that goes away, and news.

for (const toast of document.querySelectorAll(".toast[data-seconds]")) {
  history.replaceState(null, "", location.pathname);
  goAway(toast);
}

function goAway(toast) {
  const used = () => toast !== document.activeElement && toast.contains(document.activeElement);
  const away = () => (used() ? setTimeout(away, 1000) : (toast.hidden = true));
  setTimeout(away, Number(toast.dataset.seconds) * 1000);
}

// Says something in passing that no answer of the service brought.
function notice(text) {
  document.querySelectorAll(".toast[data-seconds]").forEach((one) => one.remove());
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.seconds = 6;
  toast.setAttribute("role", "status");
  document.body.append(toast);
  requestAnimationFrame(() => (toast.textContent = text)); // a status is read out when it changes
  goAway(toast);
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.target.closest("form[data-send]")?.requestSubmit();
});

// Thanking opens over the page one looks at; without this script its own page opens. A script that did not come is asked
// for under another address, or a browser would not ask again.
let missed = 0;
function missing() {
  missed += 1;
  notice(document.body.dataset.unreached);
}
document.addEventListener("click", async (event) => {
  const link = event.target.closest('a[href^="/kudos/new"]');
  const other = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  const script = document.querySelector("[data-thank]")?.dataset.thank;
  if (!link || other || !script) return;
  event.preventDefault();
  const found = await import(missed ? `${script}?${missed}` : script).catch(() => null);
  if (!found) return missing();
  await found.thank(link.getAttribute("href"), { suggest, closing, goAway, notice });
});

// One key does the same from anywhere, but not while something is typed; who has other use for it turns it off.
const KEYS = "talkoot-keys";
document.addEventListener("keydown", (event) => {
  const link = document.querySelector(".thank");
  const busy = event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog");
  if (event.key !== "k" || busy || !link || localStorage.getItem(KEYS) === "off") return;
  event.preventDefault();
  link.click();
});
for (const box of document.querySelectorAll("input[data-key-setting]")) {
  box.checked = localStorage.getItem(KEYS) !== "off";
  box.addEventListener("change", () => localStorage.setItem(KEYS, box.checked ? "on" : "off"));
}

// A choice by mouse or thumb shows at once; by keyboard it may pass many options, so there the button decides.
for (const form of document.querySelectorAll("form[data-submit]")) {
  let keyboard = false;
  form.addEventListener("keydown", () => (keyboard = true));
  form.addEventListener("pointerdown", () => (keyboard = false));
  form.addEventListener("change", () => keyboard || form.requestSubmit());
}

// Without this script they stay open; chart.css keeps those that are about to close from being seen.
const narrow = matchMedia("(max-width: 640px)");
for (const details of document.querySelectorAll("details[data-open-narrow]")) {
  const settle = () => (details.open = narrow.matches);
  settle();
  narrow.addEventListener("change", settle);
  details.dataset.openNarrow = "settled";
}

// What keeps the words of a form must be here before the connection goes.
const typed = document.querySelector("main form[method=post] :is(textarea, select, input:not([type=hidden]))");
if (typed) import(document.body.dataset.sender);

const suggest = async (input) => (await import(input.dataset.script)).suggest(input);
document.querySelectorAll("input[data-suggest]").forEach(suggest);

// Menus close by Escape, by a click beside them and when the focus goes on; opening is the browser's own.
for (const menu of document.querySelectorAll("details.menu")) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  document.addEventListener("pointerdown", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}

for (const link of document.querySelectorAll("a[data-opens]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById(link.dataset.opens).showModal();
  });
}

for (const dialog of document.querySelectorAll("dialog")) closing(dialog);

function closing(dialog) {
  dialog.addEventListener("click", (event) => {
    if (event.target !== dialog && !event.target.closest("[data-closes]")) return;
    event.preventDefault();
    dialog.close();
  });
  return dialog;
}

// News come while the page is looked at: a browser opens few connections to one place, and others' tabs need theirs.
const SOON_MS = 1_000;
const LATEST_MS = 60_000;
for (const news of document.querySelectorAll("[data-live]")) listen(news);

function listen(news) {
  let source = null;
  let wait = SOON_MS;
  let timer = 0;
  const stop = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const start = () => {
    stop();
    if (document.hidden) return;
    source = new EventSource(news.dataset.live);
    source.onopen = () => (wait = SOON_MS);
    source.onerror = () => {
      stop();
      timer = setTimeout(start, wait * (0.5 + Math.random())); // not all at once when the service is back
      wait = Math.min(2 * wait, LATEST_MS);
    };
    for (const link of news.querySelectorAll("[data-news]")) {
      source.addEventListener(link.dataset.news, () => (link.hidden = news.hidden = false));
    }
  };
  news.querySelector("[data-later]").addEventListener("click", () => (news.hidden = true));
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => event.persisted && start());
  start();
}
