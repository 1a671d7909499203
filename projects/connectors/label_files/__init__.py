"""Files of annotations that people upload: exports of labeling tools, and plain tables. A module a format, all pure."""
