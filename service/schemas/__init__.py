"""What goes over the wire, strict both ways."""
