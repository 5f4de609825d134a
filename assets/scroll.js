/* Marks boxes whose table goes on to the right, so that their edge fades (data-more), until they are scrolled to the end. */
(function () {
  "use strict";
  var BOXES = ".table-scroll, .matrix-box, .score-box";
  var waiting = false;

  function mark(box) {
    box.toggleAttribute("data-more", box.scrollWidth - box.clientWidth - box.scrollLeft > 4);
  }

  function markAll() {
    if (waiting) { return; }
    waiting = true;
    window.requestAnimationFrame(function () {
      waiting = false;
      document.querySelectorAll(BOXES).forEach(mark);
    });
  }

  document.addEventListener("scroll", function (event) {
    if (event.target.matches && event.target.matches(BOXES)) { mark(event.target); }
  }, true);
  document.addEventListener("filled", markAll);
  window.addEventListener("resize", markAll);
})();
