// Up to four rows side by side.

function toggleCompared(address) {
  const has = state.compare.includes(address);
  if (!has && state.compare.length >= MOST) {
    say(`At most ${MOST} rows are compared; take one away first.`);
    return false;
  }
  state.compare = has ? state.compare.filter((one) => one !== address) : [...state.compare, address];
  return true;
}

function drawCompared() {
  const rows = state.compare.map((address) => board.byAddress.get(address));
  byId("compare").textContent = `Compare (${rows.length})`;
  byId("compare").disabled = rows.length < 2;
  if (!byId("compared").open) return;
  if (rows.length < 2) {
    byId("compared").close();
    return;
  }
  const lines = board.capabilities.map((capability, place) => ({ ...capability, place, letters: rows.map((row) => letterOf(row, place)) }))
    .filter(({ letters }) => !byId("differ").checked || new Set(letters).size > 1);
  byId("side").replaceChildren(
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Capability"), ...rows.map((row) => {
      const away = element("button", { type: "button", "aria-label": `Take ${row.label}, ${row.said} away` }, "×");
      away.addEventListener("click", () => { toggleCompared(row.address); changed(); });
      return element("th", { scope: "col" }, element("bdi", {}, row.label), ` ${row.said} `, away);
    }))),
    element("tbody", {}, ...lines.map(({ id, title: name, letters, place }) => {
      const differs = new Set(letters).size > 1;
      return element("tr", differs ? { class: "differs" } : {}, element("th", { scope: "row" }, name), ...letters.map((letter, column) => {
        const [sign, words] = board.states[letter];
        const open = here(permalink({ open: rows[column].address, cell: id }), words || "no such cell");
        return element("td", {}, element("span", { class: `c ${letter}${isOld(rows[column], place) ? " old" : ""}`, "aria-hidden": "true" }, sign), " ", open);
      }));
    })));
}

function showCompared() {
  if (!byId("compared").open) byId("compared").showModal();
  drawCompared();
}
