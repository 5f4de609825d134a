/* Paper is white and 186 mm wide: before printing the page turns light, its figures fit their boxes; afterwards all is as before. */
(function () {
  "use strict";
  var root = document.documentElement, before = "";
  // Wider figures are drawn anew at this width, so that their words stay readable when they are scaled to the sheet.
  var WIDEST = 900;

  // A page whose sheets are laid out beforehand says how its figures are drawn, whatever the window's width is.
  function sizeOnPaper(plot) {
    var style = window.getComputedStyle(plot);
    return {
      width: parseFloat(style.getPropertyValue("--print-width")) || Math.min(plot.clientWidth, WIDEST),
      height: parseFloat(style.getPropertyValue("--print-height")) || plot.clientHeight
    };
  }

  function figures() {
    return Array.from(document.querySelectorAll(".js-plotly-plot")).filter(function (plot) { return plot.clientWidth > 0; });
  }

  // Drawings have no view of their own: with one, the style sheet can scale them to the width of their card.
  function fit(plot) {
    var box = plot.querySelector(".svg-container");
    if (!box) { return; }
    var size = sizeOnPaper(plot);
    if ((plot.clientWidth !== size.width || plot.clientHeight !== size.height) && window.Plotly) {
      plot.dataset.resized = "yes";
      window.Plotly.relayout(plot, size);
    }
    var svgs = plot.querySelectorAll(".main-svg"), width = svgs[0].getAttribute("width"), height = svgs[0].getAttribute("height");
    box.style.aspectRatio = width + " / " + height;
    box.style.maxWidth = width + "px";
    svgs.forEach(function (svg) { svg.setAttribute("viewBox", "0 0 " + width + " " + height); });
  }

  function release(plot) {
    plot.querySelectorAll(".main-svg").forEach(function (svg) { svg.removeAttribute("viewBox"); });
    var box = plot.querySelector(".svg-container");
    if (box) { box.style.aspectRatio = box.style.maxWidth = ""; }
    if (plot.dataset.resized) {
      delete plot.dataset.resized;
      window.Plotly.relayout(plot, { width: null, height: null, autosize: true });
    }
  }

  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("[data-print]")) { window.print(); }
  });
  // Every sheet says which page of which data it is: sheets of two stations lie on one desk.
  var head = document.createElement("style");
  function said(id) {
    var part = document.getElementById(id);
    return part && !part.hidden ? part.textContent.trim() : "";
  }
  function headed() {
    var own = Array.from(document.querySelectorAll("main .who h2, #status .status-item.num"), function (part) { return part.textContent.trim(); });
    var words = [said("page-name"), said("period-words")].concat(own);
    var text = words.filter(Boolean).join(" · ").replace(/["\\\n]/g, " ");
    head.textContent = '@page { @top-left { content: "' + text + '"; font: 8pt sans-serif; } }';
    document.head.appendChild(head);
  }

  window.addEventListener("beforeprint", function () {
    headed();
    before = root.getAttribute("data-bs-theme");
    root.setAttribute("data-bs-theme", "light");
    if (before === "dark") { root.dataset.printed = "dark"; } // Its figures are inverted by the style sheet.
    figures().forEach(fit);
  });
  window.addEventListener("afterprint", function () {
    if (before) { root.setAttribute("data-bs-theme", before); }
    before = "";
    delete root.dataset.printed;
    figures().forEach(release);
  });
})();
