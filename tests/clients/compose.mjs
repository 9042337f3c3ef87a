// Compose the subgraph of a Headwater with others, as Apollo's router has it done.
import { composeServices } from "@apollo/composition";
import { readFile } from "node:fs/promises";
import { parse } from "graphql";

const [url, file] = process.argv.slice(2);

async function ask(query, variables) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

const told = await ask("{ _service { sdl } }");
const others = JSON.parse(await readFile(file, "utf8"));
const composed = composeServices([
  { name: "headwater", url, typeDefs: parse(told.data._service.sdl) },
  ...Object.entries(others).map(([name, sdl]) => ({ name, url: `http://${name}/`, typeDefs: parse(sdl) })),
]);
console.log(JSON.stringify({
  errors: (composed.errors ?? []).map((each) => each.message),
  supergraph: composed.supergraphSdl ?? null,
}));
