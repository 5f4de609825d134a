/* What every card does in the browser: ⓘ opens its definition, 批注 its notes, 导出 asks for a table or draws a PNG. */
(function () {
  "use strict";
  var asked = 0;

  function ask(store, data) {
    asked += 1;
    data.at = asked; // The same question twice is two questions.
    window.dash_clientside.set_props(store, { data: data });
  }

  function open(id) {
    var panel = document.getElementById(id);
    if (panel && !panel.open) { panel.showModal(); }
    return panel;
  }

  function closePanels() {
    document.querySelectorAll("dialog.panel[open]").forEach(function (panel) { panel.close(); });
  }

  function define(link) {
    var panel = open("definition-panel"), box = link.closest(".kpi");
    panel.querySelector(".panel-body").scrollTop = 0;
    // A small card has no room for its tools: they stand in the panel that its ⓘ opens.
    var tools = document.getElementById("definition-tools");
    if (!link.closest(".panel")) { tools.hidden = !box; }
    if (box) {
      tools.querySelectorAll("[data-note]").forEach(function (button) { button.dataset.note = box.id; });
      tools.querySelectorAll("[data-card]").forEach(function (button) { button.dataset.card = box.id; });
    }
    ask("definition-asked", { ids: link.dataset.define });
  }

  function openNotes(card) {
    closePanels();
    document.getElementById("note-title").textContent = "批注 · " + heading(document.getElementById(card));
    open("note-panel");
    ask("note-card", { card: card });
  }

  function heading(box) {
    var title = box.querySelector("h2");
    return title ? title.textContent.trim() : "";
  }

  // What stands under a title: unit and period, or the value and its changes on a small card.
  function under(box) {
    var parts = Array.from(box.querySelectorAll(".kpi-value, .kpi-line")).map(function (part) { return part.textContent.trim(); });
    return parts.length ? parts.concat(words("period-words")).join(" · ") : words(box.id + "-sub");
  }

  // A small card has no source line of its own: the frame says the same.
  function source() {
    return Array.from(document.querySelectorAll("#status > .status-item.num")).map(function (part) { return part.textContent.trim(); }).join(" · ");
  }

  // The same for the name of a file: only what differs from the whole bureau.
  function narrowed() {
    var whole = ["全部派出所", "全部类别", "确认性质"];
    return narrowing().split(" · ").filter(function (part) { return part && whole.indexOf(part) < 0; }).join("、");
  }

  // What the figures of the page are narrowed to; pages without the bar say it in their titles.
  function narrowing() {
    var bar = document.getElementById("filters");
    return bar && !bar.hidden ? words("filter-said") : "";
  }

  function words(id) {
    var part = document.getElementById(id);
    return part ? part.textContent.trim() : "";
  }

  document.addEventListener("click", function (event) {
    var target = event.target;
    if (!target.closest) { return; }
    var info = target.closest("a[data-define]");
    if (info && !event.button && !event.ctrlKey && !event.metaKey && !event.shiftKey && window.location.pathname !== "/glossary") {
      event.preventDefault(); // Opened in another tab it is a link into 指标口径.
      define(info);
      return;
    }
    var note = target.closest("[data-note]");
    if (note) { openNotes(note.dataset.note); return; }
    var removed = target.closest("[data-remove-note]");
    if (removed) {
      if (window.confirm("删除这条批注？")) { ask("note-removed", { id: removed.dataset.removeNote }); }
      return;
    }
    var wanted = target.closest("[data-export]");
    if (wanted) {
      var menu = wanted.closest("details");
      if (menu) { menu.open = false; }
      if (wanted.dataset.export === "png") { picture(wanted.dataset.card); } else {
        ask("export-asked", { card: wanted.dataset.card, kind: wanted.dataset.export });
      }
      return;
    }
    // A click on the backdrop is a click on the dialog itself.
    if (target.closest(".panel-close") || target.matches("dialog.panel") || target.closest("dialog.panel a[href]")) { closePanels(); }
  });

  /* ---- PNG: title, unit and period, the figure or table, the source line; drawn here, so that nothing is sent anywhere ---- */

  var SCALE = 2, EDGE = 24;

  function picture(card) {
    var box = document.getElementById(card);
    var plot = box.querySelector(".js-plotly-plot"), table = box.querySelector(".card-body table, table");
    if (plot && window.Plotly) {
      var size = plot.getBoundingClientRect();
      window.Plotly.toImage(plot, { format: "png", width: size.width, height: size.height, scale: SCALE }).then(function (address) {
        var image = new Image();
        image.onload = function () {
          save(box, card, size.width, size.height, function (pen, left, top) { pen.drawImage(image, left, top, size.width, size.height); });
        };
        image.src = address;
      });
    } else if (table) {
      save(box, card, table.scrollWidth, table.scrollHeight, function (pen, left, top) { drawTable(pen, table, left, top); });
    }
  }

  function save(box, card, width, height, draw) {
    var style = getComputedStyle(document.documentElement);
    function token(name) { return style.getPropertyValue(name).trim(); }
    var font = getComputedStyle(document.body).fontFamily;
    var canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
    var full = Math.max(width, 320);
    var lines = [
      { text: heading(box), font: "600 16px " + font, colour: token("--ink"), below: false },
      { text: under(box), font: "14px " + font, colour: token("--ink-2"), below: false },
      { text: narrowing(), font: "14px " + font, colour: token("--ink-2"), below: false },
      { text: noteOf(box), font: "14px " + font, colour: token("--ink-2"), below: true },
      { text: [words(card + "-source") || source(), "降控研判台"].filter(Boolean).join(" · "), font: "14px " + font, colour: token("--ink-2"), below: true }
    ];
    var above = [], below = [];
    lines.filter(function (line) { return line.text; }).forEach(function (line) {
      pen.font = line.font;
      wrap(pen, line.text, full).forEach(function (text) { (line.below ? below : above).push({ text: text, font: line.font, colour: line.colour }); });
    });
    var top = EDGE + above.length * 22 + 8;
    var key = box.querySelector(".card-note .legend"), deep = key ? 24 : 0;
    canvas.width = (full + 2 * EDGE) * SCALE;
    canvas.height = (top + height + 8 + deep + below.length * 22 + EDGE) * SCALE;
    pen.scale(SCALE, SCALE);
    pen.fillStyle = token("--surface");
    pen.fillRect(0, 0, canvas.width, canvas.height);
    write(pen, above, EDGE, EDGE);
    draw(pen, EDGE, top);
    if (key) { drawKey(pen, key, EDGE, top + height + 8, "14px " + font, token("--ink-2")); }
    write(pen, below, EDGE, top + height + 8 + deep);
    canvas.toBlob(function (blob) {
      var link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = [heading(box), words("period-words") || "图", narrowed()].filter(Boolean).join("_").replace(/[\\/:*?"<>|\s]+/g, "-") + ".png";
      link.click();
      window.setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
    }, "image/png");
  }

  // The key of the colours is drawn; its two words alone say nothing.
  function noteOf(box) {
    var note = box.querySelector(".card-note");
    if (!note) { return ""; }
    var plain = note.cloneNode(true);
    plain.querySelectorAll(".legend").forEach(function (key) { key.remove(); });
    return plain.textContent.trim();
  }

  function drawKey(pen, key, left, top, font, colour) {
    var side = 14, steps = key.querySelectorAll(".legend-steps i");
    var ends = Array.from(key.childNodes).filter(function (part) { return part.nodeType === 3; }).map(function (part) { return part.textContent.trim(); });
    pen.font = font;
    pen.textBaseline = "top";
    pen.fillStyle = colour;
    pen.fillText(ends[0] || "", left, top);
    left += pen.measureText(ends[0] || "").width + 8;
    steps.forEach(function (step) {
      pen.fillStyle = getComputedStyle(step).backgroundColor;
      pen.fillRect(left, top, side * 1.5, side);
      left += side * 1.5 + 1;
    });
    pen.fillStyle = colour;
    pen.fillText(ends[1] || "", left + 8, top);
  }

  function wrap(pen, text, width) {
    var lines = [""];
    Array.from(text).forEach(function (letter) {
      if (pen.measureText(lines[lines.length - 1] + letter).width > width) { lines.push(""); }
      lines[lines.length - 1] += letter;
    });
    return lines;
  }

  function write(pen, lines, left, top) {
    pen.textBaseline = "middle";
    pen.textAlign = "left";
    lines.forEach(function (line, number) {
      pen.font = line.font;
      pen.fillStyle = line.colour;
      pen.fillText(line.text, left, top + number * 22 + 11);
    });
  }

  /* Cells are drawn where they lie: background, rule and the text of each, line by line as the browser has broken it. */
  function drawTable(pen, table, left, top) {
    table.classList.add("is-drawn"); // No cell sticks to where scrolling has put it.
    var origin = table.getBoundingClientRect();
    table.querySelectorAll("th, td").forEach(function (cell) {
      var box = cell.getBoundingClientRect(), style = getComputedStyle(cell);
      if (!box.width) { return; }
      var x = left + box.left - origin.left, y = top + box.top - origin.top;
      if (style.backgroundColor !== "rgba(0, 0, 0, 0)") { pen.fillStyle = style.backgroundColor; pen.fillRect(x, y, box.width, box.height); }
      if (parseFloat(style.borderBottomWidth)) { pen.fillStyle = style.borderBottomColor; pen.fillRect(x, y + box.height - 1, box.width, 1); }
      drawWords(pen, cell, x - box.left, y - box.top);
    });
    table.classList.remove("is-drawn");
  }

  function drawWords(pen, cell, moveX, moveY) {
    var walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), node;
    var range = document.createRange();
    while ((node = walker.nextNode())) {
      var style = getComputedStyle(node.parentElement);
      pen.font = style.fontWeight + " " + style.fontSize + " " + style.fontFamily;
      pen.fillStyle = style.color;
      pen.textBaseline = "middle";
      pen.textAlign = "left";
      for (var n = 0; n < node.length; n += 1) {
        range.setStart(node, n);
        range.setEnd(node, n + 1);
        var box = range.getBoundingClientRect();
        if (box.width) { pen.fillText(node.data.charAt(n), box.left + moveX, box.top + box.height / 2 + moveY); }
      }
    }
  }

  /* A card that holds neither figure nor table has nothing to draw: its menu says so by leaving PNG out. */
  document.addEventListener("toggle", function (event) {
    var menu = event.target;
    if (!menu.open || !menu.querySelector || !menu.querySelector(".export-menu")) { return; }
    var box = menu.closest(".card-box"), png = menu.querySelector('[data-export="png"]');
    if (box && png) { png.hidden = !box.querySelector(".js-plotly-plot, table"); }
  }, true);
})();
