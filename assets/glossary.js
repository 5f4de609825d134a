/* 指标口径: hides the definitions that do not contain every word of the search box. */
(function () {
  "use strict";
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.glossary = {
    search: function (value) {
      var words = (value || "").trim().toLowerCase().split(/\s+/).filter(Boolean);
      var shown = 0;
      document.querySelectorAll(".glossary-section").forEach(function (section) {
        var here = 0;
        section.querySelectorAll(".definition").forEach(function (entry) {
          var text = entry.textContent.toLowerCase();
          entry.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
          here += entry.hidden ? 0 : 1;
        });
        section.hidden = here === 0;
        shown += here;
      });
      var query = new URLSearchParams(window.location.search);
      if (words.length) { query.set("q", value.trim()); } else { query.delete("q"); }
      var search = query.toString();
      window.history.replaceState({}, "", window.location.pathname + (search ? "?" + search : "") + window.location.hash);
      return ["共 " + shown + " 条", shown > 0];
    }
  };
})();
