/** Return a function that calls `act` once it has not been called for `pause` milliseconds. */
export function debounce(act, pause) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...values), pause);
  };
}
