// What a cell rests on, and what is known of a row: the panel beside the table.

// A link to what a browser may follow; anything else is text.
function link(address, text = address) {
  return /^https?:\/\//i.test(address)
    ? element("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, text)
    : document.createTextNode(address);
}

const here = (address, text) => element("a", { href: address }, text);
const fileLink = (path) => path.split("/").map(encodeURIComponent).join("/");

// A word of a command line, whatever stands in it.
const shell = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
const dayOf = (observed) => (observed ? observed.replace(/T.*/, "") : "");

// k of n, with the interval in which the true share lies in 95 of 100 cases (Wilson).
function samples({ k, n }) {
  const z = 1.96, share = k / n, middle = share + (z * z) / (2 * n), scale = 1 + (z * z) / n;
  const spread = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  const percent = (part) => Math.round(Math.min(Math.max(part / scale, 0), 1) * 100);
  return `${k} of ${n}${n > 1 ? ` (95 %: ${percent(middle - spread)} to ${percent(middle + spread)} %)` : ""}`;
}

// The earliest day from which on the verdict was what it is.
function firstSeen(cell, history, id) {
  let day = cell.observed_at;
  for (const old of history.map((cells) => cells[id]).filter(Boolean)) {
    if (old.verdict !== cell.verdict) break;
    day = old.observed_at || day;
  }
  return dayOf(day);
}

function facts(pairs) {
  return element("dl", {}, ...pairs.filter(([, value]) => value !== "" && value !== undefined && value !== null)
    .flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

function verdictLine(letter, old) {
  const [sign, words] = board.states[letter];
  return element("p", { class: "verdict" }, element("span", { class: `c ${letter}${old ? " old" : ""}`, "aria-hidden": "true" }, sign), ` ${words}`);
}

// Opens the panel on what the state names; closes it where that is nothing.
async function showPanel(focus = true) {
  const row = board.byAddress.get(state.open);
  byId("panel").hidden = !row;
  for (const [at, drawn] of grid.drawn) drawn.setAttribute("aria-selected", String(grid.rows[at] === row));
  if (!row) return;
  const asked = permalink();
  const tell = (...parts) => {
    if (permalink() !== asked) return; // something else was opened meanwhile
    byId("told").replaceChildren(...parts);
    byId("panel").scrollTop = 0;
    if (focus) byId("panel-title").focus();
  };
  if (!row.mode) return tell(title(row.label), nobody(row));
  try {
    const evidence = await evidenceOf(row);
    tell(...(state.cell ? cellParts(row, evidence, await bytesOf(evidence)) : rowParts(row, evidence)));
  } catch (error) {
    tell(title(row.label), element("p", { role: "alert" }, error.message));
  }
}

const title = (text) => element("h2", { id: "panel-title", tabindex: -1 }, text);
const subtitle = (row) => element("p", { class: "of" }, element("bdi", {}, row.label), `, ${row.said}`);

function nobody(row) {
  return element("p", {}, "It is known, but nobody probed it. This does: ",
    element("code", {}, `scoreboard record ${shell(`${row.provider.name}/${row.model}`)}`));
}

function cellParts(row, evidence, bytes) {
  const place = board.place.get(state.cell), capability = board.capabilities[place];
  const letter = letterOf(row, place), old = isOld(row, place), cell = evidence.cells[state.cell];
  const head = [title(capability.title), subtitle(row), verdictLine(letter, old)];
  if (!cell) return [...head, pages(row, evidence, capability)];
  const observed = dayOf(cell.observed_at);
  const variants = Object.entries(cell.variants ?? {}).map(([variant, verdict]) => `${variant} ${verdict}`).join(", ");
  return [
    ...head,
    cell.note ? element("blockquote", {}, cell.note) : "",
    facts([
      ["Why", cell.reason ? `${cell.reason}: ${board.reasons[cell.reason] ?? ""}` : ""],
      ["Samples", cell.samples ? samples(cell.samples) : ""],
      ["By form", variants],
      ["First seen so", cell.verdict === "unknown" ? "" : firstSeen(cell, evidence.history, state.cell)],
      ["Last checked", observed ? `${observed}${old ? ", over a year ago" : ""}` : ""],
      ["Evidence is", board.grades[cell.grade ?? "bytes"]],
      ["It comes from", board.sources[cell.source] ?? cell.source],
      ["People say", cell.correction ? link(cell.correction.source, `${cell.correction.verdict}, ${cell.correction.date}`) : ""],
      ["Answered by", evidence.served_as],
      ["Asked at", evidence.endpoint],
    ]),
    ...recordings(cell, bytes),
    ...earlier(evidence.history),
    element("h3", {}, "On the command line"),
    element("pre", {}, `scoreboard explain ${shell(`${row.provider.name}/${row.model}`)} ${shell(state.cell)}${bytes ? " --media media" : ""}`),
    pages(row, evidence, capability),
  ];
}

function recordings(cell, bytes) {
  if (!cell.evidence.length) return [];
  const head = element("h3", {}, cell.evidence.length > 1 ? `Recordings (${cell.evidence.length})` : "Recording");
  if (bytes) return [head, ...exchanges(cell, bytes)];
  return [
    head, element("ul", { class: "links" }, ...cell.evidence.map((where) => element("li", {}, link(where)))),
    element("p", { class: "quiet" }, "Question and answer are not part of this site: they are recorded traffic, which is where these links lead. After ",
      element("code", {}, "scoreboard fetch"), " the command below prints them too."),
  ];
}

function earlier(older) {
  const cells = older.map((cells) => cells[state.cell]).filter(Boolean);
  if (!cells.length) return [];
  return [
    element("h3", {}, "Before"),
    element("ul", {}, ...cells.map((cell) => element("li", {}, `${dayOf(cell.observed_at) || "day not known"}: `,
      board.states[cell.letter][1], cell.reason ? ` (${cell.reason})` : "", cell.note ? `: ${cell.note}` : ""))),
  ];
}

function rowParts(row, evidence) {
  const list = board.capabilities.map((capability, place) => ({ ...capability, letter: letterOf(row, place), place }))
    .filter(({ letter }) => letter !== "_")
    .map(({ id, title: name, letter, place }) => element("li", {},
      element("span", { class: `c ${letter}${isOld(row, place) ? " old" : ""}`, "aria-hidden": "true" }, board.states[letter][0]),
      " ", here(permalink({ cell: id }), name), element("small", {}, ` ${board.states[letter][1]}`)));
  return [
    title(row.label), element("p", { class: "of" }, row.said),
    facts([["Answered by", evidence.served_as], ["Asked at", evidence.endpoint]]),
    pages(row, evidence), element("ul", { class: "cells" }, ...list),
  ];
}

function pages(row, evidence, capability) {
  return element("p", { class: "pages" },
    here(permalink(capability ? {} : { cell: "" }), "Permalink"), " ",
    capability ? here(permalink({ cell: "" }), "The whole row") : "", " ",
    here(fileLink(evidence.page), "Model"), " ", here(fileLink(row.provider.page), "Provider"), " ",
    capability ? here(fileLink(capability.page), "How it is judged") : "", " ",
    here(fileLink(evidence.badge), "Badge"));
}
