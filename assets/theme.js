/* Sets the colour mode before the first paint; loaded in <head>, ahead of every style sheet. */
(function () {
  var mode = null;
  try {
    mode = window.localStorage.getItem("mode");
  } catch (error) {
    mode = null; // A locked-down browser forbids storage; the page then starts in light mode.
  }
  document.documentElement.setAttribute("data-bs-theme", mode === "dark" ? "dark" : "light");
})();
