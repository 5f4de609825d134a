/* 指标账单 and 所队自查: a chosen value goes into the address, a click on a row follows its link. */
(function () {
  "use strict";

  function navigate(address) {
    window.history.pushState({}, "", address);
    // dcc.Location listens to this event; it is how Dash's own links move.
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  // "*" is the choice that an address without the key means.
  function searchWith(key, value) {
    var query = new URLSearchParams(window.location.search);
    if (value && value !== "*") { query.set(key, value); } else { query.delete(key); }
    var text = query.toString().replace(/%2C/g, ",");
    return text ? "?" + text : "";
  }

  document.addEventListener("change", function (event) {
    var list = event.target;
    var field = list.matches && list.matches("select") ? list.closest("[data-query], [data-path]") : null;
    if (!field) { return; }
    if (field.dataset.query) {
      navigate(window.location.pathname + searchWith(field.dataset.query, list.value));
    } else if (list.value) {
      navigate(field.dataset.path + encodeURIComponent(list.value) + window.location.search);
    }
  });

  document.addEventListener("click", function (event) {
    var row = event.target.closest ? event.target.closest("tr.is-link") : null;
    if (!row || event.target.closest("a, button") || window.getSelection().toString()) { return; }
    var link = row.querySelector("a[href]");
    if (link) { link.click(); }
  });
})();
