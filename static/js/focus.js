// After a page change by htmx the reader starts at the heading, as after any page change.
document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail?.ctx?.target;
  if (target && target.matches?.("main, body")) document.querySelector("h1[tabindex]")?.focus();
});
