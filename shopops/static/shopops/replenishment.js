/* The list of what to order: choose a page at once, count what is chosen; a changed quantity chooses its row. The form works without it. */
(() => {
  const form = document.querySelector("[data-plans]");
  if (!form) return;
  const head = form.querySelector("[data-all]"), button = form.querySelector("[data-chosen]"), figure = form.querySelector("[data-chosen-n]");
  const boxes = () => [...form.querySelectorAll("input[name=sku]")];
  function show() {
    const all = boxes(), chosen = all.filter((box) => box.checked);
    all.forEach((box) => box.closest("tr").classList.toggle("is-sel", box.checked));
    if (head) { head.checked = all.length > 0 && chosen.length === all.length; head.indeterminate = chosen.length > 0 && !head.checked; }
    if (figure) figure.textContent = chosen.length ? " " + chosen.length : "";
    if (button) button.disabled = !chosen.length;
  }
  form.addEventListener("change", (event) => {
    if (event.target === head) boxes().forEach((box) => { box.checked = head.checked; });
    show();
  });
  form.addEventListener("input", (event) => {
    const box = event.target.name.startsWith("quantity-") && event.target.closest("tr").querySelector("input[name=sku]");
    if (box) { box.checked = Number(event.target.value) > 0; show(); }
  });
  form.addEventListener("keydown", (event) => {
    /* Enter in a quantity goes to the next one: it must not order the whole filter */
    if (event.key !== "Enter" || !event.target.name || !event.target.name.startsWith("quantity-")) return;
    event.preventDefault();
    const fields = [...form.querySelectorAll("input[name^=quantity-]")], next = fields[fields.indexOf(event.target) + 1];
    if (next) { next.focus(); next.select(); }
  });
  window.addEventListener("pageshow", show);
  show();
})();
