"""MLTrack's platform: wiring, and leaves that know no domain."""
