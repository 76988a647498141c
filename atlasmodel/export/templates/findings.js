"use strict";
// The list of findings: search, filters, order, links to one finding. Without it the list is whole and in order of risk.
(() => {
  const list = document.getElementById("list");
  const form = document.getElementById("filter");
  const words = document.getElementById("words");
  const order = document.getElementById("order");
  const count = document.getElementById("count");
  const unfold = document.getElementById("unfold");
  const boxes = [...form.querySelectorAll("input[name=severity]")];
  const choices = ["technique", "tactic", "zone", "certainty"].map((name) => document.getElementById(name));
  const rows = [...list.children].filter((item) => "risk" in item.dataset).map((item, index) => ({
    item,
    index,
    severity: Number(item.dataset.severity),
    place: item.dataset.place,
    technique: item.dataset.technique,
    tactic: ` ${item.dataset.tactic} `,
    zone: item.dataset.zone,
    certainty: item.dataset.certainty,
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
    const [technique, tactic, zone, certainty] = choices.map((choice) => choice.value);
    const places = new Set();
    let shown = 0;
    for (const row of rows) {
      const fits =
        levels.has(row.severity) &&
        (!technique || row.technique === technique) &&
        (!tactic || row.tactic.includes(` ${tactic} `)) &&
        (!zone || row.zone === zone) &&
        (!certainty || row.certainty === certainty) &&
        wanted.every((word) => row.text.includes(word));
      if (row.item.hidden === fits) row.item.hidden = !fits;
      if (fits) {
        shown += 1;
        places.add(row.place);
      }
    }
    count.textContent = `${shown} of ${rows.length} shown`;
    document.dispatchEvent(new CustomEvent("filtered", { detail: shown === rows.length ? null : places }));
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

  // What findings of one rule share stands in the page once; an open finding shows a copy of it.
  function explain(details) {
    const link = details.open && details.querySelector("a.why");
    if (!link || details.querySelector(".words")) return;
    const words_of = document.getElementById(link.hash.slice(1)).querySelector(".words");
    details.querySelector(".evidence").append(words_of.cloneNode(true));
  }

  function follow() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const reasons = target.closest("#reasons");
    if (reasons) reasons.open = true;
    if (target.parentElement === list) {
      if (target.hidden) clear();
      target.firstElementChild.open = true;
    }
    target.scrollIntoView({ block: "start" });
    if (target.parentElement === list) target.querySelector("summary").focus({ preventScroll: true });
  }

  function clear() {
    form.reset();
    filter();
    sort();
  }

  let waiting = 0;
  words.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 80);
  });
  for (const control of [...boxes, ...choices]) control.addEventListener("change", filter);
  order.addEventListener("change", sort);
  unfold.addEventListener("click", toggle);
  list.addEventListener("toggle", (event) => explain(event.target), true);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("clear").addEventListener("click", (event) => {
    event.preventDefault();
    clear();
  });
  for (const cell of document.querySelectorAll("#matrix a[data-technique]")) {
    cell.addEventListener("click", () => {
      form.reset();
      document.getElementById("technique").value = cell.dataset.technique;
      filter();
    });
  }
  addEventListener("hashchange", follow);
  if (rows.length > 0) {
    form.hidden = false;
    filter();
  }
  addEventListener("load", () => location.hash && follow());
})();
