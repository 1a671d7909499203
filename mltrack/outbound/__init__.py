"""The only door to the network: address guard, deadlines, size limits, bounded retries. No Django.

Every address is resolved once and judged; the connection goes to the address that was judged. Redirects,
proxies and `.netrc` are never followed. Each answer has a deadline on the wall clock and a limit on its
size after decompression.
"""

from mltrack.outbound.addresses import Network, Refused, judge, permitted
from mltrack.outbound.client import BasicAuth, BearerAuth, OutboundClient
from mltrack.outbound.errors import OutboundError

__all__ = [
    "BasicAuth",
    "BearerAuth",
    "Network",
    "OutboundClient",
    "OutboundError",
    "Refused",
    "judge",
    "permitted",
]
