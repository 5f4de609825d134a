/* 警力配置: parts of the address that its cards listen to, links that change one key, a slider that writes one. */
(function () {
  "use strict";
  var parts = { rules: ["policy", "target", "rows", "order"], move: ["give", "take", "begin", "hours", "days", "people"], extra: ["extra", "post"] };

  function told() { window.dispatchEvent(new CustomEvent("_dashprivate_pushstate")); }

  function address(query) {
    var text = query.toString().replace(/%2C/g, ",");
    return window.location.pathname + (text ? "?" + text : "");
  }

  window.dash_clientside = window.dash_clientside || {};
  // One store per card: it changes only when its own keys do, so that a slider redraws nothing but its card.
  window.dash_clientside.staffing = {
    split: function (search, rules, move, extra) {
      var query = new URLSearchParams(search || ""), before = { rules: rules, move: move, extra: extra };
      return Object.keys(parts).map(function (name) {
        var found = {};
        parts[name].forEach(function (key) { if (query.get(key)) { found[key] = query.get(key); } });
        var same = before[name] && JSON.stringify(before[name]) === JSON.stringify(found);
        return same ? window.dash_clientside.no_update : found;
      });
    }
  };

  // A link marked so keeps the address as it is now and changes its own keys only.
  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest("a[data-merge]") : null;
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    var query = new URLSearchParams(window.location.search);
    new URLSearchParams(link.getAttribute("href")).forEach(function (value, key) {
      if (value) { query.set(key, value); } else { query.delete(key); }
    });
    window.history.pushState({}, "", address(query));
    told();
  }, true);

  // The card follows the slider while it is dragged; the address follows when it is let go, in place, so that one step
  // back leaves the whole drag.
  document.addEventListener("change", function (event) {
    var slider = event.target;
    var field = slider.matches && slider.matches('input[type="range"]') ? slider.closest("[data-query]") : null;
    if (!field) { return; }
    var query = new URLSearchParams(window.location.search);
    query.set(field.dataset.query, slider.value);
    window.history.replaceState({}, "", address(query));
    told();
  });
})();
