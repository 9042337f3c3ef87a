// What does not fit the schema: each of these three is an error of types.
import type { DatasetFilter, DatasetInput, DatasetsQuery } from "./gql/graphql";

export const layer: DatasetFilter = { layer: { eq: "GOLD" } };
export const input: DatasetInput = { urn: "hw://dataset/lake/plays", wheels: 4 };
export function rows(page: DatasetsQuery): number[] {
  return (page.datasets?.nodes ?? []).map((each) => each.rowCount);
}
