/* <form data-passkey="create|get">: asks the browser for a passkey and sends its answer in the field "credential".
   What to ask is in the JSON that data-options names, or comes from data-options-url. */
const CANCELLED = new Set(["NotAllowedError", "AbortError"]);

export async function use(form) {
  const complaint = form.querySelector("[data-passkey-error]");
  complaint.hidden = true;
  try {
    const { publicKey } = await optionsOf(form);
    const credential = await ask(form, publicKey);
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch (error) {
    complaint.textContent = words(error);
    complaint.hidden = false;
  }
}

async function optionsOf(form) {
  if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.dataset.optionsUrl, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return (await answer.json()).request_options;
}

function ask(form, publicKey) {
  if (form.dataset.passkey === "get") {
    return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
  }
  const alone = form.elements.passwordless.checked;
  Object.assign(publicKey.authenticatorSelection, {
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    ...(alone && { userVerification: "required" }),
  });
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) });
}

function words(error) {
  if (CANCELLED.has(error.name)) return "Nothing happened: you stopped, or it took too long. Try again.";
  if (error.name === "InvalidStateError") return "This device has a passkey for your account already.";
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return "This browser is too old for passkeys, or the page is not on HTTPS.";
  return "The browser refused. Passkeys need HTTPS, and the address they were made at.";
}
