// What makes giving quicker than without it: suggestions while typing, Ctrl+Enter, a toast that goes away, and news.

const WAIT_MS = 120; // after the last key, before the server is asked

for (const toast of document.querySelectorAll(".toast[data-seconds]")) {
  history.replaceState(null, "", location.pathname);
  const away = () => (toast.contains(document.activeElement) ? setTimeout(away, 1000) : (toast.hidden = true));
  setTimeout(away, Number(toast.dataset.seconds) * 1000);
}

for (const form of document.querySelectorAll("form[data-send]")) {
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}

// One key leads to thanking from anywhere, but not while something is typed; who has other use for it turns it off.
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

for (const details of document.querySelectorAll("details[data-open-narrow]")) {
  details.open = matchMedia("(max-width: 640px)").matches;
}

for (const input of document.querySelectorAll("input[data-suggest]")) suggest(input);

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

for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("click", (event) => {
    if (event.target !== dialog && !event.target.closest("[data-closes]")) return;
    event.preventDefault();
    dialog.close();
  });
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

// A combobox after the ARIA pattern: the list belongs to the field, arrows move, Enter or Tab chooses, Escape closes.
function suggest(input) {
  const chosen = document.getElementById(input.dataset.chosen);
  const list = document.getElementById(input.getAttribute("aria-controls"));
  let asked = null;
  let timer = 0;
  let active = -1;
  input.removeAttribute("list");
  input.setAttribute("role", "combobox");

  const options = () => [...list.querySelectorAll('[role="option"]')];
  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (number) => {
    const all = options();
    if (!all.length) return;
    active = (number + all.length) % all.length;
    all.forEach((option, place) => option.setAttribute("aria-selected", String(place === active)));
    input.setAttribute("aria-activedescendant", all[active].id);
    all[active].scrollIntoView({ block: "nearest" });
  };
  const choose = (option) => {
    input.value = option.dataset.name;
    chosen.value = option.dataset.id;
    input.removeAttribute("aria-invalid");
    close();
  };
  const show = (people) => {
    list.replaceChildren(...people.map(row));
    if (!people.length) list.append(nobody(input.dataset.none));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (people.length) mark(0);
  };
  const ask = async () => {
    asked?.abort();
    const wanted = input.value.trim();
    if (!wanted) return close();
    asked = new AbortController();
    try {
      const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(wanted)}`, { signal: asked.signal });
      if (answer.ok) show(await answer.json());
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };

  input.addEventListener("input", () => {
    chosen.value = "";
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) {
      if (event.key === "ArrowDown") ask();
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") mark(active + (event.key === "ArrowDown" ? 1 : -1));
    else if (event.key === "Escape") close();
    else if ((event.key === "Enter" || event.key === "Tab") && active >= 0) choose(options()[active]);
    else return;
    if (event.key !== "Tab") event.preventDefault();
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest('[role="option"]');
    event.preventDefault();
    if (option) choose(option);
  });
}

// Text of others is only ever set as text.
function row(person, place) {
  const option = element("li", { role: "option", id: `option-${place}`, "aria-selected": "false" });
  option.dataset.id = person.id;
  option.dataset.name = person.name;
  const face = element("span", { class: "face", "aria-hidden": "true" }, person.initials);
  const about = element("span", {});
  about.append(element("b", {}, person.name), element("br", {}), element("span", { class: "muted" }, person.about));
  option.append(face, about);
  return option;
}

function nobody(text) {
  return element("li", { class: "none", role: "presentation" }, text);
}

function element(name, attributes, text) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}
