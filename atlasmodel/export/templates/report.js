"use strict";
(() => {
  const list = document.getElementById("list");
  const form = document.getElementById("filter");
  const words = document.getElementById("words");
  const order = document.getElementById("order");
  const count = document.getElementById("count");
  const unfold = document.getElementById("unfold");
  const boxes = [...form.querySelectorAll("input[name=severity]")];
  const rows = [...list.children].filter((item) => "risk" in item.dataset).map((item, index) => ({
    item,
    index,
    risk: Number(item.dataset.risk),
    severity: Number(item.dataset.severity),
    place: item.dataset.place,
    technique: item.dataset.technique,
    text: item.querySelector("summary").textContent.toLowerCase(),
  }));
  const compare = {
    risk: (a, b) => a.index - b.index,
    severity: (a, b) => a.severity - b.severity || a.index - b.index,
    place: (a, b) => a.place.localeCompare(b.place) || a.index - b.index,
    technique: (a, b) => a.technique.localeCompare(b.technique) || a.index - b.index,
  };

  function filter() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const levels = new Set(boxes.map((box, level) => (box.checked ? level : -1)));
    let shown = 0;
    for (const row of rows) {
      const fits = levels.has(row.severity) && wanted.every((word) => row.text.includes(word));
      row.item.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    count.textContent = `${shown} of ${rows.length} shown`;
  }

  function sort() {
    const sorted = [...rows].sort(compare[order.value]);
    list.append(...sorted.map((row) => row.item));
  }

  function toggle() {
    const open = unfold.getAttribute("aria-pressed") !== "true";
    for (const row of rows) {
      if (!row.item.hidden) row.item.firstElementChild.open = open;
    }
    unfold.setAttribute("aria-pressed", String(open));
    unfold.textContent = open ? "Close all shown" : "Open all shown";
  }

  let waiting = 0;
  words.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  });
  for (const box of boxes) box.addEventListener("change", filter);
  order.addEventListener("change", sort);
  unfold.addEventListener("click", toggle);
  form.addEventListener("submit", (event) => event.preventDefault());
  if (rows.length > 0) {
    form.hidden = false;
    filter();
  }
})();
