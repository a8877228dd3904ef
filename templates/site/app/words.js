// Capabilities by the words that people use for them, such as "streams", "schema", "takes PDFs".

// What may be asked of a row: a part of its mode, or that a capability is there; each with its words.
let askable = [];

function readWords() {
  const modes = board.mode_words.map(({ id, title, words }) =>
    ({ id, title, words, holds: (row) => row.modes.includes(id) }));
  const cells = board.capabilities.map(({ id, title, words }, place) =>
    ({ id, title, words, holds: (row) => (state.sure ? "s" : "sap").includes(letterOf(row, place)) }));
  askable = [...modes, ...cells];
}

const singular = (word) => (word.length > 3 && word.endsWith("s") ? word.slice(0, -1) : word);
const wordsIn = (text) => (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map(singular);

// What is meant by a few words: the thing of that name, else the one with the fewest words that has them all.
function meant(phrase) {
  const said = wordsIn(phrase);
  if (!said.length) return undefined;
  const exact = askable.find(({ id }) => id === phrase.trim() || (said.length === 1 && singular(id) === said[0]));
  if (exact) return exact;
  const begins = (word, known) => known === word || (word.length > 2 && known.startsWith(word));
  const fits = askable.filter(({ words }) => said.every((word) => words.some((known) => begins(word, singular(known)))));
  return fits.sort((one, other) => one.words.length - other.words.length)[0];
}

// Words between commas or "and" are one thing; where nothing is called so, each word may be one of its own.
function understood(text) {
  const found = [], strange = [];
  for (const phrase of text.split(/[,;+&]|\band\b/i).map((part) => part.trim()).filter(Boolean)) {
    const whole = meant(phrase);
    const each = whole ? [whole] : phrase.split(/\s+/).map(meant);
    if (each.every(Boolean)) found.push(...each.map(({ id }) => id));
    else strange.push(phrase);
  }
  return { found: [...new Set(found)], strange };
}
