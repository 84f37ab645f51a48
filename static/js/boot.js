/* Blocks rendering on purpose: the theme must be known before the first paint. */
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // storage is forbidden: the system's theme it is
}
document.documentElement.classList.add("js");
