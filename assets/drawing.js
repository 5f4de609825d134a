/* Loads what draws figures, however long that takes and however often it fails on the way.

   Dash itself loads Plotly with the first figure and gives up for good after 30 seconds: figures then never come, and a
   wall is drawn anew without end. It waits for whatever window.Plotly is, so until Plotly is there this stands for it. */
(function () {
  "use strict";
  var SOURCE = "/_dash-component-suites/plotly/package_data/plotly.min.js", AGAIN = 3000;
  var loading = null;

  function load(done) {
    var script = document.createElement("script");
    script.src = SOURCE;
    // Plotly has put itself in the place of what stood for it.
    script.onload = function () { done(window.Plotly); };
    script.onerror = function () {
      script.remove();
      window.setTimeout(function () { load(done); }, AGAIN);
    };
    document.body.appendChild(script);
  }

  window.Plotly = {
    then: function (done, failed) {
      loading = loading || new Promise(load);
      return loading.then(done, failed);
    },
    // A language that comes first waits where Plotly looks for it.
    register: function (language) { window.PlotlyLocales = (window.PlotlyLocales || []).concat(language); }
  };
})();
