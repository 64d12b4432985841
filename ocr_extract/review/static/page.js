// The review in a browser tab: gives review.js a model whose messages are POST requests.
import review from "/review.js";

const MAX_WAIT = 30000; // Milliseconds after which a request counts as lost.

/** A name for this page. A page that is loaded again is another one. */
function nameOfPage() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The model that review.js needs: get, set, on, off, save_changes, send. */
class Model {
  #client;
  #search;
  #listeners = new Set();

  constructor(client, search) {
    this.#client = client;
    this.#search = search;
    addEventListener("pagehide", () => this.#leave());
  }

  get(name) {
    return name === "search" ? this.#search : undefined;
  }

  set() {}
  save_changes() {}

  on(event, listener) {
    if (event === "msg:custom") this.#listeners.add(listener);
  }

  off(event, listener) {
    if (listener) this.#listeners.delete(listener);
    else this.#listeners.clear();
  }

  async send(message) {
    this.#tell(await this.#answer(message));
  }

  async #answer(message) {
    try {
      const response = await fetch("/messages/" + this.#client, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(message),
        signal: AbortSignal.timeout(MAX_WAIT),
      });
      if (response.ok) return await response.json();
      const reason = response.status === 403 ? await response.text()
        : "The program failed. See its messages in the terminal.";
      return { type: message.type, id: message.id, ok: false, error: reason };
    } catch {
      return { type: "away", id: message.id };
    }
  }

  #tell(answer) {
    for (const listener of [...this.#listeners]) listener(answer, []);
  }

  #leave() {
    fetch("/leave/" + this.#client, { method: "POST", keepalive: true }).catch(() => {});
  }
}

const search = new URLSearchParams(location.hash.slice(1)).get("search");
history.replaceState(null, "", "/"); // The address keeps no token.
const model = new Model(nameOfPage(), search);
review.render({ model, el: document.getElementById("review") });
addEventListener("pageshow", (event) => event.persisted && location.reload());
