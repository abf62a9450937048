/* The week of main products: drag a product to another hour, or press m on it, move with the arrows, Enter puts it down,
   Escape leaves it. Without scripts each product is a link to a plain form. */
(() => {
  const table = document.querySelector("[data-shelf]"), form = document.getElementById("shelf-move");
  if (!table || !form) return;
  const say = document.querySelector("[data-shelf-say]");
  let held = null, target = null;

  function mark(cell) {
    if (target) target.classList.remove("is-target");
    target = cell;
    if (target) target.classList.add("is-target");
  }
  function send(slot, cell) {
    const minutes = (slot.dataset.at || "00:00").slice(3);
    form.elements.product.value = slot.dataset.slot;
    form.elements.weekday.value = cell.dataset.day;
    form.elements.at.value = String(cell.dataset.hour).padStart(2, "0") + ":" + minutes;
    form.requestSubmit();
  }
  function drop() {
    if (held) held.classList.remove("is-held");
    held = null;
    mark(null);
  }
  const cellAt = (day, hour) => table.querySelector('td[data-day="' + day + '"][data-hour="' + hour + '"]');

  table.addEventListener("dragstart", (event) => {
    const slot = event.target.closest("[data-slot]");
    if (!slot) return;
    held = slot;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", slot.dataset.slot);
  });
  table.addEventListener("dragover", (event) => {
    const cell = event.target.closest("td[data-day]");
    if (!held || !cell) return;
    event.preventDefault();
    if (cell !== target) mark(cell);
  });
  table.addEventListener("drop", (event) => {
    const cell = event.target.closest("td[data-day]");
    if (!held || !cell) return;
    event.preventDefault();
    const slot = held, from = slot.closest("td");
    drop();
    if (cell !== from) send(slot, cell);
  });
  table.addEventListener("dragend", drop);

  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  table.addEventListener("keydown", (event) => {
    const slot = event.target.closest("[data-slot]");
    if (!slot) return;
    if (!held && event.key === "m") {
      event.preventDefault();
      held = slot;
      slot.classList.add("is-held");
      mark(slot.closest("td"));
      return;
    }
    if (!held) return;
    if (event.key === "Escape") { event.stopPropagation(); drop(); return; }
    if (event.key === "Enter") {
      event.preventDefault();
      const cell = target, one = held, from = one.closest("td");
      drop();
      if (cell && cell !== from) send(one, cell);
      return;
    }
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const cell = cellAt((Number(target.dataset.day) + step[0] + 7) % 7, (Number(target.dataset.hour) + step[1] + 24) % 24);
    mark(cell);
    cell.scrollIntoView({ block: "nearest" });
    const day = table.tHead.rows[0].cells[Number(cell.dataset.day) + 1].textContent;
    say.textContent = say.dataset.moving + " " + day + " " + cell.dataset.hour + ":00";
  });
})();
