// The review of one volume, as an anywidget module: in a browser tab and in a notebook.
//
// It needs of its model only `send` and `on("msg:custom")`. All texts may come from a document:
// they become text nodes, and never markup. Nothing is fetched from anywhere.

const AWAY_FIRST = 500; // Milliseconds before a message is sent again when nobody answers.
const AWAY_LONGEST = 4000;
const SILENCE = 20000; // Milliseconds without an answer before a message is sent again anyway.
const SLOW = 2500; // Milliseconds without an answer after which the page says that it waits.
const PREVIEW_DELAY = 150; // Milliseconds after the last typed letter.
const POLL = 4000; // Milliseconds between questions for a new item when none is open.
const MAX_PICTURES = 6;
const GRID_REQUESTS = 2;
const NOTHING = "none";
const FIELDS = {
  date: "date", signature: "signature", paper: "paper", title: "title", author: "author",
  corresponding_author: "corresponding author",
};
const SVG = "http://www.w3.org/2000/svg";

// Elements. Texts are text nodes.

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  element.append(...children.flat(2).filter((child) => child != null && child !== false));
  return element;
}

function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function key(name) {
  return make("kbd", { "aria-hidden": "true" }, name);
}

function button(label, shortcut, action, attributes = {}) {
  const shown = shortcut ? [" ", key(shortcut)] : [];
  const more = shortcut ? { "aria-keyshortcuts": shortcut } : {};
  return make("button", { type: "button", onclick: action, ...more, ...attributes }, label, shown);
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Messages: each is sent until it is answered.

class Link {
  #model; #onAway; #pending = new Map(); #listener;

  constructor(model, onAway) {
    this.#model = model;
    this.#onAway = onAway;
    this.#listener = (answer) => this.#receive(answer);
    model.on("msg:custom", this.#listener);
  }

  close() {
    this.#model.off("msg:custom", this.#listener);
    for (const one of this.#pending.values()) clearTimeout(one.timer);
    this.#pending.clear();
  }

  ask(type, fields = {}) {
    return new Promise((done) => {
      const message = { type, id: newId(), ...fields };
      this.#pending.set(message.id, { message, done, wait: AWAY_FIRST });
      this.#send(message.id);
    });
  }

  #send(id) {
    const one = this.#pending.get(id);
    if (!one) return;
    one.timer = setTimeout(() => this.#send(id), SILENCE);
    clearTimeout(one.slow);
    one.slow = setTimeout(() => this.#onAway(true), SLOW);
    this.#model.send(one.message);
  }

  #receive(answer) {
    const one = answer && this.#pending.get(answer.id);
    if (!one) return;
    clearTimeout(one.timer);
    clearTimeout(one.slow);
    if (answer.type === "away") {
      this.#onAway(true);
      one.timer = setTimeout(() => this.#send(answer.id), one.wait);
      one.wait = Math.min(AWAY_LONGEST, one.wait * 1.6);
      return;
    }
    this.#pending.delete(answer.id);
    this.#onAway(false);
    one.done(answer);
  }
}

// Words

function percent(probability) {
  if (probability == null) return "";
  if (probability === 0) return "0 %";
  if (probability > 0 && probability < 0.001) return "<0.1 %";
  return (probability * 100).toFixed(probability > 0.999 || probability < 0.1 ? 1 : 0) + " %";
}

function longDay(value) {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value || "");
  if (!match) return "";
  const day = new Date(Date.UTC(+match[1], match[2] - 1, +match[3]));
  const form = { weekday: "short", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
  return new Intl.DateTimeFormat("en-GB", form).format(day);
}

function fieldOf(item) {
  return FIELDS[item.field] || "flag “" + item.field.replaceAll("_", " ") + "”";
}

function wordsOf(choice, item) {
  if (choice.action === "leave") return "Leave as it is";
  if (choice.action === "ask") return "Ask the author";
  if (choice.value === NOTHING) return "No " + fieldOf(item);
  if (item.question !== "signature") return choice.value;
  return { yes: "Signed", no: "Not signed", "cannot tell": "Cannot tell" }[choice.value];
}

function decidedWords(standing) {
  const what = { leave: "left as it is", ask: "to be asked" }[standing.action]
    || (standing.value == null ? "nothing stands there" : standing.value);
  const note = standing.note ? " Note: " + standing.note : "";
  return `Decided by ${standing.person} on ${standing.made.slice(0, 10)}: ${what}.${note}`;
}

function countWords(counts) {
  const asked = counts.asked ? ` (${counts.asked} by asking)` : "";
  const held = counts.held ? ` · ${counts.held} on other pages` : "";
  return `${counts.open} open · ${counts.settled} settled${asked}${held}`;
}

// The volume's dates as a small picture. Days far from the middle are only counted.

const DAY = 86400000;
const HALF_WINDOW = 60; // Days before and after the middle that are drawn.

function middleOf(days) {
  const total = days.reduce((sum, [, count]) => sum + count, 0);
  let passed = 0;
  for (const [day, count] of days) {
    passed += count;
    if (passed * 2 >= total) return Date.parse(day);
  }
  return 0;
}

function isDay(value) {
  return /^\d{4}-\d\d-\d\d$/.test(value || "");
}

function histogram(days, own, ownWords) {
  if (!days.length) return null;
  const middle = middleOf(days);
  const near = days.filter(([day]) => Math.abs(Date.parse(day) - middle) <= HALF_WINDOW * DAY);
  const first = Date.parse(near[0][0]) - DAY;
  const span = Math.max(14, (Date.parse(near[near.length - 1][0]) - first) / DAY + 2);
  const most = Math.max(...near.map(([, count]) => count));
  const x = (day) => 10 + ((Date.parse(day) - first) / DAY) * (300 / span);
  const width = Math.max(2, 300 / span - 1.5);
  const bars = near.map(([day, count]) => {
    const height = Math.max(2, (count / most) * 40);
    return draw("rect", { x: x(day), y: 56 - height, width, height, class: "oxr-bar" },
      draw("title", {}, `${day}: ${count}`));
  });
  const total = days.reduce((sum, [, count]) => sum + count, 0);
  const label = `Dates of ${total} agreements, ${near[0][0]} to ${near[near.length - 1][0]}`;
  return make("figure", { class: "oxr-days" },
    draw("svg", { viewBox: "0 0 320 76", role: "img", "aria-label": `${label}. ${ownWords}` },
      bars, draw("line", { x1: 8, x2: 312, y1: 56.5, y2: 56.5, class: "oxr-axis" }),
      draw("text", { x: 10, y: 71 }, near[0][0]),
      draw("text", { x: 310, y: 71, "text-anchor": "end" }, near[near.length - 1][0]),
      isDay(own) && marker(x(own) + width / 2)),
    make("figcaption", {}, "The volume’s dates. ", ownWords));
}

/** A triangle at this agreement's day; at the edge an arrow to days that are not drawn. */
function marker(at) {
  if (at < 6) return draw("path", { d: "M12 2 L4 8 L12 14 Z", class: "oxr-own" });
  if (at > 314) return draw("path", { d: "M308 2 L316 8 L308 14 Z", class: "oxr-own" });
  return draw("path", { d: `M${at - 6} 2 L${at + 6} 2 L${at} 13 Z`, class: "oxr-own" });
}

// The parts of an item

function pictureOf(picture, alt) {
  if (picture?.url) {
    return make("img", { src: picture.url, width: picture.width, height: picture.height, alt });
  }
  if (picture?.text) return make("pre", { tabindex: 0, "aria-label": alt, dir: "auto" }, picture.text);
  return make("p", { class: "oxr-trouble" }, "⚠ " + (picture?.trouble || "There is no picture."));
}

function compared(item) {
  const { paper, form } = item;
  const people = paper ? [paper.authors].flat().filter(Boolean).join("; ") : "";
  const names = [form.author, form.corresponding_author].filter(Boolean);
  const rows = [
    ["Title", form.title, paper?.title],
    ["Names", [...new Set(names)].join(" · "), people],
    ["Signed", [form.signed, form.signature && `reads “${form.signature}”`].filter(Boolean).join(", ")],
    ["Date", item.day],
  ];
  const cell = (text, columns) => make("td", { dir: "auto", colspan: columns },
    make("div", { class: "oxr-long" }, text || "—"));
  return make("table", {},
    make("caption", {}, "What the form says, and the roster"),
    make("thead", {}, make("tr", {}, make("td"), make("th", { scope: "col" }, "Form"),
      make("th", { scope: "col" }, paper ? ["Roster: ", make("bdi", {}, paper.key)] : "Roster: no paper"))),
    make("tbody", {}, rows.map(([name, left, right]) =>
      make("tr", {}, make("th", { scope: "row" }, name),
        right === undefined && name !== "Title" ? cell(left, 2) : [cell(left), cell(right)]))));
}

function evidenceOf(item) {
  if (!item.evidence.length) return null;
  return make("section", { class: "oxr-evidence" }, make("h3", {}, "Evidence"),
    make("ul", {}, item.evidence.map((line) => make("li", { dir: "auto" }, line))));
}

// The page

class Review {
  constructor(model, el) {
    this.item = null;
    this.busy = false;
    this.pictures = new Map();
    this.note = "";
    this.link = new Link(model, (away) => this.showAway(away));
    this.build();
    el.replaceChildren(this.root);
    this.begin(model.get("search"));
  }

  /** Shows the next item, or the first one with the words that the page was opened with. */
  async begin(text) {
    await this.go();
    if (!text) return;
    const answer = await this.link.ask("search", { text });
    if (answer.found?.length) return this.open(answer.found[0].id);
    this.showError(answer.ok ? `Nothing is found for “${text}”.` : answer.error);
  }

  close() {
    this.closed = true;
    clearTimeout(this.poll);
    this.link.close();
  }

  build() {
    this.status = make("span", { class: "oxr-counts" }, "…");
    this.said = make("p", { class: "oxr-said" });
    this.live = make("p", { class: "oxr-hidden", "aria-live": "polite" });
    this.away = make("p", { class: "oxr-away", role: "status" });
    this.error = make("p", { class: "oxr-error", role: "alert" });
    this.left = make("div", { class: "oxr-left" });
    this.right = make("div", { class: "oxr-right" });
    this.main = make("div", { class: "oxr-main" }, this.left, this.right);
    this.panel = make("section", { class: "oxr-panel", hidden: true });
    this.root = make("div", {
      class: "oxr", tabindex: 0, role: "region", "aria-label": "Review of agreements",
      "data-lm-suppress-shortcuts": "true", onkeydown: (event) => this.onKey(event),
    }, this.header(), this.away, this.error, this.live, this.panel, this.main);
  }

  header() {
    return make("header", {}, make("strong", {}, "Review"), this.status, this.said,
      make("span", { class: "oxr-tools" },
        button("Undo", "u", () => this.undo()), button("Search", "/", () => this.search()),
        button("Grid", "g", () => this.grid(0)), button("Help", "?", () => this.help())));
  }

  showAway(away) {
    this.away.textContent = away
      ? "⏳ The program does not answer. Trying again; what is stored stays stored." : "";
  }

  showError(text) {
    this.error.textContent = text ? "⚠ " + text : "";
  }

  // Questions to the program. One decision at a time: what nobody saw cannot be decided.

  async act(work) {
    if (this.busy) return;
    this.busy = true;
    this.root.setAttribute("aria-busy", "true");
    this.showError("");
    try {
      await work();
    } finally {
      this.busy = false;
      this.root.removeAttribute("aria-busy");
    }
  }

  go() {
    return this.act(() => this.next());
  }

  async next() {
    clearTimeout(this.poll);
    const answer = await this.link.ask("next", { have: [...this.pictures.keys()] });
    if (this.closed) return;
    if (!answer.ok) return this.showError(answer.error);
    this.show(answer);
    this.prefetch(answer.prefetch || []);
  }

  async prefetch(names) {
    for (const item of names.filter((name) => !this.pictures.has(name))) {
      const { picture } = await this.link.ask("crop", { item });
      if (picture?.url || picture?.text) this.pictures.set(item, picture);
      while (this.pictures.size > MAX_PICTURES) {
        this.pictures.delete(this.pictures.keys().next().value);
      }
    }
  }

  settle(type, fields, words) {
    return this.act(async () => {
      const answer = await this.link.ask(type, fields);
      if (!answer.ok) return this.showError(answer.error);
      this.note = "";
      this.closePanel();
      const late = answer.decided && !answer.decided.stands;
      this.said.textContent = late ? "⚠ " + answer.decided.sentence : "✓ " + words;
      await this.next();
      if (type === "undo") await this.showAgain(answer.decided?.item);
    });
  }

  /** Shows the item whose decision was taken back, also when it is not asked: it was accepted. */
  async showAgain(item) {
    if (!item || this.item?.id === item) return;
    const answer = await this.link.ask("open", { item });
    if (answer.ok) this.show(answer, true);
  }

  decide(action, value) {
    const item = this.item;
    if (!item) return;
    const what = { ask: "to be asked", leave: "left as it is" }[action] || value;
    const fields = { item: item.id, action, value: value ?? null, note: this.note };
    return this.settle("decide", fields, `${item.file}: ${fieldOf(item)} ${what}`);
  }

  choose(number) {
    const choice = this.item?.choices[number - 1];
    if (choice) this.decide(choice.action, choice.value);
  }

  undo() {
    return this.settle("undo", {}, "The last decision is taken back.");
  }

  skip() {
    if (this.item) return this.settle("skip", { item: this.item.id }, `${this.item.file}: skipped`);
  }

  open(item) {
    return this.act(async () => {
      const answer = await this.link.ask("open", { item });
      if (!answer.ok) return this.showError(answer.error);
      this.closePanel();
      this.show(answer, true);
    });
  }

  // The item

  show(answer, isOpened = false) {
    this.item = answer.item;
    this.status.textContent = `${answer.person} · ${countWords(answer.counts)}`;
    if (answer.trouble) this.showError("The volume is not resolved again yet: " + answer.trouble);
    if (!this.item) return this.showNothing(answer.counts);
    const item = this.item;
    const picture = answer.picture || this.pictures.get(item.id);
    const isFull = !answer.picture?.trouble;
    if (isFull && picture) this.pictures.set(item.id, picture);
    this.left.replaceChildren(...this.leftOf(item, picture));
    this.right.replaceChildren(...this.rightOf(item, isOpened));
    this.turned = 0;
    this.root.dataset.item = item.id;
    this.left.scrollTop = this.right.scrollTop = 0;
    const [first] = item.choices;
    const likely = [wordsOf(first, item), percent(first.probability)].filter(Boolean).join(", ");
    this.live.textContent = `${item.file}. ${fieldOf(item)}: ${item.sentence} First choice: ${likely}.`;
    this.root.focus({ preventScroll: true });
  }

  showNothing(counts) {
    const held = counts.held ? ` ${counts.held} are on other pages.` : "";
    const text = counts.open ? "Nothing to ask here." + held : "Nothing is open. Everything is settled.";
    this.left.replaceChildren(make("h2", {}, "✓ " + text),
      make("p", {}, counts.held ? "They come here if they are not settled there."
        : "You may still take decisions back, search, and look at the grid. When the review ends, the tables are written again."));
    delete this.root.dataset.item;
    this.right.replaceChildren();
    this.live.textContent = text;
    this.root.focus({ preventScroll: true });
    this.poll = setTimeout(() => !this.item && this.act(() => this.next()), POLL);
  }

  leftOf(item, picture) {
    const alt = `Signing block of ${item.file}`;
    const onPage = picture?.page ? `page ${picture.page} of ${Math.max(1, item.pages)}` : "";
    const ownWords = item.day ? `${isDay(item.day) ? "▼ " : ""}This one: ${item.day}.` : "This one has no date.";
    const turn = button("Turn", "t", () => this.turn());
    const whole = button("Whole page", "p", () => this.pageView(item, picture?.page || 1, 0));
    return [
      make("div", { class: "oxr-file" }, make("bdi", { class: "oxr-name" }, item.file), " ", onPage,
        picture?.url ? make("span", { class: "oxr-tools" }, turn, whole) : null),
      make("div", { class: "oxr-picture" }, pictureOf(picture, alt)),
      make("div", { class: "oxr-beside" }, compared(item), make("div", {}, evidenceOf(item),
        histogram(item.days, item.day, ownWords))),
    ];
  }

  rightOf(item, isOpened) {
    return [
      make("h2", {}, fieldOf(item)[0].toUpperCase() + fieldOf(item).slice(1)),
      make("p", { class: "oxr-sentence", dir: "auto" }, item.sentence),
      item.standing && make("p", { class: "oxr-standing" }, "✎ " + decidedWords(item.standing)),
      isOpened && make("p", {}, button("Back to the open items", "Escape", () => this.go())),
      make("div", { class: "oxr-choices", role: "group", "aria-label": "Candidates" },
        item.choices.map((choice, at) => this.choiceButton(choice, at, item)),
        button("Skip for now", "s", () => this.skip(), { class: "oxr-choice oxr-skip" })),
      this.otherField(item),
      this.noteField(),
    ].filter(Boolean);
  }

  choiceButton(choice, at, item) {
    const shortcut = at < 9 ? String(at + 1) : null;
    const words = wordsOf(choice, item);
    const day = item.question === "date" ? longDay(choice.value) : "";
    const isPlain = choice.action !== "set" || choice.value === NOTHING;
    const bar = choice.probability == null ? null
      : make("meter", { min: 0, max: 1, value: choice.probability, "aria-hidden": "true" });
    return make("button", {
      type: "button", class: "oxr-choice" + (isPlain ? " oxr-plain" : ""), "aria-keyshortcuts": shortcut,
      onclick: () => this.decide(choice.action, choice.value),
    }, make("span", { class: "oxr-keys" }, shortcut && key(shortcut), at === 0 && key("⏎")),
    make("span", { class: "oxr-value", dir: "auto" }, words, day && make("small", {}, " ", day)),
    make("span", { class: "oxr-chance" }, bar, percent(choice.probability)),
    isPlain ? null : make("span", { class: "oxr-reason", dir: "auto" }, choice.reason));
  }

  async turn() {
    const item = this.item;
    const turn = (this.turned + 90) % 360;
    const { picture } = await this.link.ask("crop", { item: item.id, turn });
    if (this.item !== item || !picture?.url) return;
    this.turned = turn;
    this.left.querySelector(".oxr-picture").replaceChildren(pictureOf(picture, `Signing block of ${item.file}`));
  }

  otherField(item) {
    if (["signature", "flag"].includes(item.question)) return null;
    const result = make("output", { class: "oxr-preview", "aria-live": "polite" });
    const store = button("Store", null, () => input.value.trim() && this.decide("set", input.value));
    const input = make("input", {
      type: "text", autocomplete: "off", spellcheck: "false", dir: "auto", maxlength: 1000,
      placeholder: item.question === "date" ? "19 May 2025" : "",
      oninput: () => this.preview(item, input, result, store),
      onkeydown: (event) => event.key === "Enter" && !event.isComposing && store.click(),
    });
    store.disabled = true;
    return make("div", { class: "oxr-other" },
      make("label", {}, `Another ${fieldOf(item)} `, key("d"), input), store, result);
  }

  preview(item, input, result, store) {
    clearTimeout(this.previewTimer);
    store.disabled = !input.value.trim();
    result.textContent = "";
    if (store.disabled) return;
    this.previewTimer = setTimeout(async () => {
      const value = input.value;
      const answer = await this.link.ask("preview", { item: item.id, value });
      if (value !== input.value || !result.isConnected) return;
      store.disabled = !answer.ok;
      result.textContent = answer.ok
        ? "→ will be stored as " + (answer.value ?? "“nothing stands there”") : "⚠ " + answer.error;
    }, PREVIEW_DELAY);
  }

  noteField() {
    this.noteInput = make("input", {
      type: "text", value: this.note, maxlength: 2000, dir: "auto", autocomplete: "off",
      oninput: () => { this.note = this.noteInput.value; },
      onkeydown: (event) => event.key === "Enter" && this.root.focus(),
    });
    return make("div", { class: "oxr-other" },
      make("label", {}, "Note for this decision ", key("n"), this.noteInput));
  }

  // Panels: page, grid, search, help

  showPanel(name, ...children) {
    const close = button("Close", "Escape", () => this.closePanel());
    this.panelName = name;
    this.panel.setAttribute("aria-label", name);
    this.panel.replaceChildren(make("div", { class: "oxr-panel-head" }, make("h2", {}, name), close),
      ...children);
    this.panel.hidden = false;
    this.main.hidden = true;
    close.focus();
  }

  closePanel() {
    if (!this.panelName) return;
    this.panelName = null;
    this.panel.hidden = true;
    this.panel.replaceChildren();
    this.main.hidden = false;
    this.root.focus({ preventScroll: true });
  }

  async pageView(item, number, turn, zoom = 100) {
    const answer = await this.link.ask("page", { item: item.id, number, turn });
    if (!answer.ok) return this.showError(answer.error);
    const pages = answer.pages;
    const again = (n, t) => this.pageView(item, Math.min(pages, Math.max(1, n)), (t + 360) % 360, zoom);
    const image = pictureOf(answer.picture, `Page ${number} of ${item.file}`);
    const sized = (percentage) => {
      zoom = Math.min(400, Math.max(40, percentage));
      image.style.width = zoom + "%";
    };
    sized(zoom);
    this.showPanel("Page", make("div", { class: "oxr-tools" },
      button("Previous page", null, () => again(number - 1, turn), { disabled: number <= 1 }),
      make("span", {}, `page ${number} of ${pages}`),
      button("Next page", null, () => again(number + 1, turn), { disabled: number >= pages }),
      button("Smaller", null, () => sized(zoom / 1.25)), button("Larger", null, () => sized(zoom * 1.25)),
      button("Turn left", null, () => again(number, turn + 90)),
      button("Turn right", null, () => again(number, turn - 90))),
    make("div", { class: "oxr-whole", tabindex: 0, role: "group", "aria-label": "Page" }, image));
  }

  async grid(start) {
    const answer = await this.link.ask("grid", { start });
    if (!answer.ok) return this.showError(answer.error);
    const { count, size, found } = answer;
    const last = start + found.length;
    const cells = found.map((line, at) => this.gridCell(line, start + at + 1));
    const title = count ? `Accepted agreements ${start + 1} to ${last} of ${count}` : "No agreement is accepted.";
    this.showPanel("Grid", make("div", { class: "oxr-tools" }, make("span", {}, title),
      button("Earlier", null, () => this.grid(Math.max(0, start - size)), { disabled: start === 0 }),
      button("Later", null, () => this.grid(last), { disabled: last >= count })),
    make("div", { class: "oxr-grid" }, cells.map((cell) => cell.element)));
    for (let lane = 0; lane < GRID_REQUESTS; lane++) this.fillCells(cells);
  }

  gridCell(line, place) {
    const box = make("span", { class: "oxr-thumb" }, "…");
    const caption = make("span", { class: "oxr-caption" }, `${place}. `, make("bdi", {}, line.file),
      make("br"), line.day || "no date", line.signed === "yes" ? " · signed" : ` · signed: ${line.signed}`);
    return { line, box, element: make("button", { type: "button", onclick: () => this.open(line.id) }, box, caption) };
  }

  async fillCells(cells) {
    for (let cell = cells.shift(); cell; cell = cells.shift()) {
      if (this.closed || !cell.box.isConnected) return;
      const answer = await this.link.ask("crop", { item: cell.line.id, small: true });
      cell.box.replaceChildren(pictureOf(answer.picture, ""));
    }
  }

  search() {
    const list = make("div", { class: "oxr-found" });
    const input = make("input", {
      type: "text", dir: "auto", autocomplete: "off", maxlength: 1000,
      oninput: () => { clearTimeout(this.searchTimer); this.searchTimer = setTimeout(() => this.find(input, list), PREVIEW_DELAY); },
      onkeydown: (event) => event.key === "Enter" && list.querySelector("button")?.click(),
    });
    this.showPanel("Search", make("label", { class: "oxr-other" }, "File, paper, title or name", input), list);
    input.focus();
  }

  async find(input, list) {
    const text = input.value;
    const answer = text.trim() ? await this.link.ask("search", { text }) : { ok: true, found: [] };
    if (text !== input.value) return;
    if (!answer.ok) return this.showError(answer.error);
    list.replaceChildren(...answer.found.map((line) => make("button", { type: "button", onclick: () => this.open(line.id) },
      make("bdi", {}, line.file), ` · ${fieldOf(line)} · ${line.settled ? "✎ settled" : line.verdict}`,
      make("small", { dir: "auto" }, line.sentence))));
    if (text.trim() && !answer.found.length) list.append("Nothing is found.");
  }

  help() {
    const rows = [
      ["1 to 9", "takes that candidate"], ["Enter", "takes the first candidate"], ["d", "another value"],
      ["n", "a note for this decision"], ["s", "skips: the item comes again at the end"],
      ["u", "takes back the last decision, as often as you like"], ["p", "the whole page"], ["t", "turns the picture"],
      ["g", "accepted agreements side by side"], ["/", "search"], ["Escape", "back, closes"], ["?", "this help"],
    ];
    this.showPanel("Help", make("dl", {}, rows.map(([name, text]) => [make("dt", {}, key(name)), make("dd", {}, text)])),
      make("p", {}, "The keys work while the review has the focus, and never while you type. What is decided is stored at once."));
  }

  // Keys

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") return this.escape(event);
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === "Enter" && event.target.closest("button, pre")) return;
    const action = this.actionOf(event.key);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) action();
  }

  actionOf(name) {
    const always = { "/": () => this.search(), g: () => this.grid(0), "?": () => this.help(), u: () => this.undo() };
    if (always[name]) return always[name];
    if (this.panelName || !this.item) return null;
    if (/^[1-9]$/.test(name)) return () => this.choose(Number(name));
    const page = this.pictures.get(this.item.id)?.page || 1;
    return {
      Enter: () => this.choose(1), s: () => this.skip(), n: () => this.noteInput.focus(),
      d: () => this.right.querySelector(".oxr-other input")?.focus(),
      p: () => this.pageView(this.item, page, 0), t: () => this.turn(),
    }[name];
  }

  escape(event) {
    event.preventDefault();
    event.stopPropagation();
    const typing = event.target.closest("input") && !this.panelName;
    if (this.panelName) this.closePanel();
    else if (typing) this.root.focus({ preventScroll: true });
    else this.go();
  }
}

export default {
  render({ model, el }) {
    const review = new Review(model, el);
    return () => review.close();
  },
};
