/* Scan pages: the field keeps the focus, each scan is answered by band and tone, parts are replaced in place.
   Without this script every form posts and the server shows the whole page. */
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const form = $("form[data-scan]");
  if (!form) return;
  const field = $("input[name=code]", form), box = $(".so-scan"), body = $("[data-pack]"), band = $("[data-band]"), hint = $("[data-hint]");
  const free = (target) => target.closest("a,button,select,textarea,input,label,summary,dialog,details,.so-search");

  /* focus: taken back after every tap that wants nothing else */
  const showFocus = () => {
    const has = document.activeElement === field;
    box.classList.toggle("is-off", !has);
    if (hint) hint.textContent = has ? hint.dataset.on : hint.dataset.off;
  };
  const grab = () => { if (!$("dialog[open]")) field.focus({ preventScroll: true }); };
  field.addEventListener("focus", showFocus);
  field.addEventListener("blur", () => { field.inputMode = "none"; showFocus(); });
  document.addEventListener("click", (event) => { if (!free(event.target)) grab(); });
  document.addEventListener("change", (event) => { if (event.target !== field && event.target.matches("input[type=checkbox]")) grab(); });
  document.addEventListener("close", () => setTimeout(grab, 0), true);
  const typeKey = $("[data-type]");
  if (typeKey) typeKey.addEventListener("click", () => { field.inputMode = "text"; field.blur(); field.inputMode = "text"; field.focus(); });

  /* sound: two tones up for right, three for complete, a low buzz for wrong; the switch is kept in this browser */
  const toggle = $("[data-sound]");
  let on = true, audio = null;
  try { on = localStorage.getItem("so-sound") !== "off"; } catch { /* private mode: on */ }
  const showSound = () => {
    if (!toggle) return;
    toggle.setAttribute("aria-pressed", String(on));
    $("[data-sound-on]", toggle).hidden = !on;
    $("[data-sound-off]", toggle).hidden = on;
  };
  const TONES = { good: [[660, 0, 0.09, "sine"], [880, 0.1, 0.12, "sine"]], done: [[660, 0, 0.09, "sine"], [880, 0.1, 0.09, "sine"], [1175, 0.2, 0.18, "sine"]], bad: [[180, 0, 0.28, "square"], [140, 0.3, 0.34, "square"]] };
  function play(name) {
    if (!on) return false;
    try {
      audio = audio || new (window.AudioContext || window.webkitAudioContext)();
      if (audio.state === "suspended") audio.resume();
      (TONES[name] || []).forEach(([pitch, start, length, kind]) => {
        const tone = audio.createOscillator(), volume = audio.createGain(), at = audio.currentTime + start;
        tone.type = kind; tone.frequency.value = pitch;
        volume.gain.setValueAtTime(name === "bad" ? 0.22 : 0.3, at);
        volume.gain.exponentialRampToValueAtTime(0.001, at + length);
        tone.connect(volume).connect(audio.destination);
        tone.start(at); tone.stop(at + length);
      });
      return true;
    } catch { return false; }
  }
  if (toggle) toggle.addEventListener("click", () => { on = !on; try { localStorage.setItem("so-sound", on ? "on" : "off"); } catch { /* stays for this page */ } showSound(); if (on) play("good"); grab(); });
  showSound();
  if (band.dataset.tone) play(band.dataset.tone);

  /* sending: one after the other, in the order in which they were scanned */
  let queue = Promise.resolve(), waiting = 0;
  const trouble = (words) => { const now = $("[data-band]"); now.className = "so-band so-band--late"; $("b", now).textContent = words; $("p", now).textContent = now.dataset.again; play("bad"); };
  async function send(url, data) {
    const table = $("input[name=parcel]", form);
    if (url === form.getAttribute("action") && table) data.set("parcel", table.value); // as it is now, not when it was scanned
    try {
      const response = await fetch(url, { method: "POST", body: data, headers: { Accept: "application/json", "X-Requested-With": "fetch" }, credentials: "same-origin" });
      if (!response.ok || !(response.headers.get("content-type") || "").includes("json")) { trouble(document.body.dataset[response.status === 403 ? "say403" : "say500"]); return; }
      const answer = await response.json();
      if (answer.go) { location.assign(answer.go); return; }
      const scroll = window.scrollY;
      $("[data-band]").outerHTML = answer.band;
      if (waiting === 1) body.innerHTML = answer.body; // else the next answer shows more; this one would take ticks back
      const parcel = $("input[name=parcel]", form);
      if (parcel) parcel.value = answer.parcel || "";
      field.placeholder = answer.placeholder || field.placeholder;
      window.scrollTo(0, scroll);
      if (answer.sound) play(answer.sound);
    } catch { trouble(document.body.dataset.sayNet); }
    grab();
  }
  document.addEventListener("submit", (event) => {
    const sent = event.target;
    if (!sent.matches("form[data-scan],form[data-pack-act]")) return;
    event.preventDefault();
    const data = new FormData(sent, event.submitter || undefined);
    if (sent === form) {
      if (!field.value.trim()) return;
      field.value = "";
    }
    const dialog = sent.closest("dialog");
    if (dialog) dialog.close();
    const url = sent.getAttribute("action");
    waiting += 1;
    queue = queue.then(() => send(url, data)).finally(() => { waiting -= 1; });
  });
  field.focus({ preventScroll: true });
  showFocus();
})();
