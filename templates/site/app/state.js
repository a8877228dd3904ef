// What is looked at, which rows that leaves, and the permalink that keeps it.

const MOST = 4; // rows that are compared
const fresh = () => ({ q: "", in: "", has: [], sure: false, view: "models", sort: "name", compare: [], open: "", cell: "" });
let state = fresh();

function filtered() {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = state.has.map((id) => askable.find((one) => one.id === id)).filter(Boolean);
  const pool = state.view === "providers" ? board.unions : board.models;
  const rows = pool.filter((row) => (!state.in || row.provider.name === state.in)
    && words.every((word) => row.text.includes(word)) && wanted.every((one) => one.holds(row)));
  return sorted(rows);
}

// In the order that is asked for; rows that are alike in it stay in the order of their names.
function sorted(rows) {
  const place = board.place.get(state.sort);
  const rank = state.sort === "works" ? (row) => -(row.cells.match(/[sa]/g) ?? []).length
    : state.sort === "newest" ? (row) => -Number(newest(row).replace("-", ""))
      : place === undefined ? () => 0 : (row) => board.rank.get(letterOf(row, place));
  return rows.map((row) => [rank(row), row]).sort(([one], [other]) => one - other).map(([, row]) => row);
}

const newest = (row) => [...row.months].reduce((most, letter) => {
  const month = board.months[letter.charCodeAt(0) - 48];
  return month > most ? month : most;
}, "");

// Readable where that is safe: of all that stands in names only these characters may stay as they are.
const quoted = (text) => text.split("/").map((part) =>
  encodeURIComponent(part).replace(/%(3A|40|2B)/g, (code) => decodeURIComponent(code))).join("/");

function permalink(changes = {}) {
  const now = { ...state, ...changes };
  const query = new URLSearchParams();
  if (now.q) query.set("q", now.q);
  if (now.open && now.in) query.set("in", now.in);
  if (now.has.length) query.set("has", now.has.join(","));
  if (now.sure) query.set("sure", "1");
  if (now.view !== "models") query.set("view", now.view);
  if (now.sort !== "name") query.set("sort", now.sort);
  for (const address of now.compare) query.append("compare", address);
  const path = quoted(now.open || now.in) + (now.open && now.cell ? `:${now.cell}` : "");
  const text = query.toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
  return `#${path}${text ? `?${text}` : ""}`;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// The row of that address; where there is none, the model's in the mode that is next to it.
function rowNamed(address) {
  const [, model, base] = /^(.*)\/(sync|stream)(?:\+thinking)?$/.exec(address) ?? [null, address.replace(/\/$/, ""), ""];
  return board.byAddress.get(address) ?? board.models.find((row) => row.address.startsWith(`${model}/${base}`));
}

// The state that a permalink keeps; what it names that is not there is left out, and told in `missing`.
function readPermalink(hash) {
  const at = hash.indexOf("?");
  const path = decoded((at < 0 ? hash : hash.slice(0, at)).replace(/^#/, ""));
  const query = new URLSearchParams(at < 0 ? "" : hash.slice(at));
  const has = (query.get("has") ?? "").split(",").filter((id) => askable.some((one) => one.id === id));
  const read = {
    ...fresh(), q: query.get("q") ?? "", in: query.get("in") ?? "", has, sure: query.has("sure"),
    view: query.get("view") === "providers" ? "providers" : "models",
    sort: ["works", "newest"].includes(query.get("sort")) || board.place.has(query.get("sort")) ? query.get("sort") : "name",
    compare: query.getAll("compare").filter((address) => board.byAddress.has(address)).slice(0, MOST),
  };
  let missing = "";
  if (path.includes("/")) {
    const [, place, cell = ""] = /^(.*\/(?:(?:sync|stream)(?:\+thinking)?)?)(?::([\w.]+))?$/.exec(path) ?? [null, path];
    const row = rowNamed(place);
    if (row) Object.assign(read, { open: row.address, cell: board.place.has(cell) ? cell : "" });
    else missing = place;
  } else if (path) {
    read.in = path;
  }
  if (read.in && !board.providers.some(({ name }) => name === read.in)) [missing, read.in] = [read.in, ""];
  return [read, missing];
}
