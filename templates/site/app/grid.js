// The table. Only the rows that can be seen are in the page; a row that has the focus stays.

const AROUND = 3; // rows that are drawn above and below what is seen
const grid = { rows: [], drawn: new Map(), spare: [], roving: null, at: { row: 0, column: 1 }, high: 30, head: 0 };

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

const byId = (id) => document.getElementById(id);

// Columns: the tick for comparing, the name, then the capabilities.
const CAPABILITIES = 2;

function drawHead() {
  const names = [
    element("div", { role: "columnheader", class: "tick name", "aria-colindex": 1, tabindex: -1 }, "compare"),
    element("div", { role: "columnheader", class: "who", "aria-colindex": 2, tabindex: -1 }, "Model and mode"),
    ...board.capabilities.map(({ id, title }, place) => element("div", {
      role: "columnheader", class: "name", "aria-colindex": place + 1 + CAPABILITIES, tabindex: -1, title: `${title}: sort by it`,
      "aria-label": title, "data-id": id,
    }, element("span", {}, id))),
  ];
  names.forEach((name, column) => { name.dataset.column = column; });
  const groups = [];
  for (const { group } of board.capabilities) {
    if (groups.at(-1)?.textContent === group) groups.at(-1).style.setProperty("--span", Number(groups.at(-1).style.getPropertyValue("--span")) + 1);
    else {
      groups.push(element("div", { class: "group" }, group));
      groups.at(-1).style.setProperty("--span", 1);
    }
  }
  byId("head").replaceChildren(
    element("div", { class: "groups", "aria-hidden": "true" }, element("div", { class: "corner" }), ...groups),
    element("div", { role: "row", "aria-rowindex": 1, class: "row" }, ...names));
  byId("grid").style.setProperty("--columns", board.capabilities.length);
  byId("grid").setAttribute("aria-colcount", board.capabilities.length + CAPABILITIES);
}

// Other rows, from the top.
function showRows(rows) {
  grid.rows = rows;
  grid.at.row = Math.min(grid.at.row, Math.max(rows.length - 1, 0));
  byId("grid").setAttribute("aria-rowcount", rows.length + 1);
  byId("body").style.height = `${rows.length * grid.high}px`;
  byId("grid").scrollTop = 0;
  // In the order in which they stand: so draw() takes them from the last, and moves none.
  [...grid.drawn].sort(([one], [other]) => one - other).forEach(([at, line]) => putAway(line, at));
  draw();
}

// After the window has another size.
function measure() {
  grid.high = parseFloat(getComputedStyle(byId("grid")).getPropertyValue("--row")) || grid.high;
  grid.head = byId("head").offsetHeight;
  byId("body").style.height = `${grid.rows.length * grid.high}px`;
  for (const [at, line] of grid.drawn) line.style.top = `${at * grid.high}px`;
  draw();
}

function putAway(line, at) {
  grid.drawn.delete(at);
  grid.spare.push(line);
}

// Draws the rows that can be seen. Lines are used again, which costs less than new ones.
function draw() {
  const box = byId("grid");
  const first = Math.max(Math.floor(box.scrollTop / grid.high) - AROUND, 0);
  const last = Math.min(Math.ceil((box.scrollTop + box.clientHeight - grid.head) / grid.high) + AROUND, grid.rows.length);
  for (const [at, line] of grid.drawn) {
    if ((at < first || at >= last) && !line.contains(document.activeElement)) putAway(line, at);
  }
  let next = null;
  for (let at = last - 1; at >= first; at -= 1) {
    if (!grid.drawn.has(at)) {
      const line = grid.spare.pop() ?? newLine();
      fill(line, grid.rows[at], at);
      grid.drawn.set(at, line);
    }
    const line = grid.drawn.get(at);
    if (line.nextSibling !== next || !line.parentNode) byId("body").insertBefore(line, next);
    next = line;
  }
  for (const line of grid.spare) line.remove();
  rove();
}

