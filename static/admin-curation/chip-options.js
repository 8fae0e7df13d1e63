/* What a combobox of chips offers: rows that the admin's autocomplete finds, and a new one. */

import { fetchOrThrow } from "./fetch.js";

const same = (a, b) => a.trim().toLowerCase() === b.trim().toLowerCase();

/** Return the vocabulary and the label of a topic, and the whole text of anything else. */
export function partsOf({ text }, { settings }) {
  const [, group, label] = "chipsGrouped" in settings ? text.match(/^(.+?): (.+)$/s) ?? [] : [];
  return { group: group ?? "", label: label ?? text };
}

/** Return a text to look for. A link stands for its host. */
function termOf(source, text) {
  if (!("chipsHosts" in source.settings) || !/^https?:\/\//i.test(text)) return text;
  try {
    return new URL(text).hostname.replace(/^www\./, "");
  } catch {
    return text;
  }
}

async function fetchRows(source, term) {
  const url = new URL(source.settings.chipsUrl, location.href);
  url.searchParams.set("term", term);
  const { results } = await (await fetchOrThrow(url)).json();
  return results.map((row) => ({ id: source.isLine ? row.text : row.id, text: row.text, hint: row.hint, count: row.count, isRecent: row.is_recent, parts: partsOf(row, source) }));
}

const isNamed = (row, name) => [row.text, row.parts.label, row.hint ?? ""].some((text) => same(text, name));

/** Resolve to the options for a text, without those that are chosen; a new row first where names are typed, else last. */
export async function optionsFor(source, text, chosen) {
  const term = termOf(source, text || linkOf(source));
  let rows = [];
  try {
    rows = await fetchRows(source, term);
  } catch {
    if (!source.takesNew) return []; // the form goes on without suggestions
  }
  const options = rows.filter(({ id }) => !chosen.has(id.toLowerCase()));
  if (!term || rows.some((row) => isNamed(row, term)) || !mayMake(source, term)) return options;
  const option = { isNew: true, text: term, name: term, verb: source.takesNew ? "New tag" : "Make" };
  return source.takesNew ? [option, ...options] : [...options, option];
}

/** Whether a text can name a new row: a publisher is a domain, a topic has its vocabulary before a colon. */
function mayMake({ takesNew, settings }, text) {
  if ("chipsHosts" in settings && !/\w\.\w/.test(text)) return false;
  if ("chipsGrouped" in settings && !/\S: *\S/.test(text)) return false;
  return takesNew || settings.makeUrl;
}

/** Return the link of the story, which an empty field of publishers looks for. */
function linkOf({ settings }) {
  return "chipsHosts" in settings ? document.getElementById("id_source_url")?.value.trim() ?? "" : "";
}

/** Resolve to the one row of a name, with or without its vocabulary; a tag need not exist. */
export async function findNamed(source, name) {
  const rows = await fetchRows(source, name).catch(() => []);
  const named = rows.filter((row) => isNamed(row, name));
  if (named.length === 1) return named[0];
  return named.find((row) => same(row.text, name)) ?? (source.takesNew ? { id: name, text: name } : undefined);
}

/** Make a row on the server and resolve to it. Throw an error with the reason if it is refused. */
export async function createRow(source, name) {
  if (source.takesNew) return { id: name, text: name };
  const data = new FormData();
  data.set("csrfmiddlewaretoken", document.querySelector("input[name=csrfmiddlewaretoken]").value);
  data.set("name", name);
  const response = await fetch(source.settings.makeUrl, { method: "POST", body: data });
  const answer = await response.json().catch(() => ({}));
  if (answer.id) return answer;
  throw new Error(answer.error ?? `“${name}” is not made: the server answers ${response.status}.`);
}
