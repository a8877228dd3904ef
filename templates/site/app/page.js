// The page: what people do changes the state, and the state is drawn and kept in the address.

const THEMES = ["auto", "light", "dark"];

function kept(name, value) {
  try { // a browser may keep nothing for files
    if (value === undefined) return localStorage.getItem(name);
    localStorage.setItem(name, value);
  } catch { /* then it is as the system has it */ }
  return null;
}

function setTheme(theme) {
  document.documentElement.dataset.theme = THEMES.includes(theme) ? theme : "auto";
  if (byId("theme")) byId("theme").textContent = `Theme: ${document.documentElement.dataset.theme}`;
}
setTheme(kept("theme")); // before anything is painted

function say(text) {
  byId("count").textContent = text;
}

function drawRows() {
  const rows = filtered();
  const all = state.view === "providers" ? board.unions.length : board.models.length;
  showRows(rows);
  say(`${rows.length.toLocaleString("en")} of ${all.toLocaleString("en")} ${state.view === "providers" ? "providers" : "rows"}`);
  for (const name of byId("head").querySelectorAll("[data-id]")) {
    if (name.dataset.id === state.sort) name.setAttribute("aria-sort", "descending");
    else name.removeAttribute("aria-sort");
  }
}

function drawControls() {
  if (document.activeElement !== byId("q")) byId("q").value = state.q;
  byId("provider").value = state.in;
  byId("view").value = state.view;
  byId("sort").value = state.sort;
  byId("sure").checked = state.sure;
  byId("chips").replaceChildren(...state.has.map((id) => {
    const chip = element("button", { type: "button", "aria-label": `Take the filter ${titleOf(id)} away` }, `${titleOf(id)} ×`);
    chip.addEventListener("click", () => { change({ has: state.has.filter((one) => one !== id) }); byId("has").focus(); });
    return element("li", {}, chip);
  }));
}

const titleOf = (id) => askable.find((one) => one.id === id)?.title ?? id;

// Another filter or order: the rows are drawn anew.
function change(changes) {
  Object.assign(state, changes);
  keepIn("replaceState");
  drawControls();
  drawRows();
}

// Something else that the address keeps.
function changed() {
  keepIn("replaceState");
  drawCompared();
  for (const [at, row] of grid.drawn) {
    const tick = row.querySelector("input");
    if (tick) tick.checked = state.compare.includes(grid.rows[at].address);
  }
}

// The address keeps the state, in a new entry of the browser's history or in place of the one there is.
function keepIn(how) {
  history[how](null, "", permalink() === "#" ? location.pathname + location.search : permalink());
}

function open(row, cell = "") {
  Object.assign(state, { open: row.address, cell });
  keepIn("pushState");
  showPanel();
}

function close() {
  if (!state.open) return;
  Object.assign(state, { open: "", cell: "" });
  keepIn("pushState");
  showPanel();
  goTo(grid.at.row, grid.at.column);
}

// The state as the address has it: at first, and after Back, Forward or a link.
function follow() {
  const [read, missing] = readPermalink(location.hash);
  const same = JSON.stringify({ ...state, open: "", cell: "", compare: [] }) === JSON.stringify({ ...read, open: "", cell: "", compare: [] });
  state = read;
  drawControls();
  if (!same || !grid.drawn.size) drawRows();
  if (byId("compared").open && state.open) byId("compared").close();
  drawCompared();
  showPanel();
  revealOpen();
  if (missing) say(`Nothing here is named ${missing}.`);
}

function revealOpen() {
  const at = grid.rows.findIndex((row) => row.address === state.open);
  if (at < 0) return;
  grid.at = { row: at, column: state.cell ? board.place.get(state.cell) + CAPABILITIES : 1 };
  reveal(at, true);
  revealColumn();
}

function act(place) {
  const row = grid.rows[place.row], capability = board.capabilities[place.column - CAPABILITIES];
  if (place.row < 0) {
    if (capability) change({ sort: state.sort === capability.id ? "name" : capability.id });
    else if (place.column === 1) change({ sort: "name" });
    goTo(-1, place.column);
  } else if (row.model === "") {
    change({ view: "models", in: row.provider.name, ...(capability ? { sort: capability.id } : {}) });
    goTo(0, place.column);
  } else if (place.column > 0) open(row, row.mode ? capability?.id : "");
}

function wire() {
  const box = byId("grid");
  let waits = false;
  box.addEventListener("scroll", () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => { waits = false; draw(); });
  }, { passive: true });
  window.addEventListener("resize", measure);
  box.addEventListener("click", (event) => {
    const place = placeOf(event.target);
    if (!place) return;
    grid.at = place;
    rove();
    if (place.column > 0 || place.row < 0) act(place);
  });
  box.addEventListener("change", (event) => {
    const place = placeOf(event.target);
    if (!toggleCompared(grid.rows[place.row].address)) event.target.checked = false;
    changed();
  });
  box.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (move && !event.altKey) {
      event.preventDefault();
      goTo(...move(grid.at, event.ctrlKey || event.metaKey));
    } else if (event.key === "Enter" || (event.key === " " && event.target.type !== "checkbox")) {
      event.preventDefault();
      act(grid.at);
    }
  });
  box.addEventListener("focusin", (event) => {
    const place = placeOf(event.target);
    if (place) grid.at = place;
  });
  document.addEventListener("keydown", (event) => {
    const types = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox";
    if (event.key === "/" && !types && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      byId("q").focus();
      byId("q").select();
    } else if (event.key === "Escape" && !byId("compared").open) {
      if (event.target === byId("q") && state.q) change({ q: byId("q").value = "" });
      else close();
    }
  });
  byId("controls").addEventListener("submit", (event) => event.preventDefault());
  byId("q").addEventListener("input", () => change({ q: byId("q").value }));
  byId("q").addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === "ArrowDown") { event.preventDefault(); goTo(0, 1); } });
  byId("has").addEventListener("change", () => {
    const { found, strange } = understood(byId("has").value);
    byId("has").value = strange.join(", ");
    byId("has").toggleAttribute("aria-invalid", strange.length > 0);
    change({ has: [...new Set([...state.has, ...found])] });
    if (strange.length) say(`No capability is called ${strange.join(" or ")}.`);
  });
  byId("provider").addEventListener("change", () => change({ in: byId("provider").value }));
  byId("view").addEventListener("change", () => change({ view: byId("view").value }));
  byId("sort").addEventListener("change", () => change({ sort: byId("sort").value }));
  byId("sure").addEventListener("change", () => change({ sure: byId("sure").checked }));
  byId("clear").addEventListener("click", () => {
    byId("has").value = byId("q").value = "";
    change({ ...fresh(), open: state.open, cell: state.cell });
    changed();
  });
  byId("theme").addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
    setTheme(next);
    kept("theme", next);
  });
  byId("compare").addEventListener("click", showCompared);
  byId("differ").addEventListener("change", drawCompared);
  byId("uncompare").addEventListener("click", () => byId("compared").close());
  byId("close").addEventListener("click", close);
  window.addEventListener("popstate", follow);
  window.addEventListener("hashchange", () => { if (location.hash !== permalink()) follow(); });
}

function begin() {
  readWords();
  drawHead();
  byId("provider").append(...board.providers.map(({ name, title: text }) => element("option", { value: name }, text)));
  byId("sort").append(...board.capabilities.map(({ id, title: text }) => element("option", { value: id }, text)));
  byId("words").append(...askable.map(({ title: text }) => element("option", { value: text })));
  setTheme(document.documentElement.dataset.theme);
  wire();
  measure();
  follow();
  performance.mark("rows");
}
