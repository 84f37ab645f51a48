/* <button data-copy="id">: copies what a field holds, or the lines of a list. */
import { whenShown } from "./dom.js";
import { toast } from "./toast.js";

whenShown("button[data-copy]", button => {
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    const text = source.value ?? [...source.children].map(line => line.textContent.trim()).join("\n");
    try {
      await navigator.clipboard.writeText(text);
      toast("Copied");
    } catch {
      source.select?.();
      toast("Press Ctrl C to copy");
    }
  });
});
