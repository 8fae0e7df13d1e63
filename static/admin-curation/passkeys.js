/* Passkeys of the browser (WebAuthn), with the options and the answers as JSON. */

const UNAVAILABLE = "This browser has no passkeys here. They need HTTPS and an address with a name.";
const REFUSED = "The passkey was not used. Try again, or choose another way.";

/** Ask the browser for a passkey ("get"), or to make one ("create"). Reject with a message for the user. */
export async function askForPasskey(kind, { publicKey }) {
  const { PublicKeyCredential, isSecureContext } = globalThis;
  if (!isSecureContext || !PublicKeyCredential?.parseRequestOptionsFromJSON) throw new Error(UNAVAILABLE);
  const read = kind === "create" ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
  try {
    const credential = await navigator.credentials[kind]({ publicKey: PublicKeyCredential[read](publicKey) });
    return JSON.stringify(credential.toJSON());
  } catch (error) {
    if (error.name === "SecurityError") throw new Error(UNAVAILABLE); // the site is at an IP address
    if (error.name === "InvalidStateError") throw new Error("This device has a passkey for your account already.");
    throw new Error(REFUSED);
  }
}
