"""What dashboards are made of, and what their panels conclude. Pure."""
