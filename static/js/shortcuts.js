/* "/" searches, "?" lists the keys, Ctrl+K opens the palette. */

const BUTTONS = "[type=checkbox], [type=radio], [type=button], [type=submit], [type=range]";
const TYPING = `textarea, select, [contenteditable], input:not(${BUTTONS})`;

const openPalette = async () => (await import("./palette.js")).openPalette();
const showKeys = async () => (await import("./palette.js")).showKeys();

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
