"""Ground that sinks over mined-out panels: where, how far, how fast."""
