/* "/" searches, "?" lists the keys, Ctrl+K opens the palette; reviews have keys of their own. */

const BUTTONS = "[type=checkbox], [type=radio], [type=button], [type=submit], [type=range]";
const TYPING = `textarea, select, [contenteditable], input:not(${BUTTONS})`;

const openPalette = async () => (await import("./palette.js")).openPalette();
const pressReviewKey = async key => (await import("./review-keys.js")).press(key);
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
  if (/^[jkxu0-5]$/.test(event.key) && document.querySelector("[data-reviews], #review")) pressReviewKey(event.key);
  const search = document.querySelector("[data-slash]");
  if (event.key === "/" && search) {
    event.preventDefault();
    search.focus();
  }
});
