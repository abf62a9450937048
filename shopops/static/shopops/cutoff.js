/* Cutoff settings: the slider's words follow the hand at once; the figures come from the server (htmx, debounced).
   A form that was changed says so in the save bar and asks before it is left. */
(() => {
  const slider = document.querySelector("[data-what-if]");
  const written = (step) => { const minutes = Number(slider.dataset.from) + step * Number(slider.dataset.step); return String(Math.floor(minutes / 60)).padStart(2, "0") + ":" + String(minutes % 60).padStart(2, "0"); };
  function follow() {
    const time = written(Number(slider.value));
    slider.setAttribute("aria-valuetext", time);
    document.querySelectorAll("[data-what-if-time]").forEach((element) => { element.textContent = time; });
    document.getElementById("what-if-cutoff").value = time;
  }
  if (slider) { slider.addEventListener("input", follow); follow(); }

  const form = document.querySelector("form[data-cutoff]"), bar = document.querySelector("[data-save]");
  if (!form || !bar) return;
  const original = new Map([...form.elements].filter((field) => field.name).map((field) => [field, field.type === "checkbox" ? String(field.checked) : field.value]));
  const changed = () => [...original].filter(([field, value]) => value !== (field.type === "checkbox" ? String(field.checked) : field.value)).map(([field]) => field);
  function look() {
    const fields = changed();
    bar.classList.toggle("is-dirty", fields.length > 0);
    original.forEach((_, field) => { const day = field.closest(".so-day"); if (day) day.classList.toggle("so-day--chg", fields.some((one) => one.closest(".so-day") === day)); });
  }
  form.addEventListener("input", look);
  form.addEventListener("reset", () => setTimeout(look));
  document.addEventListener("click", (event) => {
    const fill = event.target.closest("[data-fill-week]");
    if (!fill) return;
    const time = document.getElementById("what-if-cutoff").value;
    form.querySelectorAll("[data-cutoff-time]").forEach((field) => { if (field.value) field.value = time; });
    look();
    form.scrollIntoView({ block: "nearest" });
  });
  let sending = false;
  form.addEventListener("submit", () => { sending = true; });
  addEventListener("beforeunload", (event) => { if (!sending && changed().length) event.preventDefault(); });
})();
