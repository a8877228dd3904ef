// What was asked and what came, of rows whose bytes came with the site: a piece per row.

// The exchanges of a row; null where its bytes are elsewhere, the error where the piece cannot be read.
async function bytesOf(evidence) {
  return evidence.bytes ? piece(evidence.bytes).catch((error) => error) : null;
}

function exchanges(cell, bytes) {
  if (bytes instanceof Error) return [element("p", { role: "alert" }, bytes.message)];
  const told = bytes.cells[state.cell] ?? [];
  return told.map(([number, sentences], place) => {
    const folded = element("details", place ? {} : { open: "" },
      element("summary", {}, `${place + 1}. ${sentences[0] ?? "what it shows is not told"}`),
      ...sentences.slice(1).map((sentence) => element("p", {}, sentence)),
      ...exchange(bytes.exchanges[number]));
    folded.append(element("p", { class: "quiet" }, link(cell.evidence[place])));
    return folded;
  });
}

function exchange({ missing, asked, came, again }) {
  if (missing) return [element("p", {}, `Not here: ${missing}.`)];
  return [
    ...(asked.length ? asked.flatMap((one) => message("Asked", one)) : [element("p", {}, "Nobody kept the request.")]),
    ...message("Came", came),
    ...again.flatMap((command) => [element("p", { class: "of" }, "Ask it again:"), element("pre", {}, command)]),
  ];
}

const message = (name, [line, body]) => [element("p", { class: "of" }, `${name}: ${line}`), element("pre", {}, body || "nothing")];
