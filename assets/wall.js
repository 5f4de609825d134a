/* 大屏: rotation, clock, age of the data, connection, day and night. Nothing here counts anything.

   One timer drives everything, and every state is worked out from the time that has passed, so that a sleeping laptop or
   a slowed timer shows the truth at its first tick. Figures are asked for through the store "wall-asked"; what is drawn
   comes back through "wall-shown" and carries the moment of its data, so that no figure is shown without its age. */
(function () {
  "use strict";
  var root = document.documentElement;
  var TICK = 500, POLL = 3000, PATIENCE = 5000, RETRY = 12000, AGAIN = 300000, ASLEEP = 15000, STUCK = 45000;
  var MINUTE = 60000, HOUR = 3600000;
  var RELOAD_HOUR = 4, DAY_BEGINS = 7, NIGHT_BEGINS = 19;
  var state = null;

  function fresh() {
    var now = Date.now();
    return {
      began: now, ticked: now, polledAt: 0, polling: null, answeredAt: 0, failures: 0, lostSince: null,
      beat: null, clock: null, shown: null, shownAt: 0, askedKey: "", askedAt: 0, current: null, turnedAt: now, turns: 0,
      reloading: false, wall: null
    };
  }

  function element() { return window.location.pathname === "/wall" ? document.getElementById("wall") : null; }
  function setProps(id, props) { window.dash_clientside.set_props(id, props); }
  function at(text) { return Date.parse(text.replace(" ", "T") + "Z"); }
  function two(number) { return (number < 10 ? "0" : "") + number; }

  /* The bureau's wall-clock as milliseconds, whatever zone or wrong time this computer has. */
  function bureauNow() {
    if (state.clock) { return state.clock.there + (Date.now() - state.clock.here); }
    return Date.now() - new Date().getTimezoneOffset() * MINUTE;
  }

  /* ---- asking ---- */

  function poll() {
    var mine = new AbortController();
    state.polling = mine;
    state.polledAt = Date.now();
    window.fetch("/health", { cache: "no-store", signal: mine.signal }).then(function (answer) {
      return answer.json();
    }).then(function (beat) { if (state && state.polling === mine) { answered(beat); } }, function () {
      if (state && state.polling === mine) { unanswered(); }
    });
  }

  function answered(beat) {
    if (state.beat && beat.version !== state.beat.version) { reload(); }
    state.polling = null;
    state.failures = 0;
    state.lostSince = null;
    state.answeredAt = Date.now();
    state.beat = beat;
    if (beat.data_as_of && beat.age_seconds !== null) {
      state.clock = { there: at(beat.data_as_of) + beat.age_seconds * 1000, here: Date.now() };
    }
    tick();
  }

  function unanswered() {
    state.polling = null;
    state.failures += 1;
    if (state.lostSince === null) { state.lostSince = state.answeredAt || state.began; }
    tick();
  }

  /* Figures are drawn for the version, the mode and the size of the screen; an answer that got lost is asked for again. */
  function ask(wall) {
    if (!state.beat || !state.beat.stamp) { return; }
    var size = measured();
    var key = [state.beat.stamp, mode(wall), size.unit, size.width, size.height].join("|");
    var now = Date.now();
    if (state.shown && state.shown.key === key && !(broken() && now - state.askedAt > AGAIN)) { return; }
    if (state.askedKey === key && now - state.askedAt < RETRY) { return; }
    state.askedKey = key;
    state.askedAt = now;
    setProps("wall-asked", { data: { key: key, mode: mode(wall), unit: size.unit, width: size.width, height: size.height, at: now } });
  }

  /* Whether something could not be shown; what was only for a moment is over at the next try. */
  function broken() { return !!state.shown.problem || (state.shown.failed || []).length > 0; }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.wall = {
    shown: function (shown) {
      if (shown && state) {
        // An error leaves the last good screen as it is, with its own age.
        if (shown.problem && state.shown && state.shown.as_of) { state.shown.problem = shown.problem; state.shown.key = shown.key; }
        else { state.shown = shown; state.shownAt = Date.now(); }
        tick();
      }
    }
  };

  /* ---- what is shown ---- */

  function measured() {
    var width = window.innerWidth, height = window.innerHeight;
    var panes = Math.max(1, Math.floor(width / height / 1.5 + 0.01));
    if (state.shown && state.shown.screens) { panes = Math.min(panes, Math.max(1, screens().length)); }
    var pane = width / panes, tall = height > pane;
    var unit = tall ? Math.min(pane / 108, height / 192) : Math.min(pane / 192, height / 108);
    return { panes: panes, tall: tall, unit: Math.round(unit * 100) / 100, width: Math.round(pane), height: height };
  }

  function screens() {
    return state.shown && state.shown.screens ? state.shown.screens : [];
  }

  function mode(wall) {
    var asked = wall.getAttribute("data-mode");
    if (asked !== "auto") { return asked; }
    var hour = new Date(bureauNow()).getUTCHours();
    return hour >= DAY_BEGINS && hour < NIGHT_BEGINS ? "light" : "dark";
  }

  function rotate(wall, panes) {
    var listed = screens(), length = Number(wall.getAttribute("data-seconds")) * 1000, now = Date.now();
    if (!listed.length) { return 0; }
    var index = Math.max(0, listed.indexOf(state.current));
    var passed = now - state.turnedAt;
    if (state.current === null) { state.turnedAt = now; passed = 0; }
    if (passed >= length && listed.length > panes) {
      index = (index + panes) % listed.length;
      state.turnedAt = now;
      state.turns += 1;
      passed = 0;
    } else if (passed >= length) { state.turnedAt = now; passed = 0; }
    state.current = listed[index];
    var shown = [];
    for (var n = 0; n < panes; n += 1) { shown.push(listed[(index + n) % listed.length]); }
    wall.querySelectorAll(".wall-screen").forEach(function (screen) {
      var slot = shown.indexOf(screen.getAttribute("data-screen"));
      if (slot < 0) { screen.removeAttribute("data-slot"); return; }
      put(screen, "data-slot", String(slot));
      if (screen.style.getPropertyValue("--slot") !== String(slot)) { screen.style.setProperty("--slot", slot); }
    });
    var next = listed[(index + panes) % listed.length], last = index + panes;
    say("wall-place", listed.length > panes
      ? (panes > 1 ? index + 1 + "–" + Math.min(last, listed.length) : index + 1) + " / " + listed.length + "　下一屏：" + name(wall, next)
      : "");
    return listed.length > panes ? passed / length : 0;
  }

  function name(wall, id) {
    var screen = wall.querySelector('[data-screen="' + id + '"]');
    return screen ? screen.getAttribute("aria-label") : "";
  }

  function lasting(milliseconds) {
    var minutes = Math.floor(milliseconds / MINUTE);
    if (minutes < 1) { return "不到 1 分钟"; }
    if (minutes < 60) { return minutes + " 分钟"; }
    var hours = Math.floor(minutes / 60);
    if (hours < 48) { return hours + " 小时" + (hours < 6 && minutes % 60 ? " " + (minutes % 60) + " 分" : ""); }
    return Math.floor(hours / 24) + " 天" + (hours % 24 ? " " + (hours % 24) + " 小时" : "");
  }

  /* How old what is on the screen is; past is whether that is more than allowed. */
  function age(wall) {
    if (!state.shown || !state.shown.as_of) { return null; }
    var passed = bureauNow() - at(state.shown.as_of);
    var limit = Number(state.shown.limit) * HOUR;
    return { passed: passed, limit: limit, past: passed > limit || passed < -HOUR };
  }

  function paint(wall) {
    var size = measured();
    if (wall.style.getPropertyValue("--u") !== size.unit + "px") { wall.style.setProperty("--u", size.unit + "px"); }
    if (wall.style.getPropertyValue("--panes") !== String(size.panes)) { wall.style.setProperty("--panes", size.panes); }
    put(wall, "data-shape", size.tall ? "tall" : "wide");
    var wanted = mode(wall);
    if (root.getAttribute("data-bs-theme") !== wanted) { root.setAttribute("data-bs-theme", wanted); }
    var now = new Date(bureauNow());
    say("wall-clock", two(now.getUTCHours()) + ":" + two(now.getUTCMinutes()));
    say("wall-date", now.getUTCMonth() + 1 + "月" + now.getUTCDate() + "日 星期" + "日一二三四五六".charAt(now.getUTCDay()));
    var done = rotate(wall, size.panes);
    var bar = document.getElementById("wall-progress");
    var width = "scaleX(" + Math.min(1, done).toFixed(3) + ")";
    if (bar && bar.style.transform !== width) { bar.style.transform = width; }
    put(wall, "data-empty", screens().length ? "no" : "yes");
    var ready = screens().length || (state.beat && (!state.beat.stamp || state.shown));
    put(wall, "data-waiting", ready ? "no" : "yes");
    say("wall-message", screens().length ? "" : waiting());
    tell(wall);
  }

  function waiting() {
    if (state.failures > 1) { return "连接中断，正在重试"; }
    if (!state.beat) { return "正在连接…"; }
    if (state.shown && state.shown.problem) { return state.shown.problem; }
    if (state.beat.status === "error") { return "数据仓无法读取，请联系系统管理员。"; }
    if (!state.beat.stamp) { return "还没有数据。导入接警、案件等数据文件后，本屏自动显示。"; }
    return state.shown ? "现有数据不足以显示任何一屏。" : "正在读取数据…";
  }

  /* A moment in words, with its year where it is not this one. */
  function moment(text) {
    var then = new Date(at(text)), year = then.getUTCFullYear();
    var day = then.getUTCMonth() + 1 + "月" + then.getUTCDate() + "日 ";
    return (year === new Date(bureauNow()).getUTCFullYear() ? "" : year + "年") + day + text.slice(11, 16);
  }

  /* The line at the foot: what the data is, how old, and what is wrong; the frame shows it from afar. */
  function tell(wall) {
    var found = age(wall), lost = state.failures > 1;
    put(wall, "data-stale", found && found.past ? "yes" : "no");
    put(wall, "data-lost", lost ? "yes" : "no");
    if (found) {
      var shown = state.shown;
      say("wall-as-of", "数据截至 " + moment(shown.as_of));
      say("wall-age", found.passed < -HOUR ? "晚于现在，请核对时钟" : lasting(Math.max(0, found.passed)) + "前");
      say("wall-version", "版本 " + shown.version);
    }
    var words = [];
    if (found && found.past) {
      words.push(found.passed < 0 ? "数据时间晚于当前时间" : "数据已 " + lasting(found.passed) + "未更新（允许 " + lasting(found.limit) + "）");
    }
    if (lost) { words.push("连接中断 " + lasting(Date.now() - state.lostSince) + "，正在重试，画面为最后一次的数据"); }
    else if (state.beat && state.beat.status === "error") { words.push("数据仓无法读取，画面为最后一次的数据"); }
    else if (state.shown && state.shown.problem && screens().length) { words.push("画面未能更新：" + state.shown.problem); }
    else if (behind()) { words.push("新数据已到，画面正在更新"); }
    put(wall, "data-warned", words.length ? "yes" : "no");
    say("wall-warning", words.join("；"));
  }

  function behind() {
    return state.beat && state.shown && state.shown.as_of && state.shown.key !== state.askedKey && Date.now() - state.shownAt > STUCK
      && Date.now() - state.askedAt < STUCK;
  }

  function put(node, attribute, value) {
    if (node.getAttribute(attribute) !== value) { node.setAttribute(attribute, value); }
  }
  function say(id, text) {
    var node = document.getElementById(id);
    if (node && node.textContent !== text) { node.textContent = text; }
  }

  /* ---- staying alive ---- */

  /* A page that runs for weeks begins anew each night, and after an upgrade; only when the server surely answers. */
  function nightly() {
    var now = Date.now();
    if (now - state.began < 2 * HOUR || state.failures) { return; }
    if (new Date(bureauNow()).getUTCHours() === RELOAD_HOUR) { reload(); }
  }

  function reload() {
    if (state.reloading) { return; }
    var mine = state;
    mine.reloading = true;
    window.fetch(window.location.href, { cache: "no-store" }).then(function (answer) {
      if (answer.ok) { window.location.reload(); } else { mine.reloading = false; }
    }, function () { mine.reloading = false; });
  }

  function tick() {
    var wall = element();
    if (!wall) { leave(); return; }
    if (!state) { enter(); }
    // A wall that is drawn anew holds nothing of what was shown before; turns and clock go on.
    if (state.wall !== wall) { state.wall = wall; state.shown = null; state.askedKey = ""; }
    var now = Date.now();
    // The clock jumped: the computer slept. What was under way is void, and the server is asked at once.
    if (Math.abs(now - state.ticked) > ASLEEP) {
      if (state.polling) { state.polling.abort(); state.polling = null; }
      state.polledAt = 0;
    }
    state.ticked = now;
    if (state.polling && now - state.polledAt > PATIENCE) { state.polling.abort(); }
    if (!state.polling && now - state.polledAt >= POLL) { poll(); }
    ask(wall);
    paint(wall);
    nightly();
  }

  function enter() {
    state = fresh();
    root.setAttribute("data-wall", "yes");
    // The frame's own poll rests: this page has one that can give up.
    setProps("poll", { disabled: true });
  }

  function leave() {
    if (!state) {
      // A page that never came (the server stopped while it loaded) is tried again.
      if (window.location.pathname === "/wall" && !document.getElementById("shell") && Date.now() - loaded > STUCK) { retryLoad(); }
      return;
    }
    if (window.location.pathname === "/wall") { state = null; return; }
    if (state.polling) { state.polling.abort(); }
    state = null;
    root.removeAttribute("data-wall");
    var kept = null;
    try { kept = window.localStorage.getItem("mode"); } catch (error) { kept = null; }
    root.setAttribute("data-bs-theme", kept === "dark" ? "dark" : "light");
    if (document.getElementById("shell")) { setProps("poll", { disabled: false }); }
  }

  var loaded = Date.now();
  function retryLoad() {
    loaded = Date.now();
    window.fetch("/health", { cache: "no-store" }).then(function () { window.location.reload(); }, function () { /* later */ });
  }

  // The frame is hidden from the first paint on.
  if (window.location.pathname === "/wall") { root.setAttribute("data-wall", "yes"); }
  window.addEventListener("online", function () { if (state) { state.polledAt = 0; tick(); } });
  document.addEventListener("visibilitychange", function () { if (state) { tick(); } });
  window.setInterval(tick, TICK);
  // For tests of endurance: how often the screen turned, and which version is drawn.
  window.wallFacts = function () {
    return state && { turns: state.turns, version: state.shown && state.shown.version, failures: state.failures, polling: !!state.polling, key: state.shown && state.shown.key, asked: state.askedKey };
  };
})();
