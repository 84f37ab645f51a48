/* <button data-copy="id">: copies what a field holds, or the lines of a list. */
import { toast } from "./toast.js";

export async function use(button) {
  const source = document.getElementById(button.dataset.copy);
  const text = source.value ?? [...source.children].map(line => line.textContent.trim()).join("\n");
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    source.select?.();
    toast("Press Ctrl C to copy");
  }
}
