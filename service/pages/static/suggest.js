// People suggested while a name is typed: a combobox after the ARIA pattern. The list belongs to the field, arrows move,
// Enter or Tab chooses, Escape closes.

const WAIT_MS = 120; // after the last key, before the server is asked

export function suggest(input) {
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
    list.replaceChildren(...people.map((person, place) => row(list, person, place)));
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
      const address = new URL(input.dataset.suggest, location);
      address.searchParams.set("q", wanted);
      const answer = await fetch(address, { signal: asked.signal });
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
  // What was typed before this came is a name that nobody has chosen yet.
  if (input.value !== input.defaultValue && document.activeElement === input) {
    chosen.value = "";
    ask();
  }
}

// Text of others is only ever set as text.
function row(list, person, place) {
  const option = element("li", { role: "option", id: `${list.id}-${place}`, "aria-selected": "false" });
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
