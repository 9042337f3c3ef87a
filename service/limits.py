"""The limits of answers, as the settings have them."""

from resolvers.limits import Limit, Limits
from service.settings import Settings
from service.streaming.streams import StreamLimits


def limits(settings: Settings) -> Limits:
    """Return how much one answer may hold."""
    return Limits(
        page=Limit(settings.page_size, settings.page_size_limit),
        depth=Limit(settings.lineage_depth, settings.lineage_depth_limit),
        nodes=Limit(settings.lineage_nodes, settings.lineage_nodes_limit),
        per_node=Limit(settings.lineage_per_node, settings.lineage_per_node_limit),
        rows=Limit(settings.datalog_rows, settings.datalog_rows_limit),
        edges=settings.lineage_snapshot * 2**20,
    )


def stream_limits(settings: Settings) -> StreamLimits:
    """Return what answers that go on may cost."""
    return StreamLimits(
        operations=settings.socket_operations_limit,
        streams=settings.stream_limit,
        opening=settings.socket_opening,
        taking=settings.stream_taking,
        silence=settings.stream_silence,
        message=settings.body_limit,
    )
