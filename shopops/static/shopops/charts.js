/* One quiet theme for every chart. Reads its data from the page (json_script), draws tooltips on the canvas (richText),
   so the content security policy needs no inline style. An element says data-chart="<id of the data>"; data.kind chooses. */
(() => {
  const C = { ink2: "#454f60", ink3: "#5f6b7c", line: "#e3e6eb", grid: "#eef0f3", us: "#2f6fe4", prev: "#98a2b3", late: "#d93a2f", soon: "#e08a0b", done: "#17a06b" };
  echarts.registerTheme("so", {
    color: [C.us, C.prev, C.soon, C.done, C.late], textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12, color: C.ink2 },
    categoryAxis: { axisLine: { lineStyle: { color: C.line } }, axisTick: { show: false }, axisLabel: { color: C.ink3, fontSize: 12 }, splitLine: { show: false } },
    valueAxis: { axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: C.ink3, fontSize: 12 }, splitLine: { lineStyle: { color: C.grid } } },
    tooltip: { renderMode: "richText", backgroundColor: "#1c2330", borderWidth: 0, padding: [8, 10], textStyle: { color: "#fff", fontSize: 12 } },
  });
  const small = () => innerWidth < 600;
  const english = document.documentElement.lang === "en";
  const wan = (value) => english ? (Math.abs(value) >= 1000 ? value / 1000 + "k" : String(value)) : (Math.abs(value) >= 10000 ? Number((value / 10000).toFixed(1)) + "万" : String(value));
  const written = (value, unit) => value == null ? document.body.dataset.sayUnknown : unit === "¥" ? "¥" + Number(value).toLocaleString("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 }) : Number(value).toLocaleString("zh-CN") + (unit ? " " + unit : "");

  /* runs of days without a figure, each shaded half a day to either side and named */
  function gaps(x, values, word) {
    const areas = [];
    for (let from = 0; from < values.length; from++) {
      if (values[from] != null) continue;
      let to = from;
      while (to + 1 < values.length && values[to + 1] == null) to++;
      areas.push([{ xAxis: x[Math.max(from - 1, 0)], name: word, itemStyle: { color: "#f1f2f5" }, label: { color: C.ink3 } }, { xAxis: x[Math.min(to + 1, x.length - 1)] }]);
      from = to;
    }
    return areas;
  }
  /* labels at the ends of two lines are set apart by at least one line of text */
  function ends(one, two) {
    const last = (values) => [...values].reverse().find((value) => value != null);
    return last(one) >= last(two) ? [-8, 8] : [8, -8];
  }

  /* data: {kind, x[], now[], before[], now_label, before_label, unit, unknown, bands: [{from, to, label}]} */
  function trend(data) {
    const [up, down] = ends(data.now, data.before || []), sm = small();
    const bands = (data.bands || []).map((band) => [{ xAxis: band.from, name: band.label, itemStyle: { color: "rgba(224,138,11,.08)" }, label: { color: "#8a4b08" } }, { xAxis: band.to }]);
    const lone = data.now.filter((value) => value != null).length === 1;
    return {
      grid: { left: 48, right: sm ? 12 : 52, top: 24, bottom: 26 },
      xAxis: { type: "category", data: data.x, boundaryGap: false, axisLabel: { interval: sm ? 9 : 4, hideOverlap: true } },
      yAxis: { type: "value", scale: true, axisLabel: { formatter: wan }, splitNumber: 4 },
      tooltip: { trigger: "axis", formatter: (points) => points[0].name + "\n" + points.map((point) => point.seriesName + "  " + written(point.value, data.unit)).join("\n") },
      series: [
        { name: data.before_label, type: "line", data: data.before || [], symbol: "none", lineStyle: { type: "dashed", width: 1.5, color: C.prev }, endLabel: { show: !sm, formatter: data.before_label, color: C.ink3, distance: 6, offset: [0, down] } },
        { name: data.now_label, type: "line", data: data.now, symbol: lone ? "circle" : "none", showSymbol: lone, connectNulls: false, lineStyle: { width: 2, color: C.us }, areaStyle: { color: "rgba(47,111,228,.06)", origin: "start" }, endLabel: { show: !sm, formatter: data.now_label, color: "#1b51b5", fontWeight: 600, distance: 6, offset: [0, up] },
          markArea: { silent: true, label: { position: "insideTop", fontSize: 12 }, data: gaps(data.x, data.now, data.unknown).concat(bands) } },
      ],
    };
  }

  /* data: {kind, days[7], values: 7 lists of 24 counts (null unknown), unit, href (the rows behind all of it; weekday and hour are put behind it), may be empty} */
  function heat(data) {
    const cells = data.values.flatMap((hours, day) => hours.map((value, hour) => [hour, day, value == null ? "-" : value]));
    const top = Math.max(1, ...cells.map((cell) => Number(cell[2]) || 0)), sm = small();
    return {
      grid: { left: 40, right: sm ? 8 : 12, top: 6, bottom: 26 },
      xAxis: { type: "category", data: Array.from({ length: 24 }, (_, hour) => hour), axisLabel: { interval: sm ? 5 : 1, formatter: (hour) => hour + document.body.dataset.sayHour }, axisLine: { show: false } },
      yAxis: { type: "category", data: data.days, inverse: true, axisLine: { show: false }, axisTick: { show: false } },
      visualMap: { show: false, min: 0, max: top, inRange: { color: ["#f5f8fd", "#cfe0fa", "#8fb5f2", "#4a86e8", "#1d4fae"] } },
      tooltip: { formatter: (point) => data.days[point.value[1]] + " " + point.value[0] + ":00–" + point.value[0] + ":59\n" + written(point.value[2], data.unit) },
      series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: "#fff", borderWidth: 2, borderRadius: 4 },
        label: { show: !sm, fontSize: 11, color: "#161b26", formatter: (point) => { const value = Number(point.value[2]); return value >= top * .83 ? "{w|" + value + "}" : value >= top * .3 ? String(value) : ""; }, rich: { w: { color: "#fff", fontSize: 11 } } } }],
    };
  }

  /* data: {kind, x[], series: [{name, values[], dashed, step, joined, tone}], unit, is_fine (fractions between whole numbers matter), inverse, band: {low, high, label}, marks: [{x, label}]}; null is a gap unless joined */
  function lines(data) {
    const sm = small(), many = data.series.length > 1, colours = [C.us, C.done, C.late, C.soon, C.prev];
    const series = data.series.map((one, place) => {
      const lone = one.values.filter((value) => value != null).length < 3, colour = C[one.tone] || colours[place % colours.length];
      return { name: one.name, type: "line", data: one.values, step: one.step ? "end" : false, symbol: "circle", symbolSize: 5, showSymbol: lone || Boolean(one.joined), connectNulls: Boolean(one.joined),
        itemStyle: { color: colour }, lineStyle: { width: one.dashed ? 1.5 : 2, type: one.dashed ? "dashed" : "solid", color: colour },
        endLabel: { show: many && !sm, formatter: "{a}", color: colour, distance: 6 }, labelLayout: { moveOverlap: "shiftY" } };
    });
    const first = series[0];
    if (data.band) first.markArea = { silent: true, itemStyle: { color: "rgba(47,111,228,.08)" }, label: { position: "insideTopLeft", color: C.ink3, fontSize: 12 }, data: [[{ yAxis: data.band.low, name: data.band.label }, { yAxis: data.band.high }]] };
    if (data.marks && data.marks.length) first.markLine = { silent: true, symbol: "none", lineStyle: { color: C.soon, type: "dotted" }, label: { color: "#8a4b08", fontSize: 11 }, data: data.marks.map((one) => ({ xAxis: one.x, label: { formatter: one.label } })) };
    return {
      grid: { left: 56, right: many && !sm ? 84 : 16, top: 26, bottom: many && sm ? 48 : 26 },
      legend: many && sm ? { bottom: 0, itemWidth: 14, textStyle: { color: C.ink2 } } : undefined,
      xAxis: { type: "category", data: data.x, boundaryGap: data.x.length < 2, axisLabel: { hideOverlap: true } },
      yAxis: { type: "value", scale: !data.inverse, inverse: Boolean(data.inverse), min: data.inverse ? 1 : undefined, minInterval: data.unit === "¥" || data.unit === "%" || data.is_fine ? 0 : 1, axisLabel: { formatter: wan }, splitNumber: 4 },
      tooltip: { trigger: "axis", formatter: (points) => points[0].name + "\n" + points.map((point) => point.seriesName + "  " + written(point.value, data.unit)).join("\n") },
      series,
    };
  }

  /* data: {kind, x[], series: [{name, values[], tone}], unit, stacked}; bars lie, the first on top; null is unknown */
  function bars(data) {
    const sm = small(), colours = [C.us, "#c6ced9", C.done, C.soon, C.late];
    const width = Math.min(sm ? 96 : 150, 14 + 12 * Math.max(...data.x.map((label) => [...label].length)));
    return {
      grid: { left: width, right: 64, top: data.series.length > 1 ? 28 : 6, bottom: 22 },
      legend: data.series.length > 1 ? { top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { color: C.ink2 } } : undefined,
      xAxis: { type: "value", max: data.stacked && data.unit === "%" ? 100 : undefined, axisLabel: { formatter: wan, hideOverlap: true }, splitNumber: sm ? 3 : 5 },
      yAxis: { type: "category", data: data.x, inverse: true, axisLabel: { width: width - 12, overflow: "truncate" } },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, formatter: (points) => points[0].name + "\n" + points.map((point) => point.seriesName + "  " + written(point.value, data.unit)).join("\n") },
      series: data.series.map((one, place) => ({ name: one.name, type: "bar", stack: data.stacked ? "one" : undefined, data: one.values, barMaxWidth: 18, barGap: "20%", itemStyle: { color: C[one.tone] || colours[place % colours.length], borderRadius: data.stacked ? 0 : [0, 2, 2, 0] },
        label: { show: !data.stacked && place === 0, position: "right", color: C.ink2, fontSize: 12, formatter: (point) => written(point.value, "") } })),
    };
  }

  const kinds = { trend, heat, lines, bars };
  function draw(element) {
    const data = JSON.parse(document.getElementById(element.dataset.chart).textContent);
    const make = kinds[data && data.kind];
    if (!make || element.dataset.drawn) return;
    element.dataset.drawn = "1";
    const chart = echarts.init(element, "so");
    const set = () => chart.setOption(Object.assign({ animation: false }, make(data)), true);
    set();
    if (data.kind === "heat" && data.href) {
      chart.on("click", (point) => {
        const [hour, day, value] = point.value;
        if (Number(value)) location.assign(data.href + "&weekday=" + (day + 1) + "&hour=" + String(hour).padStart(2, "0"));
      });
    }
    let narrow = small();
    new ResizeObserver(() => { chart.resize(); if (narrow !== small()) { narrow = small(); set(); } }).observe(element);
  }
  const drawAll = (root) => root.querySelectorAll("[data-chart]").forEach(draw);
  drawAll(document);
  document.addEventListener("htmx:afterSwap", (event) => drawAll(event.detail.target));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-chart-table]");
    if (!button) return;
    const chart = document.getElementById(button.dataset.chartTable), table = document.getElementById(button.dataset.chartTable + "-table"), show = table.hidden;
    table.hidden = !show; chart.hidden = show; button.setAttribute("aria-pressed", String(show));
  });
})();
