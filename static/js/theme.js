/* The theme menu: as the system, light or dark. boot.js applies the choice before the first paint; who is signed in finds
   it in every browser. */
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
  if (root.dataset.ownTheme) save(theme);
  show();
}

function save(theme) {
  root.dataset.ownTheme = theme;
  const token = document.querySelector("meta[name=csrf-token]").content;
  const body = new URLSearchParams({ theme });
  fetch("/settings/theme/", { method: "POST", headers: { "X-CSRFToken": token }, body, keepalive: true }).catch(() => {});
}

document.addEventListener("click", event => {
  const button = event.target.closest("[data-theme-choice]");
  if (!button) return;
  choose(button.dataset.themeChoice);
  button.closest("[popover]")?.hidePopover();
});
show();
