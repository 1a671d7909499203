#!/usr/bin/env python
"""Django's command line. With no DATABASE_URL it finds, or starts for its own time, the embedded database."""

import os
import sys


def main() -> None:
    """Run one management command; `up` alone without Django, which would only cost its supervisor memory."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mltrack.settings")
    from mltrack import embedded, up  # noqa: PLC0415

    with embedded.for_command(sys.argv):
        if sys.argv[1:2] == [embedded.UP] and not {"-h", "--help"} & set(sys.argv):
            sys.exit(up.main(sys.argv[2:]))
        from django.core.management import execute_from_command_line  # noqa: PLC0415

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
