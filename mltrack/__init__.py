"""MLTrack's platform: wiring, and leaves that know no domain."""

__version__ = "0.1.0"
