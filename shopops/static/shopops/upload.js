/* Drop zone: shows names and sizes, sends with visible progress. Without it the form is a plain file field. */
(() => {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const field = form.querySelector("input[type=file]"), list = form.querySelector("[data-upload-list]"), says = form.querySelector("[data-upload-say]"), button = form.querySelector("button[type=submit]");
  const size = (bytes) => (bytes < 1048576 ? Math.max(1, Math.round(bytes / 1024)) + " KB" : (bytes / 1048576).toFixed(1) + " MB");
  form.classList.add("is-live");

  function show() {
    list.replaceChildren(...[...field.files].map((file, index) => {
      const row = document.createElement("li"), name = document.createElement("span"), big = document.createElement("span"), off = document.createElement("button");
      name.className = "clip"; name.textContent = file.name; name.title = file.name;
      big.className = "num muted"; big.textContent = size(file.size);
      off.type = "button"; off.className = "so-ic"; off.textContent = "×"; off.setAttribute("aria-label", "× " + file.name);
      off.addEventListener("click", () => keep([...field.files].filter((_, i) => i !== index)));
      row.append(name, big, off);
      return row;
    }));
    const total = [...field.files].reduce((sum, file) => sum + file.size, 0);
    says.textContent = field.files.length ? field.files.length + " · " + size(total) : "";
  }
  function keep(files) { const box = new DataTransfer(); files.forEach((file) => box.items.add(file)); field.files = box.files; show(); }

  ["dragenter", "dragover"].forEach((kind) => form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("is-over"); }));
  ["dragleave", "drop"].forEach((kind) => form.addEventListener(kind, (event) => { event.preventDefault(); if (kind === "drop" || !form.contains(event.relatedTarget)) form.classList.remove("is-over"); }));
  form.addEventListener("drop", (event) => keep([...field.files, ...event.dataTransfer.files]));
  field.addEventListener("change", show);
  addEventListener("pageshow", show);

  form.addEventListener("submit", (event) => {
    if (!field.files.length) return;
    event.preventDefault();
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    button.disabled = true;
    request.upload.addEventListener("progress", (step) => { if (step.lengthComputable) says.textContent = Math.floor(step.loaded / step.total * 100) + "% · " + size(step.loaded) + " / " + size(step.total); });
    request.addEventListener("load", () => {
      if (request.status < 400) { location.assign(request.responseURL || form.action); return; }
      /* the server's own page says what is wrong with the files; take its form over */
      const page = new DOMParser().parseFromString(request.responseText, "text/html"), error = page.querySelector("#upload .so-field__e");
      button.disabled = false;
      says.textContent = error ? error.textContent.trim() : form.dataset.sayFailed + " (" + request.status + ")";
      says.classList.add("t-late");
    });
    request.addEventListener("error", () => { button.disabled = false; says.textContent = form.dataset.sayNet; says.classList.add("t-late"); });
    request.send(new FormData(form));
  });
})();
