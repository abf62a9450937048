/* The calendar of activities: drag a bar to another day, or press m on it, move with the arrows, Enter puts it down,
   Escape leaves it. Without scripts each bar is a link to its activity, where a form changes the time. */
(() => {
  const box = document.querySelector("[data-calendar]"), form = document.getElementById("move-bar");
  if (!box || !form) return;
  const say = document.querySelector("[data-say]");
  let held = null, from = null, target = null;

  const days = [...box.querySelectorAll("[data-day]")];
  const place = (day) => days.indexOf(day);
  function dayAt(event) {
    const week = event.target.closest("[data-week]");
    if (!week) return null;
    const area = week.getBoundingClientRect(), column = Math.floor(((event.clientX - area.left) / area.width) * 7);
    return week.querySelectorAll("[data-day]")[Math.min(Math.max(column, 0), 6)];
  }
  function mark(day) {
    if (target) target.classList.remove("is-target");
    target = day;
    if (target) target.classList.add("is-target");
  }
  function drop() {
    if (held) held.classList.remove("is-held");
    held = from = null;
    mark(null);
  }
  function send(bar, shift) {
    form.elements.activity.value = bar.dataset.bar;
    form.elements.version.value = bar.dataset.version;
    form.elements.days.value = String(shift);
    form.requestSubmit();
  }
  box.addEventListener("dragstart", (event) => {
    const bar = event.target.closest("[data-bar]");
    if (!bar) return;
    held = bar;
    from = dayAt(event);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", bar.dataset.bar);
  });
  box.addEventListener("dragover", (event) => {
    const day = held && dayAt(event);
    if (!day) return;
    event.preventDefault();
    if (day !== target) mark(day);
  });
  box.addEventListener("drop", (event) => {
    const day = held && dayAt(event);
    if (!day) return;
    event.preventDefault();
    const bar = held, shift = place(day) - place(from);
    drop();
    if (shift) send(bar, shift);
  });
  box.addEventListener("dragend", drop);

  const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  box.addEventListener("keydown", (event) => {
    const bar = event.target.closest("[data-bar]");
    if (!bar) return;
    if (!held && event.key === "m") {
      event.preventDefault();
      held = bar;
      bar.classList.add("is-held");
      const column = Number((bar.className.match(/ c(\d)/) || [0, 1])[1]);
      from = bar.closest("[data-week]").querySelectorAll("[data-day]")[column - 1];
      mark(from);
      return;
    }
    if (!held) return;
    if (event.key === "Escape") { event.stopPropagation(); drop(); return; }
    if (event.key === "Enter") {
      event.preventDefault();
      const one = held, shift = place(target) - place(from);
      drop();
      if (shift) send(one, shift);
      return;
    }
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const day = days[Math.min(Math.max(place(target) + step, 0), days.length - 1)];
    mark(day);
    day.scrollIntoView({ block: "nearest" });
    say.textContent = say.dataset.moving + " " + day.dataset.day;
  });
})();
