/* Blocks rendering on purpose: the theme must be known before the first paint. That of the account counts first, and is
   kept for the pages this browser shows when nobody is signed in. */
const root = document.documentElement;
try {
  if (root.dataset.ownTheme) localStorage.setItem("theme", root.dataset.ownTheme);
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
} catch {
  // storage is forbidden: the theme of the account, or else that of the system
}
root.classList.add("js");
