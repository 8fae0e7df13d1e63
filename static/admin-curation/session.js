/* Asks the server whether the editor is logged in, and shows a log-in dialog over the form if not. */

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
  const error = document.createElement("p");
  error.className = "login-error";
  error.setAttribute("role", "alert");
  const logIn = button("Log in", "submit");
  const goOn = button("", "button");
  const cancel = button("Not now", "button");
  form.append(heading, text, username.label, password.label, error, logIn, goOn, cancel);
  dialog.append(form);
  document.body.append(dialog);

  function show() {
    const { name } = session;
    heading.textContent = name ? `${name} is logged in` : "You were logged out";
    text.textContent = name
      ? `${marker.dataset.userName} filled in this form. Log in as ${marker.dataset.userName}, or go on as ${name}.`
      : "Log in to go on. Your text and files stay in the form.";
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
    form.onsubmit = async (event) => {
      event.preventDefault();
      logIn.disabled = true;
      try {
        session = await sendLogin(username.input.value, password.input.value);
        if (String(session.user) === marker.dataset.user) {
          accept(session);
          document.dispatchEvent(new Event("session-restored"));
          dialog.close("logged in");
        }
        error.textContent = "";
        show();
      } catch ({ message }) {
        error.textContent = message;
        password.input.select();
      } finally {
        logIn.disabled = false;
      }
    };
  });
}

/** Log in, and resolve to the new session. Reject with the message of the log-in page. */
async function sendLogin(username, password) {
  const { sessionUrl, loginUrl } = marker.dataset;
  const { csrf } = await fetchSession(); // another answer may have changed the cookie since the dialog was opened
  const body = new URLSearchParams({ username, password, csrfmiddlewaretoken: csrf, next: sessionUrl });
  const response = await fetch(loginUrl, { method: "POST", body });
  if (response.redirected && response.ok) return response.json();
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const message = page.querySelector(".errornote, .error-page p")?.textContent.trim();
  throw new Error(message || "The server did not log you in. Try again.");
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
