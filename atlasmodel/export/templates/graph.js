"use strict";
// The pipeline as a graph to explore. Coordinates come with the data; the drawing stays in the page for print.
(() => {
  const data = JSON.parse(document.getElementById("graph-data").textContent);
  const stage = document.getElementById("explore");
  const about = document.getElementById("about");
  const pickComponent = document.getElementById("pick-component");
  const pickPath = document.getElementById("pick-path");
  if (typeof cytoscape !== "function" || data.nodes.length === 0) return;
  stage.hidden = false;
  document.getElementById("still").hidden = true;

  const shapes = {
    cylinder: "barrel", hexagon: "hexagon", diamond: "diamond", ellipse: "ellipse", circle: "ellipse", oval: "ellipse", egg: "ellipse",
    octagon: "octagon", parallelogram: "rhomboid", house: "pentagon", folder: "cut-rectangle", note: "cut-rectangle",
    tab: "cut-rectangle", cds: "tag", trapezium: "round-hexagon", invtrapezium: "round-hexagon", box3d: "rectangle",
  };
  const flowId = (number) => `f${number}`;
  const zones = data.zones.map((zone) => ({
    data: { id: `z${zone.id}`, label: `${zone.name} (trust ${zone.trust})`, parent: zone.parent ? `z${zone.parent}` : undefined, outer: zone.trust === 0 },
    classes: "zone", selectable: false, grabbable: false,
  }));
  const known = new Set(data.zones.map((zone) => zone.id));
  const nodes = data.nodes.map((node, number) => ({
    data: {
      id: `n${number}`, number, label: node.counts ? `${node.name}\n${node.counts}` : node.name, worst: node.worst,
      shape: shapes[node.shape] || "round-rectangle", w: node.box[2], h: node.box[3], parent: known.has(node.zone) ? `z${node.zone}` : undefined,
    },
    position: { x: node.box[0], y: node.box[1] }, classes: "component", grabbable: false,
  }));
  const flows = data.flows.map(([source, target, kind, crosses], number) => ({
    data: { id: flowId(number), source: `n${source}`, target: `n${target}`, label: kind }, classes: crosses ? "flow crosses" : "flow",
  }));

  function style() {
    const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    const worst = (name, width) => ({
      selector: `node[worst = "${name}"]`,
      style: { "background-color": colour(name), color: colour(`on-${name}`), "border-width": width },
    });
    return [
      { selector: "node", style: { label: "data(label)", "font-size": 12, "font-family": "Liberation Sans, Arial, sans-serif" } },
      {
        selector: ".component",
        style: {
          shape: "data(shape)", width: "data(w)", height: "data(h)", "text-wrap": "wrap", "text-max-width": "data(w)", "text-valign": "center",
          "text-halign": "center", "background-color": colour("page"), color: colour("ink"), "border-color": colour("ink"), "border-width": 1,
          "min-zoomed-font-size": large ? 5 : 0,
        },
      },
      worst("critical", 4), worst("high", 3), worst("medium", 2), worst("low", 1),
      {
        selector: ".zone",
        style: {
          shape: "round-rectangle", "background-color": colour("panel"), "background-opacity": 0.6, "border-color": colour("quiet"), "border-width": 1,
          color: colour("quiet"), "text-valign": "top", "text-halign": "center", padding: 7,
        },
      },
      { selector: ".zone[?outer]", style: { "border-style": "dotted" } },
      {
        selector: ".flow",
        style: {
          width: 1.2, "line-color": colour("quiet"), "target-arrow-color": colour("quiet"), "target-arrow-shape": "triangle",
          "curve-style": "bezier", display: large ? "none" : "element",
          label: "data(label)", "font-size": 10, color: colour("quiet"), "text-background-color": colour("page"), "text-background-opacity": 0.8,
          "min-zoomed-font-size": 11,
        },
      },
      { selector: ".crosses", style: { "line-style": "dashed", width: 2, "source-arrow-shape": "tee", "source-arrow-color": colour("quiet") } },
      { selector: ".leap", style: { "line-style": "dotted", width: 3, "line-color": colour("link"), "target-arrow-color": colour("link"), "target-arrow-shape": "vee", "curve-style": "bezier" } },
      { selector: ".faint", style: { opacity: 0.18 } },
      { selector: ".flow.told", style: { "min-zoomed-font-size": 0, "font-size": 12, display: "element" } },
      { selector: ".lit", style: { opacity: 1, "border-width": 5, "border-color": colour("link") } },
      { selector: ".flow.lit", style: { width: 5, "line-color": colour("link"), "target-arrow-color": colour("link"), "source-arrow-color": colour("link") } },
    ];
  }

  const large = nodes.length > 300;
  let cy = null; // made when the graph first comes into view
  let inView = false;
  let filtered = null; // the places that the filters of the list leave, null for all
  let stale = false;

  function open() {
    if (cy) return cy;
    cy = cytoscape({
      container: document.getElementById("graph"), elements: { nodes: [...zones, ...nodes], edges: flows }, layout: { name: "preset" },
      style: style(), userZoomingEnabled: false, boxSelectionEnabled: false, autoungrabify: true, minZoom: 0.02, maxZoom: 3,
      textureOnViewport: large, hideEdgesOnViewport: large, pixelRatio: large ? 1 : "auto",
    });
    cy.fit(undefined, 16);
    cy.on("tap", ".component", (event) => showComponent(event.target.data("number")));
    cy.on("tap", (event) => event.target === cy && showComponent(null));
    globalThis.pipelineGraph = cy; // for tests and for readers who know the library
    return cy;
  }

  function dim() {
    stale = false;
    open().batch(() => {
      cy.$(".leap").remove();
      cy.elements(".lit, .faint, .told").removeClass("lit faint told");
      if (filtered) cy.nodes(".component").filter((node) => !filtered.has(data.nodes[node.data("number")].id)).addClass("faint");
    });
  }

  function element(name, text, attributes = {}) {
    const made = document.createElement(name);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  function say(heading, note, items, kind = "ul") {
    const listed = document.createElement(kind);
    listed.append(...items);
    about.replaceChildren(element("h3", heading), element("p", note, { class: "quiet" }), listed);
  }

  function introduce() {
    const found = data.nodes.filter((node) => node.counts).length;
    say("Nothing chosen", `${data.nodes.length} components, ${found} of them with findings. C, H, M and L count critical, high, medium and low ones.${large ? " Flows are shown with the component or path that is chosen." : ""}`, []);
  }

  function reset() {
    filtered = null;
    dim();
  }

  function showComponent(number) {
    reset();
    pickPath.value = "";
    pickComponent.value = number === null ? "" : String(number);
    if (number === null) return introduce();
    const node = data.nodes[number];
    const chosen = cy.$id(`n${number}`);
    cy.elements(".component, .flow").difference(chosen.closedNeighborhood()).addClass("faint");
    chosen.addClass("lit").connectedEdges().addClass("told");
    const rows = [...document.querySelectorAll("#list > li")].filter((row) => row.dataset.place === node.id);
    const items = rows.map((row) => {
      const item = document.createElement("li");
      const severity = row.querySelector(".tag").textContent;
      item.append(element("span", severity, { class: `tag ${severity}` }), " ");
      item.append(element("a", row.querySelector("strong").textContent, { href: `#${encodeURIComponent(row.id)}` }));
      item.append(element("small", ` ${row.dataset.technique}, because ${row.querySelector(".evidence li")?.textContent ?? "it is there"}`));
      return item;
    });
    const count = rows.length === 1 ? "1 finding" : `${rows.length} findings`;
    return say(node.name, `${node.kind}; ${count}`, items);
  }

  function showPath(name) {
    reset();
    pickComponent.value = "";
    pickPath.value = name;
    const path = data.paths[name];
    if (!path) return introduce();
    const places = new Set(path.steps.map((step) => step.at).filter((at) => at >= 0));
    for (const [source, target] of path.leaps) {
      cy.add({ data: { source: `n${source}`, target: `n${target}` }, classes: "leap" });
      places.add(source);
    }
    const edges = cy.collection(path.flows.map((number) => cy.$id(flowId(number))));
    const chosen = cy.collection([...places].map((number) => cy.$id(`n${number}`)));
    cy.elements(".component, .flow").addClass("faint");
    edges.union(edges.connectedNodes()).union(chosen).removeClass("faint");
    edges.union(chosen).addClass("lit");
    edges.addClass("told");
    const steps = path.steps.map((step) => {
      const item = element("li", step.title);
      item.append(element("small", ` ${step.place}${step.technique ? `, ${step.technique}` : ""}, ${step.chance}`));
      return item;
    });
    return say(pickPath.selectedOptions[0].textContent, `${steps.length} steps`, steps, "ol");
  }

  pickComponent.addEventListener("change", () => showComponent(pickComponent.value === "" ? null : Number(pickComponent.value)));
  pickPath.addEventListener("change", () => showPath(pickPath.value));
  const zoom = (factor) => open().zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  document.getElementById("nearer").addEventListener("click", () => zoom(1.4));
  document.getElementById("farther").addEventListener("click", () => zoom(1 / 1.4));
  document.getElementById("whole").addEventListener("click", () => open().fit(undefined, 16));
  for (const button of document.querySelectorAll("button.light")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      showPath(button.dataset.path);
      document.getElementById("pipeline").scrollIntoView({ block: "start" });
      pickPath.focus({ preventScroll: true });
    });
  }
  document.addEventListener("filtered", ({ detail: places }) => {
    filtered = places;
    stale = true;
    pickPath.value = pickComponent.value = "";
    introduce();
    if (inView) requestAnimationFrame(() => stale && dim());
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy && cy.style(style()));
  introduce();
  new IntersectionObserver((seen) => {
    inView = seen.at(-1).isIntersecting;
    if (inView && (stale || !cy)) dim();
  }, { rootMargin: "200px" }).observe(stage);
})();
