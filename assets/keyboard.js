/* Keys: "/" to the filter, "g" and a letter to a page, "?" for the list of keys, Escape closes what is open. */
(function () {
  "use strict";
  var waitingForPage = 0;

  function typing(target) {
    return target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
  }

  function toggleHelp() {
    var help = document.getElementById("key-help");
    if (!help) { return; }
    if (help.open) { help.close(); } else { help.showModal(); }
  }

  function closeOpenPanel() {
    var panel = document.querySelector("details.picker[open]");
    if (panel) {
      panel.open = false;
      panel.querySelector("summary").focus();
    }
  }

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { closeOpenPanel(); return; }
    var dialog = document.querySelector("dialog[open]");
    if (dialog && !(event.key === "?" && dialog.id === "key-help")) { return; } // An open panel keeps the keys to itself.
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) { return; }
    if (event.key === "?") { event.preventDefault(); toggleHelp(); return; }
    if (event.key === "/") {
      var first = document.querySelector("#filters:not([hidden]) select, .page-search");
      if (first) { event.preventDefault(); first.focus(); }
      return;
    }
    if (event.key === "g") { waitingForPage = event.timeStamp; return; }
    // When it was pressed, not when a busy page came to it.
    if (waitingForPage && event.timeStamp - waitingForPage < 1500) {
      var link = document.querySelector('.rail-link[data-key="' + CSS.escape(event.key.toLowerCase()) + '"]');
      if (link) { event.preventDefault(); link.click(); }
    }
    waitingForPage = 0;
  });

  document.addEventListener("click", function (event) {
    if (event.target.id === "key-help-close") { document.getElementById("key-help").close(); }
  });
})();
