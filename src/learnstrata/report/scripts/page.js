(() => {
  "use strict";
  const all = (where, what) => [...where.querySelectorAll(what)];
  const made = (name, settings = {}, ...inside) => {
    const element = Object.assign(document.createElement(name), settings);
    element.append(...inside);
    return element;
  };

  // Charts: what a mark says of itself stands beside the pointer.
  const tip = document.getElementById("tip");
  for (const title of all(document, ".chart svg title")) {
    title.parentElement.dataset.tip = title.textContent;
    title.remove();
  }
  const answer = event => {
    const told = event.target.closest?.("[data-tip]")?.dataset.tip;
    tip.hidden = !told;
    if (!told) return;
    tip.textContent = told;
    const right = document.documentElement.clientWidth - tip.offsetWidth - 8;
    const above = event.clientY - tip.offsetHeight - 14;
    tip.style.left = Math.max(8, Math.min(event.clientX + 12, right)) + "px";
    tip.style.top = (above < 8 ? event.clientY + 18 : above) + "px";
  };
  const silent = () => { tip.hidden = true; };
  for (const name of ["pointermove", "pointerdown"])
    document.addEventListener(name, answer);
  document.addEventListener("scroll", silent, true);
  document.addEventListener("keydown", event => { if (event.key === "Escape") silent(); });

  // A link into a folded part of the page opens it.
  const unfold = () => {
    const place = location.hash && document.getElementById(location.hash.slice(1));
    if (!place) return;
    for (let box = place; box; box = box.parentElement)
      if (box.tagName === "DETAILS") box.open = true;
    const first = place.querySelector(":scope > details");
    if (first) first.open = true;
    place.scrollIntoView();
  };
  addEventListener("hashchange", unfold);

  // Tables: a click on a heading sorts; long ones can be filtered.
  const LAST = Infinity;
  const number = text => {
    const few = /^under /.test(text) ? 0 : NaN;
    const found = text.replace(/[,<>%~]/g, "").match(/^[+-]?\d+(\.\d+)?/);
    return Number.isNaN(few) ? (found ? Number(found[0]) : NaN) : few;
  };
  const shown = cell => cell.textContent.trim();
  const sort = (table, place, heading) => {
    const down = heading.getAttribute("aria-sort") === "descending";
    const isNumber = heading.classList.contains("n");
    for (const other of all(table, "thead th")) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "ascending" : "descending");
    const side = down ? 1 : -1;
    const order = (a, b) => {
      const [one, other] = [a, b].map(row => shown(row.cells[place]));
      if (!isNumber) return side * one.localeCompare(other, "en", { numeric: true });
      const [m, n] = [one, other].map(number);
      if (Number.isNaN(m) || Number.isNaN(n))
        return (Number.isNaN(m) ? LAST : 0) - (Number.isNaN(n) ? LAST : 0) || 0;
      return side * (m - n);
    };
    table.tBodies[0].append(...[...table.tBodies[0].rows].sort(order));
  };
  for (const table of all(document, ".sortable table")) {
    all(table, "thead th").forEach((heading, place) => {
      const button = made("button", { type: "button", className: "sort" });
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, place, heading));
      heading.append(button);
    });
  }
  for (const box of all(document, ".long")) {
    const rows = [...box.querySelector("tbody").rows];
    const field = made("input", { type: "search", className: "filter" });
    const title = box.getAttribute("aria-label");
    field.placeholder = `Filter ${rows.length} rows`;
    field.setAttribute("aria-label", `Filter: ${title}`);
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/);
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every(word => text.includes(word));
      }
    });
    box.before(field);
  }

  // Segments, two at a time.
  for (const box of all(document, ".turned.compared")) {
    const table = box.querySelector("table");
    const names = [...table.tHead.rows[0].cells].slice(1).map(shown);
    if (names.length < 3) continue;
    const choice = (label, first) => {
      const select = made("select", {}, made("option", { textContent: first, value: "" }));
      select.append(...names.map((name, i) => made("option", { textContent: name, value: i })));
      return [made("label", {}, `${label} `, select), select];
    };
    const [one, left] = choice("Compare", "all segments");
    const [other, right] = choice("with", "all others");
    const look = () => {
      const picked = new Set([left.value, right.value].filter(value => value !== ""));
      right.disabled = left.value === "";
      const every = left.value === "" || right.value === "" || picked.size < 2;
      table.style.minWidth = every ? table.dataset.wide : "0";
      for (const row of table.rows)
        [...row.cells].slice(1).forEach((cell, i) => {
          cell.hidden = !every && !picked.has(String(i));
        });
    };
    table.dataset.wide = table.style.minWidth;
    // A narrow screen begins with two; a choice of the reader stays at any width.
    const narrow = matchMedia("(max-width: 480px)");
    const begin = () => {
      [left.value, right.value] = narrow.matches ? ["0", "1"] : ["", ""];
      look();
    };
    narrow.addEventListener("change", begin);
    for (const select of [left, right])
      select.addEventListener("change", () => {
        narrow.removeEventListener("change", begin);
        look();
      });
    begin();
    box.before(made("p", { className: "pick" }, one, " ", other));
  }

  // The place of a pay among peers, as `learnstrata percentile` gives it.
  const finder = document.getElementById("finder");
  const find = () => {
    const data = JSON.parse(document.getElementById("pay-data").textContent);
    const { rows, percents, unit, per, levels, ways } = data;
    const [role, tier, band] = ["role", "tier", "experience"].map(
      name => finder.elements[name].value
    );
    const said = document.getElementById("finder-says");
    const typed = finder.elements.pay.value.trim();
    if (!typed) return (said.textContent = "");
    const [pay, reading] = readPay(typed, data);
    if (!(pay > 0 && Number.isFinite(pay)))
      return (said.textContent =
        `Give one amount of ${data.typed.code} a year above 0, such as ${data.typed.ways}.`);
    const wanted = [
      [role, tier, band, `${role}, ${tier}, ${band}`],
      [role, null, band, `${role}, ${band}, all company tiers`],
      [role, null, null, `${role}, any experience and company tier`],
      [null, null, null, "all learners"],
    ];
    const is = (row, place) =>
      row[0] === place && [0, 1, 2].every(i => row[i + 1] === wanted[place][i]);
    const places = levels.map((_, place) => place);
    const place = places.find(one => rows.some(row => is(row, one)));
    if (place === undefined) return (said.textContent = "Pay of no such peers is shown.");
    const peers = rows.find(row => is(row, place));
    const known = percents
      .map((percent, i) => [peers[i + 5], percent])
      .filter(([at]) => at !== null);
    const [percent, about] = among(known, pay);
    const tell = value => `${money(value / per)} ${unit}`;
    said.textContent =
      `${tell(pay)} is at ${about} the ${ordinal(percent)} percentile of the ` +
      `pay of ${wanted[place][3]}.`;
    const quarter = percents.indexOf(25), three = percents.indexOf(75);
    const [low, middle, high] = [quarter, percents.indexOf(50), three].map(i => peers[i + 5]);
    const half = low && high ? `; half are paid ${tell(low)} to ${tell(high)}` : "";
    const more = document.getElementById("finder-peers");
    more.textContent = `${reading}Their median is ${tell(middle)}${half} (${peers[4]} learners).`;
    const [least, most, way] = peers.slice(5 + percents.length);
    if (pay < least || pay > most)
      more.textContent +=
        ` A pay of ${tell(pay)} is far outside what is paid to ` +
        `${wanted[place][3]}: beyond ${tell(least)} to ${tell(most)} (${ways[way]}). ` +
        "Is its unit right?";
  };
  // By the patterns of the program; a number alone is in the shown unit, if it is small.
  const readPay = (typed, data) => {
    const { sign, units, periods, styles, commas, code } = data.typed;
    const text = typed.toLowerCase().replace(/\s+/g, " ").replace(/ ?\/-(?= |$)/g, "").trim();
    const any = pairs => pairs.map(([pattern]) => pattern).join("|");
    const parts = RegExp(
      `^(?:${sign} ?)?(${any(styles)})(?: ?(${any(units)}))?(?: ?${sign})?` +
      `(?: ?(${any(periods)}))?(?: ?${sign})?$`
    ).exec(text);
    if (!parts) return [NaN];
    const [, numeral, word, period] = parts;
    const values = styles
      .filter(([pattern]) => RegExp(`^${pattern}$`).test(numeral))
      .map(([, mark]) => Number(
        mark === "." ? numeral.replace(/[,' +]/g, "")
          : numeral.replace(/[.' +]/g, "").replace(",", ".")
      ));
    if (values.some(one => one !== values[0]) && !(commas && numeral.includes(",")))
      return [NaN];
    const size = (pairs, said) =>
      said ? pairs.find(([pattern]) => RegExp(`^(?:${pattern})$`).test(said))[1] : 1;
    const times = (value, factor) =>
      factor === 1 ? value : Number((value * factor).toFixed(6));
    const amount = times(values[0], size(units, word) * size(periods, period));
    if (word || typed.includes("/-") || RegExp(sign).test(text)) return [amount, ""];
    const small = amount < data.from;
    const reading = `${typed} is read in ${small ? data.unit : code}: ${data.rule}. `;
    return [times(amount, small ? data.per : 1), reading];
  };
  const among = (known, amount) => {
    const last = known.length - 1;
    if (amount < known[0][0]) return [known[0][1], "or below"];
    if (amount > known[last][0]) return [known[last][1], "or above"];
    const runs = new Map();
    for (const [at, percent] of known) runs.set(at, [...(runs.get(at) ?? []), percent]);
    // Heaped pay puts several quantiles on one value.
    const mean = list => list.reduce((sum, one) => sum + one, 0) / list.length;
    const points = [...runs].map(([at, list]) => [
      Math.log(at), list.includes(50) ? 50 : mean(list),
    ]);
    const x = Math.log(amount);
    const after = points.findIndex(([at]) => at >= x);
    const [to, high] = points[after < 0 ? points.length - 1 : after];
    if (after <= 0 || to === x) return [high, "about"];
    const [from, low] = points[after - 1];
    return [low + ((high - low) / (to - from)) * (x - from), "about"];
  };
  // A half is rounded to the even side, as Python does.
  const rounded = (value, digits) => {
    const moved = value * 10 ** digits, low = Math.floor(moved);
    const half = Number.isInteger(value * 8) && moved - low === 0.5;
    return half && low % 2 === 0 ? (low / 10 ** digits).toFixed(digits) : value.toFixed(digits);
  };
  const ordinal = value => {
    const n = Number(rounded(value, 0));
    const ends = { 1: "st", 2: "nd", 3: "rd" };
    return `${n}${[11, 12, 13].includes(n % 100) ? "th" : ends[n % 10] ?? "th"}`;
  };
  const grouped = digits => digits.replace(/\B(?=(\d{3})+$)/g, ",");
  const money = value =>
    value < 0.005 ? "<0.01" : grouped(rounded(value, value >= 1000 ? 0 : value >= 1 ? 1 : 2));
  if (finder) {
    finder.hidden = false;
    finder.addEventListener("submit", event => event.preventDefault());
    finder.addEventListener("input", () => {
      document.getElementById("finder-peers").textContent = "";
      find();
    });
  }
  unfold();
})();
