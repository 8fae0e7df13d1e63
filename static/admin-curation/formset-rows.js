/* The rows of an inline table, made from the template that Django puts at its end. */

/** Return a new row with a number, not yet in the page. */
export function makeRow(template, prefix, index) {
  const row = template.cloneNode(true);
  row.classList.remove("empty-form");
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const name of ["id", "name", "for"]) {
      const value = element.getAttribute(name);
      if (value) element.setAttribute(name, value.replace("__prefix__", index));
    }
  }
  row.id = `${prefix}-${index}`;
  return row;
}

/** Call `setCount(number)` when a copy of the form with another number of rows is taken. */
export function onRowsWanted(group, prefix, setCount) {
  group.closest("form").addEventListener("rows-wanted", ({ detail }) => detail.prefix === prefix && setCount(detail.number));
}
