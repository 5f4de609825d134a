/* Sets the HTML of static parts (pages/_components/markup.py), which the server has escaped. */
(function () {
  "use strict";
  function fill(part) {
    part.innerHTML = part.getAttribute("data-html");
    part.dispatchEvent(new Event("filled", { bubbles: true }));
  }

  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      if (change.type === "attributes") { fill(change.target); return; }
      change.addedNodes.forEach(function (node) {
        if (!(node instanceof HTMLElement)) { return; } // Drawings change all the time and hold no static part.
        if (node.hasAttribute("data-html")) { fill(node); }
        node.querySelectorAll("[data-html]").forEach(fill);
      });
    });
  }).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-html"] });
})();
