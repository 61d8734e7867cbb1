// Copies what a page shows this once; without a script it is marked and copied by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const shown = document.getElementById(button.dataset.copy);
    shown.select();
    try {
      await navigator.clipboard.writeText(shown.value);
      button.textContent = button.dataset.copied;
    } catch {
      shown.focus(); // it stays marked: the keys for copying do the rest
    }
  });
}
