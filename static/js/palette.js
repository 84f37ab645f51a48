/* The palette of pages and commands (Ctrl+K) and the list of keys (?); loaded on first use. */
import { make } from "./dom.js";
import { choose } from "./theme.js";

const KEYS = [["Ctrl K", "Go to a page"], ["/", "Search on this page"], ["?", "Show these keys"], ["Esc", "Close"]];
const REVIEW_KEYS = [
  ["j k", "Next review, review before"], ["Enter", "Open the review"], ["x", "Select the review"],
  ["1 … 5", "Label the review, best first"], ["0", "Give its label back to the engine"], ["u", "Undo the latest change"],
];

const THEMES = [["auto", "Theme as the system"], ["light", "Light theme"], ["dark", "Dark theme"]];
const LABEL = "Go to a page or run a command";

function commands() {
  const pages = [...document.querySelectorAll(".nav a, [data-palette-link]")].map(link => ({
    words: link.dataset.paletteLink || link.querySelector("span")?.textContent || link.textContent.trim(),
    kind: "Page",
    run: () => link.click(),
  }));
  const themes = THEMES.map(([theme, words]) => ({ words, kind: "Theme", run: () => choose(theme) }));
  return [...pages, ...themes];
}

function show(dialog) {
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", event => {
    if (event.target === dialog) dialog.close();
  });
  dialog.showModal();
}

/* A combobox whose list box is always open. */
class Palette {
  constructor() {
    this.commands = commands();
    this.list = make("ul", { id: "palette-list", attributes: { role: "listbox", "aria-label": "Pages and commands" } });
    this.none = make("p", { className: "muted", textContent: "Nothing of that name.", hidden: true });
    const list = { "aria-expanded": "true", "aria-controls": "palette-list" };
    const attributes = { role: "combobox", "aria-label": LABEL, autocomplete: "off", ...list };
    this.input = make("input", { type: "text", placeholder: LABEL, attributes });
    this.input.addEventListener("input", () => this.search());
    this.input.addEventListener("keydown", event => this.onKey(event));
    const about = { className: "dialog palette", attributes: { "aria-label": "Command palette" } };
    this.dialog = make("dialog", about, this.input, this.list, this.none);
  }

  open() {
    show(this.dialog);
    this.search();
  }

  search() {
    const words = this.input.value.trim().toLowerCase();
    this.found = this.commands.filter(command => command.words.toLowerCase().includes(words));
    this.none.hidden = this.found.length > 0;
    this.select(0);
  }

  select(index) {
    this.current = index;
    this.list.replaceChildren(...this.found.map((command, i) => this.option(command, i)));
    this.input.setAttribute("aria-activedescendant", this.found.length ? `palette-${index}` : "");
    this.list.children[index]?.scrollIntoView({ block: "nearest" });
  }

  option(command, index) {
    const attributes = { role: "option", "aria-selected": String(index === this.current) };
    const kind = make("span", { textContent: command.kind });
    return make("li", { id: `palette-${index}`, onclick: () => this.run(index), attributes }, command.words, kind);
  }

  onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") this.run(this.current);
    else if (step && this.found.length) this.select((this.current + step + this.found.length) % this.found.length);
    else return;
    event.preventDefault();
  }

  run(index) {
    this.dialog.close();
    this.found[index]?.run();
  }
}

export function openPalette() {
  if (!document.querySelector("dialog[open]")) new Palette().open();
}

export function showKeys() {
  if (document.querySelector("dialog[open]")) return;
  const hasReviews = document.querySelector("[data-reviews], #review");
  const rows = [...KEYS, ...hasReviews ? REVIEW_KEYS : []].flatMap(([key, words]) => [
    make("dt", {}, make("kbd", { textContent: key })),
    make("dd", { textContent: words }),
  ]);
  const title = make("h2", { textContent: "Keys" });
  const close = make("div", { className: "row" }, make("button", { className: "btn", textContent: "Close" }));
  const form = make("form", { method: "dialog" }, title, make("dl", { className: "shortcuts" }, ...rows), close);
  show(make("dialog", { className: "dialog", attributes: { "aria-label": "Keys" } }, form));
}