function newLine() {
  const cells = [
    element("div", { role: "gridcell", class: "tick", "aria-colindex": 1, tabindex: -1 }, element("input", { type: "checkbox", tabindex: -1 })),
    element("div", { role: "rowheader", class: "who", "aria-colindex": 2, tabindex: -1 }, element("bdi"), element("small")),
    ...board.capabilities.map((_, place) =>
      element("div", { role: "gridcell", "aria-colindex": place + 1 + CAPABILITIES, tabindex: -1 }, " ")),
  ];
  cells.forEach((cell, column) => { cell.dataset.column = column; });
  return element("div", { role: "row", class: "row" }, ...cells);
}

function fill(line, row, at) {
  const [tick, who, ...cells] = line.children;
  line.style.top = `${at * grid.high}px`;
  line.dataset.at = at;
  line.setAttribute("aria-rowindex", at + 2);
  line.setAttribute("aria-selected", String(row.address === state.open));
  tick.firstChild.hidden = !row.mode; // nothing to compare where nobody probed
  tick.firstChild.checked = state.compare.includes(row.address);
  tick.firstChild.setAttribute("aria-label", `Compare ${row.label}, ${row.said}`);
  who.title = `${row.label}, ${row.said}`;
  who.firstChild.textContent = row.label;
  who.lastChild.textContent = row.said;
  cells.forEach((cell, place) => {
    const letter = letterOf(row, place), month = isOld(row, place) ? monthOf(row, place) : "", key = letter + month;
    if (cell.key === key) return;
    const [sign, words] = board.states[letter];
    cell.key = key;
    cell.className = `c ${letter}${month ? " old" : ""}`;
    cell.firstChild.data = sign;
    cell.setAttribute("aria-label", `${board.capabilities[place].title}: ${words}${month ? `, ${month}, over a year old` : ""}`);
  });
}

// What takes the focus of a cell: the tick itself, where there is one.
const focusable = (cell) => cell?.querySelector("input:not([hidden])") ?? cell;
const cellAt = ({ row, column }) => {
  const line = row < 0 ? byId("head").lastElementChild : grid.drawn.get(row);
  return focusable(line?.children[column]);
};

// One cell of the table can be reached by Tab; the arrows lead to all others.
function rove() {
  if (grid.roving) grid.roving.tabIndex = -1;
  grid.roving = cellAt(grid.at) ?? cellAt({ row: -1, column: 1 });
  grid.roving.tabIndex = 0;
}

function goTo(row, column) {
  const columns = board.capabilities.length + CAPABILITIES;
  grid.at = { row: Math.min(Math.max(row, -1), grid.rows.length - 1), column: Math.min(Math.max(column, 0), columns - 1) };
  if (grid.at.row >= 0) reveal(grid.at.row);
  rove();
  cellAt(grid.at)?.focus({ preventScroll: true });
  revealColumn();
}

// Scrolls so that a row is seen whole, below the head; `far`: with others around it.
function reveal(at, far = false) {
  const box = byId("grid"), seen = box.clientHeight - grid.head, top = at * grid.high;
  if (top < box.scrollTop) box.scrollTop = far ? top - seen / 3 : top;
  else if (top + grid.high > box.scrollTop + seen) box.scrollTop = far ? top - seen / 3 : top + grid.high - seen;
  draw();
}

// The same for the column, beside the names.
function revealColumn() {
  if (grid.at.column < CAPABILITIES) return;
  cellAt(grid.at)?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

const page = () => Math.max(Math.floor(byId("grid").clientHeight / grid.high) - 4, 1);
const MOVES = {
  ArrowUp: ({ row, column }) => [row - 1, column], ArrowDown: ({ row, column }) => [row + 1, column],
  ArrowLeft: ({ row, column }) => [row, column - 1], ArrowRight: ({ row, column }) => [row, column + 1],
  PageUp: ({ row, column }) => [Math.max(row - page(), 0), column], PageDown: ({ row, column }) => [row + page(), column],
  Home: ({ row }, all) => [all ? 0 : row, 0], End: ({ row }, all) => [all ? Infinity : row, Infinity],
};

// The place of the cell that something happened in; null beside all cells.
function placeOf(target) {
  const cell = target.closest("[data-column]"), row = target.closest("[data-at]");
  return cell && { row: row ? Number(row.dataset.at) : -1, column: Number(cell.dataset.column) };
}
