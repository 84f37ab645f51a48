/* The theme menu: as the system, light or dark. boot.js applies the choice before the first paint. */
const root = document.documentElement;
const chosen = () => root.dataset.theme ?? "auto";

function show() {
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen()));
  }
}

export function choose(theme) {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // storage is forbidden: the choice lasts until the next page
  }
  show();
}

document.addEventListener("click", event => {
  const button = event.target.closest("[data-theme-choice]");
  if (!button) return;
  choose(button.dataset.themeChoice);
  button.closest("[popover]")?.hidePopover();
});
show();
