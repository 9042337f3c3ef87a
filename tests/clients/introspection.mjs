// Asks a server about its schema in every way that graphql-js has, as GraphiQL and others do.
import { buildClientSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema, validateSchema } from "graphql";

const [url] = process.argv.slice(2);

async function told(options) {
  const body = { query: getIntrospectionQuery(options), operationName: "IntrospectionQuery" };
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return buildClientSchema(data);
}

// The older way, which knows nothing of what came later; GraphiQL's; and everything there is.
const plain = await told({ descriptions: false });
const graphiql = await told({ inputValueDeprecation: true, schemaDescription: true });
const whole = await told({
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
});
console.log(JSON.stringify({
  invalid: [plain, graphiql, whole].flatMap((each) => validateSchema(each).map(({ message }) => message)),
  types: [plain, graphiql, whole].map((each) => Object.keys(each.getTypeMap()).length),
  sdl: printSchema(lexicographicSortSchema(whole)),
}));
