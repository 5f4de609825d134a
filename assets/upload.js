/* 数据接入: sends a chosen or dropped file as it is, with progress, and puts a mapping file into its text box. */
(function () {
  "use strict";

  function pick(accept, use) {
    var input = document.createElement("input");
    input.type = "file";
    input.accept = accept;
    input.addEventListener("change", function () { if (input.files[0]) { use(input.files[0]); } });
    input.click();
  }

  function say(text) {
    var line = document.getElementById("upload-line");
    if (line) { line.textContent = text; }
  }

  function send(file) {
    var box = document.getElementById("upload-box");
    var limit = Number(box.dataset.limit);
    if (file.size > limit) { answer({ error: box.dataset.tooLarge }); return; }
    var request = new XMLHttpRequest();
    request.open("POST", "/upload");
    request.setRequestHeader("X-Requested-With", "station-watch");
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", function (event) {
      if (event.lengthComputable) { say("正在上传 " + Math.floor(100 * event.loaded / event.total) + "%"); }
    });
    request.addEventListener("load", function () {
      try { answer(JSON.parse(request.responseText)); } catch (error) { answer({ error: "上传失败，请重试。" }); }
    });
    request.addEventListener("error", function () { answer({ error: "上传中断，请检查网络后重试。" }); });
    say("正在上传…");
    request.send(file);
  }

  function answer(content) {
    say("");
    content.at = Date.now(); // The same file twice is still a new answer.
    window.dash_clientside.set_props("upload-answer", { data: content });
  }

  function readMapping(file) {
    if (file.size > 200000) { answer({ error: "映射文件过大，应为不超过 200 KB 的 TOML 文本。" }); return; }
    var reader = new FileReader();
    reader.addEventListener("load", function () {
      window.dash_clientside.set_props("mapping-text", { value: reader.result });
    });
    reader.readAsText(file);
  }

  document.addEventListener("click", function (event) {
    var target = event.target;
    if (!target.closest) { return; }
    if (target.closest("#upload-pick")) { pick(".csv,.tsv,.txt,.tab,.gz,.xlsx,.xls,.parquet,.geojson,.json", send); }
    if (target.closest("#mapping-pick")) { pick(".toml", readMapping); }
  });
  ["dragover", "dragleave", "drop"].forEach(function (kind) {
    document.addEventListener(kind, function (event) {
      var box = document.getElementById("upload-box");
      if (!box) { return; }
      var over = event.target.closest && event.target.closest("#upload-box");
      // A file dropped beside the box must not replace the page.
      event.preventDefault();
      box.classList.toggle("is-over", Boolean(over) && kind === "dragover");
      if (kind === "drop" && over && event.dataTransfer.files[0]) { send(event.dataTransfer.files[0]); }
    });
  });
})();
