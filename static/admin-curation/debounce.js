/** Return a function that calls `callback` once it has not been called for `milliseconds`. */
export function debounce(callback, milliseconds) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => callback(...values), milliseconds);
  };
}
