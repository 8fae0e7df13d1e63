/** Fetch an address of the admin. Throw an error if the answer is not the one asked for, as after the session ended. */
export async function fetchOrThrow(url, options) {
  const response = await fetch(url, options);
  // Without a session, Django redirects to the login page; with an old token, it refuses.
  if (response.redirected || [401, 403].includes(response.status)) reportLostSession();
  if (!response.ok || response.redirected) throw new Error(`the server answers ${response.status}; are you logged in?`);
  return response;
}

/** Have the form open its log-in dialog, if the session has ended. */
export function reportLostSession() {
  document.dispatchEvent(new Event("session-lost"));
}
