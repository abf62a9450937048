/* A list with rows: keys, selection with what it will change, the drawer with its own address (?open=<tid>). */
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const LISTS = ":is(.so-q,.so-pt)";
  const drawer = $("#drawer");
  const bar = () => $("#bulk"); // looked up each time: paging replaces the list with its foot
  const rows = () => [...document.querySelectorAll(`${LISTS} tbody tr[data-tid]`)];
  const boxes = () => [...document.querySelectorAll(`${LISTS} tbody input[name="tid"]`)];
  let current = null, opener = null;

  function mark(row, see) {
    rows().forEach((one) => one.classList.toggle("is-cur", one === row));
    current = row ? row.dataset.tid : null;
    if (row && see) row.scrollIntoView({ block: "nearest" });
  }
  const at = () => rows().findIndex((row) => row.dataset.tid === current);
  function step(by) {
    const list = rows();
    if (!list.length) return;
    mark(list[Math.min(Math.max(at() + by, 0), list.length - 1)], true);
    if (document.body.classList.contains("has-drawer")) open(current, false);
  }

  /* each act says how many of the selected rows it can change: rows carry data-can, buttons data-act */
  function count() {
    const bulk = bar();
    if (!bulk) return;
    const chosen = boxes().filter((box) => box.checked).map((box) => box.closest("tr"));
    rows().forEach((row) => row.classList.toggle("is-sel", chosen.includes(row)));
    bulk.classList.toggle("is-on", chosen.length > 0);
    document.body.classList.toggle("has-bulk", chosen.length > 0);
    $("[data-bulk-n]", bulk).textContent = chosen.length;
    bulk.querySelectorAll("[data-act]").forEach((button) => {
      const able = chosen.filter((row) => (row.dataset.can || "").split(" ").includes(button.dataset.act)).length;
      const figure = $("[data-act-n]", button);
      if (figure) figure.textContent = able;
      button.disabled = chosen.length > 0 && able === 0;
      if (button.hasAttribute("data-main")) say(button, able, chosen.length - able);
    });
    const head = $(`${LISTS} thead input[type=checkbox]`);
    if (head) { head.checked = chosen.length > 0 && chosen.length === boxes().length; head.indeterminate = chosen.length > 0 && !head.checked; }
  }
  function say(button, able, not) {
    const words = $("[data-bulk-say]", bar());
    words.textContent = [able && button.dataset.say.replace("{n}", able), not && button.dataset.sayNot.replace("{n}", not)].filter(Boolean).join(document.body.dataset.sayAnd);
    words.title = words.textContent;
  }

  const address = (tid) => { const url = new URL(location.href); if (tid) url.searchParams.set("open", tid); else url.searchParams.delete("open"); return url; };
  function open(tid, focus = true) {
    const row = rows().find((one) => one.dataset.tid === tid);
    const url = row ? row.dataset.drawer : drawer.dataset.url.replace("__tid__", encodeURIComponent(tid));
    mark(row || null, true);
    drawer.hidden = false; document.body.classList.add("has-drawer");
    $("#drawer-body").replaceChildren($("#drawer-wait").content.cloneNode(true));
    if (new URL(location.href).searchParams.get("open") !== tid) {
      if (history.state && history.state.drawer) history.replaceState({ drawer: tid }, "", address(tid)); else history.pushState({ drawer: tid }, "", address(tid));
    }
    htmx.ajax("GET", url, { target: "#drawer-body", swap: "innerHTML" }).then(() => { if (focus) drawer.focus({ preventScroll: true }); });
  }
  function shut(push = true) {
    if (drawer.hidden) return false;
    drawer.hidden = true; document.body.classList.remove("has-drawer");
    if (push) history.pushState({}, "", address(null));
    if (opener && opener.isConnected) opener.focus({ preventScroll: true });
    return true;
  }
  addEventListener("popstate", () => { const tid = new URL(location.href).searchParams.get("open"); if (tid && drawer) open(tid, false); else if (drawer) shut(false); });

  document.addEventListener("change", (event) => {
    if (event.target.matches(`${LISTS} thead input`)) boxes().forEach((box) => { box.checked = event.target.checked; });
    if (event.target.closest(LISTS)) count();
  });
  document.addEventListener("click", (event) => {
    const target = event.target;
    if (target.closest("[data-close]")) { event.preventDefault(); shut(); return; }
    if (target.closest("[data-step]")) { step(Number(target.closest("[data-step]").dataset.step)); return; }
    if (target.closest("[data-clear]")) { boxes().forEach((box) => { box.checked = false; }); count(); return; }
    const row = target.closest(".so-q tbody tr[data-tid]");
    if (!row || !drawer || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const link = target.closest("a");
    if (link && !link.classList.contains("so-tid")) return;
    if (!link && target.closest("button,label,input,summary,dialog")) return;
    event.preventDefault();
    opener = $(".so-tid", row);
    open(row.dataset.tid);
  });

  const next = () => (drawer && !drawer.hidden ? $("[data-next-act]", drawer) : $("[data-next-act]"));
  const keys = {
    j: () => step(1), k: () => step(-1), ArrowDown: () => step(1), ArrowUp: () => step(-1),
    x: () => { const row = rows()[at()]; const box = row && $('input[name="tid"]', row); if (box) { box.checked = !box.checked; count(); } },
    e: () => { if ((!drawer || drawer.hidden) && current && drawer) { opener = null; open(current); return; } const act = next(); if (act) act.click(); },
  };
  document.addEventListener("keydown", (event) => {
    const inField = event.target.closest("textarea,select,input:not([type=checkbox])");
    if (inField || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
    if (event.key === "Escape") { if (drawer) shut(); return; }
    if (event.key === "Enter" && current && !drawer && !event.target.closest("a,button,summary,input")) { const link = rows()[at()] && $("a", rows()[at()]); if (link) link.click(); return; }
    if (event.key === "Enter") { if (current && drawer && !event.target.closest("a,button,summary,input")) { event.preventDefault(); open(current); } return; }
    if (event.key.startsWith("Arrow") && event.target.closest("#drawer,.so-tabs,details")) return;
    const act = keys[event.key];
    if (act && rows().length) { event.preventDefault(); act(); }
  });
  document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.target && event.detail.target.id !== "drawer-body") { mark(rows()[at()] || null, false); count(); } });
  /* the browser may bring ticks back after going back; count what is really ticked */
  addEventListener("pageshow", count);
  count();
  const wanted = new URL(location.href).searchParams.get("open");
  if (wanted && drawer) addEventListener("load", () => open(wanted, false));
})();
