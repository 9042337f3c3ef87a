"""The limits of answers, as the settings have them."""

from resolvers.limits import Limit, Limits
from service.settings import Settings


def limits(settings: Settings) -> Limits:
    """Return how much one answer may hold."""
    return Limits(
        page=Limit(settings.page_size, settings.page_size_limit),
        depth=Limit(settings.lineage_depth, settings.lineage_depth_limit),
        nodes=Limit(settings.lineage_nodes, settings.lineage_nodes_limit),
        per_node=Limit(settings.lineage_per_node, settings.lineage_per_node_limit),
        rows=Limit(settings.datalog_rows, settings.datalog_rows_limit),
    )
