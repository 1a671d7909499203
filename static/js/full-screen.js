// A button that shows a part of the page alone: data-full-screen is its id. Escape, or the same key, ends it.
document.querySelectorAll("[data-full-screen]").forEach((button) => {
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.getElementById(button.dataset.fullScreen)?.requestFullscreen();
  });
});
