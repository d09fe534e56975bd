/**
 * What forms with passkeys need of the browser: `data-passkey` says what is to be signed, and what was is
 * sent in the field `credential`. Without it the forms are not shown.
 */
export const SCRIPT = `"use strict";
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const asking = { control: new AbortController() };

function asked(form) {
  const { challenge, user, exclude, ...options } = JSON.parse(form.dataset.passkey);
  return {
    ...options,
    challenge: bytes(challenge),
    ...(user ? { user: { ...user, id: bytes(user.id) } } : {}),
    ...(exclude
      ? { excludeCredentials: exclude.map((id) => ({ type: "public-key", id: bytes(id) })) }
      : {}),
  };
}

function json({ id, type, rawId, response }) {
  const told = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) told[name] = text(response[name]);
  }
  if (response.getTransports) told.transports = response.getTransports();
  return JSON.stringify({ id, type, rawId: text(rawId), clientExtensionResults: {}, response: told });
}

function send(form, credential) {
  if (!credential) return;
  form.elements.credential.value = json(credential);
  HTMLFormElement.prototype.submit.call(form);
}

async function ask(form) {
  // One question at a time: whoever presses the button is no longer offered a choice in the field.
  asking.control.abort();
  asking.control = new AbortController();
  const { signal } = asking.control;
  const problem = form.querySelector("[role=alert]");
  problem.textContent = "";
  try {
    const publicKey = asked(form);
    send(
      form,
      await (publicKey.rp
        ? navigator.credentials.create({ publicKey, signal })
        : navigator.credentials.get({ publicKey, signal })),
    );
  } catch (error) {
    if (!signal.aborted) problem.textContent = form.dataset.problem;
  }
}

async function offer(form) {
  const { signal } = asking.control;
  try {
    if (!await PublicKeyCredential.isConditionalMediationAvailable()) return;
    const publicKey = asked(form);
    send(form, await navigator.credentials.get({ publicKey, signal, mediation: "conditional" }));
  } catch {
    // Nobody has chosen one, or the browser cannot.
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void ask(form);
  });
  if (form.dataset.offer !== undefined) void offer(form);
}
`;
