/* What the frame does in the browser: links without reloading, colour mode, panels, connection, menu. */
(function () {
  "use strict";
  var root = document.documentElement;

  function navigate(address) {
    window.history.pushState({}, "", address);
    // dcc.Location listens to this event; it is how Dash's own links move.
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  function pageOf(pathname, pages) {
    if (pages[pathname]) { return pathname; }
    var best = "";
    Object.keys(pages).forEach(function (path) {
      var stem = path.replace(/\/none$/, "");
      if (path !== "/" && stem !== path && pathname.indexOf(stem + "/") === 0 && stem.length > best.length) { best = path; }
    });
    return best;
  }

  // The filter travels in the address from page to page; what belongs to one page alone stays behind.
  function filterPart(search, keys) {
    var kept = new URLSearchParams();
    new URLSearchParams(search || "").forEach(function (value, key) {
      if (keys.indexOf(key) >= 0) { kept.append(key, value); }
    });
    var text = kept.toString().replace(/%2C/g, ",");
    return text ? "?" + text : "";
  }

  // 所队自查 opens the page of the station when the filter holds exactly one, else the list; on a station's own page it
  // leads back to the list.
  function stationPath(path, search, pathname) {
    if (pathname && pathname.indexOf("/station/") === 0) { return path; }
    var chosen = new URLSearchParams(search || "").get("station") || "";
    return path === "/station" && chosen && chosen.indexOf(",") < 0 ? path + "/" + encodeURIComponent(chosen) : path;
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.shell = {
    navigation: function (pathname, search, facts, ids) {
      var pages = facts.pages;
      var here = pageOf(pathname || "/", pages);
      var page = pages[here] || { name: "找不到页面", filtered: false };
      var query = filterPart(search, facts.keys);
      closePanels(null);
      setMenu(false);
      var hidden = !page.filtered;
      return [
        ids.map(function (id) { return stationPath(id.path, search, pathname) + query; }),
        ids.map(function (id) { return id.path === here || id.path + "/none" === here ? "page" : "false"; }),
        page.name, hidden, hidden, hidden, hidden, []
      ];
    },
    mode: function (clicks) {
      var mode = root.getAttribute("data-bs-theme") === "dark" ? "dark" : "light";
      if (clicks) {
        mode = mode === "dark" ? "light" : "dark";
        root.setAttribute("data-bs-theme", mode);
        try { window.localStorage.setItem("mode", mode); } catch (error) { /* the choice lasts for this visit */ }
      }
      return mode;
    },
    // A click on a bar, cell or polygon: the first customdata of what was hit is an address or a query to follow.
    follow: function (click, figure) {
      var same = window.dash_clientside.no_update;
      var point = click && click.points && click.points[0];
      if (!point) { return same; }
      var data = point.customdata;
      if (data === undefined && figure && figure.data[point.curveNumber]) {
        data = (figure.data[point.curveNumber].customdata || [])[0];
      }
      var address = Array.isArray(data) ? data[0] : data;
      if (typeof address === "string" && /^[?/]/.test(address)) { navigate(address); }
      return same;
    }
  };

  // A crumb takes its key from the address that stands now: its own may not yet know of the click before.
  function without(key) {
    var query = new URLSearchParams(window.location.search);
    query.delete(key);
    return window.location.pathname + ("?" + query.toString().replace(/%2C/g, ",")).replace(/^\?$/, "");
  }

  /* Links inside the application move without loading the page anew. */
  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest("a[href]") : null;
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) { return; }
    var href = link.getAttribute("href");
    if (link.target || link.hasAttribute("download") || !/^[/?]/.test(href) || /^\/(\/|assets\/|rejected\/|health|_)/.test(href)) { return; }
    event.preventDefault();
    navigate(link.dataset.drop ? without(link.dataset.drop) : href);
    if (href.indexOf("#") < 0 && href.charAt(0) === "/") { window.scrollTo(0, 0); }
  });

  /* Panels (<details class="picker">): one open at a time, closed by Escape or a click elsewhere. */
  function closePanels(except) {
    document.querySelectorAll("details.picker[open]").forEach(function (panel) {
      if (panel !== except) { panel.open = false; }
    });
  }
  document.addEventListener("click", function (event) {
    // The path, not the target: a tick may have redrawn the row that was clicked.
    closePanels(event.composedPath().filter(function (node) { return node.matches && node.matches("details.picker"); })[0]);
    var target = event.target;
    if (target.closest && target.closest(".picker-clear")) {
      target.closest("details").querySelectorAll(".picker-list input:checked").forEach(function (box) { box.click(); });
    }
    if (target.closest && target.closest(".picker-apply")) { applied(target.closest("details")); }
    if (target.closest && target.closest("#menu-button")) { setMenu(root.dataset.menu !== "open"); }
  });
  function applied(panel) {
    panel.removeAttribute("data-changed");
    panel.open = false;
  }
  document.addEventListener("change", function (event) {
    var panel = event.target.closest ? event.target.closest("details.picker") : null;
    if (panel && event.target.closest(".picker-list")) { panel.setAttribute("data-changed", ""); }
  });
  document.addEventListener("toggle", function (event) {
    var panel = event.target;
    if (!panel.matches || !panel.matches("details.picker")) { return; }
    if (panel.open) {
      closePanels(panel);
      var box = panel.querySelector(".picker-search");
      if (box) { box.focus(); }
    } else if (panel.hasAttribute("data-changed")) {
      panel.removeAttribute("data-changed");
      panel.querySelector(".picker-apply").click();
    }
  }, true);
  document.addEventListener("input", function (event) {
    if (!event.target.matches || !event.target.matches(".picker-search")) { return; }
    var wanted = event.target.value.trim().toLowerCase();
    event.target.closest("details").querySelectorAll(".picker-list .form-check").forEach(function (row) {
      row.hidden = wanted !== "" && row.textContent.toLowerCase().indexOf(wanted) < 0;
    });
  });

  function setMenu(open) {
    if (open) { root.dataset.menu = "open"; } else { delete root.dataset.menu; }
    var button = document.getElementById("menu-button");
    if (button) { button.setAttribute("aria-expanded", open ? "true" : "false"); }
  }

  /* The poll is the heartbeat: when the server does not answer, the page says so until it answers again. */
  var fetched = window.fetch;
  window.fetch = function (resource) {
    var address = typeof resource === "string" ? resource : (resource && resource.url) || "";
    var answer = fetched.apply(this, arguments);
    if (address.indexOf("_dash-update-component") >= 0) {
      answer.then(function (response) { setOnline(response.status < 502); }, function () { setOnline(false); });
    }
    return answer;
  };
  function setOnline(online) {
    if (online) { delete root.dataset.offline; } else { root.dataset.offline = "yes"; }
  }

  /* An address with #name: scroll to it once its page has been drawn. */
  function scrollToHash() {
    var name = decodeURIComponent(window.location.hash.slice(1));
    if (!name || name === "content") { return; }
    var tries = 0;
    (function attempt() {
      var target = document.getElementById(name);
      if (target) {
        if (target.tagName === "DETAILS") { target.open = true; }
        target.scrollIntoView();
        document.querySelectorAll(".is-target").forEach(function (one) { one.classList.remove("is-target"); });
        target.classList.add("is-target");
      } else if (tries++ < 100) { window.setTimeout(attempt, 50); }
    })();
  }
  window.addEventListener("_dashprivate_pushstate", scrollToHash);
  window.addEventListener("hashchange", scrollToHash);
  window.addEventListener("load", scrollToHash);
})();
