"""What connectors to trackers share: options, cursors, pages in the order of changes. It knows no tracker."""
