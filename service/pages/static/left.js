// What was typed into this page's form before its round closed, and never sent: to copy, from this tab's own storage.
const kept = Object.keys(sessionStorage).find((key) => key.startsWith("draft ") && key.endsWith(` ${location.pathname}`));
const words = kept ? JSON.parse(sessionStorage.getItem(kept)).typed.filter(([, value]) => value.includes(" ")) : [];
for (const [, value] of words) {
  const field = document.querySelector("[data-left]").content.cloneNode(true);
  field.querySelector("textarea").value = value;
  document.querySelector("main .card > .act").before(field);
}
