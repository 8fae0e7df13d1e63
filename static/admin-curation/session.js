/* Asks the server whether the editor is logged in, and shows a log-in dialog over the form if not. */

import { askForPasskey } from "./passkeys.js";

const marker = document.querySelector("input[name=_local_copy]");
const RETRY_MS = 60_000; // after which a dialog that was closed may open again by itself

let opened; // a promise while the dialog is open
let closedAt = -Infinity;

/** Resolve to whether a form may be sent: the editor is logged in, now or after the dialog. Reject without a network. */
export async function requireSession() {
  const session = await fetchSession();
  if (String(session.user) === marker.dataset.user) return accept(session);
  opened ??= openDialog(session).finally(() => {
    opened = undefined;
    closedAt = performance.now();
  });
  return opened;
}

async function fetchSession() {
  const response = await fetch(marker.dataset.sessionUrl, { cache: "no-store" });
  return response.json();
}

/** Give the forms of the page the token of the session. */
function accept({ csrf }) {
  for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = csrf;
  return true;
}

// Other scripts report that the server has refused a request.
document.addEventListener("session-lost", () => {
  if (marker && !opened && performance.now() - closedAt > RETRY_MS) requireSession().catch(() => {});
});

function openDialog(session) {
  const dialog = document.createElement("dialog");
  dialog.className = "login-dialog";
  dialog.setAttribute("aria-labelledby", "login-heading");
  const form = document.createElement("form");
  const heading = document.createElement("h2");
  heading.id = "login-heading";
  const text = document.createElement("p");
  const username = field("Username", { name: "username", autocomplete: "username", value: marker.dataset.userName, required: true });
  const password = field("Password", { name: "password", type: "password", autocomplete: "current-password", required: true });
  const code = field("Code", { name: "code", autocomplete: "one-time-code", inputMode: "numeric", required: true });
  const error = document.createElement("p");
  error.className = "login-error";
  error.setAttribute("role", "alert");
  const link = Object.assign(document.createElement("a"), { target: "_blank" });
  const logIn = button("Log in", "submit");
  const passkey = button("Use a passkey", "button");
  const goOn = button("", "button");
  const cancel = button("Not now", "button");
  form.append(heading, text, link, username.label, password.label, code.label, error, logIn, passkey, goOn, cancel);
  dialog.append(form);
  document.body.append(dialog);
  let page; // that the server has answered a password with: it asks for a second factor, or to set one up

  function show() {
    const { name } = session;
    const asksForCode = Boolean(page?.codeForm);
    const options = page?.passkeyOptions;
    heading.textContent = page ? "Second factor" : name ? `${name} is logged in` : "You were logged out";
    if (asksForCode) text.textContent = `Enter a code of your authenticator app, or a recovery code${options ? ", or use a passkey" : ""}.`;
    else if (page) text.textContent = "Your account needs a second factor. Set it up in the new tab, then go on here. Your text and files stay in the form.";
    else if (name) text.textContent = `${marker.dataset.userName} filled in this form. Log in as ${marker.dataset.userName}, or go on as ${name}.`;
    else text.textContent = "Log in to go on. Your text and files stay in the form.";
    for (const { label, input } of [username, password]) label.hidden = input.disabled = Boolean(page);
    code.label.hidden = code.input.disabled = !asksForCode;
    Object.assign(link, { hidden: !page || asksForCode, href: page?.url ?? "", textContent: "Set up a second factor (opens a new tab)" });
    logIn.textContent = page && !asksForCode ? "Go on" : "Log in";
    passkey.hidden = !options;
    Object.assign(goOn, { textContent: `Go on as ${name}`, hidden: !name });
  }
  show();
  dialog.showModal();
  password.input.focus();

  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "logged in");
    });
    cancel.onclick = () => dialog.close();
    goOn.onclick = () => accept(session) && dialog.close("logged in");
    form.onsubmit = (event) => {
      event.preventDefault();
      if (!page) attempt(() => sendPassword(username.input.value, password.input.value), password.input);
      else if (page.codeForm) attempt(() => sendSecondFactor(page.codeForm, "code", code.input.value), code.input);
      else attempt(askAgain, logIn);
    };
    passkey.onclick = () => attempt(async () => {
      const credential = await askForPasskey("get", page.passkeyOptions);
      return sendSecondFactor(page.passkeyForm, "credential", credential);
    }, passkey);

    /** Take a step of logging in; show the next one, or the message of an error beside the input. */
    async function attempt(step, input) {
      logIn.disabled = passkey.disabled = true;
      try {
        const answer = await step();
        page = answer.session ? undefined : answer;
        session = answer.session ?? session;
        error.textContent = "";
        if (String(session.user) === marker.dataset.user) {
          accept(session);
          document.dispatchEvent(new Event("session-restored"));
          dialog.close("logged in");
        }
        show();
        if (page) (page.codeForm ? code.input : link).focus();
      } catch (failure) {
        if ("page" in failure) page = failure.page; // with new options for a passkey, or the password again
        show();
        error.textContent = failure.message;
        input.select?.();
      } finally {
        logIn.disabled = passkey.disabled = false;
      }
    }

    async function askAgain() {
      const now = await fetchSession();
      if (now.user === null) throw new Error("It is not set up yet.");
      return { session: now };
    }
  });
}

/** Send the password. Resolve to `{ session }`, or to the page that asks for a second factor. */
async function sendPassword(username, password) {
  const { sessionUrl, loginUrl } = marker.dataset;
  const { csrf } = await fetchSession(); // another answer may have changed the cookie since the dialog was opened
  return readAnswer(await post(loginUrl, { username, password, csrfmiddlewaretoken: csrf, next: sessionUrl }));
}

/** Send a code or a passkey with the hidden inputs of its form. */
async function sendSecondFactor(form, name, value) {
  return readAnswer(await post(form.getAttribute("action"), { ...Object.fromEntries(new FormData(form)), [name]: value }));
}

const post = (url, values) => fetch(url, { method: "POST", body: new URLSearchParams(values) });

/** Read what the server answers to a step of logging in. Reject with the message, and the page, of a step to repeat. */
async function readAnswer(response) {
  if (response.headers.get("Content-Type")?.startsWith("application/json")) {
    const session = await response.json();
    return session.user === null ? readAnswer(await fetch(marker.dataset.setUpUrl)) : { session };
  }
  const found = new DOMParser().parseFromString(await response.text(), "text/html");
  const message = found.querySelector(".errornote:not([hidden]), .error-page p")?.textContent.trim();
  const options = found.getElementById("passkey-options");
  const page = {
    url: response.url,
    codeForm: found.getElementById("code-form"),
    passkeyForm: found.getElementById("passkey-form"),
    passkeyOptions: options && JSON.parse(options.textContent).request_options,
  };
  const isStep = page.codeForm || found.getElementById("set-up-second-factor");
  if (!message && isStep) return page;
  throw Object.assign(new Error(message || "The server did not log you in. Try again."), { page: isStep ? page : undefined });
}

function field(text, properties) {
  const label = document.createElement("label");
  const input = Object.assign(document.createElement("input"), properties);
  label.append(text, input);
  return { label, input };
}

function button(textContent, type) {
  return Object.assign(document.createElement("button"), { textContent, type, className: "button" });
}
