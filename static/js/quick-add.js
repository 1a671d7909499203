// A line that adds and stays: once the server has taken it, it is empty again and keeps the focus.
document.addEventListener("htmx:after:swap", (event) => {
  const form = event.detail?.ctx?.sourceElement;
  if (!form?.matches?.("[data-quick-add]") || !form.isConnected) return;
  form.reset();
  form.elements.title.value = "";
  localStorage.removeItem(`draft:${location.pathname}:${form.dataset.draft}`);
  form.querySelector(".row")?.remove();
  form.elements.title.focus();
});
