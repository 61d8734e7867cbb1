// Forms of a page keep what was typed where it cannot be sent: the way is tried before the browser leaves the page.
// It comes with the pages that have such forms, and waits for whichever is sent. What was typed into them and not sent is
// there again when one comes back to them: kept for this reader in this tab alone, until it is sent or the tab is closed.

const TYPED = "textarea, select, input:not([type=hidden])";
const PATIENCE_MS = 10_000;

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || !form.querySelector(TYPED)) return;
  if (form.dataset.sure) return delete form.dataset.sure;
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "yes";
  const trouble = await tried(form);
  delete form.dataset.sending;
  form.querySelector(".unsent")?.remove();
  if (trouble) return warn(form, trouble, event.submitter);
  form.dataset.sure = "yes";
  form.requestSubmit(event.submitter);
});

// Tells what is in the way. Who signed in anew meanwhile, in another tab, sends on; a colleague who did so sends nothing in
// their own name. The page that is asked for writes nothing down of anybody.
async function tried(form) {
  const mine = reader(document);
  const asked = mine ? "/kudos/new" : document.querySelector("link[rel=icon]").href;
  try {
    const answer = await fetch(asked, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status >= 429) return "lost";
    if (!mine) return undefined;
    if (answer.status === 401 || (answer.redirected && new URL(answer.url).pathname === "/sign-in")) return "out";
    if (!answer.ok) return undefined; // whatever it is, the answer to the form itself says it
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector('main input[name="csrf"]');
    if (token && reader(page) !== mine) return "stale";
    if (token && form.elements.csrf) form.elements.csrf.value = token.value;
    return undefined;
  } catch {
    return "lost";
  }
}

const reader = (page) => [...page.querySelectorAll("header .mine a")].map((one) => one.getAttribute("href")).join();

function warn(form, trouble, submitter) {
  const said = document.createElement("div");
  said.className = "unsent";
  said.setAttribute("role", "alert");
  form.append(said);
  const text = document.createElement("p");
  text.className = "wrong";
  text.textContent = document.body.dataset[trouble];
  const again = document.createElement("button");
  again.type = "button";
  again.className = "soft";
  again.textContent = document.body.dataset.again;
  again.addEventListener("click", () => form.requestSubmit(submitter));
  said.append(text, again);
  said.scrollIntoView({ block: "nearest" });
}

for (const form of document.querySelectorAll("form[data-send]")) {
  const key = `draft ${reader(document)} ${new URL(form.action).pathname}`;
  const fields = () => [...new FormData(form)].filter(([name]) => form.elements[name].type !== "hidden");
  const blank = JSON.stringify(fields());
  const kept = JSON.parse(sessionStorage.getItem(key));
  if (kept?.blank === blank) fill(form, kept.typed);
  form.addEventListener("input", () => sessionStorage.setItem(key, JSON.stringify({ blank, typed: fields() })));
  // After what may keep it from being sent, which listens at the document.
  addEventListener("submit", (event) => {
    if (event.target === form && !event.defaultPrevented) sessionStorage.removeItem(key);
  });
}

function fill(form, typed) {
  for (const one of form.elements) {
    const said = typed.filter(([name]) => name === one.name).map(([, value]) => value);
    if (one.type === "radio" || one.type === "checkbox") one.checked = said.includes(one.value);
    else if (one.type !== "hidden" && said.length) [one.value] = said;
  }
}
