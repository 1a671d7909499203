// [data-copy] copies its own value, else the code beside it, else the address of the page, which holds the whole state.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  event.preventDefault();
  const text = button.dataset.copy || button.closest(".code")?.querySelector("code")?.textContent || location.href;
  try {
    await navigator.clipboard.writeText(text);
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: "Copied" } }));
  } catch {
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: "The browser does not allow copying here.", tone: "warn" } }));
  }
});
