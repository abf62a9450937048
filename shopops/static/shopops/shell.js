/* On every page: copy, keys, menus, dialogs, countdowns, toasts. Everything works without it but these comforts. */
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  document.documentElement.classList.add("js");

  const typing = (target) => target.closest("textarea,select,input:not([type=checkbox]):not([type=radio]):not([type=range]),[contenteditable]");
  const useIcon = (svg, name) => { const use = $("use", svg); if (use) use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#" + name)); };

  /* the clipboard API is missing on plain http other than localhost: fall back to a selection */
  async function copy(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea");
    area.value = text; area.className = "vh"; area.readOnly = true;
    document.body.append(area); area.select(); document.execCommand("copy"); area.remove();
  }

  function openDialog(dialog) {
    all("fieldset[data-when-open]", dialog).forEach((set) => { set.disabled = false; });
    dialog.showModal();
    const first = $("input:not([type=hidden]),select,textarea", dialog);
    if (first) first.focus();
  }

  function nav(open) {
    document.body.classList.toggle("nav-open", open);
    all("button[data-nav]").forEach((button) => button.setAttribute("aria-expanded", String(open)));
    if (open) { const link = $("#nav a"); if (link) link.focus(); }
  }

  /* a chosen template goes into its field, where it can still be changed */
  document.addEventListener("change", (event) => {
    const chosen = event.target.closest("select[data-fills]");
    const field = chosen && chosen.form && all(`[name$="${chosen.dataset.fills}"]`, chosen.form)[0];
    if (field) field.value = chosen.selectedOptions[0].dataset.words || "";
  });

  document.addEventListener("click", (event) => {
    const target = event.target;
    const copying = target.closest("[data-copy],[data-copy-from]");
    if (copying) {
      event.preventDefault(); event.stopPropagation();
      const svg = $(".ti", copying);
      const from = copying.dataset.copyFrom;
      copy(from ? document.getElementById(from).value : copying.dataset.copy).then(() => { useIcon(svg, "check"); svg.classList.add("t-done"); setTimeout(() => { useIcon(svg, "copy"); svg.classList.remove("t-done"); }, 1200); }).catch(() => {});
      return;
    }
    if (target.closest("[data-nav]")) nav(!document.body.classList.contains("nav-open"));
    const opener = target.closest("[data-dlg]");
    if (opener) { const dialog = document.getElementById(opener.dataset.dlg); if (dialog && dialog.showModal) { event.preventDefault(); openDialog(dialog); } }
    if (target.closest("[data-help]")) openDialog($("#help"));
    if (target.closest("[data-dlg-close]") || target.nodeName === "DIALOG") target.closest("dialog").close();
    if (target.closest("[data-toast-close]")) target.closest("[data-toast]").remove();
    all("details.so-menu[open]").forEach((menu) => { if (!menu.contains(target)) menu.open = false; });
  }, true);

  document.addEventListener("close", (event) => {
    if (event.target.nodeName === "DIALOG") all("fieldset[data-when-open]", event.target).forEach((set) => { set.disabled = true; });
  }, true);

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      all("details.so-menu[open]").forEach((menu) => { menu.open = false; $("summary", menu).focus(); });
      if (document.body.classList.contains("nav-open")) { nav(false); $("button[data-nav]").focus(); }
      if (typing(event.target)) event.target.blur();
      return;
    }
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
    if (event.key === "/") { const search = $("#q"); if (search) { event.preventDefault(); search.focus(); search.select(); } }
    if (event.key === "?") { event.preventDefault(); openDialog($("#help")); }
  });

  /* countdowns: the server's words stay until the first half minute has passed */
  function tick() {
    all("[data-left][data-at]").forEach((element) => {
      const minutes = Math.floor((Date.parse(element.dataset.at) - Date.now()) / 60000);
      if (Number.isNaN(minutes)) return;
      const left = Math.max(minutes, 0);
      const text = String(Math.floor(left / 60)).padStart(2, "0") + ":" + String(left % 60).padStart(2, "0");
      if (element.textContent !== text) element.textContent = text;
      const pill = element.closest(".so-cut");
      if (pill && minutes < 0) pill.classList.add("so-cut--late");
    });
  }
  if (!document.body.hasAttribute("data-frozen")) setInterval(tick, 30000);

  /* good news leaves by itself, bad news waits to be closed */
  function toasts() { all("[data-toast]:not([data-seen])").forEach((toast) => { toast.dataset.seen = "1"; if (!toast.classList.contains("so-toast--late")) setTimeout(() => toast.remove(), 6000); }); }
  toasts();

  document.addEventListener("htmx:afterSwap", toasts);
  const failed = (event) => {
    const holder = $("#toasts");
    if (!holder || $("[data-net]", holder)) return;
    const status = event.detail.xhr && event.detail.xhr.status;
    const box = document.createElement("div");
    box.className = "so-toast so-toast--late"; box.dataset.toast = ""; box.dataset.seen = "1"; box.dataset.net = "";
    const words = document.createElement("p");
    words.textContent = status === 403 ? document.body.dataset.say403 : status ? document.body.dataset.say500 : document.body.dataset.sayNet;
    box.append(words); holder.append(box); setTimeout(() => box.remove(), 8000);
  };
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);

  /* selects and switches that apply at once; the button beside them is for those without scripts */
  document.addEventListener("change", (event) => { if (event.target.matches("[data-submit]")) event.target.form.requestSubmit(); });
})();
