// Asks several things at once with Apollo Client's BatchHttpLink, and tells what came and was sent.
import { ApolloClient, ApolloLink, InMemoryCache, gql } from "@apollo/client/core";
import { BatchHttpLink } from "@apollo/client/link/batch-http";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { createHash } from "node:crypto";

const [url] = process.argv.slice(2);
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

const DATASETS = gql`query Datasets($first: Int) { datasets(first: $first) { nodes { id } } }`;
const MODELS = gql`query Models { models(first: 2) { nodes { id } } }`;
const WRONG = gql`query Wrong { datasets(first: -1) { totalCount } }`;
const INVALID = gql`query Invalid { wheels }`;

async function asked(batchMax, before = []) {
  const sent = [];
  const recorded = async (address, options) => {
    const response = await fetch(address, options);
    sent.push({ operations: JSON.parse(options.body).length, status: response.status });
    return response;
  };
  const link = ApolloLink.from([...before, new BatchHttpLink({ uri: url, fetch: recorded, batchMax, batchInterval: 20 })]);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  const ask = async (query, variables) => {
    try {
      const { data } = await client.query({ query, variables });
      return Object.values(data)[0].nodes.length;
    } catch (error) {
      return error.errors?.map(({ extensions }) => extensions.code) ?? error.message;
    }
  };
  const counts = Array.from({ length: 8 }, (_, place) => ask(DATASETS, { first: place + 1 }));
  const answers = await Promise.all([...counts, ask(MODELS), ask(WRONG), ask(INVALID)]);
  return { answers, sent };
}

console.log(JSON.stringify({
  bounded: await asked(10),
  unbounded: await asked(100),
  persisted: await asked(5, [new PersistedQueryLink({ sha256 })]),
}));
