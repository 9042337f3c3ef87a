// What a TypeScript application asks, and what it may and may not do with the answers.
import { graphql } from "./gql";
import { type FragmentType, useFragment } from "./gql";
import type { ResultOf, VariablesOf } from "@graphql-typed-document-node/core";

const DATASETS = graphql(`
  query Datasets($where: DatasetFilter, $first: Int, $asOf: TimePoint) {
    datasets(where: $where, first: $first, asOf: $asOf, orderBy: [{ name: ASC }]) {
      nodes { id name layer rowCount owners { nodes { ...Owning } } upstream { edges { edge { manner } node { urn } } } }
      pageInfo { endCursor }
    }
  }
`);

const OWNING = graphql(`
  fragment Owning on Owner { __typename name ... on Person { email } ... on Team { monthlyBudget } }
`);

const WRITE = graphql(`
  mutation Write($items: [DatasetInput!]!) { upsertDatasets(items: $items) { transaction { t } } }
`);

declare const page: ResultOf<typeof DATASETS>;
const nodes = page.datasets?.nodes ?? [];

export const counts: (string | null | undefined)[] = nodes.map((each) => each.rowCount);
export const refined = nodes.filter((each) => each.layer === "REFINED");
export const chosen: VariablesOf<typeof DATASETS> = {
  where: { name: { startsWith: "plays" }, layer: { in: ["RAW"] } },
  first: 3,
  asOf: "2025-03-01",
};
export const written: VariablesOf<typeof WRITE> = { items: [{ urn: "hw://dataset/lake/plays", rowCount: null }] };

export function contact(owner: FragmentType<typeof OWNING>): string | null | undefined {
  const known = useFragment(OWNING, owner);
  return known.__typename === "Person" ? known.email : known.name;
}
