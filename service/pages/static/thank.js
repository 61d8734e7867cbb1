// Thanks given over the page one looks at: the very form of its own page in a dialog, a toast, and the page stays.

const TOAST = ".toast[data-seconds]";
let parts = null; // what page.js lends
let thanking = null; // the dialog; closed, it keeps what was typed

// Opens the form that stands at `address`; where it cannot be had, goes there.
export async function thank(address, lent) {
  parts = lent;
  if (thanking?.dataset.address === address) return thanking.showModal();
  const { page, trouble } = await pageOf(address);
  const part = page?.querySelector("[data-part]");
  if (trouble === "lost") return parts.notice(document.body.dataset.unreached);
  if (!part) return location.assign(address);
  thanking ??= made();
  thanking.dataset.address = address;
  fill(part);
}

function made() {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "thanks-title");
  dialog.addEventListener("submit", stay);
  document.body.append(parts.closing(dialog));
  return dialog;
}

// The page underneath may have fields of the same names, so the ids here are the dialog's own.
function fill(part) {
  const title = document.createElement("h2");
  title.id = "thanks-title";
  title.append(...part.querySelector("h1").childNodes);
  part.querySelector("h1").replaceWith(title);
  for (const name of ["id", "for", "list", "aria-controls", "aria-describedby", "data-chosen"]) {
    for (const one of part.querySelectorAll(`form [${name}]`)) one.setAttribute(name, `thanks-${one.getAttribute(name)}`);
  }
  thanking.replaceChildren(...part.childNodes);
  thanking.querySelectorAll("input[data-suggest]").forEach(parts.suggest);
  if (!thanking.open) thanking.showModal();
  thanking.querySelector("[autofocus]")?.focus();
}

// What is to be mended is shown where it was typed, what was done in a toast. What does not get through keeps the words;
// where nothing was typed, any other answer is the browser's to show.
async function stay(event) {
  const form = event.target;
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "yes";
  let { page, trouble } = await send(form);
  if (trouble === "stale" && (await renewed(form))) ({ page, trouble } = await send(form));
  const [toast, part] = [page?.querySelector(TOAST), page?.querySelector("[data-part]")];
  if (toast) tell(toast);
  else if (part && thanking?.open) fill(part);
  else if (trouble || thanking?.contains(form)) warn(form, trouble ?? "lost");
  else form.submit();
}

const send = (form) => pageOf(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });

// Who signed in anew meanwhile, in another tab, sends on; a colleague who did so sends nothing in their own name.
async function renewed(form) {
  const { page } = await pageOf(thanking?.dataset.address ?? location.href);
  const token = page?.querySelector('main input[name="csrf"]');
  if (!token || reader(page) !== reader(document)) return false;
  form.elements.csrf.value = token.value;
  return true;
}

const reader = (page) => [...page.querySelectorAll("header .mine a")].map((one) => one.getAttribute("href")).join();

function warn(form, trouble) {
  delete form.dataset.sending;
  form.querySelector("[role=alert]")?.remove();
  const said = document.createElement("p");
  said.className = "wrong";
  said.setAttribute("role", "alert");
  form.append(said);
  said.textContent = document.body.dataset[trouble];
}

function tell(toast) {
  thanking?.close();
  thanking?.remove();
  thanking = null;
  document.querySelectorAll(TOAST).forEach((one) => one.remove());
  const said = [...toast.childNodes];
  toast.replaceChildren();
  toast.addEventListener("submit", stay);
  document.body.append(toast);
  requestAnimationFrame(() => toast.replaceChildren(...said)); // a status is read out when it changes
  // Who came from nowhere by a key is not left there: the way back is one Tab away, and no Enter too many takes it.
  toast.tabIndex = -1;
  if (document.activeElement === document.body) toast.focus();
  parts.goAway(toast);
}

// The page of an answer that was fine or says what is to be mended, or what is in the way.
async function pageOf(address, how) {
  try {
    const answer = await fetch(address, how);
    if (answer.status === 401 || (answer.redirected && new URL(answer.url).pathname === "/sign-in")) return { trouble: "out" };
    if (answer.ok || answer.status === 422) return { page: new DOMParser().parseFromString(await answer.text(), "text/html") };
    return { trouble: answer.status === 403 ? "stale" : answer.status >= 429 ? "lost" : undefined };
  } catch {
    return { trouble: "lost" };
  }
}
