/* A list of lines: j and k move, x ticks (or opens the form that asks for a picture), Enter opens what is behind a line. */
(() => {
  const KEY = "so-line";
  const lines = () => [...document.querySelectorAll(".so-ck li[data-line]")];
  let current = sessionStorage.getItem(KEY);

  function mark(line, see) {
    lines().forEach((one) => one.classList.toggle("is-cur", one === line));
    if (!line) return;
    current = line.dataset.line;
    sessionStorage.setItem(KEY, current);
    if (see) line.scrollIntoView({ block: "nearest" });
  }
  const at = () => lines().findIndex((one) => one.dataset.line === current);
  function step(by) {
    const all = lines();
    if (all.length) mark(all[Math.min(Math.max(at() + by, 0), all.length - 1)], true);
  }
  function tick() {
    const line = lines()[at()];
    if (!line) return step(1);
    const button = line.querySelector("[data-tick]");
    if (button) { button.click(); return undefined; }
    const more = line.querySelector("details");
    if (more) { more.open = true; const field = more.querySelector("input:not([type=hidden]),textarea"); if (field) field.focus(); }
    return undefined;
  }
  const keys = { j: () => step(1), k: () => step(-1), ArrowDown: () => step(1), ArrowUp: () => step(-1), x: tick };
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("textarea,select,input") || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && !event.target.closest("a,button,summary")) { const link = lines()[at()] && lines()[at()].querySelector("a"); if (link) link.click(); return; }
    const act = keys[event.key];
    if (act && lines().length) { event.preventDefault(); act(); }
  });
  mark(lines()[at()] || null, false);
})();
