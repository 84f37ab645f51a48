/* "/" searches, "?" lists the keys, Ctrl+K opens a palette of the pages one can go to. */
import { make } from "./dom.js";
import { choose } from "./theme.js";

const KEYS = [["Ctrl K", "Go to a page"], ["/", "Search on this page"], ["?", "Show these keys"], ["Esc", "Close"]];
const BUTTONS = "[type=checkbox], [type=radio], [type=button], [type=submit], [type=range]";
const TYPING = `textarea, select, [contenteditable], input:not(${BUTTONS})`;

const pages = () => [...document.querySelectorAll(".nav a, [data-palette-link]")].map(link => ({
  words: link.dataset.paletteLink || link.querySelector("span")?.textContent || link.textContent.trim(),
  kind: "Page",
  run: () => link.click(),
}));
const THEMES = [["auto", "Theme as the system"], ["light", "Light theme"], ["dark", "Dark theme"]];
const themes = THEMES.map(([theme, words]) => ({ words, kind: "Theme", run: () => choose(theme) }));

function showDialog(dialog) {
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", event => {
    if (event.target === dialog) dialog.close();
  });
  dialog.showModal();
}

function openPalette() {
  if (document.querySelector("dialog[open]")) return;
  const commands = [...pages(), ...themes];
  const list = make("ul", { id: "palette-list", attributes: { role: "listbox", "aria-label": "Pages and commands" } });
  const input = make("input", {
    type: "text",
    placeholder: "Go to a page or run a command",
    attributes: {
      role: "combobox", "aria-label": "Go to a page or run a command", "aria-expanded": "true",
      "aria-controls": "palette-list", autocomplete: "off",
    },
  });
  const none = make("p", { className: "muted", textContent: "Nothing of that name.", hidden: true });
  const about = { className: "dialog palette", attributes: { "aria-label": "Command palette" } };
  const dialog = make("dialog", about, input, list, none);
  let found = [];
  let current = 0;

  const run = () => {
    dialog.close();
    found[current]?.run();
  };
  const option = (command, index) => make("li", {
    id: `palette-${index}`,
    onclick: () => {
      current = index;
      run();
    },
    attributes: { role: "option", "aria-selected": String(index === current) },
  }, command.words, make("span", { textContent: command.kind }));
  const draw = () => {
    list.replaceChildren(...found.map(option));
    none.hidden = found.length > 0;
    input.setAttribute("aria-activedescendant", found.length ? `palette-${current}` : "");
    list.children[current]?.scrollIntoView({ block: "nearest" });
  };
  const search = () => {
    const words = input.value.trim().toLowerCase();
    found = commands.filter(command => command.words.toLowerCase().includes(words));
    current = 0;
    draw();
  };
  input.addEventListener("input", search);
  input.addEventListener("keydown", event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      event.preventDefault();
      current = (current + step + found.length) % found.length;
      draw();
    } else if (event.key === "Enter") {
      event.preventDefault();
      run();
    }
  });
  showDialog(dialog);
  search();
}

function showKeys() {
  if (document.querySelector("dialog[open]")) return;
  const rows = KEYS.flatMap(([key, words]) => [
    make("dt", {}, make("kbd", { textContent: key })),
    make("dd", { textContent: words }),
  ]);
  const title = make("h2", { textContent: "Keys" });
  const close = make("div", { className: "row" }, make("button", { className: "btn", textContent: "Close" }));
  const form = make("form", { method: "dialog" }, title, make("dl", { className: "shortcuts" }, ...rows), close);
  showDialog(make("dialog", { className: "dialog", attributes: { "aria-label": "Keys" } }, form));
}

document.addEventListener("click", event => {
  if (event.target.closest("[data-palette]")) openPalette();
});
document.addEventListener("keydown", event => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.(TYPING)) return;
  if (event.key === "?") showKeys();
  const search = document.querySelector("[data-slash]");
  if (event.key === "/" && search) {
    event.preventDefault();
    search.focus();
  }
});
