"use strict";
document.documentElement.className = "js";
document.addEventListener("DOMContentLoaded", () => {
  const table = document.getElementById("p");
  const search = document.getElementById("search");
  const status = document.getElementById("shown");
  const every = document.getElementById("every");
  const filters = [...document.querySelectorAll("[data-filter]")];
  const papers = [...table.tBodies];
  const texts = new Map();
  let state = "";

  /** The text of a paper, in which is searched. */
  function textOf(paper) {
    if (!texts.has(paper)) texts.set(paper, paper.textContent.normalize("NFKC").toLowerCase());
    return texts.get(paper);
  }

  function show() {
    const words = search.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const paper of papers) {
      const is = (!state || paper.dataset.state === state) && words.every((w) => textOf(paper).includes(w));
      if (paper.hidden === is) paper.hidden = !is;
      count += is;
    }
    status.textContent = `${count} of ${papers.length} shown`;
  }

  function open(paper, is) {
    const button = paper.querySelector("button.open");
    if (!button) return;
    button.setAttribute("aria-expanded", String(is));
    paper.rows[1].classList.toggle("opened-row", is);
  }

  for (const button of filters) {
    button.addEventListener("click", () => {
      state = button.dataset.filter;
      for (const other of filters) other.setAttribute("aria-pressed", String(other === button));
      show();
    });
  }
  search.addEventListener("input", show);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target.tagName !== "INPUT") {
      event.preventDefault();
      search.focus();
    }
    if (event.key === "Escape" && event.target === search) {
      search.value = "";
      show();
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.open");
    if (button) open(button.closest("tbody"), button.getAttribute("aria-expanded") !== "true");
  });
  every.addEventListener("click", () => {
    const is = every.getAttribute("aria-pressed") !== "true";
    every.setAttribute("aria-pressed", String(is));
    for (const paper of papers) if (!paper.hidden || !is) open(paper, is);
  });

  const order = new Intl.Collator("en", { numeric: true });
  for (const sorted of document.querySelectorAll("#p, #u")) {
    const heads = [...sorted.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const keys = [...sorted.tBodies].map((body) => [body.rows[0].cells[column].textContent, body]);
        // Empty cells come last in both directions.
        keys.sort(([a], [b]) => (!a - !b) || (up ? 1 : -1) * order.compare(a, b));
        sorted.append(...keys.map(([, body]) => body));
      });
    });
  }
  show();
});
