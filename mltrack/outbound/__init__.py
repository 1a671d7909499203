"""The only door to the network: address guard, deadlines, size limits, bounded retries. No Django.

Every address is resolved once and judged; the connection goes to the address that was judged. Redirects,
proxies and `.netrc` are never followed. Each answer has a deadline on the wall clock and a limit on its
size after decompression.
"""

from mltrack.outbound.addresses import Network, Refused, judge, permitted
from mltrack.outbound.client import OutboundClient
from mltrack.outbound.errors import OutboundError
from mltrack.outbound.signing import Auth, BasicAuth, BearerAuth, ExchangeAuth

__all__ = [
    "Auth",
    "BasicAuth",
    "BearerAuth",
    "ExchangeAuth",
    "Network",
    "OutboundClient",
    "OutboundError",
    "Refused",
    "judge",
    "permitted",
]
