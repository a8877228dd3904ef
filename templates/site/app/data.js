// The board as it came, and its evidence, which comes in pieces when a cell is opened.

const board = {};
const waiting = new Map(); // name of a piece -> who takes it
const fetched = new Map(); // name of a piece -> promise of it

const policy = window.trustedTypes?.createPolicy("pieces", {
  createScriptURL: (url) => (url.startsWith("data/") ? url : ""),
});

// The one function that pieces of data call.
window.scoreboard = (name, value) => {
  if (name === "index") {
    take(value);
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
    else begin();
  } else waiting.get(name)?.(value);
};

function take(index) {
  Object.assign(board, index);
  board.place = new Map(index.capabilities.map((capability, place) => [capability.id, place]));
  board.rank = new Map(Object.keys(index.states).map((letter, rank) => [letter, rank]));
  board.models = index.providers.flatMap((provider) =>
    provider.rows.map(([model, mode, cells, months], place) => {
      const [name, said] = board.modes[mode] ?? ["", "nobody probed it"];
      const address = `${provider.name}/${model}/${name}`;
      return {
        provider, model, mode: name, said, cells, months, place, address, modes: name.split("+"),
        text: `${provider.name}/${model} ${provider.title}`.toLowerCase(), label: `${provider.name}/${model}`,
      };
    }));
  board.byAddress = new Map(board.models.map((row) => [row.address, row]));
  board.unions = index.providers.map(union);
}

// A provider as a row: the best that any of its models comes to in any mode.
function union(provider) {
  const own = board.models.filter((row) => row.provider === provider && row.cells);
  const best = board.capabilities.map((_, place) => {
    let found = null;
    for (const row of own) {
      if (!found || board.rank.get(row.cells[place]) < board.rank.get(found.cells[place])) found = row;
    }
    return found;
  });
  const modes = [...new Set(own.flatMap((row) => row.modes))];
  return {
    provider, model: "", mode: "", said: `${provider.rows.length} rows`, modes, address: provider.name,
    cells: best.map((row, place) => (row ? row.cells[place] : "q")).join(""),
    months: best.map((row, place) => (row ? monthLetter(row, place) : "0")).join(""),
    text: `${provider.name} ${provider.title}`.toLowerCase(), label: `${provider.flag} ${provider.title}`.trim(),
  };
}

const letterOf = (row, place) => row.cells[place] ?? "q";
const monthLetter = (row, place) => (row.months.length > 1 ? row.months[place] : row.months) || "0";

// The month in which a cell was observed, such as 2026-03; empty where it is not known.
const monthOf = (row, place) => board.months[monthLetter(row, place).charCodeAt(0) - 48] ?? "";

const today = new Date();
const yearAgo = `${today.getFullYear() - 1}-${String(today.getMonth() + 1).padStart(2, "0")}`;
const isKnown = (letter) => "safu".includes(letter);
const isOld = (row, place) => isKnown(letterOf(row, place)) && monthOf(row, place) !== "" && monthOf(row, place) < yearAgo;

// What a row rests on: its pages, cells and history. Rejects with what to do where the piece is not there.
async function evidenceOf(row) {
  const { strings, rows } = await piece(`${row.provider.stem}.${Math.floor(row.place / board.rows_per_piece)}`);
  const found = rows[row.place % board.rows_per_piece];
  const told = (cells) => Object.fromEntries(Object.entries(cells).map(([id, cell]) =>
    [id, { ...cell, note: strings[cell.note], evidence: cell.evidence.map((number) => strings[number]) }]));
  return { ...found, cells: told(found.cells), history: found.history.map(told) };
}

// A piece by its name, fetched once.
function piece(name) {
  if (!fetched.has(name)) fetched.set(name, fetchPiece(name));
  return fetched.get(name);
}

function fetchPiece(name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    const url = `data/${fileLink(name)}.js`;
    waiting.set(name, resolve);
    script.onerror = () => {
      fetched.delete(name);
      reject(new Error(`${url} cannot be read: run \`scoreboard render\` again`));
    };
    script.src = policy ? policy.createScriptURL(url) : url;
    document.head.append(script);
  });
}
