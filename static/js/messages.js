/* Messages of the last request can be put away. */
document.addEventListener("click", event => {
  const button = event.target.closest("[data-dismiss]");
  if (!button) return;
  const list = button.closest("[data-messages]");
  button.closest(".alert").remove();
  if (list?.children.length === 0) list.remove();
});
